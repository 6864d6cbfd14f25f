"""The figures desk: what can be asked, what is downloaded, what was reported and what changed since."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from opennrm.access.country import today_here
from opennrm.audit.models import Entry
from opennrm.desk.figure_words import EVENTS, MEASURES, word
from opennrm.desk.figures import asked, of_catalogue, show
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.codes import AgeBand, Sex
from opennrm.kernel.errors import NotAllowed
from opennrm.parties.actions import Known, correct_attributes
from opennrm.registers.models import Reported, ReportedChange
from opennrm.registers.queries import reports_of
from opennrm.registers.reporting import explain, report
from opennrm.registers.rules import Changed, Recipient
from tests.factories import a_referral, staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def visitor(account):
    client = Client()
    client.force_login(account)
    return client


AT = datetime(2026, 11, 17, 12, tzinfo=UTC)
REFERRED = "persons_referred"


def ask(query, measure=REFERRED, at=AT):
    return asked(measure, QueryDict(query), at)


@pytest.mark.parametrize(
    ("query", "code"),
    [("", "2026"), ("year=2024", "2024"), ("year=2024-03", "2024-03"),
     ("year=2024-01-02..2025-03-01", "2024-01-02..2025-03-01")],
)  # fmt: skip
def test_a_period_is_a_year_a_month_or_two_days(query, code):
    assert ask(query).period.code == code


@pytest.mark.parametrize(
    "query",
    ["year=1999", "year=2027", "year=2024-13", "year=20241", "year=2024-3", "year=2024-02-30..2024-03-01", "year=٢٠٢٤",
     "year=2024-03-01..2024-02-01", "as_of=yesterday", "as_of=2026-11-18", "since=0001-01-01", "since=2027-01-01"],
)  # fmt: skip
def test_what_is_no_period_and_no_day_that_has_come_is_no_figure(query):
    assert ask(query) is None


def test_two_breakdowns_at_most_and_different_events_always_apart():
    assert [b.id for b in ask("by=form&by=sex&by=district&by=shoe").measure.breakdowns] == ["form", "sex"]
    both = ask("by=form", "persons_referred_and_identified")
    assert [b.id for b in both.measure.breakdowns] == ["event", "form"]


def test_times_are_shown_under_the_statistic_asked_for_and_counts_are_not():
    assert ask("statistic=upper_quartile", "minutes_to_decision").measure.statistic == "upper_quartile"
    assert ask("statistic=upper_quartile").measure.statistic == "count"
    assert ask("statistic=nonsense", "minutes_to_decision").measure.statistic == "median"


def test_a_figure_is_counted_as_known_on_a_day_and_beside_an_earlier_one(office):
    early, late = today_here(), now() + timedelta(days=3)
    sent = a_referral(office.inspector)
    with frozen(late):
        correct_attributes(sent.person, Known(sex=Sex.MALE, age_band=AgeBand.ADULT), by=office.duty)
        year = f"year={early.year}"
        then = show(ask(f"{year}&by=sex&as_of={early}", at=now()))
        today = show(ask(f"{year}&by=sex&since={early}", at=now()))

    assert (then.table.cell("female").value, then.table.cell("male").value) == (1, 0)
    assert (today.table.cell("female").value, today.table.cell("male").value) == (0, 1)
    assert sorted((str(c["before"]), str(c["now"])) for c in today.changes) == [("0", "1"), ("1", "0")]


def test_the_workbook_holds_numbers_as_numbers_and_what_they_mean(office):
    a_referral(office.inspector)
    statistician = visitor(staff("statistician"))

    answer = statistician.get(reverse("figure_xlsx", args=[REFERRED]), {"by": "sex"})

    book = load_workbook(BytesIO(answer.content))
    numbers, definition = book.worksheets
    assert answer["Content-Disposition"].endswith('.xlsx"')
    assert [cell.value for cell in numbers[1]][-1] == "Total"
    assert [cell.value for cell in numbers[2]][-1] == 1
    said = {row[0].value: row[1].value for row in definition.iter_rows() if row[0].value}
    assert (said["Unit"], said["Dated by"], said["Version of the catalogue"]) == ("person", "event", MEASURES.version)
    assert Entry.objects.filter(verb="figure.export").count() == 1


def test_a_reported_figure_says_when_it_was_emptied_and_keeps_the_reason_once(office):
    statistician = staff("statistician")
    case = a_referral(office.inspector)
    table = show(ask("by=sex&year=" + str(today_here().year), at=now())).table
    kept = report(table, version=MEASURES.version, recipient=Recipient.COUNCIL_OF_EUROPE, by=statistician)

    (same,) = reports_of(table.measure, table.period, table)
    assert not same.is_changed
    with pytest.raises(NotAllowed, match="nothing to explain"):
        explain(kept, same.then, table, reason=Changed.CORRECTED, by=statistician)

    measure = table.measure
    empty = show(ask(f"by=sex&year={today_here().year}&as_of={today_here() - timedelta(days=1)}", at=now())).table
    (gone,) = reports_of(measure, table.period, empty)
    assert gone.is_changed
    assert gone.is_emptied
    explain(kept, gone.then, empty, reason=Changed.TAKEN_BACK, by=statistician)
    with pytest.raises(NotAllowed, match="recorded already"):
        explain(kept, gone.then, empty, reason=Changed.OTHER, by=statistician)
    assert ReportedChange.objects.get().is_emptied
    assert [r.reason for r in reports_of(measure, table.period, empty)] == ["taken_back"]
    assert case.person.attributes.count() == 1


def test_what_was_reported_in_the_first_hour_of_a_year_is_of_that_year(office):
    """At half past midnight in Belgrade the clock of UTC still shows the year before."""
    new_year = datetime(today_here().year + 1, 12, 31, 23, 30, tzinfo=UTC)
    with frozen(new_year):
        a_referral(office.inspector)
        table = show(ask(f"by=sex&year={new_year.year + 1}", at=now())).table
        report(table, version=MEASURES.version, recipient=Recipient.PUBLIC, by=staff("statistician"))

        (seen,) = reports_of(table.measure, table.period, table)

    assert table.cell("female").value == 1
    assert seen.then.cells == table.cells
    assert not seen.is_changed


def test_reporting_is_the_statisticians_and_wants_a_recipient(office):
    where = reverse("figure_reported", args=[REFERRED])
    for role in ("national_coordinator", "centre_case_manager", "labour_inspector"):
        assert visitor(staff(role, f"other-{role}")).post(where, {"recipient": "public"}).status_code == 404
    statistician = visitor(staff("statistician"))

    assert b"Choose to whom" in statistician.post(where, {}, follow=True).content
    assert Reported.objects.count() == 0
    assert b"Kept as reported" in statistician.post(where, {"recipient": "public"}, follow=True).content
    code = Reported.objects.get().code
    a_referral(office.inspector)
    why = reverse("figure_explained", args=[REFERRED, code])
    assert b"says something else" in statistician.get(reverse("figure", args=[REFERRED])).content
    assert b"Choose why" in statistician.post(why, {"reason": "mood"}, follow=True).content
    assert b"reason was recorded" in statistician.post(why, {"reason": "came_later"}, follow=True).content
    assert statistician.post(reverse("figure_explained", args=[REFERRED, "0000-0000"])).status_code == 404
    assert visitor(staff("police_investigator")).post(why, {"reason": "came_later"}).status_code == 404


def test_the_way_back_is_recorded_and_is_not_the_statisticians(office):
    case = office.case()
    address = reverse("figure_cases", args=["referrals"]) + "?by=month&cell=*"

    found = visitor(office.lead).get(address)

    assert case.code.encode() in found.content
    assert Entry.objects.filter(subject__startswith="measure:referrals/read/").count() == 1
    assert visitor(staff("statistician")).get(address).status_code == 404
    calls = reverse("figure_cases", args=["hotline_calls"]) + "?by=month&cell=*"
    assert visitor(office.lead).get(calls).status_code == 404


def test_the_catalogue_is_found_by_words_and_by_unit():
    assert "appeals_lodged" in of_catalogue("appeals LODGED", "")
    assert set(of_catalogue("", "call")) == {"hotline_calls", "hotline_callers", "hotline_subjects", "hotline_outcomes"}
    assert not of_catalogue("zebra", "")


def test_every_event_axis_and_category_of_the_catalogue_has_its_words():
    for measure in MEASURES.measures.values():
        assert set(measure.events) <= EVENTS.keys()
        for breakdown in measure.breakdowns:
            assert word(breakdown.id, "")
            if breakdown.attribute != "event":
                assert all(word(breakdown.id, code) for code in breakdown.categories), breakdown.id
    assert word("month", "2026-03")
