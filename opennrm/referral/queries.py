"""Reading referrals: the intake's list, the sender's own, one referral."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from opennrm.access.behind_wall import beyond
from opennrm.access.country import current_profile
from opennrm.access.offices import districts_served
from opennrm.access.queries import ACCOUNT, granted_files, may, permissions, posts, receipt
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import Sentence, say
from opennrm.profile.model import Competence
from opennrm.referral.models import ContactAttempt, PossibleMatch, Question, Referral
from opennrm.referral.rules import Ground, office_for, sender_learns
from opennrm.vault.statements import Statement

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency


MOST_MATCHES = 50
COUNTED = "counted without a person"
WAITING = ("received", "acknowledged", "info_requested")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a referral goes, and by which rule. `instead`: no office of the competent kind serves the district."""

    agency: Agency
    competence: Competence
    ground: Ground
    district: str
    instead: bool = False
    depends_on_district: bool = False


def destination(age_band: AgeBand, district: str = "") -> Destination:
    """The office that receives a person's referral, by the profile and by the districts that the offices serve.

    First the office of the competent kind that serves the district; then one that serves the whole country; then, where
    the profile names a kind that receives instead, an office of that kind. Raises NotAllowed where there is none.
    """
    profile = current_profile()
    competence, by_district = profile.competence(age_band, "referral"), False
    for kind in filter(None, (competence.agency, competence.otherwise)):
        served = districts_served(kind)
        by_district = any(served.values()) if kind == competence.agency else by_district
        offices = {agency.code: agency for agency in served}
        chosen = office_for({agency.code: districts for agency, districts in served.items()}, district)
        if chosen:
            code, ground = chosen
            return Destination(
                offices[code],
                competence,
                ground,
                district,
                instead=kind != competence.agency,
                depends_on_district=by_district,
            )
    raise NotAllowed(
        say(
            "No office is registered that receives this referral; nothing was sent. An administrator must register an "
            "office of the kind “%(kind)s” that serves this district, or one that serves the whole country.",
            kind=profile.agency_kinds[competence.agency].label,
        )
    )


def competent_agency(age_band: AgeBand, district: str = "") -> Agency:
    """The office that receives this person: one for adults, perhaps another for children, by district."""
    return destination(age_band, district).agency


def inbox(account: Account) -> QuerySet[Referral]:
    """The referrals at the account's agencies that wait for a case or another end: codes and needs, no content."""
    if not may(account, "worklist.read"):
        return Referral.unscoped.none()
    agencies = [post.agency_id for post in posts(account)]
    waiting = Referral.objects.visible_to(account).filter(to_agency__in=agencies, ended_at=None, state__in=WAITING)
    return waiting.select_related("sender_agency", "holder").order_by("received_at", "id")


def sent(account: Account) -> list[Referral]:
    """What the account sent, newest first, for its status only."""
    return list(
        Referral.objects.visible_to(account)
        .filter(sender=account)
        .select_related("to_agency", "sender_agency", "screening")
        .order_by("-opened_at")[:100]
    )


def sent_after(account: Account, last: str, limit: int) -> list[Referral] | None:
    """What the account sent, newest first, after the referral with the code `last`; None where that is none of its own.

    One row more than `limit` comes where there are more.
    """
    own = Referral.objects.visible_to(account).filter(sender=account)
    if last:
        found = own.filter(code=last).values_list("opened_at", "id").first()
        if found is None:
            return None
        own = own.filter(Q(opened_at__lt=found[0]) | Q(opened_at=found[0], id__lt=found[1]))
    return list(
        own.select_related("to_agency", "sender_agency", "screening").order_by("-opened_at", "-id")[: limit + 1]
    )


def referral(code: str, viewer: Account, *, permission: str = "referral.read") -> Referral | None:
    """A referral that the viewer may meet for a purpose, or None: there is no such page."""
    found: Referral | None = (
        Referral.objects.visible_to(viewer)
        .filter(code=code)
        .select_related("sender", "sender_agency", "to_agency", "person", "screening", "holder")
        .first()
    )
    return found if found and may(viewer, permission, found) else None


def held_by_colleague(code: str, viewer: Account) -> Referral | None:
    """A referral that a colleague of the viewer's office took over: what its preview shows, and not its content."""
    found: Referral | None = (
        Referral.objects.held_at_office(viewer)
        .filter(code=code)
        .select_related("sender_agency", "to_agency", "holder")
        .first()
    )
    return found


