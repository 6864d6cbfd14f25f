"""The chapters that contradict themselves. The lists were made by hand from the printed words, before the rules."""

from opennrm.statistics.consistency.check import check
from opennrm.statistics.consistency.figures import figures_from_rows, read_figures
from tests.statistics.consistency.chapters import DATA, read

# Serbia 2024, read by hand: what a careful reader objects to, and with which figures.
SERBIA = [
    ("error", "base_conflict", {"F043", "F045"}),  # 64 identified, then "of the 51 victims"
    ("error", "parts_over", {"F051", "F052", "F053", "F054", "F043"}),  # 25 + 11 + 20 + 9 = 65, not 64
    ("error", "parts_of_base", {"F046", "F047", "F050", "F045"}),  # 24 + 37 + 3 = 64, not 51
    ("error", "parts_of_base", {"F051", "F052", "F053", "F054", "F045"}),  # 65, not 51
    ("warning", "sentence_over", {"F029", "F002", "F004", "F131"}),  # up to 13.5 years, maximum said to be 12
    ("warning", "sentence_under", {"F030", "F001"}),  # one year of house arrest, minimum said to be 2
    ("warning", "bands_gap", {"F027", "F028"}),  # between 5 and 6 years
    ("warning", "bands_gap", {"F028", "F029"}),  # between 10 and 12.5 years
    ("warning", "units_mixed", {"F026", "F024"}),  # "21 traffickers, compared with 18 convictions"
    ("info", "value_is_range", {"F134"}),  # 3-5 years
]
# 50.5, 34, 22, 23.743, 1.65 and 1.4 million dinars of two years, all at 112.32 to the dollar
ONE_RATE = {f"F{n:03}" for n in (58, 59, 60, 61, 62, 63, 101, 102, 110, 111, 112, 113)}

# Several publishers: the same measure and year with different numbers.
PUBLISHERS = [
    ("error", "one_value", {"X062", "X063"}),  # 64 and 51 in one paragraph
    ("error", "parts_over", {"X070", "X071", "X072", "X073", "X062"}),  # 65 of 64
    ("error", "parts_over", {"X070", "X071", "X072", "X073", "X063"}),  # 65 of 51
    ("warning", "publishers_differ", {"X008", "X076"}),  # 2016: 49 and 57
    ("warning", "publishers_differ", {"X001", "X079"}),  # 2015: 36 and 40
    ("warning", "publishers_differ", {"X032", "X080"}),  # 2019: 36 and 39
    ("warning", "part_period_over_elsewhere", {"X082", "X047"}),  # 23 children in ten months, 17 in the year
    ("warning", "share_mismatch_elsewhere", {"X083", "X072", "X073", "X062", "X063"}),  # 49 % of what?
    ("info", "part_period_equals", {"X081", "X040"}),  # 48 in ten months, 48 in the year
]


def _found(name):
    return _comparable((f.level, f.rule, f.ids) for f in check(read_figures(DATA / name)))


def _comparable(findings):
    return sorted((level, rule, tuple(sorted(ids))) for level, rule, ids in findings)


def test_check_finds_what_is_wrong_in_the_chapter_on_serbia_and_nothing_else():
    found = _found("serbia_2024_figures.csv")

    assert found == _comparable([*SERBIA, ("info", "rate_over_years", ONE_RATE)])


def test_check_shows_where_publishers_differ_and_nothing_else():
    assert _found("serbia_series_cross_source.csv") == _comparable(PUBLISHERS)


def test_check_is_silent_when_the_chapter_is_corrected():
    rows = [row for row in read("serbia_2024_figures.csv") if row["id"] != "F045"]
    next(row for row in rows if row["id"] == "F052")["value"] = "10"

    findings = check(figures_from_rows(rows))

    assert [f.sentence() for f in findings if f.level == "error"] == []


def test_check_does_not_depend_on_the_names_of_measures():
    """Every name of a measure replaced by an invented word, family by family: the same findings on the same rows."""
    rows = read("serbia_2024_figures.csv")
    for row in rows:
        row["measure"] = row["measure"].replace("identified_victims", "quanted_folk").replace("convicted", "borfed")
        row["measure"] = row["measure"].replace("allocated", "given").replace("suspects", "zorks")

    found = _comparable((f.level, f.rule, f.ids) for f in check(figures_from_rows(rows)))

    assert found == _comparable([*SERBIA, ("info", "rate_over_years", ONE_RATE)])


def test_check_does_not_depend_on_the_order_of_rows():
    rows = read("serbia_2024_figures.csv")

    forward = {(f.rule, frozenset(f.ids)) for f in check(figures_from_rows(rows))}
    backward = {(f.rule, frozenset(f.ids)) for f in check(figures_from_rows(rows[::-1]))}

    assert forward == backward


def test_findings_speak_every_language_and_name_their_figures():
    for finding in check(read_figures(DATA / "serbia_2024_figures.csv")):
        assert finding.figures
        sentences = {language: finding.sentence(language) for language in ("en", "sr-Cyrl", "sr-Latn")}
        assert len(set(sentences.values())) == 3
        assert not any("{" in sentence for sentence in sentences.values())
