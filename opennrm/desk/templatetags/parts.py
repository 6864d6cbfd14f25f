"""The tags from which pages are made: icons, sentences, moments, clocks, values, form attributes."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, Field
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import get_language, gettext, ngettext, pgettext

from opennrm.desk import clocks, dates
from opennrm.kernel.clock import now as present
from opennrm.kernel.label import Label
from opennrm.kernel.text import Sentence

register = template.Library()

SPRITE = Path(__file__).resolve().parent.parent / "static" / "desk" / "icons.svg"
_MIRRORS = frozenset({"arrow-left", "arrow-right", "chevron-left", "chevron-right", "log-out", "send", "undo-2"})
# Django's language code: what the page says of itself, the short word of the switch, the language's own name.
LANGUAGES = {
    "en": ("en", "EN", "English"),
    "sr": ("sr-Cyrl", "СР", "српски, ћирилица"),
    "sr-latn": ("sr-Latn", "SR", "srpski, latinica"),
}


# --- words


@register.simple_tag
def sentence(said: Sentence | Label | str | None) -> str:
    """A sentence, a label or a plain text in the active language."""
    return in_active_language(said)


def in_active_language(said: object) -> str:
    """The text of a Sentence or Label as the reader's language has it; anything else as text."""
    if isinstance(said, Sentence):
        values = {k: in_active_language(v) if isinstance(v, Label) else v for k, v in said.values.items()}
        said = Sentence(said.message, values, said.plural, said.number)
        return said.render(gettext, ngettext)
    if isinstance(said, Label):
        return said.in_(html_lang())
    return "" if said is None else str(said)


@register.simple_tag
def html_lang(code: str = "") -> str:
    """The BCP 47 tag of a Django language code: Serbian says its script, so that fonts choose Serbian letter forms."""
    code = code or get_language() or "en"
    return LANGUAGES.get(code, (code, code, code))[0]


@register.simple_tag
def language_choices() -> list[dict[str, str]]:
    """What the language switch offers."""
    return [{"code": code, "lang": tag, "short": short, "name": name} for code, (tag, short, name) in LANGUAGES.items()]


# --- moments and clocks


@register.simple_tag
def moment(when: datetime | None, style: str = "") -> str:
    """A moment as `<time>`: short by default, "full" with weekday, date and zone, "hour" the hour alone."""
    if when is None:
        return ""
    zone = get_current_timezone()
    if style:
        words = dates.full_moment_words(when) if style == "full" else dates.hour_words(when)
        return _time(when, words, zone)
    return _time(when.replace(second=0, microsecond=0), dates.moment_words(when, present()), zone)


@lru_cache(maxsize=8192)
def _time(when: datetime, words: str, zone: tzinfo) -> SafeString:
    """Kept, for lists show the same moments again and again."""
    return format_html('<time datetime="{}">{}</time>', localtime(when, zone).isoformat(timespec="minutes"), words)


@register.simple_tag
def day(when: date | None, style: str = "", sign: str = "") -> str:
    """A day as `<time>`: "17 November 2026"; "weekday" puts the weekday before it, "short" leaves the year out.

    sign: what follows it, to which a full stop of the day itself gives way.
    """
    if when is None:
        return ""
    if isinstance(when, datetime):
        when = localtime(when).date()
    words = dates.day_words(when, year=style != "short", weekday=style == "weekday")
    words = words.removesuffix(".") if sign else words
    return format_html('<time datetime="{}">{}</time>{}', when.isoformat(), words, sign)


@register.simple_tag
def remaining(seen: Any) -> str:
    """A clock in one line of words: "1 h 46 min left, due 00:00"."""
    return clocks.in_words(getattr(seen, "run", seen), getattr(seen, "now", None) or present())


@register.simple_tag
def clock_line(seen: Any) -> SafeString:
    """A clock as it stands in a line of the worklist. Made without a template: a page holds many."""
    one = _clock(seen)
    return format_html(
        '<div class="clock clock-{}">{}<div><div class="clock-words">{}</div>'
        '<div class="clock-state"><b>{}</b> · {}</div></div></div>',
        one.tone,
        clock_wedge(one.tone, one.pie),
        one.words,
        one.state,
        one.when,
    )


