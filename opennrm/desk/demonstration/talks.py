"""Calls, sites and counts of the two years: what reached the service without a referral.

In 2024 27 calls were about trafficking, as published for the line; the other calls, sites and counts are invented.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from opennrm.access.country import current_profile
from opennrm.desk.demonstration.staff import Staff
from opennrm.kernel.clock import frozen
from opennrm.kernel.codes import AgeBand, Answer, NotScreened, NotTalked, Sector, Sex, SiteKind
from opennrm.referral import sending
from opennrm.referral.hotline.actions import Told, take_call
from opennrm.referral.hotline.rules import CallerKind, Channel, LedTo
from opennrm.screening import actions as screening
from opennrm.screening.actions import Situation
from opennrm.sites import actions as sites
from opennrm.sites import met
from opennrm.sites.actions import Place, Report
from opennrm.sites.queries import person
from opennrm.sites.rules.roster import Row

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.sites.models import Incident, RosterEntry

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# subject: calls in 2023, calls in 2024. Those of trafficking are 21, and as published 27.
CALLS = {
    "trafficking_labour": (8, 11),
    "trafficking_sexual": (7, 8),
    "trafficking_begging": (4, 5),
    "trafficking_marriage": (2, 3),
    "working_conditions": (9, 12),
    "offer_abroad": (6, 8),
    "missing_person": (2, 3),
    "information": (5, 6),
    "silent": (3, 2),
}
SPOKEN = ("sr-Cyrl", "sr-Cyrl", "en", "hi", "sr-Cyrl", "tr", "ru")
CALLERS = (CallerKind.HERSELF, CallerKind.FRIEND, CallerKind.COLLEAGUE, CallerKind.NEIGHBOUR, CallerKind.FAMILY)
# day, kind, sector, least number present, district, why nobody was talked with (nothing: people were)
SITES = (
    (date(2023, 2, 21), SiteKind.CONSTRUCTION_SITE, Sector.CONSTRUCTION, 22, "beograd", ""),
    (date(2023, 6, 8), SiteKind.FARM, Sector.AGRICULTURE, 12, "sremski", NotScreened.NOBODY_THERE),
    (date(2023, 9, 14), SiteKind.FACTORY, Sector.MANUFACTURING, 60, "juznobacki", ""),
    (date(2023, 11, 3), SiteKind.DWELLING, Sector.SEX_INDUSTRY, 4, "nisavski", NotScreened.NOT_FOUND),
    (date(2024, 2, 12), SiteKind.CONSTRUCTION_SITE, Sector.CONSTRUCTION, 14, "srednjobanatski", ""),
    (date(2024, 4, 23), SiteKind.DWELLING, Sector.SEX_INDUSTRY, 5, "borski", NotScreened.REPORTED_TWICE),
    (date(2024, 7, 2), SiteKind.FARM, Sector.AGRICULTURE, 18, "juznobanatski", ""),
    (date(2024, 8, 27), SiteKind.FACTORY, Sector.MANUFACTURING, 35, "macvanski", NotScreened.ACCESS_REFUSED),
    (date(2024, 10, 15), SiteKind.CONSTRUCTION_SITE, Sector.CONSTRUCTION, 40, "beograd", ""),
)
# Days on which an adult did not want to be referred, and was counted without a name.
COUNTED = (
    *(date(2023, 1, 19), date(2023, 4, 6), date(2023, 5, 25), date(2023, 10, 12), date(2023, 10, 30)),
    *(date(2024, 2, 8), date(2024, 3, 21), date(2024, 6, 13), date(2024, 9, 5), date(2024, 9, 26), date(2024, 12, 3)),
)


def tell_talks(offices: Staff) -> None:
    """Write the calls, the reports of sites and the counts."""
    for year in (2023, 2024):
        _calls(offices.accounts["hotline"], year)
    for number, site in enumerate(SITES):
        _site(number, site, offices.accounts["inspector"], offices.accounts["duty"])
    for number, day in enumerate(COUNTED):
        _count(number, day, offices.accounts["ngo" if number % 2 else "inspector"])


def _calls(operator: Account, year: int) -> None:
    subjects = [name for name, counts in CALLS.items() for _ in range(counts[year - 2023])]
    for number, subject in enumerate(subjects):
        place = number * 23 % len(subjects)
        began = _local(date(year, 1, 3) + timedelta(days=place * 360 // len(subjects)), 8 + number % 12)
        is_silent = subject == "silent"
        told = Told(
            is_safe=Answer.NOT_KNOWN if is_silent or number % 7 == 0 else Answer.YES,
            channel=Channel.CHAT if number % 4 == 3 else Channel.PHONE,
            caller=CallerKind.ANONYMOUS if is_silent else CALLERS[number % len(CALLERS)],
            subjects=(subject,),
            began_at=began,
            ended_at=began + timedelta(minutes=3 + number % 20),
            language="" if is_silent else SPOKEN[number % len(SPOKEN)],
            age_band=AgeBand.CHILD if subject == "trafficking_begging" else AgeBand.ADULT,
            notes="" if is_silent else "Asks what can be done; was told who helps.",
            led_to=(LedTo.NOTHING if is_silent else LedTo.INFORMATION,),
        )
        with frozen(began + timedelta(minutes=30)):
            take_call(told, by=operator)


def _site(
    number: int, site: tuple[date, SiteKind, Sector, int, str, str], inspector: Account, officer: Account
) -> None:
    """A report, answered within the day; the third of each kind of answer is late."""
    day, kind, sector, present, district, reason = site
    at = _local(day, 10)
    with frozen(at):
        place = Place(kind, district=district, address=f"Primer {day:%y}-{number}", sector=sector)
        seen = Report(place, present_min=present, seen_from=day, documents_held=Answer.YES, languages=("hi",))
        report = sites.report(seen, by=inspector)
    with frozen(at + (26 if number % 3 == 2 else 4) * HOUR):
        sites.take_up(report, by=officer)
        if reason:
            sites.decline_talks(report, reason=reason, why="As reported by the colleagues on the spot.", by=officer)
        else:
            sites.begin_talks(report, by=officer)
    if reason:
        return
    if number % 3 == 0:
        _listed(report, at + 30 * HOUR, inspector)
    with frozen(at + 3 * DAY):
        sites.finish(report, by=inspector, reason="left")


def _listed(report: Incident, at: datetime, by: Account) -> None:
    """Six on a list: with three there was a talk that led to no referral, two did not want one, one had left."""
    everybody = range(1, 7)
    rows = [Row(line=n + 1, number=n, sex=Sex.MALE, age_band=AgeBand.ADULT, language="hi") for n in everybody]
    with frozen(at):
        met.list_persons(report, rows, by=by)
    for number in everybody:
        with frozen(at + number * HOUR / 2):
            entry = _one(report, number)
            if number <= 3:
                met.talk(entry, indicator_set="ilo-11", by=by)
                met.end_talk(_one(report, number), by=by)
            elif number <= 5:
                met.decline(entry, by=by)
            else:
                met.miss(entry, reason=NotTalked.NO_INTERPRETER, by=by)


def _one(report: Incident, number: int) -> RosterEntry:
    found = person(report, number)
    assert found is not None
    return found.entry


def _count(number: int, day: date, by: Account) -> None:
    with frozen(_local(day, 11)):
        sex = Sex.MALE if number % 3 == 0 else Sex.FEMALE
        situation = Situation(indicator_set="ilo-11", age_band=AgeBand.ADULT, sex=sex, district="beograd")
        noticed = screening.start(situation, by=by)
        screening.answer(noticed, "ILO11-07", Answer.YES, by=by)
        screening.finish(noticed, by=by)
        sending.count_only(noticed, form="labour" if sex == Sex.MALE else "sexual", by=by)


def _local(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), current_profile().zone)
