"""Reading the team of a case: who may meet the file until when, and the tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from opennrm.access.country import current_profile, today_here
from opennrm.access.queries import account_names, grants_of, grants_to, may, permissions, posts, roles_held
from opennrm.access.rules import Given, as_holder, sight
from opennrm.identification.models import Case, GrantReason, Task
from opennrm.identification.queries import ENDED
from opennrm.kernel.label import Label

if TYPE_CHECKING:
    from opennrm.access.models import Account, Grant

MOST = 100


@dataclass(frozen=True, slots=True)
class Held:
    """One grant as the team page shows it. number: its place among all of the file, by which a page names it.

    classes: what the colleague reads. on_request: what is handed to her piece by piece. beyond: opened by the lead
    although the role does not include it.
    """

    number: int
    grant: Grant
    office: str
    role: Label | str
    classes: list[Label]
    on_request: list[Label]
    beyond: list[Label]
    given_by: str
    reason: str

    @property
    def has_end(self) -> bool:
        """Whether it ends on a day of its own."""
        return self.grant.until is not None


@dataclass(frozen=True, slots=True)
class Team:
    """Who may meet a file now, and who could before."""

    now: list[Held]
    before: list[Held]


@dataclass(frozen=True, slots=True)
class TaskSeen:
    """A task as its viewer may see it: the words only for whose it is, who gave it, and the lead."""

    task: Task
    words: str
    dropped_why: str
    is_overdue: bool


def team_of(case: Case) -> Team:
    """Everybody who was ever let into a file: those of now, and those whose time is over, the latest first."""
    live, over = grants_of(case.file_code)
    number = {one.pk: place for place, one in enumerate(sorted([*live, *over], key=_order), 1)}
    names = account_names(one.given_by.partition(":")[2] for one in [*live, *over])
    reasons = {one.grant_id: one.words for one in GrantReason.objects.filter(grant__file_code=case.file_code)}
    profile = current_profile()
    labels = {name: named.label for name, named in profile.data_classes.items()}

    def held(one: Grant) -> Held:
        post = next(iter(posts(one.account)), None)
        more = {granted.data_class for granted in one.classes.all() if granted.is_beyond}
        covered = frozenset(granted.data_class for granted in one.classes.all())
        held_roles = roles_held(one.account)
        seen = sight(held_roles, as_holder(held_roles, profile.roles), [Given(one.purpose, covered, frozenset(more))])
        return Held(
            number=number[one.pk],
            grant=one,
            office=str(post.agency) if post else "",
            role=profile.roles[post.role].label if post and post.role in profile.roles else "",
            classes=[labels[name] for name in labels if name in seen.reads - more],
            on_request=[labels[name] for name in labels if name in seen.handed - seen.reads],
            beyond=[labels[name] for name in labels if name in seen.reads & more],
            given_by=names.get(one.given_by.partition(":")[2], ""),
            reason=reasons.get(one.pk, ""),
        )

    ended = sorted(over, key=lambda one: min(d for d in (one.until, one.ended_at) if d), reverse=True)
    return Team([held(one) for one in live], [held(one) for one in ended[:MOST]])


def grant_number(case: Case, number: int) -> Grant | None:
    """A grant by its place among all that were given on the file."""
    live, over = grants_of(case.file_code)
    ordered = sorted([*live, *over], key=_order)
    return ordered[number - 1] if 1 <= number <= len(ordered) else None


def task(code: str, viewer: Account) -> Task | None:
    """A task by its code: for whose it is, and for those who may read the case. None for anybody else."""
    found: Task | None = (
        Task.objects.visible_to(viewer)
        .filter(code=code)
        .select_related("case__lead", "assignee", "given_by", "ended_by")
        .first()
    )
    if found is None or not may(viewer, "team.read", found):
        return None
    return found if found.assignee_id == viewer.pk or may(viewer, "case.read", found) else None


def tasks_of(case: Case, viewer: Account) -> list[TaskSeen]:
    """The tasks of a case: those to do by their day, then those that ended, the latest first."""
    rows = list(
        Task.objects.visible_to(viewer)
        .filter(case=case)
        .select_related("assignee", "given_by", "case__lead")
        .order_by("due_on", "opened_at")[:MOST]
    )
    to_do = [one for one in rows if one.state == "given"]
    ended = [one for one in rows if one.state != "given"]
    return [seen_task(one, viewer) for one in [*to_do, *reversed(ended)]]


def my_tasks(viewer: Account) -> list[TaskSeen]:
    """The tasks that wait for the viewer, by their day. Empty without the permission."""
    if "team.read" not in permissions(viewer):
        return []
    found: QuerySet[Task] = Task.objects.visible_to(viewer).filter(assignee=viewer, state="given")
    rows = found.select_related("case__lead", "assignee", "given_by").order_by("due_on", "opened_at")
    return [seen_task(one, viewer) for one in rows[:MOST]]


def seen_task(one: Task, viewer: Account) -> TaskSeen:
    """A task with the words that its viewer may read."""
    is_party = viewer.pk in {one.assignee_id, one.given_by_id, one.case.lead_id}
    return TaskSeen(
        task=one,
        words=one.words if is_party else "",
        dropped_why=one.dropped_why if is_party else "",
        is_overdue=one.state == "given" and one.due_on < today_here(),
    )


def _order(one: Grant) -> tuple[object, int]:
    return (one.given_at, one.pk)


@dataclass(frozen=True, slots=True)
class Shared:
    """A file that is shared with its viewer: which data, for what and until when."""

    case: Case
    grant: Grant
    classes: list[Label]


def shared_with(viewer: Account) -> list[Shared]:
    """The open cases on which the viewer has access, but does not lead them: the latest given first."""
    files = {
        case.file_code: case
        for case in Case.objects.visible_to(viewer).exclude(lead=viewer).exclude(state__in=ENDED)[:MOST]
    }
    profile = current_profile()
    found = []
    for one in grants_to(viewer, files):
        covered = {granted.data_class for granted in one.classes.all()}
        labels = [named.label for name, named in profile.data_classes.items() if name in covered]
        found.append(Shared(files[one.file_code], one, labels))
    return found
