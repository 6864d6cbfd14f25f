"""100,000 referrals wait: the duty officer's worklist, sending one more, eight who send at once, and double clicks.

On both databases, each in a process and a folder of its own. Peers: a bare page with the same middleware for a
signed-in account, and the same rows written in SQL with the same durability, behind the same middleware.
"""

import subprocess
import sys

from bench._house import DATABASES, ROWS


def main() -> None:
    print(f"{ROWS:,} referrals (OPENNRM_BENCH_ROWS)", flush=True)
    for vendor in DATABASES:
        subprocess.run([sys.executable, "-m", "bench._intake_run", vendor], check=True)


if __name__ == "__main__":
    main()
