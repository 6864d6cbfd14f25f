"""What the receiving office does: contact within her rules, help arranged elsewhere, taken back, linked, told."""

from datetime import UTC, timedelta

import pytest
from django.urls import reverse

from opennrm.access.actions import block, grant
from opennrm.access.models import Account
from opennrm.audit.models import Entry
from opennrm.audit.verify import verify_all
from opennrm.identification import actions as identification
from opennrm.identification.models import Case
from opennrm.identification.queries import case_file
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.codes import AgeBand, Answer
from opennrm.kernel.errors import NotAllowed
from opennrm.referral import actions, queries, sending
from opennrm.referral.models import ContactAttempt, OutsideRule, Referral
from opennrm.referral.rules import RECEIPT_ONLY, REFERRAL, SENDER_LEARNS, Instead, is_receipt_only, sender_learns
from opennrm.referral.sending import Agreement, Contact, Letter, Needs
from opennrm.screening import actions as screening
from opennrm.screening.actions import Situation
from opennrm.vault.keys import key_for
from opennrm.vault.rules import Erased
from opennrm.workflow.models import ClockRun
from opennrm.workflow.queries import notices
from tests.factories import a_letter, a_referral, a_screening, an_agency, staff
from tests.house.walk import Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.both]

DUTY = Agreement(duty="child", told="yes")


def in_the_evening():
    """Tomorrow, at half past seven or half past eight in Belgrade."""
    return frozen((now() + timedelta(days=1)).astimezone(UTC).replace(hour=18, minute=30))


def sent_with(office, *, channel="telephone", hours="", age_band=AgeBand.ADULT, agreement=None):
    letter = Letter(
        needs=Needs(Answer.NO, Answer.YES),
        agreement=agreement or Agreement(agreed=frozenset({"referral"})),
        contact=Contact(channel=channel, hours=hours, words="A friend.", never="Never a text message."),
    )
    noticed = a_screening(office.inspector, age_band=age_band, place="street")
    return sending.submit(noticed, letter, by=office.inspector)


def taken_with(office, **kwargs):
    return actions.acknowledge(sent_with(office, **kwargs), by=office.duty)


# --- what is seen first


def test_the_preview_shows_urgent_needs_first_and_no_content(office):
    noticed = a_screening(office.inspector, note="Seen there.", notes="A room.")
    sent = sending.submit(noticed, a_letter(name="Ogledalka"), by=office.inspector)

    page = Visitor(office.duty, []).page("referral:detail", sent.code).content.decode()

    assert page.index("Urgent needs") < page.index("card clocks")
    for word in ("Seen there.", "A room.", "Ogledalka", "through the sender"):
        assert word not in page


# --- contact


def test_an_attempt_is_refused_where_nobody_makes_contact(office):
    taken = taken_with(office, channel="none")

    with pytest.raises(NotAllowed, match="Nobody makes contact"):
        actions.attempt_contact(taken, channel="telephone", reason="It is urgent.", by=office.duty)
    assert ContactAttempt.objects.count() == 0


def test_an_attempt_outside_the_rule_needs_a_reason_which_is_kept(office):
    taken = taken_with(office, hours="18:00 to 19:00")

    with in_the_evening(), pytest.raises(NotAllowed, match="outside the safe hours"):
        actions.attempt_contact(taken, channel="telephone", by=office.duty)
    with in_the_evening():
        actions.attempt_contact(taken, channel="telephone", reason="The sender asked for it.", by=office.duty)

    assert OutsideRule.objects.get().reason == "The sender asked for it."
    assert Entry.objects.get(verb="referral.attempt").facts["outside"] is True


def test_the_rule_stands_on_the_page_before_an_attempt_and_can_be_changed(office):
    taken = taken_with(office, channel="none")
    page = Visitor(office.duty, [])

    shown = page.page("referral:attempt", taken.code).content.decode()
    refused = page.post(reverse("referral:attempt", args=[taken.code]), {"channel": "telephone"})
    page.send("referral:contact", taken.code, channel="telephone", hours="", words="", never="No messages.")
    page.send("referral:attempt", taken.code, channel="telephone")

    assert shown.index("Never a text message.") < shown.index('name="channel"')
    assert "A friend." in shown
    assert "Nobody makes contact" in refused.content.decode()
    assert ContactAttempt.objects.count() == 1