_RING = '<circle class="clock-ring" cx="14" cy="14" r="12.6"/>'
_FULL = '<circle class="clock-full" cx="14" cy="14" r="13"/>'
_DASH = '<path class="clock-line" d="M8.5 14h11"/>'
_WEDGES = {
    "met": f'{_FULL}<path class="clock-line" d="m8.5 14.5 4 4 7-8"/>',
    "late": _FULL + _DASH,
    "missed": _RING + _DASH,
}


@register.simple_tag
def clock_wedge(tone: str, pie: str = "") -> SafeString:
    """The wedge is the time left; missed, late and met have their own shapes. Words stand beside it."""
    inside = _WEDGES.get(tone) or (f'{_RING}<path class="clock-pie" d="{pie}"/>' if pie else _RING)
    return mark_safe(  # noqa: S308 - a path of numbers
        '<svg class="clock-wedge" viewBox="0 0 28 28" width="28" height="28" aria-hidden="true" focusable="false">'
        f"{inside}</svg>"
    )


@register.inclusion_tag("components/clock.html")
def clock(seen: Any, label: object = "", basis: object = "") -> dict[str, object]:
    """A clock as it stands on a case page: with its name and its basis."""
    return {"clock": _clock(seen, label, basis)}


@register.inclusion_tag("components/clock_bar.html")
def clock_bar(seen: Any) -> dict[str, object]:
    """A clock as words and a bar."""
    return {"clock": _clock(seen), "id": id(seen)}


def _clock(seen: Any, label: object = "", basis: object = "") -> clocks.Clock:
    """From a Clock, from workflow's ClockSeen (a run, its deadline and the moment it was seen) or from a bare run."""
    if isinstance(seen, clocks.Clock):
        return seen
    deadline = getattr(seen, "deadline", None)
    label = label or getattr(deadline, "label", "")
    moment_seen = getattr(seen, "now", None) or present()
    words = {"label": in_active_language(label), "basis": in_active_language(basis)}
    return clocks.shown(getattr(seen, "run", seen), moment_seen, **words)


# --- shapes


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon, hidden from screen readers: it always stands beside a word."""
    return _icon(name)


@lru_cache(maxsize=256)
def _icon(name: str) -> SafeString:
    mirrors = " icon-mirrors" if name in _MIRRORS else ""
    return mark_safe(  # noqa: S308 - our own sprite
        f'<svg class="icon{mirrors}" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">'
        f"{_sprite()[name]}</svg>"
    )


@lru_cache(maxsize=1)
def _sprite() -> dict[str, str]:
    symbols = re.findall(r'<symbol id="([\w-]+)"[^>]*>(.*?)</symbol>', SPRITE.read_text(encoding="utf-8"))
    return dict(symbols)


_SHAPES = {
    "draft": ("circle-dashed", ""),
    "plain": ("", ""),
    "progress": ("half", "tag-progress"),
    "waiting": ("half", "tag-waiting"),
    "present": ("disc", "tag-progress"),
    "cannot": ("circle-minus", ""),
    "done": ("circle-check", "tag-done"),
    "sealed": ("lock", "tag-sealed"),
    "missed": ("triangle-alert", "tag-missed"),
}


@register.simple_tag
def state_tag(word: object, shape: str = "draft", icon: str = "") -> SafeString:
    """A state: a word, then a shape, then a colour.

    shape: draft, progress, waiting, done, sealed, missed, plain; for what a list of signs says of a dimension
    present, waiting, cannot, draft, which never reads as good or bad.
    """
    own_icon, css = _SHAPES[shape]
    name = icon or own_icon
    return format_html('<span class="tag {}">{}{}</span>', css, _icon(name) if name else "", in_active_language(word))


@register.simple_tag
def shape(name: str) -> SafeString:
    """The shape of a state alone, hidden from screen readers: its word stands elsewhere on the page."""
    own_icon, css = _SHAPES[name]
    return format_html('<span class="shape {}">{}</span>', css, icon(own_icon))


@register.filter
def possible(offers: Iterable[Any]) -> list[Any]:
    """The steps that can be taken now."""
    return [offer for offer in offers if offer.is_possible]


@register.filter
def impossible(offers: Iterable[Any]) -> list[Any]:
    """The steps of the viewer's role that cannot be taken now."""
    return [offer for offer in offers if not offer.is_possible]


