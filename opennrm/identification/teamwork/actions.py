"""Who is let into a file, for what and until when; the tasks of a case; and what ends with the case."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.access.actions import end_grant, end_grants, grant
from opennrm.access.actor import Actor
from opennrm.access.country import current_profile, today_here
from opennrm.access.queries import roles_held, sight_of, team
from opennrm.access.rules import HOLDING
from opennrm.identification.models import GrantReason, Task
from opennrm.identification.queries import ENDED
from opennrm.identification.rules.team import PURPOSES, WORK, beyond, end_of_grant, grantable
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.workflow.actions import begin, note, require, require_post, step, tell, untell

if TYPE_CHECKING:
    from opennrm.access.models import Account, Grant
    from opennrm.identification.models import Case, Conference

# What outlives the case: its lead answers for it, and a lawyer or an appeal may still need it.
OUTLIVES = frozenset({"lead", "legal", "appeal"})
FURTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Need:
    """What a colleague needs to know: the classes of data, for what, until which day, and why in a line.

    beyond: classes that the role does not include, and why they are needed nevertheless.
    """

    classes: Collection[str]
    purpose: str
    until: date | None
    reason: str
    beyond: Collection[str] = ()
    beyond_reason: str = ""


def let_in(case: Case, colleague: Account, need: Need, *, by: Account) -> Grant:
    """Give a colleague of any office access to a file: classes that the role may have, never without an end.

    More than the role includes is opened by the lead alone, with a reason of its own. Raises NotAllowed for a
    colleague who is kept out, for oneself, and on a case that is closed.
    """
    _check_may_give(case, colleague, by=by)
    if need.purpose not in PURPOSES:
        raise NotAllowed(say("Choose for what the colleague needs the file."))
    _check_classes(case, colleague, need, by=by)
    _check_until(need.until)
    _check_reason(need.reason)
    with transaction.atomic():
        given = grant(
            case.file_code,
            colleague,
            classes=need.classes,
            beyond=need.beyond,
            purpose=need.purpose,
            by=by,
            until=_end_of(need.until),
        )
        _keep_reason(case, given, _reasons(need))
        note(case, "let_in", by=by, account=colleague.code, purpose=need.purpose)
        tell(colleague, "case.let_in", case.ref, case.file_code, audience="team", at=now())
    return given


def extend(case: Case, held: Grant, until: date | None, *, reason: str, by: Account) -> Grant:
    """Give the same access until a later day. The earlier grant ends and stays listed."""
    _check_may_give(case, held.account, by=by)
    _check_of_file(case, held)
    if held.until is None:
        raise NotAllowed(say("This access has no end of its own: it ends with the task it came with."))
    _check_until(until)
    _check_reason(reason)
    end = _end_of(until)
    if end <= held.until:
        raise NotAllowed(say("Give a day after the present end."))
    with transaction.atomic():
        classes, more = covered(held)
        if not end_grant(held, by=by):
            raise NotAllowed(say("This access has ended already. Give it anew."))
        given = grant(
            case.file_code, held.account, classes=classes, beyond=more, purpose=held.purpose, by=by, until=end
        )
        _keep_reason(case, given, reason)
        note(case, "extend_access", by=by, account=held.account.code, purpose=held.purpose)
    return given


def change(case: Case, held: Grant, need: Need, *, by: Account) -> Grant:
    """Narrow or widen the data of a colleague's access; purpose and last day stay. The earlier grant stays listed."""
    _check_may_give(case, held.account, by=by)
    _check_of_file(case, held)
    if held.purpose in HOLDING:
        raise NotAllowed(
            say("Who leads the case or took it over has the data that this work needs. They stay as they are.")
        )
    _check_classes(case, held.account, need, by=by)
    _check_reason(need.reason)
    if (set(need.classes), set(need.beyond)) == covered(held):
        raise NotAllowed(say("This is the access as it is. Tick what is to be different."))
    with transaction.atomic():
        if not end_grant(held, by=by):
            raise NotAllowed(say("This access has ended already. Give it anew."))
        given = grant(
            case.file_code,
            held.account,
            classes=need.classes,
            beyond=need.beyond,
            purpose=held.purpose,
            by=by,
            until=held.until,
        )
        _keep_reason(case, given, _reasons(need))
        note(case, "change_access", by=by, account=held.account.code, purpose=held.purpose)
    return given


