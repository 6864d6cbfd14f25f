"""Each rule with the smallest file that breaks it, rule files, and input that cannot be read."""

import re
import tomllib
from decimal import Decimal
from importlib import resources

import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.consistency.check import check
from opennrm.statistics.consistency.figures import figures_from_rows, figures_from_table, read_figures, read_number
from opennrm.statistics.consistency.periods import read_period
from opennrm.statistics.consistency.rules import current_rules, load_rules
from tests.statistics.consistency.chapters import figures, found

WRONG = {
    "parts_over": "a | persons | 2024 | 10 | total\na | persons | 2024 | 7 | x\na | persons | 2024 | 4 | y",
    "parts_under": "a | persons | 2024 | 10 | total\na | persons | 2024 | 5 | x\na | persons | 2024 | 4 | y",
    "parts_other_source": """
        a | persons | 2024 | 10 | total | office | Yearbook
        a_by_form | persons | 2024 | 5 | x
        a_by_form | persons | 2024 | 4 | y""",
    "parts_undeclared": "a | persons | 2024 | 10 | total\na_by_form | persons | 2024 | 5 | x",
    "parts_may_overlap": """
        a | persons | 2024 | 10 | total | office | R | 10 persons, including 8 women and 5 children
        a_by_age | persons | 2024 | 8 | women | office | R | 10 persons, including 8 women and 5 children
        a_by_age | persons | 2024 | 5 | children | office | R | 10 persons, including 8 women and 5 children""",
    "parts_rounded": "a | EUR | 2024 | 3600000 | total\na | EUR | 2024 | 1200000 | x\na | EUR | 2024 | 2350000 | y",
    "parts_of_base": """
        a | persons | 2024 | 9 | total
        a_base | persons | 2024 | 8 | total
        a_by_form | persons | 2024 | 5 | x
        a_by_form | persons | 2024 | 4 | y""",
    "part_over_total": "a | persons | 2024 | 10 | total\na | persons | 2024 | 11 | of which children",
    "inside_over": """
        a | persons | 2024 | 10 | x
        a | persons | 2024 | 6 | x>p
        a | persons | 2024 | 5 | x>q""",
    "composition": """
        a | persons | 2024 | 10 | children
        a | persons | 2024 | 6 | girls
        a | persons | 2024 | 5 | boys""",
    "breakdowns_disagree": """
        a_by_form | persons | 2024 | 5 | x
        a_by_form | persons | 2024 | 4 | y
        a_by_sex | persons | 2024 | 5 | female
        a_by_sex | persons | 2024 | 5 | male""",
    "base_conflict": "a | persons | 2024 | 64 | total\na_denominator_of_breakdown | persons | 2024 | 51 | total",
    "base_in_words": """
        a | persons | 2024 | 64 | total
        a_by_sex | persons | 2024 | 34 | female | office | Report 2025 | of the 51 victims, 34 were female
        a_by_sex | persons | 2024 | 30 | male | office | Report 2025 | of the 51 victims, 34 were female""",
    "one_value": "a | persons | 2024 | 64 | total\na | persons | 2024 | 51 | total",
    "totals_labelled_apart": "a | persons | 2024 | 64 | total\na | persons | 2024 | 51 | total seen",
    "publishers_differ": "a | persons | 2024 | 64 | total\na | persons | 2024 | 51 | total | paper | Daily",
    "counted_by_several": "a | persons | 2024 | 64 | total\na | persons | 2024 | 51 | total | police",
    "restated": "a | persons | 2023 | 64 | total | office | Report 2024\na | persons | 2023 | 66 | total",
    "category_twice": "a | persons | 2024 | 4 | x\na | persons | 2024 | 4 | X\na | persons | 2024 | 3 | y",
    "category_twice_differs": """
        a | persons | 2024 | 4 | forced labor
        a | persons | 2024 | 5 | Forced labour
        a | persons | 2024 | 3 | y""",
    "more_than_stated": "a | persons | 2024 | 31 | of 30 with status",
    "subset_over": "found_victims | persons | 2024 | 8\nfound_children | persons | 2024 | 9",
    "subset_undeclared": "found | persons | 2024 | 8 | total\nfound_by_hotline | persons | 2024 | 9 | total",
    "stock_flow": """
        a | cases | 2024 | 5 | opening stock
        a | cases | 2024 | 4 | new
        a | cases | 2024 | 3 | closed
        a | cases | 2024 | 7 | closing stock""",
    "stock_carried": """
        a_pending_at_end | cases | 2023 | 5
        a_pending_at_start | cases | 2024 | 6""",
    "sentence_over": """
        penalty_prescribed | years | in_force | 12 | maximum
        prison_sentence | months | 2024 | 150""",
    "sentence_under": """
        penalty_prescribed | years | in_force | 3 | minimum
        sentenced | persons | 2024 | 5 | 12-24 months""",
    "bands_overlap": "a | persons | 2024 | 5 | 18-25\na | persons | 2024 | 5 | 20-30",
    "bands_nested": "a | persons | 2024 | 5 | 0-17\na | persons | 2024 | 5 | 15-17",
    "bands_touch": "a | persons | 2024 | 5 | 1-3 years\na | persons | 2024 | 5 | 3-5 years",
    "bands_gap": "a | persons | 2024 | 5 | 18-24\na | persons | 2024 | 5 | 30+",
    "period_reversed": "a | persons | 2024-2022 | 5",
    "minimum_over_maximum": "a | EUR | 2024 | 5 | minimum\na | EUR | 2024 | 4 | maximum",
    "figure_after_source": "a | persons | 2026 | 5",
    "events_out_of_order": "law_adopted | year | n/a | 2014\nlaw_entered_into_force | year | n/a | 2013",
    "periods_sum": """
        a | calls | 2024 | 100 | total
        a | calls | 2024-Q1 | 30 | total
        a | calls | 2024-Q2 | 30 | total
        a | calls | 2024 H2 | 60 | total""",
    "part_period_over": "a | calls | 2024 | 5 | total\na | calls | 2024-Q1 | 6 | total",
    "part_period_over_elsewhere": """
        a | persons | 2020 | 5 | total
        a | persons | 2020 (10 months) | 6 | total | paper | Daily""",
    "part_period_equals": "a | persons | 2024 | 5 | total\na | persons | 2024-Q1 | 5 | total",
    "base_unnamed": "satisfaction | percent | 2024 | 37",
    "share_mismatch": "a | persons | 2024 | 40 | total\na | persons | 2024 | 10 | x\na | percent | 2024 | 35 | x",
    "share_mismatch_elsewhere": """
        seen_victims | persons | 2024 | 40 | total | office | Report 2025
        seen_girls | persons | 2024 | 6 | total
        seen_boys | persons | 2024 | 4 | total
        seen_children_share | percent | 2024 | 35 | total | minister | Daily 2025""",
    "share_cut": "a | persons | 2024 | 30 | total\na | persons | 2024 | 20 | x\na | percent | 2024 | 66 | x",
    "share_impossible": "a | persons | 2024 | 9 | total\na | percent | 2024 | 47 | x",
    "share_over_100": "share_of_women | percent | 2024 | 120",
    "shares_sum": "a | percent | 2024 | 60 | x\na | percent | 2024 | 50 | y",
    "shares_short": "a | percent | 2024 | 60 | x\na | percent | 2024 | 30 | y",
    "change_mismatch": """
        a | persons | 2023 | 100 | total
        a | persons | 2024 | 120 | total
        a | percent | 2024 | 30 | change since 2023""",
    "direction": """
        a | persons | 2023 | 18 | total | office | Report 2025 | fewer persons (21) than in 2023 (18)
        a | persons | 2024 | 21 | total | office | Report 2025 | fewer persons (21) than in 2023 (18)""",
    "conversion": "a | years | 2024 | 2 | stay\na | months | 2024 | 30 | stay",
    "rate_differs": """
        a | RSD | 2024 | 112000 | x
        a | USD | 2024 | 1000 | x; as converted by source
        b | RSD | 2024 | 224000 | x
        b | USD | 2024 | 2000 | x; as converted by source
        c | RSD | 2024 | 1120000 | x
        c | USD | 2024 | 9500 | x; as converted by source""",
    "rate_far": """
        a | RSD | 2024 | 112000 | x
        a | USD | 2024 | 1000 | x; as converted by source
        b | RSD | 2024 | 224000 | x
        b | USD | 2024 | 2000 | x; as converted by source
        c | RSD | 2024 | 1120000 | x
        c | USD | 2024 | 1000 | x; as converted by source""",
    "rate_over_years": """
        a | RSD | 2024 | 50500000 | x
        a | USD | 2024 | 449610 | x; as converted by source
        a | RSD | 2023 | 34000000 | x
        a | USD | 2023 | 302710 | x; as converted by source""",
    "units_mixed": "a | persons | 2023 | 18 | total\na | cases | 2024 | 21 | total",
    "not_whole": "a | persons | 2024 | 2.5 | total",
    "value_is_range": "a | years | 2024 | 3-5",
}


