"""What holds for every template of every room."""

import re

import pytest
from django.template.loader import get_template

from opennrm.desk.templatetags.parts import _sprite
from tests.desk.sources import PACKAGE, STATIC, TEMPLATES, named

FORBIDDEN = {
    "an inline style": r"\sstyle\s*=|<style\b",
    "an inline script": r"<script\b(?![^>]*\bsrc=)|\son[a-z]+\s*=\s*[\"']|javascript:",
    "a text that is not escaped": r"\|safe\b|\bautoescape\s+off\b|\|safeseq\b",
    "something from elsewhere": r"(?:src|href)=[\"'](?:https?:)?//",
    "a placeholder for a label": r"\splaceholder=",
}
# Samples are sent nowhere; Close must never fail. Her own page sets no further cookie: its forms carry a token of
# the visit (tests/own).
WITHOUT_TOKEN = {"components_panel.html", "components_phone.html", "close_control.html"}


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
@pytest.mark.parametrize("what", FORBIDDEN)
def test_template_holds_no(path, what):
    assert not re.search(FORBIDDEN[what], path.read_text(encoding="utf-8"), re.IGNORECASE)


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_every_form_keeps_nothing_and_is_sent_by_us_only(path):
    source = path.read_text(encoding="utf-8")
    for form in re.finditer(r"<form\b(?P<tag>.*?[^%])>(?P<inside>.*?)</form>", source, re.DOTALL):
        assert 'autocomplete="off"' in form["tag"], form["tag"]
        assert 'spellcheck="false"' in form["tag"], form["tag"]
        if 'method="post"' in form["tag"] and path.name not in WITHOUT_TOKEN:
            is_hers = "/own/templates/own/" in path.as_posix() and "{% csrf_token %}" not in source
            seal = 'name="token" value="{{ token }}"' if is_hers else "csrf_token"
            assert seal in form["inside"] or "my_leave" in form["tag"], form["tag"]


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_every_template_compiles(path):
    get_template(path.as_posix().split("/templates/", 1)[1])


def test_every_icon_that_is_asked_for_exists():
    asked = {name for path in TEMPLATES for name in re.findall(r"\{% icon \"([\w-]+)\"", path.read_text("utf-8"))}

    assert asked
    assert asked <= _sprite().keys()


@pytest.mark.parametrize("sheet", sorted(STATIC.glob("*.css")), ids=lambda p: p.name)
def test_styles_mirror_for_right_to_left(sheet):
    css = sheet.read_text(encoding="utf-8")

    assert not re.findall(r"(?<![\w-])(?:margin|padding|border)-(?:left|right)\b|text-align: (?:left|right)", css)
    assert not re.findall(r"(?<![\w-])(?:left|right):", css)


def test_phone_pages_load_no_font_and_little_else():
    phone = (PACKAGE / "desk" / "templates" / "phone.html").read_text(encoding="utf-8")
    files = re.findall(r"static \"desk/([\w.]+)\"", phone)

    assert "fonts.css" not in files
    assert sum((STATIC / name).stat().st_size for name in files) < 60_000
    assert not any("font-face" in (STATIC / name).read_text("utf-8") for name in files)


def test_scripts_hold_no_words_and_nothing_that_builds_html_from_text():
    for script in STATIC.glob("*.js"):
        source = script.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|localStorage", source)
        assert not re.search(r"textContent = ['\"`]", source)
