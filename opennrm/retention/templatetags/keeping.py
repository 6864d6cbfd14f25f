"""{% erased_notice file_code %}: on a page of a file that was erased, that it was and when. Nothing on others."""

from typing import Any

from django import template

from opennrm.retention.standing import erased_of

register = template.Library()


@register.inclusion_tag("retention/erased.html")
def erased_notice(file_code: str) -> dict[str, Any]:
    """The notice, where everything of the file was erased."""
    return {"erased": erased_of(file_code)}
