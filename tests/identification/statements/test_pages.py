"""What the pages show to whom, and what they do with what cannot be."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localtime

from opennrm.access.actions import grant
from opennrm.access.actor import SYSTEM
from opennrm.access.country import today_here
from opennrm.audit.models import Entry
from opennrm.identification.models import Determination, Sharing, Statement, Telling
from opennrm.identification.statements import actions
from opennrm.identification.statements.actions import Again
from opennrm.kernel.clock import now
from tests.factories import an_agency, staff
from tests.house.walk import Visitor
from tests.identification.statements.telling import CONSENTS, a_booking, a_statement, handed

pytestmark = [pytest.mark.django_db, pytest.mark.both]
ACCOUNT = {"purpose": "identification", "medium": "notes", "words": "Primer words."}


@pytest.fixture
def case(office):
    return office.case()


@pytest.fixture
def lead(office):
    return Visitor(office.lead, [])


@pytest.fixture
def prosecutor():
    return Visitor(staff("prosecutor"), [])


def local(ahead):
    return localtime(now() + ahead).strftime("%Y-%m-%dT%H:%M")


def words(visitor, page, *args, status=200):
    answer = visitor.page(page, *args)
    assert answer.status_code == status
    return answer.content.decode()


def refused(visitor, page, *args, **fields):
    visitor.send(page, *args, expect=400, **fields)
    return visitor.answers[-1].content.decode()


def test_before_a_talk_is_booked_the_page_shows_which_accounts_exist_without_their_words(case, lead):
    assert "to nobody yet" in words(lead, "case:book", case.code)
    lead.send("case:statement", case.code, **ACCOUNT)

    page = words(lead, "case:book", case.code)

    assert "Notes of the talk" in page
    assert "Primer words." not in page
    assert "Why does the person have to tell it again?" in page


def test_a_booking_without_a_reason_is_refused_and_keeps_what_was_written(case, lead):
    lead.send("case:statement", case.code, **ACCOUNT)
    when = local(timedelta(days=1))

    page = refused(lead, "case:book", case.code, purpose="help", planned_at=when)

    assert "Why does the person have to tell it again?” is not answered yet" in page
    assert f'value="{when}"' in page
    assert Telling.unscoped.count() == 0
    lead.send("case:book", case.code, purpose="help", planned_at=when, again="own_wish")


@pytest.mark.parametrize(
    ("wrong", "because"),
    [
        ({"at": "tomorrow"}, "This lies in the future"),
        ({"words": " "}, "Write what was told"),
        ({"medium": "memory"}, "Select a valid choice"),
        ({"minutes": "0"}, "greater than or equal to 1"),
        ({"agreed_investigation": "ngo"}, "Select a valid choice"),
    ],
)
def test_a_statement_that_cannot_be_is_refused_at_its_page(case, lead, wrong, because):
    fields = ACCOUNT | {
        name: local(timedelta(days=1)) if value == "tomorrow" else value for name, value in wrong.items()
    }

    assert because in refused(lead, "case:statement", case.code, **fields)
    assert Statement.unscoped.count() == 0


def test_a_booking_recorded_twice_says_so(case, lead, office):
    booked = a_booking(case, office.lead)
    lead.send("telling:take", booked.code, **ACCOUNT)

    again = lead.post(reverse("telling:take", args=[booked.code]), ACCOUNT)

    assert again.status_code == 409
    assert "Nothing was changed." in again.content.decode()
    assert Statement.unscoped.count() == 1


def test_sharing_without_her_agreement_is_refused_at_its_page_and_an_order_is_named(case, lead, office, prosecutor):
    one = a_statement(case, office.lead)
    to = f"{an_agency('prosecution').code} {prosecutor.account.code}"
    handing = {"to": to, "purpose": "investigation", "days": "30"}

    assert "did not agree" in refused(lead, "statement:share", one.code, **handing, basis="consent")
    assert "Name the order" in refused(lead, "statement:share", one.code, **handing, basis="court_order")
    assert Sharing.objects.count() == 0
    lead.send("statement:share", one.code, **handing, basis="court_order", order="High Court K 1")


def test_a_prosecutor_asks_is_answered_and_reads_and_the_reading_is_recorded(case, lead, office, prosecutor):
    one = a_statement(case, office.lead, agreed=CONSENTS)
    grant(case.file_code, prosecutor.account, classes=["referral_status"], purpose="case", by=SYSTEM)
    assert one.code in words(prosecutor, "case:told", case.code)
    assert "Primer." not in words(prosecutor, "statement:detail", one.code)

    prosecutor.send("statement:ask", one.code, purpose="investigation", words="When did it begin?")
    assert "Answer who asks for a statement" in words(lead, "worklist")
    asked = one.requests.get()
    assert "When did it begin?" in words(lead, "request:answer", asked.code)
    assert "Choose why" in refused(lead, "request:answer", asked.code, answer="refuse", basis="consent", days="30")
    lead.send("request:answer", asked.code, answer="share", basis="consent", days="30")

    assert "Primer." in words(prosecutor, "statement:detail", one.code)
    read = Entry.objects.filter(verb__contains="read", by=prosecutor.account.ref).latest("at")
    assert read.facts["purpose"] == "statement"


def test_who_received_one_statement_meets_nothing_else_of_the_file(case, office, prosecutor):
    one = a_statement(case, office.lead, agreed=CONSENTS)
    actions.share(one, handed(prosecutor.account), by=office.lead)

    assert one.code in words(prosecutor, "statements")
    assert case.code not in words(prosecutor, "statement:detail", one.code)
    for page in ("case", "case:told", "case:book", "case:statement", "case:determine"):
        words(prosecutor, page, case.code, status=404)
    for page in ("statement:share", "statement:agree", "statement:strike"):
        words(prosecutor, page, one.code, status=404)


def test_the_code_leads_a_receiver_to_the_statement(case, office, prosecutor):
    one = a_statement(case, office.lead, agreed=CONSENTS)
    actions.share(one, handed(prosecutor.account), by=office.lead)

    found = prosecutor.post(reverse("find"), {"code": one.code})
    notice = prosecutor.page("notices").content.decode()

    assert found["Location"] == reverse("statement:detail", args=[one.code])
    assert "Something waits in a " in notice
    assert "A statement was shared" not in notice


def test_consent_is_taken_back_at_its_page(case, lead, office, prosecutor):
    one = a_statement(case, office.lead, agreed=CONSENTS)
    actions.share(one, handed(prosecutor.account), by=office.lead)

    lead.send("statement:agree", one.code)

    assert "taken back" in words(lead, "statement:detail", one.code)
    words(prosecutor, "statement:detail", one.code, status=404)


def test_a_struck_statement_stays_to_be_seen(case, lead, office):
    one = a_statement(case, office.lead)

    lead.send("statement:strike", one.code, reason="Recorded twice.")

    assert "Struck: recorded in error" in words(lead, "case:told", case.code)
    assert "Recorded twice." in words(lead, "statement:detail", one.code)
    for page in ("statement:share", "statement:agree", "statement:strike"):
        words(lead, page, one.code, status=404)


@pytest.mark.parametrize(("day", "because"), [(-30, "before the referral"), (1, "in the future")])
def test_a_determination_of_a_day_that_cannot_be_is_refused_at_its_page(case, lead, day, because):
    on = (today_here() + timedelta(days=day)).isoformat()
    body = an_agency("police").code

    assert because in refused(lead, "case:determine", case.code, body=body, outcome="identified", on=on)
    assert Determination.unscoped.count() == 0


def test_a_correction_is_shown_beside_what_it_corrects(case, lead):
    today, body = today_here().isoformat(), an_agency("police").code
    lead.send("case:determine", case.code, body=body, outcome="other_offence", on=today, basis="kz-350")
    said = Determination.unscoped.get()

    lead.send("determination:correct", said.code, body=body, outcome="identified", on=today, because="Typed wrong.")

    page = words(lead, "case", case.code)
    assert "Corrected since" in page
    assert "Typed wrong." in page
    words(lead, "determination:correct", said.code)
    assert "corrected already" in refused(
        lead, "determination:correct", said.code, body=body, outcome="identified", on=today, because="Again."
    )


def test_a_case_page_counts_tellings_and_repeats(case, lead, office):
    a_statement(case, office.lead)
    a_statement(case, office.lead, again=Again("other"))

    assert "2 accounts, 1 repeat" in words(lead, "case", case.code)


def test_a_second_press_of_the_same_form_leads_on_and_is_no_second_telling(case, lead):
    fields = ACCOUNT | {"key": "madewhenopened"}

    first, again = (lead.post(reverse("case:statement", args=[case.code]), fields) for _ in range(2))

    assert first["Location"] == again["Location"] == reverse("case:told", args=[case.code])
    assert Statement.unscoped.count() == 1


def test_a_talk_booked_before_another_account_came_asks_why_when_it_is_recorded(case, lead, office):
    booked = a_booking(case, office.lead)
    a_statement(case, office.lead)

    assert "is not answered yet" in refused(lead, "telling:take", booked.code, **ACCOUNT)
    lead.send("telling:take", booked.code, **ACCOUNT, again="open_question")
