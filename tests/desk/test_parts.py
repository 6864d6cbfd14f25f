"""Tags: sentences, moments, values, icons, attributes."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.template import Context, Template
from django.utils import timezone, translation

from opennrm.desk.dates import day_words, month_words, one_sign, span_words
from opennrm.kernel.clock import frozen
from opennrm.kernel.label import Label
from opennrm.kernel.text import say, say_n

BELGRADE = ZoneInfo("Europe/Belgrade")
AT = datetime(2026, 11, 17, 13, 20, tzinfo=UTC)  # 14:20 in Belgrade, a Tuesday


def shown(source: str, **context: object) -> str:
    with timezone.override(BELGRADE), frozen(AT):
        return Template("{% load parts %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("language", "n", "words"),
    [
        ("en", 1, "Not yet: 1 opinion is awaited."),
        ("en", 2, "Not yet: 2 opinions are awaited."),
        ("sr", 1, "Још не: чека се 1 мишљење."),
        ("sr", 2, "Још не: чекају се 2 мишљења."),
        ("sr", 5, "Још не: чека се 5 мишљења."),
        ("sr", 21, "Још не: чека се 21 мишљење."),
        ("sr-latn", 2, "Još ne: čekaju se 2 mišljenja."),
    ],
)
def test_sentence_speaks_the_readers_language(language, n, words):
    said = say_n("Not yet: %(n)d opinion is awaited.", "Not yet: %(n)d opinions are awaited.", n)

    with translation.override(language):
        assert shown("{% sentence s %}", s=said) == words


def test_sentence_escapes_what_somebody_wrote():
    assert shown("{% sentence s %}", s=say("%(x)s", x="<b>")) == "&lt;b&gt;"


def test_sentence_carries_labels_of_the_profile_in_the_readers_language():
    label = Label({"en": "Labour inspectorate", "sr-Cyrl": "Инспекција рада"})

    with translation.override("sr-latn"):
        assert shown("{% sentence s %}|{% sentence l %}", s=say("%(who)s", who=label), l=label) == (
            "Inspekcija rada|Inspekcija rada"
        )


@pytest.mark.parametrize(
    ("language", "moment", "style", "words"),
    [
        ("en", AT, "", "14:20"),
        ("en", datetime(2026, 11, 18, 4, 50, tzinfo=UTC), "", "Wed 05:50"),
        ("en", datetime(2026, 12, 1, 4, 50, tzinfo=UTC), "", "1 December, 05:50"),
        ("en", datetime(2027, 1, 1, 4, 50, tzinfo=UTC), "", "1 January 2027, 05:50"),
        ("en", AT, "full", "Tuesday 17 November 2026, 14:20 CET"),
        ("sr", AT, "full", "уторак, 17. новембра 2026. у 14:20 (CET)"),
        ("sr-latn", datetime(2026, 12, 1, 4, 50, tzinfo=UTC), "", "1. decembra u 05:50"),
        ("en", datetime(2026, 11, 16, 23, 30, tzinfo=UTC), "hour", "00:30"),
    ],
)
def test_moment_is_as_short_as_it_stays_clear(language, moment, style, words):
    with translation.override(language):
        html = shown("{% moment m style %}", m=moment, style=style)

    assert html.endswith(f">{words}</time>")
    assert html.startswith('<time datetime="20')


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "17 November 2026|Tuesday 17 November|November 2026"),
        ("sr", "17. новембра 2026.|уторак, 17. новембра|новембар 2026."),
        ("sr-latn", "17. novembra 2026.|utorak, 17. novembra|novembar 2026."),
    ],
)
def test_days_use_the_genitive_inside_a_date(language, words):
    day = date(2026, 11, 17)

    with translation.override(language):
        assert "|".join((day_words(day), day_words(day, year=False, weekday=True), month_words(day))) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "17 November 2026</time>."), ("sr", "17. новембра 2026</time>."), ("sr-latn", "17. novembra 2026</time>.")],
)
def test_the_full_stop_of_a_day_gives_way_to_the_sign_that_follows(language, words):
    with translation.override(language):
        assert shown('{% day d sign="." %}', d=date(2026, 11, 17)).endswith(words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("до 27. новембра 2026.. Ако", "до 27. новембра 2026. Ако"),
        ("до 27. новембра 2026.: пишите", "до 27. новембра 2026: пишите"),
        ("27. новембра 2026. године", "27. новембра 2026. године"),
        ("until 27 November 2026. If", "until 27 November 2026. If"),
    ],
)
def test_one_sign_leaves_no_two_in_a_row(text, words):
    assert one_sign(text) == words


@pytest.mark.parametrize(
    ("seconds", "english", "serbian"),
    [
        (59, "0 min", "0 мин"),
        (50 * 60, "50 min", "50 мин"),
        (9 * 3600, "9 h", "9 ч"),
        (2 * 3600 + 5 * 60, "2 h 05 min", "2 ч 05 мин"),
        (47 * 3600 + 59 * 60, "47 h 59 min", "47 ч 59 мин"),
        (48 * 3600, "2 days", "2 дана"),
        (21 * 86400, "21 days", "21 дан"),
        (-50 * 60, "50 min", "50 мин"),
    ],
)
def test_span_is_hours_under_two_days_then_days(seconds, english, serbian):
    from datetime import timedelta

    span = timedelta(seconds=seconds)

    with translation.override("en"):
        assert span_words(span) == english
    with translation.override("sr"):
        assert span_words(span) == serbian


def test_value_is_never_blank_and_marks_say_what_they_mean():
    assert shown("{% value 0 %}") == "0"
    assert "[x]" in shown("{% value none %}", none=None)
    withheld = shown("{% value c %}", c="[c]")
    assert 'class="withheld"' in withheld
    assert "Withheld to protect people" in withheld
    assert shown("{% value t %}", t="<i>") == "&lt;i&gt;"


def test_icon_is_hidden_and_only_directions_mirror():
    assert 'aria-hidden="true"' in shown('{% icon "clock" %}')
    assert "icon-mirrors" not in shown('{% icon "clock" %}')
    assert "icon-mirrors" in shown('{% icon "chevron-right" %}')


def test_state_tag_always_has_a_word_and_a_shape():
    html = shown('{% state_tag "Sealed" "sealed" %}')

    assert "Sealed" in html
    assert "<svg" in html


def test_text_controls_are_neither_remembered_nor_spelled():
    class Sample(forms.Form):
        name = forms.CharField()
        kind = forms.ChoiceField(choices=[("a", "A")], initial="a")
        sure = forms.BooleanField()
        secret = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "class": "x"}))
        many = forms.MultipleChoiceField(choices=[("a", "A")], widget=forms.CheckboxSelectMultiple)

    form = Sample()

    assert 'class="input" autocomplete="off" spellcheck="false"' in str(form["name"])
    assert 'autocomplete="off"' in str(form["kind"])
    assert '<option value="a" selected>' in str(form["kind"])
    assert "autocomplete" not in str(form["sure"])
    assert 'autocomplete="current-password"' in str(form["secret"])
    assert 'class="input x"' in str(form["secret"])
    assert 'class="choice"' in str(form["many"])
