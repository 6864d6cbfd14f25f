"""Codes of statements and determinations in words."""

from django import template

from opennrm.access.country import current_profile
from opennrm.identification.rules.determinations import OUTCOMES
from opennrm.identification.rules.statements import BASES, MEDIUMS, REFUSALS, REPEATS
from opennrm.kernel.text import Sentence, say
from opennrm.workflow.pages import in_language
from opennrm.workflow.wording import worded

register = template.Library()
NOT_KNOWN = say("Language not known")


@register.simple_tag
def statement_purpose(code: str) -> str:
    """What a statement is for."""
    purpose = current_profile().statement_purposes.get(code)
    return in_language(purpose.label) if purpose else ""


@register.simple_tag
def statement_medium(code: str) -> str:
    """How an account was kept."""
    return _word(MEDIUMS, code)


@register.simple_tag
def repeat_reason(code: str) -> str:
    """Why somebody had to tell it again."""
    return _word(REPEATS, code)


@register.simple_tag
def refusal_reason(code: str) -> str:
    """Why an account was not shared."""
    return _word(REFUSALS, code)


@register.simple_tag
def sharing_basis(code: str) -> str:
    """On which basis it was shared."""
    return _word(BASES, code)


@register.simple_tag
def determination_outcome(code: str) -> str:
    """What a body said."""
    return _word(OUTCOMES, code)


@register.simple_tag
def language_name(code: str) -> str:
    """A language by its own name."""
    profile = current_profile()
    names = {language.code: language.name for language in (*profile.languages, *profile.person_languages)}
    return names.get(code) or worded(NOT_KNOWN)


@register.simple_tag
def article_words(article_id: str) -> str:
    """An article of the law: act and number."""
    found = next((article for article in current_profile().articles if article.id == article_id), None)
    if found is None:
        return article_id
    return ", ".join(part for part in (in_language(found.act), found.number) if part)


def _word(words: dict[str, Sentence], code: str) -> str:
    return worded(words[code]) if code in words else ""
