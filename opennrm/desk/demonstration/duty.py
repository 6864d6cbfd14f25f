"""The on-call lists of the demonstration: two weeks with one gap, a swap, work addresses, the head of the office."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from opennrm.access.actions import name_head, set_work_address
from opennrm.access.actor import SYSTEM
from opennrm.access.country import current_profile
from opennrm.duty.actions import add_shift, add_weekly, escalate
from opennrm.duty.rules import instant
from opennrm.workflow.actions import tick

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency

DAY = timedelta(days=1)
MORNING, EVENING = time(8), time(20)
SATURDAY = 5


def put_on_call(offices: Mapping[str, Agency], staff: Mapping[str, Account], at: datetime) -> None:
    """Days and nights in each week, but for the night after Saturday: this week somebody, the next one nobody."""
    for account in staff.values():
        set_work_address(account, f"{account.sign_in}@example.org", by=SYSTEM)
    duty, lead, guardian = (staff[name] for name in ("duty", "lead", "guardian"))
    centre, children = offices["centre"], offices["csw"]
    calendar = current_profile().calendar
    today = calendar.day(at)
    first = today - 7 * DAY
    add_weekly(centre, duty, weekdays=range(7), begins=MORNING, ends=EVENING, by=lead, first_day=first)
    nights = [day for day in range(7) if day != SATURDAY]
    add_weekly(centre, lead, weekdays=nights, begins=EVENING, ends=MORNING, by=lead, first_day=first)
    saturday = today + DAY * ((SATURDAY - today.weekday()) % 7)
    start, end = instant(saturday, EVENING, calendar), instant(saturday + DAY, MORNING, calendar)
    add_shift(centre, lead, starts_at=start, ends_at=end, by=lead)
    add_weekly(children, guardian, weekdays=range(7), begins=MORNING, ends=MORNING, by=guardian, first_day=first)
    name_head(centre, lead, by=lead)


def let_time_act(at: datetime) -> None:
    """Note what was missed, and tell people of it."""
    tick(at)
    escalate(at)
