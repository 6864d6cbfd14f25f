"""What she sees, changes and asks for; and what no page of hers ever holds."""

import re

import pytest
from django.urls import reverse

from opennrm.access.actions import appoint
from opennrm.access.actor import SYSTEM
from opennrm.access.country import current_profile
from opennrm.access.queries import posts
from opennrm.access.staffing import end_post
from opennrm.audit.models import Entry
from opennrm.identification.appeals.actions import arrange_help
from opennrm.identification.statements.actions import Again, share
from opennrm.identification.statements.queries import statement as find_statement
from opennrm.own import hers
from opennrm.own.models import OwnRequest
from opennrm.own.shown import seal
from opennrm.parties.actions import Said as Answered
from opennrm.parties.actions import record_consents, record_contact_rule, reveal_identity, seal_identity
from opennrm.parties.queries import agrees
from opennrm.workflow.actions import read_file
from opennrm.workflow.models import Notice
from tests.factories import an_agency, declined, staff
from tests.identification.statements.telling import a_booking, a_statement, handed
from tests.own.entering import she_enters

pytestmark = [pytest.mark.django_db, pytest.mark.both]

PAGES = ("my", "my_rights", "my_help", "my_read", "my_ask")
CANARY = "Kanarinkazlata"


def in_(her, language):
    her.send("my_language", language=language)
    return her


def agreement_number(her, purpose, audience):
    found = hers.her_agreements(her.visit.access.case)
    return next(n for n, one in enumerate(found, 1) if (one.purpose, one.audience) == (purpose, audience))


def take_back(her, purpose, audience):
    number = agreement_number(her, purpose, audience)
    page = her.words("my_change", number)
    what = re.search(r'name="what" value="(\w+)"', page).group(1)
    return page, her.send("my_change", number, what=what)


def test_the_status_is_told_in_plain_words_and_only_what_was_explained(office):
    case = office.case_ready_to_decide()
    her = she_enters(case, office.lead)
    assert "You are waiting for the decision" in her.words()

    declined(case, office.lead)

    page = her.words()
    assert "The decision says no" in page
    assert "you can ask others to look at it again" in page
    assert re.search(r"Until \d+ \w+ 20\d\d", page)


def test_help_and_talks_stand_with_their_days_and_without_their_words(office):
    case = office.case()
    her = she_enters(case, office.lead)
    assert "No services are written down yet" in her.words("my_help")
    arrange_help(case, kind="medical", words=f"With {CANARY}, Primer street 1", by=office.lead)
    a_booking(case, office.lead, again=Again())

    page = her.words("my_help")

    assert "A doctor" in page
    assert "A talk is planned" in page
    assert CANARY not in page


def test_who_read_is_told_by_office_role_purpose_and_month_without_names(office):
    case = office.case()
    her = she_enters(case, office.lead)
    for _ in range(3):
        read_file(case, by=office.lead, purpose="case")
    read_file(case, by=office.members[0], purpose="opinion")
    reveal_identity(case.person, by=office.lead, purpose="make_contact")

    page = her.words("my_read")

    assert "The Centre · case manager" in page
    assert "To work on your case" in page
    assert "How often: 3" in page
    assert "To write an opinion" in page
    assert "To see your name" in page
    assert not [name for name in (office.lead.name, office.members[0].name, case.agency.name) if name in page]


def test_a_reader_is_told_with_the_post_of_that_time(office):
    case = office.case()
    read_file(case, by=office.lead, purpose="case")
    end_post(posts(office.lead)[0], by=SYSTEM)
    appoint(office.lead, an_agency("shelter"), "shelter_staff", by=SYSTEM)

    [row] = hers.readers(case)

    assert (row.kind, row.role) == ("centre", "centre_case_manager")


