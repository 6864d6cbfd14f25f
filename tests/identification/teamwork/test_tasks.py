"""Tasks of a case: given, done, dropped, reminded of, and ended with the case."""

import pytest
from django.urls import reverse

from opennrm.access.actions import grant
from opennrm.audit.queries import trail
from opennrm.desk.notices import place_of
from opennrm.identification.appeals import actions as appeals
from opennrm.identification.models import Task
from opennrm.identification.teamwork import actions, queries
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.errors import NotAllowed
from opennrm.workflow.queries import notices
from tests.factories import declined, staff
from tests.identification.teamwork.work import DAY, a_task, day, need

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_a_task_is_given_done_and_told(office, case, helper):
    actions.let_in(case, helper, need(), by=office.lead)

    task = a_task(case, office.lead, helper, words="The passport copy.")

    assert [seen.words for seen in queries.my_tasks(helper)] == ["The passport copy."]
    assert notices(helper)[0].verb == "task.give"
    actions.finish_task(task, by=helper)
    assert (task.state, task.ended_by, queries.my_tasks(helper)) == ("done", helper, [])
    assert notices(office.lead)[0].verb == "task.finish"
    assert [seen.task for seen in queries.tasks_of(case, office.lead)] == [task]
    with pytest.raises(NotAllowed, match="not possible any more"):
        actions.drop_task(task, reason="Too late.", by=helper)


def test_a_task_is_dropped_with_a_reason_by_whose_it_is_or_the_lead(office, case, helper):
    other = staff("health_worker", "nurse")
    for colleague, data in ((helper, "person_identity"), (other, "health_and_psychological")):
        actions.let_in(case, colleague, need(data), by=office.lead)
    task = a_task(case, office.lead, helper)

    with pytest.raises(NotAllowed, match="somebody else"):
        actions.drop_task(task, reason="Not mine.", by=other)
    with pytest.raises(NotAllowed, match="reason in one line"):
        actions.drop_task(task, reason=" ", by=helper)
    actions.drop_task(task, reason="She has it already.", by=office.lead)

    assert task.dropped_why == "She has it already."
    assert queries.task(task.code, other) is None


def test_a_task_goes_to_the_team_until_a_day_that_can_be(office, case, helper):
    for refused, reason in (
        (lambda: a_task(case, office.lead, helper), "no access to the file"),
        (lambda: a_task(case, office.lead, due_on=day(-1)), "in the past"),
        (lambda: a_task(case, office.lead, due_on=day(500)), "in the past or more than a year"),
        (lambda: actions.give_task(case, "sing", office.lead, due_on=day(), by=office.lead), "what is to be done"),
    ):
        with pytest.raises(NotAllowed, match=reason):
            refused()
    assert not Task.unscoped.exists()


def test_who_lost_access_lost_the_task_too(office, case, helper):
    given = actions.let_in(case, helper, need(), by=office.lead)
    task = a_task(case, office.lead, helper)
    actions.end_access(case, given, by=office.lead)

    assert queries.task(task.code, helper) is None
    assert queries.my_tasks(helper) == []
    with pytest.raises(NotAllowed, match="no access"):
        actions.finish_task(task, by=helper)


def test_open_tasks_end_with_the_case_and_whose_they_were_is_told(office, helper):
    case = office.case_ready_to_decide()
    actions.let_in(case, helper, need(), by=office.lead)
    done = a_task(case, office.lead, helper)
    actions.finish_task(done, by=helper)
    task, own = a_task(case, office.lead, helper), a_task(case, office.lead)
    declined(case, office.lead)
    actions.remind_of_tasks(now() + 5 * DAY)
    assert {"task.overdue"} <= {one.verb for one in notices(office.lead)}

    appeals.finalise(now() + 400 * DAY)

    states = {one.pk: one.state for one in Task.unscoped.filter(case=case)}
    assert states == {done.pk: "done", task.pk: "lapsed", own.pk: "lapsed"}
    [entry] = [one for one in trail(task.ref) if one.verb == "task.lapse"]
    assert entry.facts["reason"] == "case_closed"
    assert [one.verb for one in notices(helper)] == ["task.lapse"], "what waited of it waits no more"
    assert "task.overdue" not in {one.verb for one in notices(office.lead)}
    assert queries.my_tasks(helper) == []
    assert actions.remind_of_tasks(now() + 400 * DAY) == 0


def test_who_closes_a_case_is_told_beforehand_and_whose_task_it_was_finds_no_dead_end(office, helper, client):
    case = office.case_ready_to_decide()
    actions.let_in(case, helper, need(), by=office.lead)
    task = a_task(case, office.lead, helper)
    declined(case, office.lead)
    client.force_login(office.lead)
    case.decision.refresh_from_db()
    appeal = appeals.lodge(case.decision, appeals.Lodged("person", "spoken"), by=office.lead)

    page = reverse("appeal:withdraw", args=[appeal.code])
    assert "its open tasks end" in client.get(page).content.decode()
    client.post(page, {"reason": "She said so herself."})

    assert Task.unscoped.get(pk=task.pk).state == "lapsed"
    assert "Ended with the case" in client.get(reverse("task:detail", args=[task.code])).content.decode()
    client.force_login(helper)
    assert "Something waits about a task" in client.get(reverse("notices")).content.decode()
    [notice] = notices(helper)
    opened = client.get(place_of(notice, helper))
    assert "it ended with the case" in opened.content.decode()
    assert "it ended with the case" not in client.get(reverse("shared")).content.decode()


def test_remind_once_when_nearly_due_and_once_with_the_lead_when_overdue(office, case, helper):
    actions.let_in(case, helper, need(), by=office.lead)
    task = a_task(case, office.lead, helper, due_on=day(3))
    assert actions.remind_of_tasks() == 0

    assert [actions.remind_of_tasks(now() + 2 * DAY) for _ in range(2)] == [1, 0]
    assert next(one.verb for one in notices(helper)) == "task.nears"
    assert [actions.remind_of_tasks(now() + 5 * DAY) for _ in range(2)] == [1, 0]
    assert next(one.verb for one in notices(helper)) == "task.overdue"
    assert next(one.verb for one in notices(office.lead)) == "task.overdue"
    with frozen(now() + 5 * DAY):
        assert [seen.is_overdue for seen in queries.my_tasks(helper)] == [True]
        grant(case.file_code, helper, classes=["person_identity"], purpose="case", by=office.lead)
        actions.finish_task(task, by=helper)
        assert actions.remind_of_tasks(now() + 9 * DAY) == 0