def end_access(case: Case, held: Grant, *, by: Account) -> None:
    """End one colleague's access to a file before its last day."""
    require(by, "grant.give", case)
    _check_of_file(case, held)
    if held.purpose == "lead":
        raise NotAllowed(say("The lead’s access ends when the case is handed over."))
    with transaction.atomic():
        if not end_grant(held, by=by):
            raise NotAllowed(say("This access has ended already."))
        note(case, "end_access", by=by, account=held.account.code, purpose=held.purpose)


def end_with_case(case: Case, *, by: Actor) -> int:
    """The case is closed: open tasks end, and all access but that of its lead, of a lawyer and of an appeal.

    Nobody is left with a task on a file that is closed to them. Returns how many accesses ended.
    """
    if case.state not in ENDED:
        return 0
    still_open = Task.unscoped.filter(case=case, state="given").select_related("assignee", "case__lead")
    for task in still_open.order_by("due_on", "id"):
        _lapse(task, by=by)
    held = [one for one in team(case.file_code) if one.purpose not in OUTLIVES]
    return sum(end_grants(case.file_code, one.account, by=by, purpose=one.purpose) for one in held)


def classes_for(colleague: Account) -> list[str]:
    """The classes of data that may be opened to a colleague, in the order of the profile."""
    able = grantable(roles_held(colleague))
    return [name for name in current_profile().data_classes if name in able]


def beyond_for(case: Case, colleague: Account, *, by: Account) -> list[str]:
    """The classes of data that the lead may open to a colleague beyond the role, in the order of the profile."""
    if case.lead_id != by.pk:
        return []
    return beyond(roles_held(colleague), current_profile().data_classes, sight_of(by, case).reads)


def covered(held: Grant) -> tuple[set[str], set[str]]:
    """What a grant covers: classes of the role, and classes beyond it."""
    rows = dict(held.classes.values_list("data_class", "is_beyond"))
    return {name for name, more in rows.items() if not more}, {name for name, more in rows.items() if more}


def give_task(
    case: Case,
    work: str,
    assignee: Account,
    *,
    due_on: date,
    by: Account,
    words: str = "",
    conference: Conference | None = None,
) -> Task:
    """Ask a colleague of the team to do something for the case until a day."""
    require(by, "case.lead" if conference is None else "team.read", case)
    if work not in WORK:
        raise NotAllowed(say("Choose what is to be done."))
    if case.state in ENDED:
        raise NotAllowed(say("The case is closed. Nothing new is given out."))
    today = today_here()
    if not today <= due_on <= today + FURTHEST:
        raise NotAllowed(say("The day lies in the past or more than a year ahead. Give another one."))
    if assignee.pk not in {one.account_id for one in team(case.file_code)}:
        raise NotAllowed(say("This colleague has no access to the file. Give access first."))
    require_post(assignee, "team.read")
    with transaction.atomic():
        task = Task(
            file_code=case.file_code,
            key_owner=case.key_owner,
            case=case,
            conference=conference,
            work=work,
            words=words.strip(),
            assignee=assignee,
            given_by=by,
            due_on=due_on,
        )
        begin(task, by=by)
        if assignee.pk != by.pk:
            tell(assignee, "task.give", task.ref, task.file_code, audience="assignee", at=now())
    return task


def finish_task(task: Task, *, by: Account) -> Task:
    """The task is done."""
    with step(task, "finish", by=by) as done:
        done.ended_at, done.ended_by = now(), by
    return task


