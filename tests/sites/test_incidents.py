"""Published incidents, played through as the people in them would have met this service."""

import json
from pathlib import Path

import pytest

from opennrm.access.country import today_here
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, Answer, CountingUnit, Sex, SiteKind
from opennrm.referral.models import Referral
from opennrm.referral.sending import submit
from opennrm.registers.actions import snapshot
from opennrm.screening.actions import Situation, answer, start
from opennrm.screening.models import Screening
from opennrm.screening.queries import reading_of
from opennrm.sites import actions, met, queries
from opennrm.sites.actions import Place, Report
from opennrm.sites.models import RosterEntry
from opennrm.sites.rules.standing import Standing
from opennrm.sites.rules.tables import lines_of_text
from opennrm.workflow.queries import clocks_of
from tests.factories import a_letter, an_agency

pytestmark = [pytest.mark.django_db, pytest.mark.both]

INCIDENTS = json.loads((Path(__file__).parents[1] / "screening/data/incidents.json").read_text(encoding="utf-8"))
FIVE_HUNDRED = INCIDENTS["about 500 workers, Zrenjanin, 2021"]
FOURTEEN = INCIDENTS["14 workers, Zrenjanin, 2024"]
TWO_WOMEN = INCIDENTS["two women, Bor, 2024"]


def told(screening, incident, by):
    for indicator, words in incident["told"].items():
        answer(screening, indicator, Answer.YES, note=words, by=by)
    return reading_of(screening)


def test_500_workers_are_a_site_with_a_clock_and_no_person(office):
    signs = {"SITE-02": Answer.YES, "SITE-03": Answer.YES, "SITE-04": Answer.YES, "SITE-08": Answer.YES}
    place = Place(SiteKind.CONSTRUCTION_SITE, operator="Primer, builder of a factory")
    seen = Report(place, 500, today_here(), documents_held=Answer.YES, languages=["vi"], signs=signs)

    site = actions.report(seen, by=office.inspector)

    assert len(clocks_of(site.file_code)) == 1
    assert (Screening.unscoped.count(), RosterEntry.objects.count()) == (0, 0)
    facts = snapshot(now()).facts
    counted = [
        amount
        for unit, event, amount in zip(
            facts.columns["unit"], facts.columns["event"], facts.columns["amount"], strict=True
        )
        if (unit, event) == (CountingUnit.SITE_REPORT, "site.received")
    ]
    assert counted == [500]
    assert not [person for person in facts.columns["person_key"] if person]


def test_fourteen_workers_are_fourteen_screenings_each_incomplete_ask_more(office):
    site = actions.report(Report(Place(SiteKind.CONSTRUCTION_SITE), 14, today_here()), by=office.inspector)
    pasted = "number\tsex\tage\tcitizenship\tspeaks\n" + "\n".join(
        f"{number}\tman\tadult\tIndia\tHindi" for number in range(1, 15)
    )
    roster = queries.read(lines_of_text(pasted), site, only=AgeBand.ADULT)
    met.list_persons(site, roster.rows, by=office.inspector)

    for person in queries.persons(site):
        begun = met.talk(person.entry, indicator_set=FOURTEEN["list"], by=office.inspector)
        reading = told(begun, FOURTEEN, office.inspector)
        assert reading.advice == FOURTEEN["advice"] == "ask_more"
        assert {d.dimension: d.result for d in reading.dimensions} == FOURTEEN["dimensions"]
        assert reading.combination.result == FOURTEEN["combination"]
    submit(Screening.unscoped.first(), a_letter(reason="The passports were taken."), by=office.inspector)

    stand = [person.standing for person in queries.persons(site)]
    assert (stand.count(Standing.REFERRED), stand.count(Standing.BEGUN)) == (1, 13)
    assert Screening.unscoped.values("person").distinct().count() == 14
    assert Referral.unscoped.count() == 1, "what one person decides is hers; thirteen others are not referred by it"


def test_what_500_told_in_2021_is_positive_for_one_who_says_it_and_says_nothing_of_the_others(office):
    site = actions.report(Report(Place(SiteKind.CONSTRUCTION_SITE), 500, today_here()), by=office.inspector)
    rows = queries.read(lines_of_text("number\tage\n1\tadult\n2\tadult"), site, only="adult").rows
    met.list_persons(site, rows, by=office.inspector)
    one, other = (person.entry for person in queries.persons(site))

    begun = met.talk(one, indicator_set=FIVE_HUNDRED["list"], by=office.inspector)
    unspoken = met.talk(other, indicator_set=FIVE_HUNDRED["list"], by=office.inspector)

    assert told(begun, FIVE_HUNDRED, office.inspector).advice == "refer_now"
    assert {d.result for d in reading_of(unspoken).dimensions} == {"not_assessed"}


def test_two_women_of_bor_are_two_referrals_each_with_her_own_clock(office):
    an_agency("centre")
    for _ in range(2):
        situation = Situation(TWO_WOMEN["list"], AgeBand.ADULT, sex=Sex.FEMALE, place="dwelling")
        noticed = start(situation, by=office.stranger)
        reading = told(noticed, TWO_WOMEN, office.stranger)
        assert {d.dimension: d.result for d in reading.dimensions} == TWO_WOMEN["dimensions"]
        assert reading.advice == "refer_now"
        submit(noticed, a_letter(), by=office.stranger)

    files = set(Referral.unscoped.values_list("file_code", flat=True))
    assert len(files) == 2
    assert all({seen.deadline.id for seen in clocks_of(file)} >= {"open_case"} for file in files)
