"""Duplicates at intake: one possible match, ask its lead; no content, and nothing for those kept out."""

from datetime import timedelta

import pytest
from django.urls import reverse

from opennrm.access.actions import block
from opennrm.audit.models import Entry
from opennrm.audit.queries import trail
from opennrm.audit.verify import verify_all
from opennrm.identification import actions as identification
from opennrm.identification.queries import cases_to_link
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.errors import NotAllowed
from opennrm.parties.actions import Known, correct_attributes, seal_identity
from opennrm.parties.queries import same_signs
from opennrm.referral import actions, sending
from opennrm.referral.matching import answer_match, ask_lead, look_for_matches
from opennrm.referral.models import PossibleMatch, Referral
from opennrm.referral.queries import match_asked, match_to_answer, matches, matches_awaiting
from opennrm.referral.rules import Verdict
from opennrm.referral.shown import SIGNS
from opennrm.registers.actions import facts
from opennrm.registers.keeping import keep_up
from opennrm.registers.models import Fact
from opennrm.workflow.models import ClockRun
from opennrm.workflow.queries import notices
from tests.factories import a_letter, a_screening, staff
from tests.house.walk import Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.both]

CYRILLIC, LATIN = "Ђорђе Примеровић", "Primerovic Djordje"


def sent(office, name):
    return sending.submit(a_screening(office.inspector), a_letter(name=name), by=office.inspector)


@pytest.fixture
def two(office):
    """A case under a lead, and a referral in which the same name stands in another script and order."""
    first = sent(office, CYRILLIC)
    actions.acknowledge(first, by=office.duty)
    case = identification.open_case(first, by=office.duty)
    identification.hand_over(case, office.lead, by=office.duty)
    second = sent(office, LATIN)
    actions.acknowledge(second, by=office.duty)
    return case, second


# --- what is found


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        ((None, None), ["name"]),
        ((1999, None), ["name"]),
        ((1999, 1999), ["name_and_birth_year"]),
        ((1999, 2000), ["name"]),
        ((1999, 2001), []),
    ],
)
def test_a_name_counts_unless_the_years_of_birth_speak_against_it(office, years, expected):
    one, other = (sent(office, name).person for name in (CYRILLIC, LATIN))
    for person, year in zip((one, other), years, strict=True):
        correct_attributes(person, Known(birth_year=year), by=office.duty)

    assert [sign for _, sign in same_signs(one)] == expected
    assert same_signs(other) == [(one, sign) for sign in expected]


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        ((None, None), ["sound"]),
        ((1999, 1999), ["sound_and_birth_year"]),
        ((1999, 2000), ["sound"]),
        ((1999, 2001), []),
    ],
)
def test_a_name_that_sounds_alike_is_found_through_its_own_index(office, years, expected):
    one, other = (sent(office, name).person for name in ("Hossein Ahmed", "Ахмад Хусеин"))
    for person, year in zip((one, other), years, strict=True):
        correct_attributes(person, Known(birth_year=year), by=office.duty)

    assert [sign for _, sign in same_signs(one)] == expected
    assert same_signs(other) == [(one, sign) for sign in expected]
    assert set(expected) <= set(SIGNS)


def test_names_of_one_word_do_not_sound_alike(office):
    one, _ = (sent(office, name) for name in ("Marija", "Марија Примеровић"))

    assert same_signs(one.person) == []


def test_a_document_counts_whatever_the_name_and_years_say(office):
    one, other = (sent(office, name).person for name in ("Primer", "Ogled"))
    for person, document, year in ((one, "AB 123-456", 1980), (other, "ab123456", 2001)):
        seal_identity(person, document=document, by=office.duty)
        correct_attributes(person, Known(birth_year=year), by=office.duty)

    assert same_signs(one) == [(other, "document")]


@pytest.mark.parametrize("name", ["", "...", "Primerovic"])
def test_no_name_and_a_name_that_only_resembles_match_nobody(office, name):
    sent(office, CYRILLIC)
    one, other = (sent(office, name) for _ in range(2))

    assert [person for person, _ in same_signs(one.person)] == ([other.person] if name == "Primerovic" else [])


def test_taking_over_notes_a_match_and_leaves_no_trace_in_the_referrals_trail(office, two):
    case, second = two

    match = PossibleMatch.unscoped.get()

    assert (match.referral, match.file_code, match.sign) == (second, case.file_code, "name")
    assert [entry.verb for entry in trail(match.ref)] == ["match.find"]
    assert "match" not in str([(entry.verb, entry.facts) for entry in trail(second.ref)])
    assert look_for_matches(second, by=office.duty) == 0, "found once"


