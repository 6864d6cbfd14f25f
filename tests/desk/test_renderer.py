"""Forms: label, help, error, control; the same sentence in the summary and at the field."""

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation


class Sample(forms.Form):
    year = forms.IntegerField(
        label="Year of birth",
        help_text="If only the age is known, leave it empty",
        max_value=2025,
        error_messages={"max_value": "Year must be 1905 to 2025."},
        required=False,
    )
    told = forms.ChoiceField(
        label="How",
        widget=forms.RadioSelect,
        choices=[("phone", "By phone"), ("visit", "In person")],
        error_messages={"required": "Say how."},
    )
    mark = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self):
        raise forms.ValidationError("These do not fit together.")


def test_form_asks_in_the_order_label_help_control():
    html = str(Sample())

    places = [html.index(part) for part in ("Year of birth", "If only the age", 'name="year"', "How", "By phone")]
    assert places == sorted(places)
    assert 'for="id_year"' in html
    assert 'aria-describedby="id_year_helptext"' in html
    assert "There is a problem" not in html


def test_each_error_stands_in_the_summary_and_at_its_field():
    html = str(Sample({"year": "2192"}))

    assert html.count("Year must be 1905 to 2025.") == 2
    assert '<a href="#id_year">Year must be 1905 to 2025.</a>' in html
    assert '<a href="#id_told_0">Say how.</a>' in html
    assert html.count("These do not fit together.") == 1
    assert 'id="id_year_error"' in html
    assert 'aria-describedby="id_year_helptext id_year_error"' in html
    assert html.count('aria-invalid="true"') >= 1
    assert 'value="2192"' in html


def test_djangos_own_sentence_is_replaced_by_one_that_names_the_field():
    class Plain(forms.Form):
        why = forms.CharField(label="Why")

    html = str(Plain({}))

    assert html.count("“Why” is not answered yet.") == 2
    assert "This field is required." not in html
    with translation.override("sr"):
        assert str(Plain({})).count("„Why“: недостаје одговор.") == 2


def test_choices_are_a_fieldset_with_a_legend():
    html = Template("{{ form.told.as_field_group }}").render(Context({"form": Sample()}))

    assert "<fieldset" in html
    assert "<legend>How</legend>" in html
    assert html.count('class="choice"') == 2


def test_what_may_stay_empty_says_so():
    with translation.override("sr"):
        html = str(Sample())

    assert html.count("(није обавезно)") == 1


def test_fields_alone_come_without_the_summary():
    html = Sample({}).as_div()

    assert "There is a problem" not in html
    assert 'name="mark"' in html


def test_summary_joins_several_forms():
    html = Template("{% load parts %}{% error_summary a b %}").render(
        Context({"a": Sample({}, prefix="a"), "b": Sample({}, prefix="b")})
    )

    assert 'href="#id_a-told_0"' in html
    assert 'href="#id_b-told_0"' in html


@pytest.mark.parametrize("written", ["<script>", '"><b>'])
def test_what_somebody_wrote_comes_back_escaped(written):
    assert written not in str(Sample({"year": written}))