# --- other help, unreachable


def test_passing_on_needs_an_agency_what_was_arranged_and_agreement(office):
    taken = taken_with(office)
    ngo = an_agency("ngo")

    for missing in ({"agency": None}, {"arranged": " "}, {"agreed": False}):
        given = {"agency": ngo, "arranged": "Monday, a bed.", "agreed": True} | missing
        with pytest.raises(NotAllowed):
            actions.redirect(taken, reason="Unpaid wages.", by=office.duty, **given)
    actions.redirect(taken, reason="Unpaid wages.", agency=ngo, arranged="A bed.", agreed=True, by=office.duty)

    assert (taken.state, taken.arrangement.arranged, taken.arrangement.is_agreed) == (
        "out_of_scope_redirected",
        "A bed.",
        True,
    )
    assert any(n.verb == "referral.redirect" for n in notices(office.inspector))
    assert not ClockRun.objects.filter(file_code=taken.file_code, stopped_at=None).exists()


def test_a_question_does_not_bar_the_other_endings(office):
    taken = taken_with(office)
    actions.ask(taken, question="When?", by=office.duty)
    for _ in range(3):
        actions.attempt_contact(taken, channel="telephone", by=office.duty)

    actions.close_unreachable(taken, reason="Moved away.", by=office.duty)

    assert taken.state == "closed_unreachable"


def test_a_child_is_never_closed_as_unreachable(office):
    guardian = staff("guardianship_authority_child_case")
    sent = sent_with(office, age_band=AgeBand.CHILD, agreement=DUTY)
    taken = actions.acknowledge(sent, by=guardian)
    for _ in range(3):
        actions.attempt_contact(taken, channel="telephone", by=guardian)

    with pytest.raises(NotAllowed, match="never closed as unreachable"):
        actions.close_unreachable(taken, reason="Not found.", by=guardian)


# --- taken back


def test_a_referral_is_taken_back_before_anybody_read_it_and_its_words_are_destroyed(office):
    sent = sent_with(office)
    page = Visitor(office.inspector, [])

    page.send("referral:withdraw", sent.code)

    kept = Referral.unscoped.get()
    assert kept.state == "withdrawn"
    assert "Taken back." in page.page("referral:receipt", sent.code).content.decode()
    with pytest.raises(Erased):
        key_for(kept.person.code)
    assert page.page("screening:result", kept.screening.code).status_code == 404
    assert Visitor(office.duty, []).page("referral:detail", sent.code).status_code == 404
    assert any(n.verb == "referral.withdraw" for n in notices(office.duty))
    assert not ClockRun.objects.filter(stopped_at=None).exists()
    assert verify_all() == []


def test_a_duty_is_not_taken_back_and_nothing_is_after_it_was_taken_over(office):
    by_duty = sent_with(office, age_band=AgeBand.CHILD, agreement=DUTY)
    taken = taken_with(office)

    with pytest.raises(NotAllowed, match="rests on a duty"):
        actions.withdraw(by_duty, by=office.inspector)
    with pytest.raises(NotAllowed):
        actions.withdraw(taken, by=office.inspector)
    with pytest.raises(NotAllowed):
        actions.withdraw(sent_with(office), by=office.stranger)


# --- linked


@pytest.fixture
def two(office):
    """A case of the duty officer and a referral that she took over."""
    sent = a_referral(office.inspector)
    actions.acknowledge(sent, by=office.duty)
    return identification.open_case(sent, by=office.duty), taken_with(office)