# --- values


@register.simple_tag
def value(shown: object) -> str:
    """A number or one of the marks `[c]` withheld, `[x]` not known, `[z]` not applicable. Never blank."""
    if shown is None:
        shown = "[x]"
    words = value_words().get(str(shown))
    if words is None:
        return conditional_escape(shown if isinstance(shown, SafeString) else str(shown))
    css = "withheld" if shown == "[c]" else "mark-of-value"
    return format_html(
        '<span class="{}"><abbr title="{}">{}</abbr><span class="unseen"> {}</span></span>', css, words, shown, words
    )


def value_words() -> dict[str, str]:
    """What each mark means, in the active language."""
    return {
        "[c]": gettext("Withheld to protect people"),
        "[x]": gettext("Not known or not collected"),
        "[z]": gettext("Not applicable"),
    }


# --- forms


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: BaseForm) -> dict[str, object]:
    """Every error of one or several forms, each with a link to its field."""
    return {"problems": [problem for form in forms if form is not None for problem in _problems(form)]}


def _problems(form: BaseForm) -> Iterable[dict[str, str]]:
    if not form.is_bound:
        return
    for message in form.non_field_errors():
        yield {"message": str(message), "href": ""}
    for field in form:
        target = field.id_for_label or (f"{field.auto_id}_0" if field.auto_id else "")
        for message in error_words(field):
            yield {"message": message, "href": f"#{target}" if target and not field.is_hidden else ""}


@register.simple_tag
def error_words(field: BoundField) -> list[str]:
    """What is wrong with a field, in sentences that name it. Django's own "This field is required." does not."""
    unnamed = str(Field.default_error_messages["required"])
    named = gettext("“%(field)s” is not answered yet.") % {"field": field.label}
    return [named if str(message) == unnamed else str(message) for message in field.errors]


@register.simple_tag
def attributes(widget: Mapping[str, Any]) -> SafeString:
    """A control's attributes. Text is never offered from memory nor sent to a spelling service."""
    attrs = dict(widget.get("attrs") or {})
    kind, source = str(widget.get("type", "")), str(widget.get("template_name", ""))
    is_option = source.endswith("select_option.html")
    if not is_option and kind not in {"checkbox", "radio", "hidden", "select"}:
        attrs["class"] = f"input {attrs.get('class', '')}".strip()
        attrs.setdefault("autocomplete", "off")
        if not source.endswith("select.html") and kind not in {"date", "time", "number", "file"}:
            attrs.setdefault("spellcheck", "false")
    shown = ((n, None if v is True else v) for n, v in attrs.items() if v is not False and v is not None)
    return format_html_join("", "{}", ((_attribute(n, v),) for n, v in shown))


def _attribute(name: str, content: object) -> SafeString:
    return format_html(" {}", name) if content is None else format_html(' {}="{}"', name, content)


@register.simple_tag(takes_context=True)
def keep_draft(context: template.Context) -> str:
    """Attributes of a form whose draft survives an expired session (forms.js). Needs the address `still_signed_in`."""
    user = getattr(context.get("request"), "user", None)
    if user is None or not user.is_authenticated:
        return ""
    return format_html(' data-keep-draft="{}" data-account="{}"', reverse("still_signed_in"), account_mark(user.pk))


def account_mark(key: object) -> str:
    """A mark by which a page knows that the same person has signed in again. Tells nothing by itself."""
    return salted_hmac("opennrm.desk.account_mark", str(key), algorithm="sha256").hexdigest()[:16]


@register.simple_tag
def optional_word() -> str:
    """What stands after the label of a field that may stay empty."""
    return pgettext("field", "(optional)")
