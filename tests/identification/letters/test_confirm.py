from datetime import timedelta

import pytest
from django.urls import reverse

from opennrm.access.country import current_profile, today_here
from opennrm.audit.models import Entry
from opennrm.audit.queries import trail
from opennrm.identification.letters.actions import ASKED_AT_MOST, WITHIN, Wished, confirm_letter, make_letter
from opennrm.identification.letters.queries import told_by_ruling
from opennrm.identification.models import Issued
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.errors import NotAllowed
from tests.factories import declined, staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]
DAY = timedelta(days=1)
ASK = "letter_confirm"


@pytest.fixture
def case(office):
    case = office.case_ready_to_decide()
    declined(case, office.lead)
    return case


@pytest.fixture
def border(office):
    return staff("border_police")


def a_letter(office, case, *, is_neutral):
    told = told_by_ruling(case.decision.ruling.code, office.lead)
    return make_letter(told, Wished(language="en", is_neutral=is_neutral), by=office.lead)


def test_a_letter_is_confirmed_by_its_reference_and_day_and_the_case_knows_it(office, case, border):
    letter = a_letter(office, case, is_neutral=False)
    spaced = f" {letter.reference[:2]} {letter.reference[2:5]} {letter.reference[5:]}"

    assert confirm_letter(spaced, today_here(), by=border).reference == letter.reference
    assert list(trail(case.decision.ref))[-1].verb == "decision.letter_confirmed"
    asked = Entry.objects.get(verb="letter.confirm")
    assert (asked.subject, asked.facts) == (border.ref, {"found": True})


@pytest.mark.parametrize(("digits", "shift"), [("", DAY), ("", -DAY), ("00000000", timedelta())])
def test_what_was_not_issued_is_not_confirmed_and_nothing_more_is_said(office, case, border, digits, shift):
    letter = a_letter(office, case, is_neutral=False)

    assert confirm_letter(digits or letter.reference, today_here() + shift, by=border) is None
    assert list(trail(case.decision.ref))[-1].verb == "decision.letter"


def test_nobody_finds_a_letter_by_trying(office, case, border):
    letter = a_letter(office, case, is_neutral=True)
    at = now()
    for number in range(ASKED_AT_MOST):
        with frozen(at + timedelta(seconds=number)):
            assert confirm_letter(f"{number:08}", today_here(), by=border) is None

    with frozen(at + timedelta(minutes=2)), pytest.raises(NotAllowed, match="often within an hour"):
        confirm_letter(letter.reference, today_here(), by=border)
    assert Entry.objects.filter(verb="letter.confirm").count() == ASKED_AT_MOST
    assert confirm_letter(letter.reference, today_here(), by=staff("prosecutor")), "another one is not kept waiting"
    with frozen(at + WITHIN + timedelta(minutes=1)):
        assert confirm_letter(letter.reference, current_profile().calendar.day(letter.made_at), by=border)


def test_a_neutral_letter_is_confirmed_with_the_name_that_it_bears(client, office, case, border):
    neutral, full = (a_letter(office, case, is_neutral=one) for one in (True, False))
    centre = str(case.agency)
    client.force_login(border)

    of_neutral, of_full = (
        client.post(reverse(ASK), {"reference": one.reference, "on": today_here().isoformat()}).content.decode()
        for one in (neutral, full)
    )

    papers = Issued.objects.in_bulk([neutral.reference, full.reference])
    assert (papers[neutral.reference].agency, str(papers[full.reference].agency)) == (None, centre)
    assert "issued on" in of_neutral
    assert "Office for Social Services" in of_neutral
    assert centre not in of_neutral
    assert centre in of_full
    for page in (of_neutral, of_full):
        assert case.code not in page
        assert neutral.reference not in page
        assert full.reference not in page


def test_the_page_is_for_offices_that_are_shown_papers(client, office):
    client.force_login(staff("statistician"))
    assert client.get(reverse(ASK)).status_code == 404

    client.force_login(office.inspector)
    assert client.get(reverse(ASK)).status_code == 404


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"reference": ""}, "is not answered yet"),
        ({"reference": "12345678"}, "is not answered yet"),
        ({"reference": "12345678", "on": "2026-02-31"}, "Enter a valid date"),
        ({"reference": "x" * 5000, "on": "2026-02-01"}, "at most 20 characters"),
    ],
)
def test_what_is_no_question_is_refused_and_not_counted(client, border, given, said):
    client.force_login(border)

    answer = client.post(reverse(ASK), given)

    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not Entry.objects.filter(verb="letter.confirm").exists()
