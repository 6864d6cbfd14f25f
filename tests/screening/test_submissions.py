"""Answers from Kobo and ODK come in once, whole or not at all, every fault named by row and column."""

import csv

import pytest
import typer
from openpyxl import Workbook
from typer.testing import CliRunner

from opennrm.console.import_xlsform_answers import import_xlsform_answers
from opennrm.kernel.errors import SourceProblem
from opennrm.parties.queries import attributes
from opennrm.profile.loading import country_folder, load
from opennrm.screening.models import Screening
from opennrm.screening.queries import answers
from opennrm.screening.submissions import read_submissions

SERBIA = load(country_folder("rs"))
GOOD = {
    "start": "2026-11-17T14:20:00.000+01:00",
    "indicator_set": "ilo-11.2026-1",
    "age_band": "adult",
    "prs_Gender": "Feminine",
    "prs_PrimaryLanguage": "vie",
    "place": "workplace",
    "cas_IncomingReferralDetails": "=ten in one room",
    "dim_means/ILO11-07": "yes",
    "dim_means/ILO11-07_note": "In the safe.",
    "dim_purpose-ILO11-11": "not_known",
    "meta/instanceID": "uuid:0a1b2c3d-0000-4000-8000-000000000001",
}


def written(folder, *rows, delimiter=",", encoding="utf-8"):
    file = folder / "answers.csv"
    with file.open("w", encoding=encoding, newline="") as out:
        writer = csv.DictWriter(out, list(GOOD), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return file


def other(number, **more):
    return GOOD | {"meta/instanceID": f"uuid:0a1b2c3d-0000-4000-8000-{number:012}"} | more


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_an_export_is_read_with_its_groups(tmp_path, delimiter):
    [one] = read_submissions(written(tmp_path, GOOD, delimiter=delimiter, encoding="utf-8-sig"), SERBIA)

    assert one.row == 2
    assert one.payload["client_id"] == "0a1b2c3d-0000-4000-8000-000000000001"
    assert one.payload["sex"] == "female"
    assert one.payload["person_language"] == "vi"
    assert one.payload["answers"] == {
        "ILO11-07": {"answer": "yes", "note": "In the safe."},
        "ILO11-11": {"answer": "not_known", "note": ""},
    }


def test_a_workbook_is_read_as_well(tmp_path):
    book = Workbook()
    book.active.append(list(GOOD))
    book.active.append(["'" + v if v.startswith("=") else v for v in GOOD.values()])
    book.save(tmp_path / "answers.xlsx")

    [one] = read_submissions(tmp_path / "answers.xlsx", SERBIA)

    assert one.payload["answers"]["ILO11-07"]["answer"] == "yes"


def test_every_fault_is_named_by_row_and_column(tmp_path):
    rows = [
        GOOD,
        other(2, age_band="grown", **{"dim_means/ILO11-07": "maybe"}),
        other(3, indicator_set="ilo-11.1999-1", start="soon"),
        GOOD | {"place": "moon"},
        other(5, **{"meta/instanceID": ""}),
    ]

    with pytest.raises(SourceProblem) as refused:
        read_submissions(written(tmp_path, *rows), SERBIA)

    said = refused.value.problems
    assert len(said) == 7
    for begins in (
        "row 3, age_band: “grown” is none of",
        "row 3, ILO11-07: “maybe” is none of yes, no, not_known",
        "row 4, indicator_set: “ilo-11.1999-1” was never a list here; known are",
        "row 4, start: is no moment",
        "row 5, place: “moon”",
        "row 6, instanceID: is missing",
        "row 5, instanceID: stands in row 2 already",
    ):
        assert [s for s in said if s.startswith(begins)], (begins, said)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"", "holds no answers"),
        ("a.csv", b"\xff\xfe\x00", "neither CSV in UTF-8 nor XLSX"),
        ("a.xlsx", b"no archive", "neither CSV in UTF-8 nor XLSX"),
        ("a.csv", b'a,b\n"x', "neither CSV in UTF-8 nor XLSX"),
    ],
)
def test_what_is_no_export_is_refused(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)

    with pytest.raises(SourceProblem, match=words):
        read_submissions(tmp_path / name, SERBIA)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SourceProblem, match="cannot be read"):
        read_submissions(tmp_path / "none.csv", SERBIA)


def run(*arguments):
    command = typer.Typer()
    command.command()(import_xlsform_answers)
    return CliRunner().invoke(command, [*map(str, arguments)])


@pytest.mark.django_db
@pytest.mark.both
def test_submissions_come_in_once_and_whole(tmp_path, office):
    file = written(tmp_path, GOOD, other(2))

    first, again = run(file, "--by", "inspector"), run(file, "--by", "inspector")

    assert (first.exit_code, again.exit_code) == (0, 0), first.output + str(first.exception)
    assert Screening.unscoped.count() == 2
    kept = Screening.unscoped.get(client_id="0a1b2c3d-0000-4000-8000-000000000001")
    assert (kept.sender, kept.advice, kept.situation) == (office.inspector, "refer_now", "=ten in one room")
    assert kept.device_at.isoformat() == "2026-11-17T13:20:00+00:00"
    assert answers(kept)["ILO11-07"].note == "In the safe."
    assert attributes(kept.person).language == "vi"


@pytest.mark.django_db
@pytest.mark.both
def test_one_refused_submission_leaves_nothing_behind(tmp_path, office):
    child_on_adult_list = other(2, indicator_set="ilo-ec-adult-labour.2026-1", age_band="child")

    refused = run(written(tmp_path, GOOD, child_on_adult_list), "--by", "inspector")

    assert refused.exit_code != 0
    assert "row 3" in refused.exception.problems[0]
    assert "is for another age" in refused.exception.problems[0]
    assert Screening.unscoped.count() == 0
    assert "no active account" in str(run(tmp_path / "answers.csv", "--by", "nobody").exception)
