"""Every list leaves the house as an XLSForm that pyxform accepts, in every language it can be asked in."""

import io
import re
import xml.etree.ElementTree as ET

import pytest
import typer
from django.urls import reverse
from openpyxl import load_workbook
from pyxform.xls2xform import convert
from typer.testing import CliRunner

from opennrm.console.export_xlsform import export_xlsform
from opennrm.kernel.codes import Answer, Sex
from opennrm.profile.htcds import htcds
from opennrm.profile.loading import country_folder, load
from opennrm.screening import xlsform
from opennrm.screening.rules import PLACES
from opennrm.screening.xlsform import as_sheets, as_workbook, form_languages
from opennrm.screening.xlsform_words import GENDER, LANGUAGE_CODES, PLACE_WORDS
from tests.factories import staff
from tests.house.walk import Visitor
from tests.screening import vectors

SERBIA, RURITANIA = load(country_folder("rs")), load(vectors.INVENTED)
LISTS = [(p, s) for p in (SERBIA, RURITANIA) for s in p.all_indicator_sets if s.is_for_screening]
X = "{http://www.w3.org/2002/xforms}"


def plain_quotes(text):
    """As pyxform writes a text."""
    return text.translate(str.maketrans("‘’“”", "''\"\"")).strip()


@pytest.mark.parametrize(("profile", "used"), LISTS, ids=[s.key for _, s in LISTS])
def test_pyxform_accepts_every_list_and_finds_all_of_it(profile, used):
    sheets = as_sheets(used, profile)

    made = convert(io.BytesIO(as_workbook(sheets)), form_name="data")

    assert made.warnings == []
    form = ET.fromstring(made.xform)
    inputs = {one.get("ref").rpartition("/")[2]: one for one in form.iter() if one.tag in {f"{X}select1", f"{X}input"}}
    assert {i.id for i in used.indicators} <= set(inputs)
    assert {f"{i.id}_note" for i in used.indicators} <= set(inputs)
    instance = next(form.iter(f"{X}instance"))[0]
    assert (instance.get("id"), instance.get("version")) == (used.id, used.version)
    texts = {
        t.get("lang"): {e.get("id"): "".join(e.itertext()).strip() for e in t} for t in form.iter(f"{X}translation")
    }
    assert len(texts) == len(form_languages(used, profile))
    for language in form_languages(used, profile):
        said = next(words for name, words in texts.items() if name.startswith(f"{language.name}"))
        for indicator in used.indicators:
            label = next(v for k, v in said.items() if k.endswith(f"/{indicator.id}:label"))
            assert label == plain_quotes(xlsform._asked(indicator, language.code))
        assert all(said.values()), "no text is missing in any language"
    choices = {
        e.text for root in form.iter(f"{X}instance") if root.get("id") == "answer" for e in root.iter(f"{X}name")
    }
    assert choices == {a.value for a in Answer}


@pytest.mark.parametrize(("profile", "used"), LISTS, ids=[s.key for _, s in LISTS])
def test_a_form_asks_and_never_weighs(profile, used):
    sheets = as_sheets(used, profile)

    assert not {"calculation", "calculate"} & {column for row in sheets.survey for column in row}
    assert not [row for row in sheets.survey if row["type"].startswith("calculate")]
    written = " ".join(str(v) for row in sheets.survey for v in row.values()).lower()
    assert not re.search(r"\((strong|medium|weak|јак|слаб)|\b(score|victim|бодов|жртв)", written)
    assert [row["default"] for row in sheets.survey if row["name"] == "indicator_set"] == [used.key]
    noted = [row["name"] for row in sheets.survey]
    assert ("not_confirmed" in noted) == used.has_unconfirmed_weights
    assert "not_confirmed" not in [r["name"] for r in as_sheets(used, profile, weights_are_confirmed=True).survey]
    assert ("other_age" in noted) == (used.population is not None)
    assert ("await_review" in noted) == used.awaiting_review


