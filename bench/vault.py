"""What sealing costs a case page, finding one of a million persons by a blind index, and how fast a trail is verified.

On both databases, each in a process and a folder of its own. Peers: the same page with nothing sealed, a look-up by
primary key. OPENNRM_BENCH_PERSONS says among how many.
"""

import subprocess
import sys

from bench._house import DATABASES


def main() -> None:
    for vendor in DATABASES:
        subprocess.run([sys.executable, "-m", "bench._vault_run", vendor], check=True)


if __name__ == "__main__":
    main()
