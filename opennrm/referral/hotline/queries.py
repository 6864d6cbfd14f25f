"""Reading calls: the list of a line, one call, its caller's other calls, and whom to call back now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from opennrm.access.behind_wall import beyond
from opennrm.access.country import current_profile
from opennrm.access.queries import may, permissions
from opennrm.kernel.clock import now
from opennrm.referral.hotline.models import CallBack, CallOutcome, HotlineCall, SameCaller
from opennrm.referral.hotline.rules import Certainty
from opennrm.workflow.paging import place, row_at

if TYPE_CHECKING:
    from opennrm.access.models import Account

PAGE = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """Which calls are asked for. Days are the country's; both belong to the period."""

    first: date | None = None
    last: date | None = None
    language: str = ""
    subject: str = ""
    to_call_back: bool = False
    after: str = ""


@dataclass(frozen=True, slots=True)
class Calls:
    """One page of calls, the numbers of the whole choice, and where the next page begins.

    callers: joined by a code word or by an operator who was sure. at_least: also those joined that are likely the same.
    """

    calls: list[HotlineCall]
    count: int
    callers: int
    at_least: int
    after: str = ""


@beyond("hotline_list")
def calls(viewer: Account, asked: Asked) -> Calls:
    """The calls that the viewer may list, the newest first. Calls written down by mistake are left out."""
    chosen = _chosen(viewer, asked)
    callers = chosen.values("thread").distinct().count()
    likely = _likely_joined(chosen)
    found = chosen
    cursor = row_at(asked.after)
    if cursor:
        found = found.filter(Q(began_at__lt=cursor[0]) | Q(began_at=cursor[0], id__lt=cursor[1]))
    page = list(
        found.select_related("agency", "operator")
        .prefetch_related("subjects", "outcomes", "call_backs")
        .order_by("-began_at", "-id")[: PAGE + 1]
    )
    last = page[PAGE - 1] if len(page) > PAGE else None
    after = place(last.began_at, last.id) if last else ""
    return Calls(page[:PAGE], chosen.count(), callers, callers - likely, after)


def call(code: str, viewer: Account) -> HotlineCall | None:
    """A call of the viewer's own line, or None: there is no such page."""
    found: HotlineCall | None = (
        HotlineCall.objects.visible_to(viewer).filter(code=code).select_related("agency", "operator", "thread").first()
    )
    return found if found and may(viewer, "hotline.call", found) else None


def others_of_caller(call: HotlineCall, viewer: Account) -> list[HotlineCall]:
    """The same caller's other calls to the viewer's line, the newest first."""
    others = HotlineCall.objects.visible_to(viewer).filter(thread=call.thread, superseded_at=None)
    return list(others.exclude(pk=call.pk).prefetch_related("subjects").order_by("-began_at")[:PAGE])


def remarks(call: HotlineCall, viewer: Account) -> list[SameCaller]:
    """What was remarked of this call about being the same caller as another that the viewer may meet."""
    visible = HotlineCall.objects.visible_to(viewer).values("pk")
    return list(SameCaller.objects.filter(call=call, other__in=visible).select_related("other").order_by("at"))


def outcomes(call: HotlineCall) -> list[CallOutcome]:
    """What the call led to, the first first."""
    found = CallOutcome.objects.filter(call=call).select_related("agency", "by", "screening", "screening__referral")
    return list(found.order_by("at", "pk"))


def call_backs(call: HotlineCall) -> list[CallBack]:
    """The call-backs agreed in a call, with their attempts."""
    return list(CallBack.objects.filter(call=call).prefetch_related("attempts").order_by("due_at"))


def call_back(call: HotlineCall, number: int) -> CallBack | None:
    """One call-back of a call that the viewer has found."""
    return CallBack.objects.filter(call=call, pk=number).select_related("call", "call__agency").first()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call-back that is agreed and not over: since when it is due, and whether the hour is safe now."""

    call_back: CallBack
    is_due: bool
    is_safe_now: bool


def sites_reported(call: HotlineCall) -> set[str]:
    """The codes of the site reports that a call led to."""
    return set(call.outcomes.exclude(site_report="").values_list("site_report", flat=True))


def to_call_back(viewer: Account) -> list[Waiting]:
    """The open call-backs of the viewer's line, the earliest first. Outside the safe hours nobody calls."""
    if "hotline.call" not in permissions(viewer):
        return []
    moment = now()
    hour = moment.astimezone(current_profile().zone).time()
    own = HotlineCall.objects.visible_to(viewer).values("pk")
    found = CallBack.objects.filter(call__in=own, ended_at=None).select_related("call").order_by("due_at", "pk")
    return [Waiting(one, one.due_at <= moment, one.call.hours.allow(hour)) for one in found[:PAGE]]


def _chosen(viewer: Account, asked: Asked) -> QuerySet[HotlineCall]:
    if not may(viewer, "hotline.list"):
        return HotlineCall.unscoped.none()
    chosen: QuerySet[HotlineCall] = HotlineCall.objects.visible_to(viewer).filter(superseded_at=None)
    zone = current_profile().zone
    if asked.first:
        chosen = chosen.filter(began_at__gte=datetime.combine(asked.first, time(), zone))
    if asked.last:
        chosen = chosen.filter(began_at__lt=datetime.combine(asked.last + timedelta(days=1), time(), zone))
    if asked.language:
        chosen = chosen.filter(language=asked.language)
    if asked.subject:
        chosen = chosen.filter(subjects__subject=asked.subject)
    if asked.to_call_back:
        chosen = chosen.filter(Exists(CallBack.objects.filter(call=OuterRef("pk"), ended_at=None)))
    return chosen


def _likely_joined(chosen: QuerySet[HotlineCall]) -> int:
    """How many callers fewer there are if those that are likely the same are the same."""
    inside = chosen.values("pk")
    likely = SameCaller.objects.filter(certainty=Certainty.LIKELY, call__in=inside, other__in=inside)
    group: dict[object, object] = {}

    def root(one: object) -> object:
        while one in group:
            one = group[one]
        return one

    joined = 0
    for one, other in likely.values_list("call__thread", "other__thread"):
        if root(one) != root(other):
            group[root(one)] = root(other)
            joined += 1
    return joined