def test_what_nobody_leads_or_was_taken_back_is_left_out(office):
    sent(office, CYRILLIC)
    back = sent(office, CYRILLIC)
    actions.withdraw(back, by=office.inspector)

    actions.acknowledge(sent(office, LATIN), by=office.duty)

    assert PossibleMatch.unscoped.count() == 0


# --- what is shown


def test_the_officer_sees_that_there_is_one_and_nothing_of_it(office, two):
    case, second = two

    page = Visitor(office.duty, []).page("referral:detail", second.code).content.decode()

    assert "One possible match" in page
    assert "Ask its lead" in page
    for told in (case.code, case.file_code, case.referral.code, office.lead.name, case.person.code, CYRILLIC):
        assert told not in page


def test_who_is_kept_out_of_the_other_file_does_not_learn_that_it_exists(office, two):
    case, second = two
    block(case.file_code, office.duty, reason="relative", by=office.lead)
    match = PossibleMatch.unscoped.get()
    page = Visitor(office.duty, [])

    shown = page.page("referral:detail", second.code).content.decode()

    assert "possible match" not in shown
    assert matches(second, office.duty) == []
    assert match_asked(match.code, office.duty) is None
    assert page.page("match:ask", match.code).status_code == 404
    with pytest.raises(NotAllowed, match="no such match"):
        ask_lead(match, by=office.duty)


# --- asked and answered


def test_the_lead_is_told_that_she_is_asked_and_answers_on_her_page(office, two):
    _, second = two
    match = PossibleMatch.unscoped.get()
    duty, lead = Visitor(office.duty, []), Visitor(office.lead, [])
    assert lead.page("match:answer", match.code).status_code == 404, "not asked yet"

    duty.send("match:ask", match.code)
    shown = lead.page("match:answer", match.code).content.decode()
    listed = lead.page("worklist").content.decode()
    lead.send("match:answer", match.code, verdict="same")

    assert any(n.verb == "match.ask" and n.subject == match.ref for n in notices(office.lead))
    assert "The same name stands in both files." in shown
    assert second.code not in shown
    assert second.person.code not in shown
    assert reverse("match:answer", args=[match.code]) in listed
    assert matches_awaiting(office.lead) == []
    assert any(n.verb == "match.answer" for n in notices(office.duty))
    assert "the same person" in duty.page("referral:detail", second.code).content.decode()
    assert {e.verb for e in Entry.objects.filter(subject=match.ref)} == {"match.find", "match.ask", "match.answer"}


def test_same_lets_the_officer_link_to_that_case_though_she_cannot_read_it(office, two):
    case, second = two
    match = PossibleMatch.unscoped.get()
    assert case not in cases_to_link(second, office.duty)
    ask_lead(match, by=office.duty)
    answer_match(match, Verdict.SAME, by=office.lead)
    page = Visitor(office.duty, [])

    page.send("referral:link", second.code, chosen=case.code)

    linked = Referral.unscoped.get(pk=second.pk)
    assert (linked.state, linked.file_code) == ("duplicate_linked", case.file_code)
    assert page.page("referral:detail", second.code).status_code == 404
    assert Visitor(office.lead, []).page("referral:detail", second.code).status_code == 200
    assert verify_all() == []


@pytest.mark.parametrize("verdict", [Verdict.DIFFERENT, Verdict.UNSURE])
def test_different_and_unsure_open_no_case(office, two, verdict):
    case, second = two
    match = PossibleMatch.unscoped.get()
    ask_lead(match, by=office.duty)

    answer_match(match, verdict, by=office.lead)

    with pytest.raises(NotAllowed, match="no such open case"):
        identification.link_referral(second, case, by=office.duty)


def test_a_question_is_asked_and_answered_once_and_again_only_when_unsure(office, two):
    match = PossibleMatch.unscoped.get()
    ask_lead(match, by=office.duty)
    with pytest.raises(NotAllowed, match="asked already"):
        ask_lead(match, by=office.duty)
    answer_match(match, Verdict.UNSURE, by=office.lead)
    ask_lead(match, by=office.duty)
    answer_match(match, Verdict.DIFFERENT, by=office.lead)

    with pytest.raises(NotAllowed, match="answered already"):
        answer_match(match, Verdict.SAME, by=office.lead)
    with pytest.raises(NotAllowed, match="asked already"):
        ask_lead(match, by=office.duty)


