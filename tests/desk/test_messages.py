"""The catalogues are complete, Latin is derived, and every marked text is found."""

import pytest
from django.utils import translation
from django.utils.translation import gettext, ngettext

from opennrm.kernel.text import latin
from tools import messages


def test_catalogues_are_complete_and_fresh():
    assert messages.check(messages.collect()) == []


def test_latin_is_what_the_cyrillic_gives():
    cyrillic, roman = messages.read(messages.CYRILLIC), messages.read(messages.LATIN)

    for message in cyrillic:
        if message.id:
            other = roman.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
            forms = message.string if isinstance(message.string, tuple) else (message.string,)
            others = other.string if isinstance(other.string, tuple) else (other.string,)
            assert tuple(latin(form) for form in forms) == tuple(others)


@pytest.mark.parametrize(
    ("source", "keys"),
    [
        ('say("Due.")', [("", "Due.", "")]),
        ('kernel.say_n("%(n)d one", "%(n)d many", 2)', [("", "%(n)d one", "%(n)d many")]),
        ('pgettext_lazy("in a date", "May")', [("in a date", "May", "")]),
        ('_("a" "b")', [("", "ab", "")]),
        ("say(words)", []),
        ("print('say(1)')", []),
    ],
)
def test_python_texts_are_found(source, keys):
    assert [found.key for found in messages._python(source, "x.py")] == keys


@pytest.mark.parametrize(
    ("source", "keys"),
    [
        ('{% translate "Sign in" %}', [("", "Sign in", "")]),
        ('{% translate "May" context "month" %}', [("month", "May", "")]),
        ('{% translate "It’s (a) test" as word %}', [("", "It’s (a) test", "")]),
        ("{% blocktranslate with n=3 trimmed %}\n  Of {{ n }}\n{% endblocktranslate %}", [("", "Of %(n)s", "")]),
        (
            "{% blocktranslate count n=n trimmed %}{{ n }} one{% plural %}{{ n }} many{% endblocktranslate %}",
            [("", "%(n)s one", "%(n)s many")],
        ),
        ('{% include "x.html" with word=_("Next") %}', [("", "Next", "")]),
        ("{% comment %}{% translate 'no' %}{% endcomment %}", []),
    ],
)
def test_template_texts_are_found(source, keys):
    assert [found.key for found in messages._template("{% load i18n %}" + source, "x.html")] == keys


def test_a_lost_placeholder_a_missing_form_and_an_empty_text_are_each_seen():
    catalog = messages.Catalog(locale="sr")
    catalog.add("Due %(day)s", "Рок")
    catalog.add(("%(n)d one", "%(n)d many"), ("%(n)d", "%(n)d", ""))
    catalog.add("Nothing", "")
    catalog.add("<b>x</b>", "х")

    faults = [fault for message in messages._messages(catalog) for fault in messages._faults(message)]

    assert len(faults) == 2
    assert [key[1] for key in messages.missing(catalog)] == ["%(n)d one", "Nothing"]


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("sr", ["Нема сигнала · 1 чека слање", "Нема сигнала · 2 чекају слање", "Нема сигнала · 5 чека слање"]),
        ("sr-latn", ["Nema signala · 1 čeka slanje", "Nema signala · 2 čekaju slanje", "Nema signala · 5 čeka slanje"]),
    ],
)
def test_three_plural_forms(language, texts):
    one, many = "No signal · %(n)s waiting to be sent", "No signal · %(n)s waiting to be sent"

    with translation.override(language):
        assert [ngettext(one, many, n) % {"n": n} for n in (1, 2, 5)] == texts
        assert gettext("This field is required.") != "This field is required."
