"""A Sentence in the reader's language."""

from django.utils.translation import get_language, gettext, ngettext

from opennrm.kernel.label import Label
from opennrm.kernel.text import Sentence


def worded(said: str | Sentence | Label) -> str:
    """The words of a sentence, a label or a plain text, for the person who reads now."""
    if isinstance(said, Sentence):
        values = {name: worded(value) if isinstance(value, Label) else value for name, value in said.values.items()}
        return Sentence(said.message, values, said.plural, said.number).render(gettext, ngettext)
    if isinstance(said, Label):
        return said.in_(get_language() or "en")
    return said
