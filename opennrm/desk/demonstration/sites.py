"""Demonstration data of sites: one whose clock runs, one where nobody was talked with, one list half done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING

from opennrm.access.country import today_here
from opennrm.kernel.codes import AgeBand, Answer, BusinessKind, NotScreened, NotTalked, Sector, Sex, SiteKind
from opennrm.referral import sending
from opennrm.referral.hotline.queries import Asked, calls
from opennrm.referral.sending import Agreement, Letter, Needs
from opennrm.screening import actions as screening
from opennrm.sites import actions, met
from opennrm.sites.actions import Place, Report
from opennrm.sites.queries import person
from opennrm.sites.rules.roster import Row

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.sites.models import Incident, RosterEntry

HOUR = timedelta(hours=1)
LIST = "ilo-11"
SPOKEN = ("hi", "hi", "bn", "hi", "ne", "hi", "hi", "bn", "hi", "hi", "hi", "ne", "hi", "hi")


def tell_of_sites(staff: Mapping[str, Account], ago: Callable[[timedelta], AbstractContextManager[None]]) -> None:
    """Four reports, all invented. staff: by sign-in name. ago: the clock set back by a span."""
    with ago(9 * HOUR):
        _factory(staff["border"])
    with ago(5 * HOUR):
        _told_by_phone(staff["hotline"])
    _not_screened(staff, ago)
    _half_done(staff["inspector"], ago)


def _factory(by: Account) -> Incident:
    seen = Report(
        Place(SiteKind.FACTORY, address="Primer 12", sector=Sector.MANUFACTURING, operator="Uzor d.o.o."),
        present_min=450,
        present_max=500,
        men=450,
        seen_from=today_here(),
        documents_held=Answer.YES,
        languages=("vi",),
        signs={"SITE-04": Answer.YES, "SITE-08": Answer.YES},
        notes="Barracks beside the hall; the passports are said to lie in the office.",
    )
    return actions.report(seen, by=by)


def _told_by_phone(by: Account) -> None:
    """A flat of which a caller told the hotline."""
    told = calls(by, Asked(subject="trafficking_labour")).calls[0]
    seen = Report(
        Place(SiteKind.DWELLING, address="Primer 40", sector=Sector.CONSTRUCTION),
        present_min=10,
        present_max=12,
        men=10,
        seen_from=today_here(),
        documents_held=Answer.YES,
        languages=("tr",),
        notes="Ten people sleep in one room by the site.",
    )
    actions.name_for_call(told, actions.report(seen, by=by), by=by)


def _not_screened(staff: Mapping[str, Account], ago: Callable[[timedelta], AbstractContextManager[None]]) -> None:
    with ago(80 * HOUR):
        seen = Report(
            Place(SiteKind.DWELLING, address="Ogled 3", operator="Ogled s.z.r.", operator_kind=BusinessKind.RECRUITER),
            present_min=6,
            women=6,
            seen_from=today_here(),
            languages=("ro",),
            notes="Six women, curtains closed; a man at the door.",
        )
        report = actions.report(seen, by=staff["hotline"])
    with ago(70 * HOUR):
        actions.take_up(report, by=staff["duty"])
    with ago(60 * HOUR):
        why = "The flat was empty when colleagues came; the neighbours saw a van in the night."
        actions.decline_talks(report, reason=NotScreened.NOBODY_THERE, why=why, by=staff["duty"])


def _half_done(by: Account, ago: Callable[[timedelta], AbstractContextManager[None]]) -> None:
    with ago(5 * HOUR):
        seen = Report(
            Place(SiteKind.CONSTRUCTION_SITE, address="Uzor bb", sector=Sector.CONSTRUCTION, operator="Primer gradnja"),
            present_min=31,
            men=31,
            seen_from=today_here(),
            documents_held=Answer.YES,
            languages=("hi", "bn"),
            told=("police",),
            signs={"SITE-01": Answer.YES, "SITE-04": Answer.YES},
        )
        report = actions.report(seen, by=by)
        rows = [
            Row(
                line=number + 1,
                number=number,
                sex=Sex.MALE,
                age_band=AgeBand.CHILD if number == 9 else AgeBand.ADULT,
                birth_year=1980 + number if number != 9 else today_here().year - 16,
                citizenship="IN",
                language=language,
                name=f"Primer {number}" if number % 3 == 0 else "",
            )
            for number, language in enumerate(SPOKEN, 1)
        ]
        met.list_persons(report, rows, by=by)
    for number in (1, 2, 7):
        with ago(4 * HOUR - number * timedelta(minutes=9)):
            _talk(report, number, by)
    with ago(3 * HOUR):
        met.talk(_one(report, 3), indicator_set=LIST, by=by)
        met.decline(_one(report, 4), by=by)
        met.miss(_one(report, 5), reason=NotTalked.NO_INTERPRETER, by=by)


def _talk(report: Incident, number: int, by: Account) -> None:
    begun = met.talk(_one(report, number), indicator_set=LIST, by=by)
    screening.answer(begun, "ILO11-07", Answer.YES, note="The passport lies in the office.", by=by)
    if number == 2:
        met.end_talk(_one(report, number), by=by)
        return
    letter = Letter(
        needs=Needs(Answer.YES, Answer.NO),
        agreement=Agreement(agreed=frozenset({"referral"})),
        anyway_reason="The passport is held.",
    )
    sending.submit(begun, letter, by=by)


def _one(report: Incident, number: int) -> RosterEntry:
    found = person(report, number)
    assert found is not None
    return found.entry