def test_no_page_of_hers_holds_what_is_not_for_a_screen(office):
    """Names, whereabouts, contact, notes, opinions, statements, offices and colleagues."""
    case = office.case_ready_to_decide()
    seal_identity(case.person, name=f"{CANARY} Ogled", contact=f"{CANARY} 1, Bor", by=office.lead)
    record_contact_rule(case.person, channel="telephone", hours=CANARY, words=CANARY, never=CANARY, by=office.lead)
    arrange_help(case, kind="safe_place", words=f"{CANARY} street", by=office.lead)
    a_statement(case, office.lead, words=CANARY, agreed=(("help", "shelter"),))
    declined(case, office.lead)
    read_file(case, by=office.stranger, purpose="investigation")
    her = she_enters(case, office.lead)
    names = [one.name for one in (office.lead, office.duty, office.inspector, office.stranger, *office.members)]
    forbidden = [CANARY, *names, "It is coherent", "Shown by what was found", case.code, case.file_code]
    forbidden += [case.person.code, case.decision.code, case.agency.name, case.referral.sender_agency.name]

    for language in hers.languages():
        in_(her, language)
        for name in PAGES:
            page = her.words(name)
            assert not [one for one in forbidden if one in page], (language, name)


def test_every_language_renders_whole_and_says_when_it_awaits_review(office):
    case = office.case_ready_to_decide()
    record_consents(case.person, [Answered("service", "ngo", True)], by=office.lead)
    her = she_enters(case, office.lead)
    own = current_profile().own

    for language in hers.languages():
        in_(her, language)
        for name in (*PAGES, "my_change"):
            answer = her.get(reverse(name, args=[1] if name == "my_change" else []))
            page = answer.content.decode()
            assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page
            assert f"<title>{own.says('page.title', language)}</title>" in page
            assert not re.search(r"<(h1|h2|b|button[^>]*)>\s*</", page), (language, name)
            assert (own.says("page.awaiting", language) in page) is (language in own.awaits_review), language


def test_the_title_and_the_address_betray_nothing(office):
    her = she_enters(office.case(), office.lead)
    betraying = current_profile().letters.betrayed_by

    for name in (*PAGES, "my_change"):
        assert not betraying(reverse(name, args=[1] if name == "my_change" else []))
    for language in hers.languages():
        in_(her, language)
        title = re.search(r"<title>(.*?)</title>", her.words()).group(1)
        assert not betraying(title)


# --- taking a yes back


def test_a_consent_is_taken_back_after_its_effect_was_told_and_the_lead_learns_it(office):
    case = office.case()
    record_consents(case.person, [Answered("police_report", "police", True)], by=office.lead)
    her = she_enters(case, office.lead)

    before, done = take_back(her, "police_report", "police")

    assert "Nothing more is reported on your yes" in before
    assert "Your yes was taken back" in her.get(done["Location"]).content.decode()
    assert not agrees(case.person, "police_report", "police")
    entry = Entry.objects.get(verb="case.own_consent_withdrawn")
    assert (entry.by, entry.facts["purpose"]) == (case.person.ref, "police_report")
    assert Notice.objects.get(account=office.lead, verb="case.own_consent_withdrawn").subject == case.ref
    assert "You said no" in her.words()


def test_taking_back_ends_the_sharing_of_a_statement_that_rested_on_it(client, office):
    case = office.case()
    told = a_statement(case, office.lead, agreed=(("investigation", "prosecution"), ("help", "ngo")))
    prosecutor = staff("prosecutor")
    share(told, handed(prosecutor), by=office.lead)
    her = she_enters(case, office.lead)
    assert find_statement(told.code, prosecutor)

    before, _ = take_back(her, "investigation", "prosecution")

    assert "cannot read it any more" in before
    assert find_statement(told.code, prosecutor) is None
    client.force_login(prosecutor)
    assert client.get(reverse("statement:detail", args=[told.code])).status_code == 404
    assert [(one.purpose, one.audience) for one in hers.her_agreements(case) if not one.is_consent] == [("help", "ngo")]
    assert Entry.objects.filter(verb="case.statement_agreed", by=case.person.ref).count() == 1


def test_taking_back_the_recording_for_an_office_ends_every_reading_there(office):
    case = office.case()
    record_consents(case.person, [Answered("recording", "prosecution", True)], by=office.lead)
    told = a_statement(case, office.lead, agreed=(("investigation", "prosecution"), ("help", "ngo")))
    prosecutor = staff("prosecutor")
    share(told, handed(prosecutor), by=office.lead)
    her = she_enters(case, office.lead)

    take_back(her, "recording", "prosecution")

    assert find_statement(told.code, prosecutor) is None


