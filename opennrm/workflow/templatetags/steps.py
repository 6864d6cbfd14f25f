"""{% steps record %}: the possible steps as links to their pages, the others with the reason against them."""

from typing import Any

from django import template
from django.urls import reverse

from opennrm.workflow.living import Living
from opennrm.workflow.queries import Offer, offers

register = template.Library()


@register.inclusion_tag("workflow/steps.html", takes_context=True)
def steps(context: dict[str, Any], *subjects: Living) -> dict[str, Any]:
    """Offers of one or several records of the same page, for the account that looks."""
    account = context["request"].user
    found = [offer for subject in subjects if subject is not None for offer in offers(subject, account)]
    return {
        "possible": [offer for offer in found if offer.is_possible],
        "impossible": [offer for offer in found if not offer.is_possible],
    }


@register.simple_tag
def step_url(offer: Offer) -> str:
    """The page of a step: every room names it by its machine and action."""
    return reverse(f"{offer.machine}:{offer.action}", args=[offer.code])
