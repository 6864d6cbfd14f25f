import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.linkage.lists import read_excluded, read_list, read_previous

KNOWN = {"police": {"1", "2"}}


def written(folder, text):
    path = folder / "list.csv"
    path.write_bytes(text.encode("utf-8-sig"))
    return path


def test_read_list_forgives_capitals_spaces_and_empty_rows(tmp_path):
    path = written(tmp_path, "Register ;RECORD_ID\n police; 1 \n\n;\n")

    assert read_list(path, ("register", "record_id")) == [(2, {"register": "police", "record_id": "1"})]


def test_read_list_says_which_columns_are_missing(tmp_path):
    with pytest.raises(SourceProblem, match=r"Missing columns: record_id\. It has: register, number\."):
        read_list(written(tmp_path, "register,number\n"), ("register", "record_id"))


def test_read_excluded_gives_the_records(tmp_path):
    path = written(tmp_path, "register,record_id\npolice,2\ncourt,7\n")

    assert read_excluded(path, KNOWN, ["court"]) == [("police", "2")]


def test_read_excluded_refuses_a_line_that_protects_nobody(tmp_path):
    path = written(tmp_path, "register,record_id\npolice,2\npolice,02\npolcie,1\n")

    with pytest.raises(SourceProblem) as refused:
        read_excluded(path, KNOWN, ["court"])

    assert refused.value.problems == (
        "line 3: the register police has no such record.",
        "line 4: there is no register `polcie`.",
    )


def test_read_previous_says_how_many_rows_are_gone(tmp_path):
    path = written(tmp_path, "register,record_id,person_key\npolice,1,PA\npolice,9,PB\n")

    assert read_previous(path, KNOWN) == (
        {("police", "1"): "PA", ("police", "9"): "PB"},
        "1 rows of the delivery before are no longer in the registers.",
    )


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("police,1,\n", "The keys cannot be kept."),
        ("police,1,PA\npolice,1,PB\n", "The keys cannot be kept."),
        ("police,9,PA\n", "None of its rows is in these registers"),
    ],
)
def test_read_previous_refuses_keys_that_would_get_lost(tmp_path, rows, sentence):
    with pytest.raises(SourceProblem, match=sentence):
        read_previous(written(tmp_path, f"register,record_id,person_key\n{rows}"), KNOWN)
