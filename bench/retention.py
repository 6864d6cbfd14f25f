"""What is due among 100,000 ended cases: the officer's page against a page without content, and its last page.

On both databases, each in a process and a folder of its own. Half of the files are due. The list is found beforehand by
a round of the worker; how long that takes is said, without a limit.
"""

import subprocess
import sys

from bench._house import DATABASES, ROWS


def main() -> None:
    print(f"{ROWS:,} ended cases (OPENNRM_BENCH_ROWS)", flush=True)
    for vendor in DATABASES:
        subprocess.run([sys.executable, "-m", "bench._retention_run", vendor], check=True)


if __name__ == "__main__":
    main()
