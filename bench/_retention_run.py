"""One database's part of `bench retention`: `python -m bench._retention_run postgresql`."""

import sys
import time
from datetime import timedelta

from bench._house import ROWS, Browser, house
from bench._intake_run import in_turns, report

ROUNDS = 20
PAGE, FAR = 12.0, 1.3
PERIOD = timedelta(days=1095)  # what is kept longest of a case that was closed without a decision


def main(vendor: str) -> None:
    with house(vendor):
        fill(ROWS)
        started, own = time.perf_counter(), time.process_time()
        due = found()
        print(
            f"{vendor}: {due:,} due, found in {time.perf_counter() - started:.0f} s "
            f"({time.process_time() - own:.0f} s of the processor)",
            flush=True,
        )
        pages(vendor)


def fill(count: int) -> None:
    """Cases that were closed without a decision, one after another over twice the period."""
    from bench._copies import Pattern, Written, picture
    from tests import factories
    from tests.retention.keeping import LONG_AGO, ended

    office = factories.Office()
    empty = picture()
    case = office.case()
    ended(case, ago=timedelta())
    type(case).unscoped.filter(pk=case.pk).update(state="closed_at_persons_request")
    started = time.perf_counter()
    Pattern(Written.between(empty, picture())).copies(count, apart=min(LONG_AGO, 2 * PERIOD) / count)
    print(f"{count:,} cases written in {time.perf_counter() - started:.0f} s", flush=True)


def found() -> int:
    """Look through all files, as the worker does every six hours."""
    from opennrm.retention.looking import look_for_due

    due = look_for_due()
    assert due, "nothing is due"
    return due


def pages(vendor: str) -> None:
    """The officer's list against a bare page, and its last page against its first; processor seconds."""
    from opennrm.retention.models import FoundDue
    from opennrm.retention.queries import MOST
    from tests.retention.keeping import officer

    browser = Browser(officer())
    far = FoundDue.objects.order_by("-since", "-file_code")[MOST + 1]
    last = f"/retention?after={far.since.isoformat().replace('+', '%2B')}_{far.file_code}"
    bare, first, late = in_turns(
        [lambda: browser.get("/page"), lambda: browser.get("/retention"), lambda: browser.get(last)], ROUNDS
    )
    report(vendor, "what is due: processor seconds, times those of a bare page", first.own / bare.own, PAGE)
    report(vendor, "the same, by the clock", first.clock / bare.clock)
    report(vendor, "its last page, times its first", late.clock / first.clock, FAR)


if __name__ == "__main__":
    main(sys.argv[1])
