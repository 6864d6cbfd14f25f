"""What must be known of the material is said; material that does not fit is refused."""

import json

import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.reconciliation.caveats import caveats, check_persons, check_words, check_years, read_excluded
from opennrm.statistics.reconciliation.definitions import current_definitions
from opennrm.statistics.reconciliation.sources import Record
from tests.statistics.reconciliation.registers import example, true_persons

DEFINITIONS = current_definitions()
COUNTS = (DEFINITIONS.count("police:suspects:2024"), DEFINITIONS.count("prosecutor:suspects:2024"))
PERSONS = {key: person for key, (person, _) in true_persons().items()}


def _names(counts, registers, persons, *, has_quality=True):
    return [caveat.name for caveat in caveats(counts, registers, persons, has_quality=has_quality)]


def test_caveats_are_none_where_everything_is_there():
    assert _names(COUNTS, example(), PERSONS) == []


def test_caveats_name_what_is_missing_beside_the_links():
    assert _names(COUNTS, example(), None, has_quality=False) == ["no_persons", "no_quality"]


def test_caveats_count_whom_the_linkage_left_out():
    few = dict(list(PERSONS.items())[2:])

    [caveat] = caveats(COUNTS, example(), few, has_quality=True)

    assert caveat.values["n"] == 2
    assert "2" in caveat.said(DEFINITIONS, "sr-Latn")


def _suspect(number, day, event="2024-02-01"):
    fields = {"role": "suspect", "complaint_date": day, "event_date": event, "event_no": str(number)}
    return Record("police", str(number), fields)


def test_caveats_name_dates_that_are_none_and_years_without_a_record():
    registers = {
        "police": [_suspect(1, "2024-02-30"), _suspect(2, "2023-01-05", "2023-01-05"), _suspect(3, "", "2025-01-01")],
        "prosecutor": [],
    }
    known = {record.key: "P" for record in registers["police"]}

    found = caveats(COUNTS, registers, known, has_quality=True)

    assert [(c.name, c.register) for c in found] == [("no_date", "police"), ("empty", "prosecutor")]
    assert "2024-02-30" in found[0].said(DEFINITIONS, "en")
    counts = (DEFINITIONS.count("police:suspects:2022"), DEFINITIONS.count("police:suspects:all"))
    assert _names(counts, registers, known) == ["no_date", "no_year"]


def test_check_years_refuses_a_year_outside_of_the_register():
    check_years(COUNTS, example())
    with pytest.raises(SourceProblem, match=r"police\.csv: Nothing in it lies in 1999.*2019 to 2025"):
        check_years((DEFINITIONS.count("police:suspects:1999"),), example())


def test_check_persons_refuses_those_of_another_delivery():
    few = dict(list(PERSONS.items())[5:])

    check_persons(COUNTS, example(), few, None)
    check_persons(COUNTS, example(), few, 5)
    with pytest.raises(SourceProblem, match="of another delivery"):
        check_persons(COUNTS, example(), few, 1)
    without_police = {key: person for key, person in PERSONS.items() if key[0] != "police"}
    with pytest.raises(SourceProblem, match="nobody of the register police"):
        check_persons(COUNTS, example(), without_police, 0)


@pytest.mark.parametrize(("text", "number"), [(json.dumps({"excluded_mentions": 3}), 3), ("{}", None), ("x", None)])
def test_read_excluded_reads_the_number_or_none(tmp_path, text, number):
    path = tmp_path / "quality.json"
    path.write_text(text, encoding="utf-8")

    assert read_excluded(path) == number


@pytest.mark.parametrize(
    ("column", "word", "said"),
    [("role", "osumnjičeni", "`role` is"), ("stage", "neu", "`stage` is"), ("year", "2024.0", "`year` is a year")],
)
def test_check_words_refuses_what_would_be_counted_as_nothing(column, word, said):
    registers = example()
    check_words(COUNTS, registers, DEFINITIONS)
    first, *others = registers["prosecutor"]
    odd = Record("prosecutor", first.id, {**first.fields, column: word})

    with pytest.raises(SourceProblem) as refused:
        check_words(COUNTS, {**registers, "prosecutor": [odd, *others]}, DEFINITIONS)

    [line] = refused.value.problems
    assert said in line
    assert line.endswith("row 2.")
    assert word not in line


def test_caveats_print_no_word_where_a_date_should_be():
    registers = {"police": [_suspect(1, "Марко"), _suspect(2, "2024-01-05")], "prosecutor": []}

    [caveat, _] = caveats(COUNTS, registers, {r.key: "P" for r in registers["police"]}, has_quality=True)

    assert "Марко" not in caveat.said(DEFINITIONS, "en")
