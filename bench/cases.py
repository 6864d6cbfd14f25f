"""100,000 decided cases: a case page against a page without content, and the figures of one year.

On both databases, each in a process and a folder of its own. The case page's ratio is one of processor seconds of this
process: at most 12 times those of a page without content, for a signed-in account behind the same middleware. The
figures desk answers for one year in less than a second; once as it is first asked for after a change, and once again.
"""

import subprocess
import sys

from bench._house import DATABASES, ROWS


def main() -> None:
    print(f"{ROWS:,} cases (OPENNRM_BENCH_ROWS)", flush=True)
    for vendor in DATABASES:
        subprocess.run([sys.executable, "-m", "bench._cases_run", vendor], check=True)


if __name__ == "__main__":
    main()
