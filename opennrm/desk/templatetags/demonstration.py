"""The label that stands at figures of demonstration data."""

from typing import Any

from django import template

from opennrm.desk.demonstration.label import label

register = template.Library()


@register.inclusion_tag("figures_label.html")
def figures_label(address: str = "") -> dict[str, Any]:
    """What is invented and what is as published; nothing in a real service. address: of a figure, for its years."""
    return {"label": label(), "address": address}