def test_linking_joins_the_files_ends_the_clocks_and_tells_the_sender(office, two):
    case, taken = two
    old = taken.file_code

    identification.link_referral(taken, case, by=office.duty)

    kept = Referral.unscoped.get(pk=taken.pk)
    assert (kept.state, kept.file_code) == ("duplicate_linked", case.file_code)
    assert {kept.screening.file_code, kept.person.file_code} == {case.file_code}
    ended = ClockRun.objects.filter(file_code=old)
    assert {run.ended_by for run in ended} == {"referral.link"}
    assert ClockRun.objects.filter(file_code=case.file_code, stopped_at=None).count() == 2, "the case's own go on"
    assert any(n.verb == "referral.link" for n in notices(office.inspector))
    assert queries.joined_to(case.file_code, office.duty) == [kept]
    assert {e.subject for e in Entry.objects.filter(verb="file.join")} == {f"file:{old}", f"file:{case.file_code}"}
    assert Entry.objects.filter(verb="case.join_referral", subject=case.ref).exists()
    page = Visitor(office.duty, [])
    assert kept.code in page.page("case", case.code).content.decode()
    assert page.page("referral:detail", kept.code).status_code == 200
    assert verify_all() == []


def test_linking_tells_the_lead_who_then_reads_it(office):
    case = office.case()
    grant(case.file_code, office.duty, classes=["referral_status"], purpose="lead", by=office.lead)
    taken = taken_with(office)

    identification.link_referral(taken, case, by=office.duty)

    assert any(n.verb == "case.join_referral" for n in notices(office.lead))
    assert queries.referral(taken.code, office.lead) is not None


def test_a_case_that_the_officer_may_not_see_is_not_linked_to(office):
    case = office.case()
    taken = taken_with(office)

    assert case_file(case.code, office.duty) is None
    with pytest.raises(NotAllowed, match="no such open case"):
        identification.link_referral(taken, case, by=office.duty)


@pytest.mark.parametrize("typed", ["7KQ4-RM2X", "", "nonsense", "theirs", "closed"])
def test_a_case_that_is_foreign_closed_or_unknown_is_no_case(office, two, typed):
    own, taken = two
    if typed == "theirs":
        typed = office.case().code
    if typed == "closed":
        Case.unscoped.filter(pk=own.pk).update(state="closed_completed")
        typed = own.code
    answer = Visitor(office.duty, []).post(reverse("referral:link", args=[taken.code]), {"typed": typed})

    assert answer.status_code == 400
    words = "no such open case" if typed else "Name the open case"
    assert words in answer.content.decode()
    assert Referral.unscoped.get(pk=taken.pk).state == "acknowledged"


def test_the_page_links_to_a_case_typed_or_chosen(office, two):
    case, taken = two
    page = Visitor(office.duty, [])

    page.send("referral:link", taken.code, typed=case.code.lower().replace("-", " "))

    assert Referral.unscoped.get(pk=taken.pk).state == "duplicate_linked"


def test_files_are_not_joined_where_somebody_on_the_case_is_kept_out(office, two):
    case, taken = two
    identification.hand_over(case, office.lead, by=office.duty)
    identification.hand_over(case, office.duty, by=office.lead)
    grant(case.file_code, office.lead, classes=["screening_answers"], purpose="opinion", by=office.duty)
    block(taken.file_code, office.lead, reason="relative", by=office.duty)

    with pytest.raises(NotAllowed, match="cannot be joined"):
        identification.link_referral(taken, case, by=office.duty)
    assert Referral.unscoped.get(pk=taken.pk).state == "acknowledged"
    assert Case.unscoped.get(pk=case.pk).file_code != Referral.unscoped.get(pk=taken.pk).file_code


def test_who_was_kept_out_of_the_referral_is_kept_out_of_the_joined_file(office, two):
    case, taken = two
    block(taken.file_code, office.stranger, reason="relative", by=office.duty)

    identification.link_referral(taken, case, by=office.duty)

    with pytest.raises(NotAllowed, match="conflict of interest"):
        grant(case.file_code, office.stranger, classes=["screening_answers"], purpose="opinion", by=office.duty)


# --- what a sender learns


def test_a_sender_learns_something_in_every_state():
    assert set(SENDER_LEARNS) == set(RECEIPT_ONLY) == set(REFERRAL.states)


@pytest.mark.parametrize("state", ["accepted", "duplicate_linked", "out_of_scope_redirected", "closed_unreachable"])
def test_from_a_place_of_work_all_endings_read_alike(state):
    assert sender_learns(state, receipt_only=True) == RECEIPT_ONLY["accepted"]
    assert sender_learns(state, receipt_only=False) != RECEIPT_ONLY["accepted"]


