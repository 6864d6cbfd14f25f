"""One database's part of `bench cases`: `python -m bench._cases_run postgresql`."""

import sys
import time
from datetime import timedelta
from typing import Any

from bench._house import ROWS, Browser, house
from bench._intake_run import in_turns, report

ROUNDS = 30
CASE_PAGE, ONE_YEAR = 12.0, 1.0
APART = timedelta(minutes=10)


def main(vendor: str) -> None:
    with house(vendor):
        desk = Desk()
        desk.fill(ROWS)
        case_page(vendor, desk)
        figures(vendor, desk)


class Desk:
    """The office with one decided case, and as many like it as were asked for."""

    def __init__(self) -> None:
        from tests import factories

        self.make = factories
        self.office = factories.Office()
        self.statistician = factories.staff("statistician", "statistician")

    def fill(self, count: int) -> None:
        """Cases from the screening to the decision, served, ten minutes apart."""
        from bench._copies import Pattern, Written, picture

        empty = picture()
        case = self.office.case_ready_to_decide()
        from opennrm.identification import actions

        actions.decide(case.decision, self.make.identified(), by=self.office.lead)
        vary = {
            "sex": lambda n: ("female", "male", "not_known")[n % 3],
            "citizenship_group": lambda n: "foreign" if n % 6 == 0 else "domestic",
        }
        started = time.perf_counter()
        Pattern(Written.between(empty, picture()), vary=vary).copies(count, apart=APART)
        print(f"{count:,} cases written in {time.perf_counter() - started:.0f} s", flush=True)

    def codes(self, count: int) -> list[str]:
        """Cases from all over the years."""
        from opennrm.identification.models import Case

        found = list(Case.unscoped.order_by("opened_at", "id").values_list("code", flat=True))
        return found[:: max(1, len(found) // count)][:count]


def case_page(vendor: str, desk: Desk) -> None:
    """A case page against a page without content; processor seconds, as the issue asks for them."""
    browser = Browser(desk.office.lead)
    codes = iter(desk.codes(ROUNDS + 1) * 2)
    page, case = in_turns([lambda: browser.get("/page"), lambda: browser.get(f"/cases/{next(codes)}")], ROUNDS)
    report(vendor, "case page: processor seconds, times those of a bare page", case.own / page.own, CASE_PAGE)
    report(vendor, "the same, by the clock", case.clock / page.clock)


def figures(vendor: str, desk: Desk) -> None:
    """One year on the figures desk: seconds. The facts are kept up by the worker; one case changed since."""
    from opennrm.identification.models import Case
    from opennrm.kernel.clock import now
    from opennrm.parties.actions import Known, correct_attributes
    from opennrm.registers.keeping import keep_up

    browser = Browser(desk.statistician)
    browser.get("/figures")
    address = f"/figures/persons_referred_and_identified?year={now().year}"
    started = time.perf_counter()
    keep_up()
    print(f"{vendor}: all facts made in {time.perf_counter() - started:.0f} s", flush=True)
    correct_attributes(Case.unscoped.order_by("id")[0].person, Known(language="vi"), by=desk.office.duty)
    for what in ("first asked after a change", "asked again"):
        report(vendor, f"figures of one year, {what}: seconds", seconds(browser, address), ONE_YEAR)


def seconds(browser: Any, address: str) -> float:
    """How long one page takes."""
    started = time.perf_counter()
    browser.get(address)
    return time.perf_counter() - started


if __name__ == "__main__":
    main(sys.argv[1])