def test_what_a_court_ordered_goes_on(office):
    case = office.case()
    told = a_statement(case, office.lead, agreed=(("investigation", "prosecution"),))
    prosecutor = staff("prosecutor")
    share(told, handed(prosecutor, basis="court_order", order="K 12/26"), by=office.lead)
    her = she_enters(case, office.lead)

    take_back(her, "investigation", "prosecution")

    assert find_statement(told.code, prosecutor)


@pytest.mark.parametrize("wrong", ["no seal", "another seal", "no token", "another number"])
def test_a_form_that_is_not_of_this_answer_changes_nothing(office, wrong):
    case = office.case()
    record_consents(case.person, [Answered("police_report", "police", True)], by=office.lead)
    her = she_enters(case, office.lead)
    found = hers.her_agreements(case)
    number = agreement_number(her, "police_report", "police")
    what = seal(her.visit.digest, found[number - 1])

    if wrong == "no seal":
        her.send("my_change", number)
    elif wrong == "another seal":
        her.send("my_change", number, what=seal("x" * 64, found[number - 1]))
    elif wrong == "no token":
        her.post(reverse("my_change", args=[number]), {"what": what})
    else:
        assert her.send("my_change", 99, what=what).status_code == 302

    assert agrees(case.person, "police_report", "police")


def test_a_no_is_not_changed_on_a_screen(office):
    case = office.case()
    record_consents(case.person, [Answered("police_report", "police", False)], by=office.lead)
    her = she_enters(case, office.lead)

    page = her.words("my_change", agreement_number(her, "police_report", "police"))

    assert "talk about it with whoever leads your case" in page
    assert 'name="what"' not in page


# --- asking


def test_what_she_asks_for_reaches_the_lead_sealed(office):
    case = office.case()
    her = she_enters(case, office.lead)

    sent = her.send("my_ask", wish="correct", words=f"My name is {CANARY}")

    assert "It was sent." in her.get(sent["Location"]).content.decode()
    asked = OwnRequest.unscoped.get()
    assert asked.words == f"My name is {CANARY}"
    assert Notice.objects.get(verb="case.own_asked").account == office.lead
    assert not [entry for entry in Entry.objects.all() if CANARY in entry.facts_text]
    page = her.words("my_ask")
    assert "Waiting for an answer" in page
    assert CANARY not in page


def test_the_same_wish_waits_once_and_what_was_written_stays(office):
    her = she_enters(office.case(), office.lead)
    her.send("my_ask", wish="talk")

    again = her.send("my_ask", wish="talk", words="Please.")

    assert again.status_code == 400
    assert "You asked for this already" in again.content.decode()
    assert "Please." in again.content.decode()
    assert OwnRequest.unscoped.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"wish": ""},
        {"wish": "nothing-like-it"},
        {"wish": "talk", "words": "x" * 2001},
        {"wish": "talk", "words": "a\0b"},
    ],
)
def test_a_wish_that_is_none_is_refused_and_nothing_is_kept(office, fields):
    her = she_enters(office.case(), office.lead)

    assert her.send("my_ask", **fields).status_code == 400
    assert not OwnRequest.unscoped.exists()


def test_a_wish_is_answered_once_and_she_sees_that_it_was(client, office):
    case = office.case()
    her = she_enters(case, office.lead)
    her.send("my_ask", wish="copy", words="All of it.")
    asked = OwnRequest.unscoped.get()
    client.force_login(office.lead)
    page = reverse("own_request:answer", args=[asked.code])
    assert "All of it." in client.get(page).content.decode()
    assert f"/own-requests/{asked.code}" in client.get(reverse("case", args=[case.code])).content.decode()

    first = client.post(page, {"answer": "done", "remark": f"Handed over by {CANARY}"})
    second = client.post(page, {"answer": "refused"})
    after = client.get(page).content.decode()

    assert (first.status_code, second.status_code) == (302, 400)
    asked.refresh_from_db()
    assert (asked.answer, asked.answered_by) == ("done", office.lead)
    assert f"Handed over by {CANARY}" in after
    assert "<textarea" not in after, "there is nothing left to send"
    assert CANARY not in her.words("my_ask")
    assert "Answered" in her.words("my_ask")
