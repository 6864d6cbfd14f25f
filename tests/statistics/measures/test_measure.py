from datetime import UTC, date, datetime
from hashlib import sha256

import pytest

from opennrm.kernel.codes import CountingUnit
from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.label import Label
from opennrm.statistics.measures.counting import count
from opennrm.statistics.measures.measure import CATALOGUE, OF_TIMES, Breakdown, Dating, Measure, Statistic, catalogue
from opennrm.statistics.measures.period import Period
from opennrm.statistics.model import FactTable, validate

WORDS = Label({"en": "w", "sr-Cyrl": "в"})


def test_every_measure_names_unit_event_and_dating_in_three_scripts():
    for measure in catalogue().measures.values():
        assert measure.unit in CountingUnit
        assert measure.events
        assert measure.dating in Dating
        for text in (measure.label, measure.definition, measure.exclusions, *(b.label for b in measure.breakdowns)):
            assert all(text.has(language) for language in ("en", "sr-cyrl", "sr-latn"))


def test_a_measure_is_divided_by_some_of_its_breakdowns():
    measure = catalogue().measure("persons_referred_and_identified")
    assert [b.id for b in measure.by("form", "month").breakdowns] == ["form", "month"]
    with pytest.raises(SourceProblem, match="no breakdown “shoe”"):
        measure.by("shoe")


@pytest.mark.parametrize(
    ("version", "digest"),
    [("2026-1", "685c482e0e76345f"), ("2026-2", "06776dd1c35ec2f6"), ("2026-3", "21d672ce011263d9")],
)
def test_a_released_version_is_never_edited(version, digest):
    assert sha256((CATALOGUE / f"{version}.toml").read_bytes()).hexdigest()[:16] == digest


def test_every_version_that_stands_there_is_released_and_named_after_its_file():
    for path in CATALOGUE.iterdir():
        assert catalogue(path).version == path.stem


def test_a_version_that_extends_an_earlier_one_holds_all_of_it_as_it_was():
    earlier, later = (catalogue(CATALOGUE / f"{version}.toml") for version in ("2026-2", "2026-3"))

    assert later.measures.items() > earlier.measures.items()
    assert later.measures.keys() - earlier.measures.keys() == {"persons_on_lists", "clocks_begun", "minutes_of_clocks"}


@pytest.mark.parametrize("earlier", ['"2026-9"', '"2026-1"', '"../2026-1"', "3", '"2025-1"'])
def test_a_version_that_extends_what_it_cannot_is_refused(tmp_path, earlier):
    (tmp_path / "2026-1.toml").write_text('version = "2026-1"\nextends = "2026-9"', encoding="utf-8")
    (tmp_path / "2026-9.toml").write_text(f'version = "2026-9"\nextends = {earlier}', encoding="utf-8")

    with pytest.raises(SourceProblem, match=r"earlier version|cannot be read"):
        catalogue(tmp_path / "2026-9.toml")


def test_times_are_shown_under_any_statistic_of_times_and_counts_under_none():
    times = catalogue().measure("minutes_to_decision")
    assert times.is_of_times
    assert [times.showing(one).statistic for one in OF_TIMES] == list(OF_TIMES)
    with pytest.raises(SourceProblem, match="no lower quartile"):
        catalogue().measure("referrals").showing(Statistic.LOWER_QUARTILE)


def test_an_unknown_measure_lists_those_there_are():
    with pytest.raises(SourceProblem, match="persons_referred_and_identified"):
        catalogue().measure("victims")


@pytest.mark.parametrize(
    ("more", "words"),
    [({"events": ()}, "no event"), ({"breakdowns": (Breakdown("a", WORDS, "a"),) * 2}, "twice"),
     ({"where": {"a; b": ("x",)}}, "no name"), ({"statistic": Statistic.SHARE_WITHIN}, "within how many")],
)  # fmt: skip
def test_a_measure_that_could_not_be_counted_is_refused(more, words):
    given = {
        "id": "m", "unit": CountingUnit.PERSON, "events": ("a.b",), "dating": Dating.EVENT, "first_time_only": True,
        "breakdowns": (), "label": WORDS, "definition": WORDS, "exclusions": WORDS, **more,
    }  # fmt: skip
    with pytest.raises((ValueError, SourceProblem), match=words):
        Measure(**given)


GOOD = """
version = "1"
[[breakdown]]
id = "form"
label = {en = "Form", sr-Cyrl = "Облик"}
categories = ["a", "b"]
[[measure]]
id = "m"
unit = "person"
event = ["a.b"]
dating = "event"
first_time_only = true
breakdowns = ["form"]
label = {en = "L", sr-Cyrl = "Л"}
definition = {en = "D", sr-Cyrl = "Д"}
exclusions = {en = "E", sr-Cyrl = "Е"}
where = {form = ["a"]}
"""