@pytest.mark.parametrize(
    ("place", "confirmation", "expected"),
    [("workplace", "receipt", True), ("workplace", "outcome", False), ("street", "receipt", False)],
)
def test_receipt_only_needs_the_place_and_the_kind_of_office(place, confirmation, expected):
    assert is_receipt_only(place=place, confirmation=confirmation) is expected


def test_an_inspector_at_a_worksite_reads_the_receipt_and_no_more(office):
    an_agency("centre")
    noticed = screening.start(
        Situation(indicator_set="ilo-11", age_band=AgeBand.ADULT, place="workplace"), by=office.inspector
    )
    sent = sending.submit(noticed, a_letter(reason="One alarming fact."), by=office.inspector)
    actions.acknowledge(sent, by=office.duty)
    identification.open_case(sent, by=office.duty)

    page = Visitor(office.inspector, []).page("referral:receipt", sent.code).content.decode()

    assert "What follows is not shared" in page
    assert "case is open" not in page
    assert "Case opened" not in Visitor(office.inspector, []).page("notes").content.decode()


def test_no_notice_tells_an_inspector_at_a_worksite_what_followed(office):
    for place in ("workplace", "", "street"):
        noticed = a_screening(office.inspector, place=place)
        sent = sending.submit(noticed, a_letter(), by=office.inspector)
        actions.acknowledge(sent, by=office.duty)
        identification.open_case(sent, by=office.duty)

    told = [notice.verb for notice in notices(office.inspector)]

    assert sorted(told) == ["referral.accept", *3 * ["referral.acknowledge"]]


# --- in a colleague's place


@pytest.mark.parametrize("reason", list(Instead))
def test_a_colleague_goes_on_and_the_first_one_reads_it_no_longer(office, reason):
    taken = taken_with(office)
    other = staff("centre_intake_officer", "second")
    second = Visitor(other, [])
    assert second.page("referral:detail", taken.code).status_code == 404
    assert reverse("referral:take_on", args=[taken.code]) in second.page("clocks").content.decode()

    second.send("referral:take_on", taken.code, reason=reason.value)

    assert Referral.unscoped.get(pk=taken.pk).holder == other
    assert second.page("referral:detail", taken.code).status_code == 200
    assert Visitor(office.duty, []).page("referral:detail", taken.code).status_code == 404
    assert [n.verb for n in notices(office.duty)] == ["referral.take_on"]
    entry = Entry.objects.get(verb="referral.take_on")
    assert (entry.by, entry.facts["account"], entry.facts["reason"]) == (other.ref, office.duty.code, reason.value)
    assert not ClockRun.objects.filter(file_code=taken.file_code).exclude(stopped_at=None).exists()
    assert identification.open_case(Referral.unscoped.get(pk=taken.pk), by=other).lead == other


def test_a_referral_of_a_colleague_who_was_kept_out_is_not_stuck(office):
    taken = taken_with(office)
    block(taken.file_code, office.duty, reason="conflict", by=office.lead)
    other = staff("centre_intake_officer", "second")
    block(taken.file_code, staff("centre_intake_officer", "third"), reason="conflict", by=office.lead)

    for who in (office.duty, Account.objects.get(sign_in="third"), office.stranger, office.inspector):
        assert Visitor(who, []).page("referral:take_on", taken.code).status_code == 404
        with pytest.raises(NotAllowed):
            actions.take_on(taken, reason=Instead.CONFLICT, by=who)
    actions.take_on(taken, reason=Instead.CONFLICT, by=other)

    assert Visitor(other, []).page("referral:detail", taken.code).status_code == 200
    assert notices(office.duty) == []


def test_who_holds_a_referral_or_ended_it_is_not_followed(office):
    taken = taken_with(office)
    with pytest.raises(NotAllowed):
        actions.take_on(taken, reason=Instead.SHIFT, by=office.duty)
    identification.open_case(taken, by=office.duty)

    with pytest.raises(NotAllowed):
        actions.take_on(taken, reason=Instead.SHIFT, by=staff("centre_intake_officer", "second"))
