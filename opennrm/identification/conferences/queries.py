"""Reading conferences: those to which the viewer was asked, with what the viewer's classes of data allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opennrm.access.country import current_profile
from opennrm.access.queries import data_classes, may, permissions
from opennrm.identification.models import Conference, Minutes, Participant, Task
from opennrm.identification.rules.conferences import PARTS
from opennrm.kernel.label import Label

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Case

MOST = 50


@dataclass(frozen=True, slots=True)
class ConferenceFile:
    """A conference as its viewer may see it: the parts of the minutes that the viewer's classes of data allow."""

    conference: Conference
    participants: list[Participant]
    parts: list[tuple[Label | str, Minutes]]
    corrections: list[Minutes]
    tasks: list[Task]
    is_chair: bool
    may_lead: bool


def conference(code: str, viewer: Account) -> Conference | None:
    """A conference by its code: for those who were asked, and for those who lead the case. None for anybody else."""
    found: Conference | None = (
        Conference.objects.visible_to(viewer)
        .filter(code=code)
        .select_related("case__lead", "case__agency", "chair", "planned_by")
        .first()
    )
    if found is None or not may(viewer, "team.read", found):
        return None
    was_asked = Participant.objects.filter(conference=found, account=viewer).exists()
    return found if was_asked or may(viewer, "case.lead", found) else None


def conference_file(code: str, viewer: Account) -> ConferenceFile | None:
    """A conference with its minutes, or None where the viewer may not know that it exists."""
    found = conference(code, viewer)
    if found is None:
        return None
    is_chair = found.chair_id == viewer.pk
    written = list(Minutes.objects.filter(conference=found).select_related("written_by").order_by("written_at"))
    for one in written:
        one.conference = found
    shown = written if is_chair or found.state == "signed" else []
    covered = {"", *data_classes(viewer, found.file_code)}
    labels = {name: named.label for name, named in current_profile().data_classes.items()}
    places = {name: place for place, name in enumerate(("", *PARTS))}
    parts = [one for one in shown if not one.is_correction and one.data_class in covered]
    return ConferenceFile(
        conference=found,
        participants=people_of(found),
        parts=[(labels.get(one.data_class, ""), one) for one in sorted(parts, key=lambda p: places[p.data_class])],
        corrections=[one for one in shown if one.is_correction],
        tasks=list(Task.objects.visible_to(viewer).filter(conference=found).select_related("assignee")),
        is_chair=is_chair,
        may_lead=may(viewer, "case.lead", found),
    )


def conferences_of(case: Case, viewer: Account) -> list[Conference]:
    """The conferences of a case that the viewer may open, the latest first."""
    found = Conference.objects.visible_to(viewer).filter(case=case).select_related("chair")
    if not may(viewer, "case.lead", case):
        found = found.filter(participants__account=viewer)
    return list(found.order_by("-planned_at", "-opened_at")[:MOST])


def my_conferences(viewer: Account) -> list[Conference]:
    """The conferences ahead to which the viewer is asked, and those whose minutes the viewer has yet to sign."""
    if "team.read" not in permissions(viewer):
        return []
    found = Conference.objects.visible_to(viewer).filter(participants__account=viewer, state__in=("planned", "held"))
    rows = found.select_related("case", "chair").order_by("planned_at", "opened_at")[:MOST]
    return [one for one in rows if one.state == "planned" or one.chair_id == viewer.pk]


def people_of(found: Conference) -> list[Participant]:
    """Everybody who was asked to a conference: colleagues by name, then those from outside."""
    people = list(Participant.objects.filter(conference=found).select_related("account"))
    for person in people:
        person.conference = found
    return sorted(people, key=lambda one: (one.account is None, one.account.name if one.account else one.name))


def parts_to_write(found: Conference, chair: Account) -> list[str]:
    """The parts of the minutes that a chair may write: those whose class of data the chair may meet."""
    covered = data_classes(chair, found.file_code)
    return [name for name in PARTS if name in covered and name in current_profile().data_classes]