@pytest.mark.parametrize("rule", WRONG)
def test_check_finds(rule):
    level = current_rules().rules[rule].level

    assert (level, rule) in found(WRONG[rule])


@pytest.mark.parametrize("whole", ["met", "total_met", "met_total", "number_of_met"])
def test_check_finds_the_total_of_a_breakdown_by_its_name(whole):
    parts = "met_by_form | persons | 2024 | 5 | x\nmet_by_form | persons | 2024 | 6 | y"

    assert ("error", "parts_over") in found(f"{whole} | persons | 2024 | 10 | total\n{parts}")


def test_every_rule_of_the_version_is_shown_here():
    assert set(WRONG) == set(current_rules().rules)


def test_the_sentences_of_both_languages_use_the_same_values():
    text = (resources.files("opennrm.statistics.consistency") / "versions" / "2026-1.toml").read_text(encoding="utf-8")
    for rule in tomllib.loads(text)["rule"]:
        assert set(re.findall(r"{\w+}", rule["en"])) == set(re.findall(r"{\w+}", rule["sr-Cyrl"])), rule["id"]


def test_load_rules_turns_a_rule_off_and_knows_an_article(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        'extends = "2026-1"\n[[rule]]\nid = "value_is_range"\nlevel = "off"\n'
        '[[article]]\nlabel = "Art. 388"\nwords = ["sentenced"]\nmin_months = 36\nmax_months = 144\n',
        encoding="utf-8",
    )
    rules = load_rules(own)

    findings = check(figures("sentenced | persons | 2024 | 4 | 150-162 months\na | years | 2024 | 3-5"), rules)

    assert [(f.level, f.rule) for f in findings] == [("warning", "sentence_over")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense = ", "not TOML"),
        ('extends = "1999-1"', "no version 1999-1"),
        ('extends = "2026-1"\n[[rule]]\nid = "sums"\nlevel = "off"', "no rule sums"),
        ('extends = "2026-1"\n[[rule]]\nid = "parts_over"\nlevel = "grave"', "`grave` is unknown"),
        ('extends = "2026-1"\n[[rule]]\nlevel = "off"', "no id"),
        ('extends = "2026-1"\n[[article]]\nlabel = "x"', "no min_months"),
        ('version = "x"', "lack or misspell"),
    ],
)
def test_load_rules_says_what_is_wrong_with_a_file_of_rules(tmp_path, text, said):
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(SourceProblem, match=said):
        load_rules(path)