def codes_held_by_colleagues(file_codes: Iterable[str], viewer: Account) -> dict[str, str]:
    """Of these files, the codes of the referrals with which the viewer may go on in a colleague's place."""
    rows = Referral.objects.held_at_office(viewer).filter(file_code__in=set(file_codes))
    return dict(rows.values_list("file_code", "code"))


def open_question(referral: Referral) -> Question | None:
    """The question that the sender has not answered."""
    return Question.objects.filter(referral=referral, answered_at=None).select_related("referral").last()


def questions(referral: Referral) -> list[Question]:
    """Every question and answer, the first asked first."""
    return list(Question.objects.filter(referral=referral).select_related("referral").order_by("asked_at"))


def sent_from(screening_code: str, account: Account) -> Referral | None:
    """The account's own referral of a screening, or None."""
    found: Referral | None = (
        Referral.objects.visible_to(account).filter(sender=account, screening__code=screening_code).first()
    )
    return found


def learned(referral: Referral) -> Sentence:
    """What the sender is told now. From a place of work only the receipt, unless that kind of office may know more."""
    return sender_learns(referral.state, receipt_only=referral.is_receipt_only)


def joined_to(file_code: str, viewer: Account) -> list[Referral]:
    """The referrals that were linked to the case of a file, the first received first."""
    linked = Referral.objects.visible_to(viewer).filter(file_code=file_code, state="duplicate_linked")
    return list(linked.select_related("sender_agency").order_by("received_at", "id"))


def was_counted(account: Account, key: str) -> bool:
    """Whether a form of this account was counted without a person before."""
    earlier = receipt(account.ref, key) if key else None
    return earlier is not None and earlier.subject == COUNTED


def matches(referral: Referral, viewer: Account) -> list[PossibleMatch]:
    """Files that perhaps are of the same person, without content. Those from which the viewer is kept out are not."""
    found = PossibleMatch.objects.visible_to(viewer).filter(referral=referral)
    return list(found.select_related("referral").order_by("found_at", "pk"))


def match_asked(code: str, viewer: Account) -> PossibleMatch | None:
    """A match about which the viewer may ask, from the side of the referral."""
    found = _match(code, viewer)
    return found if found and may(viewer, "referral.decide", found.referral) else None


def match_to_answer(code: str, viewer: Account) -> PossibleMatch | None:
    """A match that was asked of the viewer, who leads the other file."""
    found = _match(code, viewer)
    return found if found and found.asked_at and may(viewer, "case.lead", found) else None


@beyond("matching")
def matches_awaiting(viewer: Account) -> list[PossibleMatch]:
    """The matches that wait for the viewer's word, the first asked first."""
    if "case.lead" not in permissions(viewer) or not _is_asked(viewer):
        return []
    asked = PossibleMatch.objects.visible_to(viewer).filter(asked_at__isnull=False, verdict="")
    waiting = asked.select_related("asked_by").order_by("asked_at", "pk")[:MOST_MATCHES]
    return [match for match in waiting if may(viewer, "case.lead", match)]


_ASKED = Statement(
    lambda: (
        PossibleMatch.objects.visible_to(ACCOUNT)
        .filter(asked_at__isnull=False, verdict="", file_code__in=granted_files(ACCOUNT))
        .only("pk")[:1]
    )
)


def _is_asked(viewer: Account) -> bool:
    """Whether a question stands open in any file that the viewer works on: asked in short, for it is asked often."""
    return bool(_ASKED.ask(account=viewer.pk, now=now()))


def own_file(match: PossibleMatch, viewer: Account) -> Referral | None:
    """The lead's own referral in the file that perhaps matches, as the way into it."""
    found: Referral | None = Referral.objects.visible_to(viewer).filter(person=match.other).first()
    return found if found and may(viewer, "referral.read", found) else None


@beyond("matching")
def _match(code: str, viewer: Account) -> PossibleMatch | None:
    found: PossibleMatch | None = (
        PossibleMatch.objects.visible_to(viewer)
        .filter(code=code)
        .select_related("referral__sender", "referral__to_agency", "asked_by", "other")
        .first()
    )
    return found


def attempts(referral: Referral) -> list[ContactAttempt]:
    """Attempts to reach the person, the first first."""
    return list(ContactAttempt.objects.filter(referral=referral).select_related("by", "outside").order_by("at"))


def codes_of_files(file_codes: Iterable[str], viewer: Account) -> dict[str, str]:
    """The codes of the referrals received under these files that the viewer may meet at its post."""
    agencies = [post.agency_id for post in posts(viewer)]
    rows = Referral.objects.visible_to(viewer).filter(file_code__in=set(file_codes), to_agency__in=agencies)
    return dict(rows.values_list("file_code", "code"))
