import pytest

from opennrm.access.actions import grant, name_head
from opennrm.access.actor import SYSTEM
from opennrm.access.queries import may, team
from opennrm.audit.queries import trail
from opennrm.identification.actions import record_opinion
from opennrm.identification.conflicts import actions, queries
from opennrm.identification.models import BlockReason, Case
from opennrm.identification.queries import case_file, cases
from opennrm.kernel.errors import NotAllowed
from opennrm.referral.queries import inbox
from opennrm.workflow.queries import notices
from tests.factories import a_referral, an_agency, opinion, staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]
WHY = {"reason": "relative", "words": "A cousin of the owner."}
SUSPECTED = {"reason": "under_suspicion", "words": "Named by two persons."}


@pytest.fixture
def case(office):
    return office.case_with_panel()


def test_keep_out_closes_the_file_and_tells_nobody(office, case):
    member = office.members[0]
    assert case_file(case.code, member)

    held = actions.keep_out(case, member, by=office.lead, **WHY)

    assert case_file(case.code, member) is None
    assert notices(member) == []
    assert not may(member, "case.read", case)
    [seen] = queries.kept_out_of(case, office.lead)
    assert (seen.block, seen.words, seen.may_lift) == (held, "A cousin of the owner.", False)
    assert queries.kept_out_of(case, member) == []
    assert "cousin" not in str([entry.facts for entry in trail(f"file:{case.file_code}")])


def test_an_opinion_by_the_leads_blocked_colleague_is_refused_without_a_word_of_the_block(office, case):
    actions.keep_out(case, office.members[0], by=office.lead, **WHY)

    with pytest.raises(NotAllowed) as refused:
        record_opinion(case.decision, opinion(), by=office.members[0])

    assert str(refused.value.reason) == "You have no access to this file."
    assert not case.decision.opinions.exists()


def test_a_block_is_lifted_by_somebody_else_with_a_reason_and_gives_nothing_back(office, case):
    member, second = office.members[0], staff("centre_case_manager", "second")
    grant(case.file_code, second, classes=["person_identity"], purpose="case", by=office.lead)
    held = actions.keep_out(case, member, by=office.lead, **WHY)

    with pytest.raises(NotAllowed, match="Somebody else"):
        actions.lift(held, words="It was not so.", by=office.lead, case=case)
    with pytest.raises(NotAllowed, match="reason in one line"):
        actions.lift(held, words=" ", by=second, case=case)
    actions.lift(held, words="It was another person of that name.", by=second, case=case)

    assert not may(member, "case.read", case)
    assert member not in {one.account for one in team(case.file_code)}
    assert BlockReason.objects.get(block=held).lifted_words == "It was another person of that name."
    with pytest.raises(NotAllowed, match="lifted already"):
        actions.lift(held, words="Again.", by=second, case=case)
    assert grant(case.file_code, member, classes=["person_identity"], purpose="case", by=office.lead)
    again = actions.keep_out(case, member, by=second, **WHY)
    assert again != held
    assert len(queries.kept_out_of(case, office.lead)) == 2


def test_a_lead_with_a_conflict_hands_over_in_the_same_moment(office, case):
    second = staff("centre_case_manager", "second")

    with pytest.raises(NotAllowed, match="who leads them"):
        actions.keep_out(case, office.lead, by=office.lead, **WHY)
    assert case_file(case.code, office.lead)
    actions.keep_out(case, office.lead, by=office.lead, successor=second, **WHY)

    assert case_file(case.code, office.lead) is None
    assert Case.unscoped.get(pk=case.pk).lead == second
    assert case_file(case.code, second)


@pytest.mark.parametrize(
    ("given", "reason"), [({"reason": "dislike"}, "Choose the reason"), ({"words": " "}, "what it rests on")]
)
def test_keep_out_needs_a_known_reason_and_a_line(office, case, given, reason):
    with pytest.raises(NotAllowed, match=reason):
        actions.keep_out(case, office.members[0], by=office.lead, **WHY | given)

    assert case_file(case.code, office.members[0])


