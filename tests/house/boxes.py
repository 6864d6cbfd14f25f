"""What a browser would keep of what is typed into a page, and which sealed columns were filled through one."""

from html.parser import HTMLParser

from django.apps import apps

from opennrm.vault.fields import SealedField
from opennrm.vault.rules import Erased

NO_TEXT = {"hidden", "checkbox", "radio", "submit", "button", "file"}
# What a password manager may fill in (WCAG 2.2, 1.3.5 and 3.3.8), on the pages of signing in and no other.
OF_SIGN_IN = {"username", "current-password", "new-password", "one-time-code"}
SIGN_IN = "/sign-in"


class _Boxes(HTMLParser):
    """Each box in which something can be typed, and what its own tag or its form tells the browser to keep."""

    def __init__(self):
        super().__init__()
        self.form, self.found = "", []

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        if tag == "form":
            self.form = said.get("autocomplete", "")
        if tag in {"textarea", "select"} or (tag == "input" and said.get("type", "text") not in NO_TEXT):
            self.found.append((said.get("name", ""), said.get("autocomplete", self.form)))

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = ""


def boxes(text):
    """Name of each box of a page and the word that says whether a browser keeps what is typed there."""
    reading = _Boxes()
    reading.feed(text)
    return reading.found


def remembered(answer):
    """The boxes of a page whose content a browser would offer again later: where, and which."""
    if not answer.headers.get("Content-Type", "").startswith("text/html"):
        return []
    where = answer.request["PATH_INFO"]
    allowed = {"off", *(OF_SIGN_IN if where.startswith(SIGN_IN) else ())}
    return [(where, name) for name, kept in boxes(answer.content.decode()) if kept not in allowed]


def without_the_word(word):
    """The sealed columns of all rooms in which no record holds a word."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, SealedField) and not any(_holds(row, field, word) for row in _rows(model))
    }


def _rows(model):
    return model._base_manager.all().iterator(chunk_size=200)


def _holds(row, field, word):
    try:
        held = getattr(row, field.attname)
    except Erased:
        return False
    return any(part.encode() in held if isinstance(held, bytes) else part in str(held) for part in word.split())
