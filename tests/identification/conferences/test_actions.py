import pytest

from opennrm.access.queries import data_classes
from opennrm.audit.queries import trail
from opennrm.identification.conferences import actions, queries
from opennrm.identification.conferences.actions import Decided, Written
from opennrm.identification.models import Conference, Task
from opennrm.identification.teamwork.actions import let_in
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.errors import NotAllowed
from opennrm.workflow.queries import notices
from tests.factories import staff
from tests.identification.teamwork.work import DAY, a_conference, a_plan, day, need

pytestmark = [pytest.mark.django_db, pytest.mark.both]
MINUTES = Written("We agreed on a bed until Friday.", parts={"safety_risk_assessment": "He knows the street."})


@pytest.fixture
def case(office):
    return office.case()


@pytest.fixture
def helper(office, case):
    """May read the plan, and nothing of safety."""
    account = staff("ngo_case_worker", "helper")
    let_in(case, account, need("protection_plan"), by=office.lead)
    return account


def held(conference, chair, written=MINUTES):
    with frozen(now() + 2 * DAY):
        return actions.hold(conference, written, by=chair)


def test_plan_asks_the_team_and_somebody_from_outside(office, case, helper):
    conference = a_conference(case, office.lead, helper, agenda="Where she sleeps.")

    assert next(one.verb for one in notices(helper)) == "conference.plan"
    assert notices(office.lead) == []
    seen = queries.conference_file(conference.code, helper)
    assert [str(one.account or one.name) for one in seen.participants] == [helper.name, office.lead.name, "Uzor Spolja"]
    assert queries.my_conferences(helper) == [conference]
    assert queries.conference(conference.code, office.members[0]) is None
    assert "Uzor" not in str([entry.facts for entry in trail(conference.ref)])


def test_plan_refuses_what_cannot_be(office, case, helper):
    stranger = office.stranger
    for planned, reason in (
        (a_plan(office.lead, stranger), "access to the file"),
        (a_plan(stranger), "access to the file"),
        (a_plan(office.lead, outside=[" "]), "at least two"),
        (a_plan(office.lead, planned_at=now() - DAY), "must lie ahead"),
        (a_plan(office.lead, planned_at=now() + 500 * DAY), "must lie ahead"),
        (a_plan(office.lead, medium="smoke"), "how you meet"),
        (a_plan(office.lead, helper, basis="child"), "not a child"),
        (a_plan(office.lead, helper, basis="own_office", outside=[]), "another office"),
        (a_plan(office.lead, basis="own_office"), "another office"),
    ):
        with pytest.raises(NotAllowed, match=reason):
            actions.plan(case, planned, by=office.lead)
    assert not Conference.unscoped.exists()
    with pytest.raises(NotAllowed):
        actions.plan(case, a_plan(office.lead, helper), by=helper)


def test_minutes_are_read_once_signed_and_only_as_far_as_the_own_classes_reach(office, case, helper):
    conference = a_conference(case, office.lead, helper)
    held(conference, office.lead)
    assert [part.words for _label, part in queries.conference_file(conference.code, helper).parts] == []

    actions.sign(conference, by=office.lead)

    assert "safety_risk_assessment" not in data_classes(helper, case.file_code)
    assert [part.words for _label, part in queries.conference_file(conference.code, helper).parts] == [MINUTES.words]
    own = queries.conference_file(conference.code, office.lead).parts
    assert [part.words for _label, part in own] == [MINUTES.words, "He knows the street."]
    assert notices(helper)[0].verb == "conference.sign"


def test_signed_minutes_never_change_and_corrections_are_added(office, case, helper):
    conference = a_conference(case, office.lead, helper)
    with pytest.raises(NotAllowed, match="not signed yet"):
        actions.correct(conference, "Saturday.", by=office.lead)
    held(conference, office.lead)
    actions.rewrite(conference, Written("We agreed on a bed until Saturday."), by=office.lead)
    actions.sign(conference, by=office.lead)

    for change in (
        lambda: actions.rewrite(conference, MINUTES, by=office.lead),
        lambda: actions.hold(conference, MINUTES, by=office.lead),
        lambda: actions.sign(conference, by=office.lead),
    ):
        with pytest.raises(NotAllowed, match="not possible any more"):
            change()
    with pytest.raises(NotAllowed, match="The chair"):
        actions.correct(conference, "Sunday.", by=helper)
    with pytest.raises(NotAllowed, match="what is corrected"):
        actions.correct(conference, " ", by=office.lead)
    actions.correct(conference, "It was Sunday.", by=office.lead)

    seen = queries.conference_file(conference.code, helper)
    assert [part.words for _label, part in seen.parts] == ["We agreed on a bed until Saturday."]
    assert [one.words for one in seen.corrections] == ["It was Sunday."]


def test_only_the_chair_writes_and_signs_and_not_before_it_began(office, case, helper):
    conference = a_conference(case, office.lead, helper)

    with pytest.raises(NotAllowed, match="not begun"):
        actions.hold(conference, MINUTES, by=office.lead)
    with pytest.raises(NotAllowed, match="The chair"):
        held(conference, helper)
    with pytest.raises(NotAllowed, match="talked about"):
        held(conference, office.lead, Written(" "))
    with pytest.raises(NotAllowed, match="no such part"):
        held(conference, office.lead, Written("Yes.", parts={"suspect_identity": "Him."}))
    held(conference, office.lead)
    with pytest.raises(NotAllowed, match="The chair"):
        actions.sign(conference, by=helper)


def test_what_was_decided_becomes_tasks_and_who_came_is_kept(office, case, helper):
    conference = a_conference(case, office.lead, helper)
    came = [one.pk for one in conference.participants.filter(account=helper)]

    held(
        conference,
        office.lead,
        Written("A bed.", attended=came, decided=[Decided("safety", helper, day(5), "The lock.")]),
    )

    [task] = Task.unscoped.all()
    assert (task.conference, task.assignee, task.words) == (conference, helper, "The lock.")
    people = queries.conference_file(conference.code, office.lead).participants
    assert {str(one.account or one.name): one.attended for one in people}[helper.name] is True
    assert sum(one.attended for one in people) == 1


def test_a_refused_decision_leaves_no_minutes(office, case, helper):
    conference = a_conference(case, office.lead, helper)

    with pytest.raises(NotAllowed, match="no access"):
        held(conference, office.lead, Written("A bed.", decided=[Decided("safety", office.stranger, day(5))]))

    conference.refresh_from_db()
    assert conference.state == "planned"
    assert not conference.minutes.exists()


def test_cancel_says_why_and_tells_who_was_asked(office, case, helper):
    conference = a_conference(case, office.lead, helper)

    with pytest.raises(NotAllowed, match="chair or the lead"):
        actions.cancel(conference, reason="Ill.", by=helper)
    with pytest.raises(NotAllowed, match="reason in one line"):
        actions.cancel(conference, reason="", by=office.lead)
    actions.cancel(conference, reason="The person asked for another day.", by=office.lead)

    assert notices(helper)[0].verb == "conference.cancel"
    assert queries.my_conferences(helper) == []
