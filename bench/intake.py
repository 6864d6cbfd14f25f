"""100,000 referrals wait: the duty officer's worklist, sending one more, eight who send at once, and double clicks.

On both databases, each in a process and a folder of its own. Peers: a page of the product without content, and an
answer of one word, both for a signed-in account behind the same middleware; and the same rows written in SQL with the
same durability, behind the same middleware. A ratio is one of seconds on the clock; beside it stands that of the
seconds that this process itself took, which other programs disturb less; a PostgreSQL server stands outside of these.
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