def test_only_the_lead_answers_and_only_the_officer_asks(office, two):
    match = PossibleMatch.unscoped.get()
    other = staff("centre_case_manager", "other-lead")

    for stranger in (other, office.stranger, office.inspector):
        assert match_asked(match.code, stranger) is match_to_answer(match.code, stranger) is None
        with pytest.raises(NotAllowed):
            ask_lead(match, by=stranger)
    ask_lead(match, by=office.duty)
    for stranger in (other, office.duty, office.inspector):
        assert match_to_answer(match.code, stranger) is None
        with pytest.raises(NotAllowed):
            answer_match(match, Verdict.SAME, by=stranger)


@pytest.mark.parametrize("verdict", ["", "nothing-like-it", "a\0b"])
def test_an_unknown_verdict_answers_nothing(office, two, verdict):
    match = PossibleMatch.unscoped.get()
    ask_lead(match, by=office.duty)

    page = Visitor(office.lead, []).post(reverse("match:answer", args=[match.code]), {"verdict": verdict})

    assert page.status_code == 400
    assert PossibleMatch.unscoped.get().verdict == ""


# --- a link that was wrong


def linked(office, two):
    case, second = two
    match = PossibleMatch.unscoped.get()
    ask_lead(match, by=office.duty)
    answer_match(match, Verdict.SAME, by=office.lead)
    return case, identification.link_referral(second, case, by=office.duty)


def test_the_lead_takes_a_wrong_link_back_and_the_referral_waits_at_its_office_again(office, two):
    case, second = linked(office, two)
    kept_out = staff("centre_intake_officer", "kept-out")
    block(case.file_code, kept_out, reason="conflict", by=office.lead)
    lead = Visitor(office.lead, [])
    assert reverse("referral:unlink", args=[second.code]) in lead.page("case", case.code).content.decode()

    lead.send("referral:unlink", second.code)

    parted = Referral.unscoped.get(pk=second.pk)
    assert (parted.state, parted.holder, parted.ended_at) == ("received", None, None)
    assert len({parted.file_code, parted.screening.file_code, parted.person.file_code}) == 1
    assert parted.file_code != case.file_code
    assert PossibleMatch.unscoped.get(referral=second).verdict == Verdict.DIFFERENT
    clocks = ClockRun.objects.filter(file_code=parted.file_code)
    assert {run.stopped_at for run in clocks} == {None}
    assert clocks.count() == 2
    assert lead.page("referral:detail", second.code).status_code == 404
    assert second.code not in lead.page("case", case.code).content.decode()
    assert Visitor(office.inspector, []).page("referral:withdraw", second.code).status_code == 404
    assert Visitor(kept_out, []).page("referral:detail", second.code).status_code == 404
    assert {e.subject for e in Entry.objects.filter(verb="file.part")} == {
        f"file:{case.file_code}",
        f"file:{parted.file_code}",
    }
    actions.acknowledge(parted, by=office.duty)
    assert identification.open_case(parted, by=office.duty).code != case.code
    assert verify_all() == []


def test_nobody_else_takes_a_link_back_and_none_that_is_none(office, two):
    case, second = two
    with pytest.raises(NotAllowed):
        identification.part_referral(second, case, by=office.lead)
    linked(office, two)

    for who in (office.duty, office.inspector, office.stranger):
        with pytest.raises(NotAllowed):
            identification.part_referral(Referral.unscoped.get(pk=second.pk), case, by=who)
        assert Visitor(who, []).page("referral:unlink", second.code).status_code == 404
    with pytest.raises(NotAllowed):
        identification.part_referral(case.referral, case, by=office.lead)


def test_figures_count_two_persons_again_and_a_past_day_stays_as_it_was(office, two):
    persons = lambda at: len({p for p, f in held_at(at) if f["event"] == "referral.first"})  # noqa: E731 - short
    results = lambda at: sorted(f["result"] for _, f in held_at(at) if f["event"] == "referral.received")  # noqa: E731

    start = now()
    case, second = two
    with frozen(start + timedelta(hours=1)):
        linked(office, two)
    with frozen(start + timedelta(hours=2)):
        identification.part_referral(Referral.unscoped.get(pk=second.pk), case, by=office.lead)

    before, between, after = (start + timedelta(minutes=minutes) for minutes in (30, 90, 150))
    assert [persons(at) for at in (before, between, after)] == [2, 1, 2]
    assert [results(at) for at in (before, between, after)] == [
        ["open", "open"],
        ["linked", "open"],
        ["open", "open"],
    ]
    keep_up()
    assert Fact.objects.count() == len(list(facts()))


def held_at(at):
    for person, fact in facts():
        ended = fact.get("superseded_at")
        if fact["recorded_at"] <= at and (ended is None or at < ended):
            yield person, fact
