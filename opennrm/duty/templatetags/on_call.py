"""Words of the on-call list: hours of a day, gaps, shifts, the order in which people are called."""

from django import template
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.timezone import localtime

from opennrm.duty.forms import ORDERS
from opennrm.duty.queries import Part
from opennrm.duty.rules import Turn

register = template.Library()


@register.filter
def hours(part: Part) -> str:
    """From when until when on its day: "08:00–20:00"; the end of the day is 24:00."""
    end = "24:00" if part.end == part.day.end else f"{localtime(part.end):%H:%M}"
    return f"{localtime(part.start):%H:%M}–{end}"


@register.filter
def weekday(number: int) -> str:
    """The name of a day of the week; Monday is 0."""
    return str(WEEKDAYS[number])


@register.simple_tag
def order_word(order: int) -> str:
    """Whether somebody is called first, second or third."""
    return str(dict(ORDERS).get(order, order))


@register.simple_tag
def swap_url(turn: Turn) -> str:
    """The page on which one turn of a shift is given to somebody else."""
    return reverse("duty:swap", args=[turn.shift], query={"from": turn.start.isoformat()})
