"""{% steps record %}: the possible steps as buttons to their pages, the others with the reason against them."""

from typing import Any

from django import template
from django.core import signing
from django.utils.html import format_html
from django.utils.safestring import SafeString

from opennrm.access.country import current_profile
from opennrm.access.rules import GRANT_PURPOSES
from opennrm.kernel.text import say
from opennrm.workflow.living import Living
from opennrm.workflow.pages import SENDER_FIELD, SENDER_SALT, in_language
from opennrm.workflow.queries import offers
from opennrm.workflow.wording import worded

register = template.Library()

# For what a part of a file was opened, beside the purposes of grants.
READ_FOR = {"attachment": say("a paper or photo")}


@register.inclusion_tag("components/steps.html", takes_context=True)
def steps(context: dict[str, Any], *subjects: Living) -> dict[str, Any]:
    """Offers of one or several records of the same page, for the account that looks."""
    account = context["request"].user
    return {"offers": [offer for subject in subjects if subject is not None for offer in offers(subject, account)]}


@register.simple_tag(takes_context=True)
def written_by(context: dict[str, Any]) -> SafeString:
    """A hidden mark of who opened this form: if the session ends, the draft waits for that account."""
    account = context["request"].user
    mark = signing.dumps(account.code, salt=SENDER_SALT) if account.is_authenticated else ""
    return format_html('<input type="hidden" name="{}" value="{}">', SENDER_FIELD, mark)


@register.simple_tag
def code_word(kind: str, code: str) -> str:
    """The country's word for a code: {% code_word "AgeBand" case.age_band %}."""
    return in_language(current_profile().words[kind][code])


@register.simple_tag
def purpose_word(purpose: str) -> str:
    """What a person agreed to, in words."""
    return in_language(current_profile().purposes[purpose].label)


@register.simple_tag
def kind_word(kind: str) -> str:
    """A kind of agency, in words."""
    return in_language(current_profile().agency_kinds[kind].label)


@register.simple_tag
def role_word(role: str) -> str:
    """A role, in words."""
    known = current_profile().roles.get(role)
    return in_language(known.label) if known else ""


@register.simple_tag
def code_discipline(discipline: str) -> str:
    """A discipline of the panel, in words."""
    return in_language(current_profile().disciplines[discipline].label)


@register.simple_tag
def purpose_of_grant(purpose: str) -> str:
    """For what somebody may meet a file, in words."""
    return worded((GRANT_PURPOSES | READ_FOR).get(purpose, say("work on the file")))