def drop_task(task: Task, *, reason: str, by: Account) -> Task:
    """The task is not done any more, for a reason."""
    with step(task, "drop", by=by, given={"reason": reason}) as dropped:
        dropped.ended_at, dropped.ended_by, dropped.dropped_why = now(), by, reason.strip()
    return task


def remind_of_tasks(at: datetime | None = None) -> int:
    """What time alone brings: who has a task is reminded when it is due tomorrow, and once it is overdue with the lead.

    Each reminder is left once, whoever asks at the same time. Returns how many tasks it was.
    """
    moment = at or now()
    today = current_profile().calendar.day(moment)
    waiting = Task.unscoped.filter(state="given", reminders__lt=2, due_on__lte=today + timedelta(days=1))
    reminded = 0
    for task in waiting.select_related("assignee", "case__lead").order_by("due_on", "id"):
        is_overdue = task.due_on < today
        stage = 2 if is_overdue else 1
        with transaction.atomic():
            if not Task.unscoped.filter(pk=task.pk, reminders__lt=stage).update(reminders=stage):
                continue
            told = {task.assignee.pk: (task.assignee, "assignee")}
            if is_overdue:
                told.setdefault(task.case.lead.pk, (task.case.lead, "lead"))
            for account, audience in told.values():
                verb = "task.overdue" if is_overdue else "task.nears"
                tell(account, verb, task.ref, task.file_code, audience=audience, at=moment)
            reminded += 1
    return reminded


def _lapse(task: Task, *, by: Actor) -> None:
    moment = now()
    untell([task.assignee, task.case.lead], task.ref, at=moment)
    with step(task, "lapse", by=by, at=moment, reason="case_closed") as ended:
        ended.ended_at = moment


def _check_may_give(case: Case, colleague: Account, *, by: Account) -> None:
    require(by, "grant.give", case)
    if colleague.pk == by.pk:
        raise NotAllowed(say("Nobody gives access to oneself. Ask a colleague who leads the case."))
    if case.state in ENDED:
        raise NotAllowed(say("The case is closed. Nobody new is let in."))


def _check_classes(case: Case, colleague: Account, need: Need, *, by: Account) -> None:
    if not (need.classes or need.beyond):
        raise NotAllowed(say("Choose at least one class of data."))
    if not set(need.classes) <= set(classes_for(colleague)):
        raise NotAllowed(say("The role of this colleague does not include one of these classes of data."))
    if not need.beyond:
        return
    if case.lead_id != by.pk:
        raise NotAllowed(say("More than the role includes is opened by the lead of the case alone."))
    if not set(need.beyond) <= set(beyond_for(case, colleague, by=by)):
        raise NotAllowed(say("One of these classes of data cannot be opened to this colleague."))
    if not need.beyond_reason.strip():
        raise NotAllowed(say("Say in one line why the colleague needs more than the role includes."))


def _reasons(need: Need) -> str:
    return "\n".join(filter(None, (need.reason.strip(), need.beyond_reason.strip() if need.beyond else "")))


def _keep_reason(case: Case, given: Grant, reason: str) -> None:
    if not GrantReason.objects.filter(grant=given).exists():  # an equal grant is kept, not doubled, with its reason
        GrantReason(grant=given, key_owner=case.key_owner, words=reason.strip()).save(force_insert=True)


def _check_of_file(case: Case, held: Grant) -> None:
    if held.file_code != case.file_code:
        raise NotAllowed(say("This access belongs to another file."))


def _check_until(until: date | None) -> None:
    if problem := end_of_grant(until, today_here()):
        raise NotAllowed(problem)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise NotAllowed(say("Give the reason in one line."))


def _end_of(day: date | None) -> datetime:
    """The moment at which a day ends by the country's clocks."""
    assert day is not None
    return datetime.combine(day + timedelta(days=1), time.min, current_profile().zone)