def test_load_rules_refuses_a_file_that_is_not_there(tmp_path):
    with pytest.raises(SourceProblem, match="cannot be opened"):
        load_rules(tmp_path / "none.toml")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1250"])
def test_read_figures_reads_what_offices_save(tmp_path, encoding):
    path = tmp_path / "figures.csv"
    path.write_bytes("measure;year;value;breakdown\nosuđeni;2024;21;total\n".encode(encoding))

    [figure] = read_figures(path)

    assert (figure.measure, figure.value) == ("osuđeni", 21)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "columns measure, year, value are missing"),
        (b"measure,year\na,2024\n", "columns value are missing"),
        (b"measure,year,value\n", "no figure"),
        (b"\x00\x01\x02measure", "not a text file"),
        (b"measure,year,value\na,2024,many\n", "cannot be read"),
    ],
)
def test_read_figures_says_what_is_wrong_with_a_file(tmp_path, content, said):
    path = tmp_path / "figures.csv"
    path.write_bytes(content)

    with pytest.raises(SourceProblem, match=said):
        read_figures(path)


def test_read_figures_refuses_a_file_that_is_not_there(tmp_path):
    with pytest.raises(SourceProblem, match="cannot be opened"):
        read_figures(tmp_path / "none.csv")


def test_figures_from_rows_lists_every_bad_row():
    rows = [
        {"id": "1", "measure": "a", "year": "2024", "value": "x"},
        {"id": "2", "measure": "", "year": "2024", "value": "1"},
        {"id": "2", "measure": "b", "year": "2024", "value": "1"},
        {"id": "3", "measure": "b", "year": "2024", "value": "1", None: ["more"]},
    ]

    with pytest.raises(SourceProblem) as caught:
        figures_from_rows(rows)

    assert [problem.split(":")[0] for problem in caught.value.problems] == ["row 2", "row 3", "row 4", "row 5"]