def test_twice_or_by_a_stranger_is_refused(office, case):
    actions.keep_out(case, office.members[0], by=office.lead, **WHY)

    with pytest.raises(NotAllowed, match="already"):
        actions.keep_out(case, office.members[0], by=office.lead, **WHY)
    for by in (office.stranger, office.members[1]):
        with pytest.raises(NotAllowed):
            actions.keep_out(case, office.lead, by=by, **WHY)


# --- every file


def test_an_official_under_suspicion_meets_no_file_not_even_one_that_comes_later(office, case):
    administrator = staff("administrator", "admin")
    grant(case.file_code, office.duty, classes=["person_identity"], purpose="case", by=office.lead)
    waiting = a_referral(office.inspector)
    assert list(inbox(office.duty))

    actions.keep_out_everywhere(office.duty, by=administrator, **SUSPECTED)

    later = a_referral(office.inspector)
    assert list(cases(office.duty)) == list(inbox(office.duty)) == notices(office.duty) == []
    assert not may(office.duty, "referral.acknowledge", waiting)
    assert not may(office.duty, "referral.acknowledge", later)
    with pytest.raises(NotAllowed, match="conflict of interest"):
        grant(case.file_code, office.duty, classes=["person_identity"], purpose="case", by=office.lead)
    assert list(trail(office.duty.ref))[-1].verb == "block.everywhere"
    assert case_file(case.code, administrator) is None
    with pytest.raises(NotAllowed, match="already"):
        actions.keep_out_everywhere(office.duty, by=administrator, **SUSPECTED)


def test_the_cases_of_a_suspected_lead_get_a_new_lead_who_may_be_it(office, case):
    administrator, second = staff("administrator", "admin"), staff("centre_case_manager", "second")
    actions.keep_out(case, second, by=office.lead, **WHY)

    for successor, reason in ((None, "who leads them"), (second, "somebody else"), (office.stranger, "role")):
        with pytest.raises(NotAllowed, match=reason):
            actions.keep_out_everywhere(office.lead, by=administrator, successor=successor, **SUSPECTED)
    assert case_file(case.code, office.lead)
    third = staff("centre_case_manager", "third")
    actions.keep_out_everywhere(office.lead, by=administrator, successor=third, **SUSPECTED)

    assert case_file(case.code, third)
    assert case_file(case.code, office.lead) is None


def test_lifting_everywhere_takes_another_one_who_answers_for_staff(office, case):
    first, other = staff("administrator", "admin"), staff("administrator", "other-admin")
    held = actions.keep_out_everywhere(office.members[0], by=first, **SUSPECTED)

    for by in (first, office.lead, office.members[0]):
        with pytest.raises(NotAllowed):
            actions.lift(held, words="Cleared.", by=by)
    actions.lift(held, words="Cleared.", by=other)

    assert queries.kept_out_everywhere(other) == []
    assert list(trail(office.members[0].ref))[-1].verb == "block.lift"
    grant(case.file_code, office.members[0], classes=["screening_answers"], purpose="opinion", by=office.lead)
    assert case_file(case.code, office.members[0])


def test_a_head_settles_it_for_the_own_office_only(office, case):
    head = staff("centre_case_manager", "head")
    name_head(an_agency("centre"), head, by=SYSTEM)

    for who in (office.stranger, head):
        with pytest.raises(NotAllowed, match="role does not include"):
            actions.keep_out_everywhere(who, by=head, **SUSPECTED)
    actions.keep_out_everywhere(office.members[0], by=head, **SUSPECTED)
    actions.keep_out_unseen(case.code, office.members[1], by=head, **WHY)

    assert case_file(case.code, office.members[1]) is None
    assert [one.block.account for one in queries.kept_out_everywhere(head)] == [office.members[0]]
    with pytest.raises(NotAllowed, match="no case with this code"):
        actions.keep_out_unseen("7KQ4-RM2X", office.members[2], by=head, **WHY)