def test_groups_follow_the_dimensions_and_an_adult_list_is_for_adults():
    sheets = as_sheets(SERBIA.indicator_set("ilo-ec-adult-labour"), SERBIA)

    groups = [row for row in sheets.survey if row["type"] == "begin_group"]

    assert [g["name"] for g in groups][:2] == ["dim_deceptive_recruitment", "dim_coercive_recruitment"]
    assert {g["relevant"] for g in groups} == {"${age_band} = 'adult'"}
    child = as_sheets(SERBIA.indicator_set("ilo-ec-child-labour"), SERBIA)
    assert {r["relevant"] for r in child.survey if r["type"] == "begin_group"} == {"${age_band} != 'adult'"}
    free = as_sheets(SERBIA.indicator_set("ilo-11"), SERBIA)
    assert not [r for r in free.survey if r["type"] == "begin_group" and "relevant" in r]


def test_names_and_codes_of_the_standard_are_used_where_they_exist():
    sheets = as_sheets(SERBIA.indicator_set("ilo-11"), SERBIA)

    standard = {row["name"] for row in sheets.survey} & set(htcds().fields)
    assert standard == {"prs_Birthdate", "prs_Gender", "prs_PrimaryLanguage", "cas_IncomingReferralDetails"}
    said = {row["name"]: row["htcds"] for row in sheets.survey if row.get("htcds")}
    assert said["ILO11-07"] == "vic_MethodsOfControl=WithholdsDocuments"
    for pair in said.values():
        field, _, code = pair.partition("=")
        assert code in htcds().codes(field)
    assert set(GENDER) == set(Sex)
    assert set(GENDER.values()) <= set(htcds().codes("prs_Gender"))
    assert set(PLACE_WORDS) == set(PLACES)
    assert {p.code.lower() for p in SERBIA.person_languages} <= set(LANGUAGE_CODES)


def test_what_awaits_review_is_marked_where_the_language_is_chosen():
    columns = as_sheets(SERBIA.indicator_set("ilo-11"), SERBIA).survey[2].keys()

    assert "label::Tiếng Việt, draft (vi)" in columns
    assert "label::English (en)" in columns


# --- the command


def run(*arguments):
    command = typer.Typer()
    command.command()(export_xlsform)
    return CliRunner().invoke(command, [*map(str, arguments)])


def test_the_command_writes_one_list_or_all_of_them(tmp_path):
    one = run("ilo-11", "--lang", "en", "--lang", "vi", "--out", tmp_path / "eleven.xlsx")
    everything = run("all", "--out", tmp_path / "forms")

    assert (one.exit_code, everything.exit_code) == (0, 0), one.output + everything.output
    assert "11 questions in en, vi" in one.output
    heads = [cell.value for cell in load_workbook(tmp_path / "eleven.xlsx")["survey"][1]]
    assert [h for h in heads if h.startswith("label")] == ["label::English (en)", "label::Tiếng Việt, draft (vi)"]
    assert len(list((tmp_path / "forms").iterdir())) == len([s for p, s in LISTS if p is SERBIA])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ilo-12", "--out", "x.xlsx"], "There is no list “ilo-12”"),
        (["legal-elements", "--lang", "tlh", "--out", "x.xlsx"], "cannot be asked in “tlh”"),
        (["ilo-11", "--out", "x.csv"], "x.csv is no .xlsx file"),
        (["ilo-11", "--out", "nowhere/x.xlsx"], "cannot be written"),
        (["ilo-11", "--country", "xx", "--out", "x.xlsx"], "no country “xx”"),
    ],
)
def test_the_command_refuses_plainly_and_writes_nothing(arguments, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    refused = run(*arguments)

    said = refused.output + str(refused.exception)
    assert refused.exit_code != 0
    assert words in said
    assert list(tmp_path.iterdir()) == []


# --- the page


@pytest.mark.django_db
def test_who_may_read_a_list_takes_its_form_along():
    answer = Visitor(staff("ngo_case_worker"), []).get(reverse("list_form", args=["ilo-11.2026-1"]))

    assert answer.status_code == 200
    assert 'filename="form-2026-1.xlsx"' in answer["Content-Disposition"]
    assert load_workbook(io.BytesIO(answer.content)).sheetnames == ["survey", "choices", "settings"]