def from_text(tmp_path, text):
    path = tmp_path / "c.toml"
    path.write_text(text, encoding="utf-8")
    return catalogue(path)


def test_a_country_may_bring_its_own_catalogue(tmp_path):
    measure = from_text(tmp_path, GOOD).measure("m")
    assert measure.breakdowns[0].categories == ("a", "b")
    assert measure.where == {"form": ("a",)}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('unit = "person"', 'unit = "victim"', "m: 'victim' is not a valid CountingUnit."),
        ('unit = "person"', "", "m: unit is missing or unknown."),
        ('dating = "event"', 'dating = "whenever"', "m: 'whenever' is not a valid Dating."),
        ('["form"]', '["shoe"]', "m: shoe is missing or unknown."),
        ('where = {form = ["a"]}', "wear = 1", "m: the key “wear” is unknown."),
        ('{en = "D", sr-Cyrl = "Д"}', '{en = "D"}', "m: definition has no text in sr-Cyrl."),
        ('definition = {en = "D", sr-Cyrl = "Д"}', 'definition = "D"', "m: 'str' object"),
        ('id = "m"', 'id = "M m"', "M m: an id has small letters"),
        ('[[measure]]\nid = "m"', '[[measure]]\nid = "m"\n[[measure]]\nid = "m"', "m: the id is used twice."),
        ('categories = ["a", "b"]', 'codes = "Shoes"', "form: module"),
    ],
)
def test_a_fault_in_a_catalogue_is_named(tmp_path, old, new, problem):
    assert old in GOOD
    with pytest.raises(SourceProblem) as raised:
        from_text(tmp_path, GOOD.replace(old, new, 1))
    assert any(line.startswith(problem) for line in raised.value.problems), raised.value.problems


def test_a_catalogue_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(SourceProblem, match="cannot be read"):
        from_text(tmp_path, "not [ toml")
    with pytest.raises(SourceProblem, match="cannot be read"):
        catalogue(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("period", "code"),
    [(Period.year(2024), "2024"), (Period.month(2024, 2), "2024-02"),
     (Period(date(2024, 1, 2), date(2024, 3, 1)), "2024-01-02..2024-03-01")],
)  # fmt: skip
def test_a_period_has_a_short_name(period, code):
    assert period.code == code


def test_a_period_is_cut_into_months_and_quarters():
    span = Period(date(2023, 12, 15), date(2024, 4, 2))
    assert list(span.months()) == ["2023-12", "2024-01", "2024-02", "2024-03", "2024-04"]
    assert span.months()["2023-12"] == Period(date(2023, 12, 15), date(2023, 12, 31))
    assert span.parts("quarter")["2024-Q1"] == Period(date(2024, 1, 1), date(2024, 3, 31))
    assert list(span.parts("year")) == ["2023", "2024"]


def test_a_period_cannot_end_before_it_begins():
    with pytest.raises(ValueError, match="ends on or after"):
        Period(date(2024, 1, 2), date(2024, 1, 1))


def test_the_catalogue_holds_what_the_first_year_asks_for_and_each_measure_can_be_counted():
    measures = catalogue().measures
    assert len(measures) >= 25
    assert catalogue(CATALOGUE / "2026-1.toml").measures.keys() <= measures.keys()
    asked = {b.attribute for m in measures.values() for b in m.breakdowns} | {
        n for m in measures.values() for n in (*m.where, *m.without)
    }
    attributes = dict.fromkeys(asked - {"month", "quarter", "year", "event"})
    facts = FactTable.of(
        {
            "unit": m.unit.value, "event": event, "event_date": date(2024, 2, 3), "cohort_date": date(2024, 2, 3),
            "recorded_at": datetime(2024, 3, 1, tzinfo=UTC), "unit_key": f"{m.id}{n}", "amount": 7, **attributes,
            **{name: codes[0] for name, codes in m.where.items()},
        }
        for m in measures.values()
        for n, event in enumerate(m.events)
    )  # fmt: skip
    assert validate(facts) == []
    for measure in measures.values():
        for breakdown in measure.breakdowns:
            divided = [breakdown.id] if len(measure.events) == 1 else dict.fromkeys(["event", breakdown.id])
            table = count(facts, measure.by(*divided), Period.year(2024), datetime(2026, 1, 1, tzinfo=UTC))
            assert any(cell.value for cell in table.cells.values()), measure.id