def test_figures_from_table_checks_a_computed_table():
    cells = {("women", "sex"): 14, ("women", "labour"): 11, ("men", "labour"): 10}

    right = figures_from_table(
        cells, measure="met", unit="persons", period="2024", dimensions=["who", "form"], total=35
    )
    wrong = figures_from_table(
        cells, measure="met", unit="persons", period="2024", dimensions=["who", "form"], total=36
    )

    assert check(right) == []
    assert [f.rule for f in check(wrong)] == ["parts_under", "parts_under"]


@pytest.mark.parametrize(
    ("text", "number"),
    [("24", 24), ("1,650,000", 1650000), ("0,5", Decimal("0.5")), ("12.5 %", Decimal("12.5")), ("−4", -4)],
)
def test_read_number_reads(text, number):
    assert read_number(text) == (number, number)


@pytest.mark.parametrize("text", ["", "n/a", "NaN", "inf", "about 5"])
def test_read_number_refuses(text):
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2024", "2024-01-01 2024-12-31"),
        ("2022-2024", "2022-01-01 2024-12-31"),
        ("2023;2024", "2023-01-01 2024-12-31"),
        ("2023/24", "2023-01-01 2024-12-31"),
        ("2024-02", "2024-02-01 2024-02-29"),
        ("2024-03-01/2025-02-28", "2024-03-01 2025-02-28"),
        ("Q3 2024", "2024-07-01 2024-09-30"),
        ("2024 H1", "2024-01-01 2024-06-30"),
        ("March 2024", "2024-03-01 2024-03-31"),
        ("January-June 2024", "2024-01-01 2024-06-30"),
        ("Nov 2023 to Jan 2024", "2023-11-01 2024-01-31"),
        ("2020 (10 months)", "2020-01-01 2020-12-31"),
        ("in_force", "None None"),
        ("2024-13", "None None"),
        ("2024 H4", "None None"),
    ],
)
def test_read_period_reads_the_days(text, days):
    period = read_period(text)

    assert f"{period.first} {period.last}" == days
