"""No false error: chapters that are right, with everything that makes figures look wrong at first sight."""

import pytest

from opennrm.statistics.consistency.check import check
from opennrm.statistics.consistency.figures import figures_from_rows
from tests.statistics.consistency.chapters import errors, figures, found, read

RIGHT = {
    "several forms per victim": """
        recognised | persons | 2024 | 100 | total
        recognised_by_form | persons | 2024 | 70 | sex; several forms per victim possible
        recognised_by_form | persons | 2024 | 45 | labour; several forms per victim possible
        recognised_by_form | persons | 2024 | 15 | begging; several forms per victim possible
    """,
    "an open list": """
        recognised | persons | 2024 | 100 | total
        recognised_by_country | persons | 2024 | 30 | Nepal; top five only
        recognised_by_country | persons | 2024 | 20 | Cuba; top five only
    """,
    "a list the words leave open": """
        recognised | persons | 2024 | 100 | total | office | R 2025 | 100: mainly Nepal (30), Cuba (20)
        recognised_by_country | persons | 2024 | 30 | Nepal | office | R 2025 | 100: mainly Nepal (30), Cuba (20)
        recognised_by_country | persons | 2024 | 20 | Cuba | office | R 2025 | 100: mainly Nepal (30), Cuba (20)
    """,
    "an explicit residual": """
        suspects | persons | 2024 | 42 | total
        suspects | persons | 2024 | 27 | sex trafficking
        suspects | persons | 2024 | 10 | labour trafficking
        suspects | persons | 2024 | 5 | unknown
    """,
    "different populations, declared": """
        convicted | persons | 2024 | 21 | total; first instance
        convicted | persons | 2024 | 14 | total; final
    """,
    "different units": """
        indictments | persons | 2024 | 32 | total
        indictments | cases | 2024 | 19 | total
        indictments | persons | 2023 | 30 | total
        indictments | cases | 2023 | 21 | total
    """,
    "sub-categories inside": """
        suspects | persons | 2024 | 42 | total
        suspects | persons | 2024 | 27 | sex trafficking
        suspects | persons | 2024 | 15 | labour trafficking
        suspects | persons | 2024 | 6 | labour trafficking>forced begging
        suspects | persons | 2024 | 1 | labour trafficking>forced begging>children
        suspects | persons | 2024 | 3 | labour trafficking>forced criminality
    """,
    "of which": """
        recognised | persons | 2024 | 64 | total
        recognised | persons | 2024 | 11 | of which foreign
        recognised | persons | 2024 | 60 | including women and girls
    """,
    "sex, age and citizenship in one list": """
        met | persons | 2024 | 20 | total
        met | persons | 2024 | 12 | women
        met | persons | 2024 | 3 | men
        met | persons | 2024 | 3 | girls
        met | persons | 2024 | 2 | boys
        met | persons | 2024 | 5 | children
        met | persons | 2024 | 15 | adults
        met | persons | 2024 | 4 | foreign
    """,
    "children and foreigners, nothing else": """
        met | persons | 2024 | 505 | total
        met | persons | 2024 | 307 | children
        met | persons | 2024 | 10 | foreign nationals
    """,
    "women, men and children": """
        met | persons | 2024 | 20 | total
        met | persons | 2024 | 10 | women
        met | persons | 2024 | 5 | men
        met | persons | 2024 | 5 | children
        met_by_citizenship | persons | 2024 | 16 | domestic
        met_by_citizenship | persons | 2024 | 4 | foreign
    """,
    "women and men, and children among them": """
        met | persons | 2024 | 20 | total
        met | persons | 2024 | 12 | female
        met | persons | 2024 | 8 | male
        met | persons | 2024 | 5 | children
        met | persons | 2024 | 4 | foreign nationals
    """,
    "an account of stock and flow": """
        files | cases | 2024 | 41 | opening stock
        files | cases | 2024 | 42 | new
        files | cases | 2024 | 30 | closed
        files | cases | 2024 | 53 | closing stock
        files | cases | 2025 | 53 | opening stock
    """,
    "an account in the names of measures": """
        inquiries pending at start | cases | 2024 | 41
        inquiries opened | cases | 2024 | 42
        inquiries closed | cases | 2024 | 30
        inquiries pending at end | cases | 2024 | 53
    """,
    "new and continued": """
        inquiries_new | persons | 2024 | 42 | total
        inquiries_continued_from_previous_years | persons | 2024 | 71 | total
        inquiries | persons | 2024 | 42 | total
    """,
    "rounded shares": """
        recognised_by_form | percent | 2024 | 33.3 | sex
        recognised_by_form | percent | 2024 | 33.3 | labour
        recognised_by_form | percent | 2024 | 33.3 | other
    """,
    "shares of several answers": """
        needs | percent | 2024 | 70 | housing; multiple responses
        needs | percent | 2024 | 65 | legal aid; multiple responses
    """,
    "a share of its count": """
        recognised | persons | 2024 | 64 | total
        recognised_children | persons | 2024 | 29 | total
        recognised_children_share | percent | 2024 | 45 | of recognised persons
    """,
    "a fall in percent": """
        calls | calls | 2023 | 200 | total
        calls | calls | 2024 | 150 | total
        calls_change | percent | 2024 | -25 | compared with 2023
    """,
    "words that do not speak of these numbers": """
        convicted | persons | 2023 | 33 | total | court | R 2025 | increased efforts; convicted 32, compared with 33
        convicted | persons | 2024 | 32 | total | court | R 2025 | increased efforts; convicted 32, compared with 33
    """,
    "more than half, up to twelve, an increase in something else": """
        convicted | persons | 2023 | 30 | total | court | R | convicted 21, more than half abroad, compared with 30
        convicted | persons | 2024 | 21 | total | court | R | convicted 21, more than half abroad, compared with 30
        charged | persons | 2023 | 30 | total | court | R | charged 21 who face up to 12 years compared with 30 in 2023
        charged | persons | 2024 | 21 | total | court | R | charged 21 who face up to 12 years compared with 30 in 2023
        held | persons | 2023 | 30 | total | court | R | despite an increase in complaints held 21, compared with 30
        held | persons | 2024 | 21 | total | court | R | despite an increase in complaints held 21, compared with 30
    """,
    "an account with lines of unknown direction": """
        files | cases | 2024 | 50 | opening stock
        files | cases | 2024 | 30 | new
        files | cases | 2024 | 3 | resumed
        files | cases | 2024 | 20 | closed
        files | cases | 2024 | 5 | passed to other offices
        files | cases | 2024 | 58 | closing stock
    """,
    "a negated direction": """
        beds | beds | 2023 | 10 | total | office | Report 2025 | did not increase beds from 10 to more than 9
        beds | beds | 2024 | 9 | total | office | Report 2025 | did not increase beds from 10 to more than 9
    """,
    "at least and about": """
        workers | persons | 2024 | 500 | total; approximately
        workers | persons | 2024 | 310 | Vietnam
        workers | persons | 2024 | 180 | India
        punished | persons | 2024 | 2 | total; at least
        punished | persons | 2024 | 2 | adults
        punished | persons | 2024 | 1 | children
    """,
    "at least in the words only": """
        punished | persons | 2024 | 20 | total | office | Report 2025 | punished at least 20 persons
        punished_by_kind | persons | 2024 | 15 | fine
        punished_by_kind | persons | 2024 | 9 | prison
    """,
    "sentences in the range": """
        penalty_for_trafficking | years | in_force | 3 | minimum
        penalty_for_trafficking | years | in_force | 12 | maximum
        prison_terms | persons | 2024 | 4 | 36-60 months
        prison_terms | persons | 2024 | 4 | 61-144 months
    """,
    "the law before and after": """
        penalty | years | 2010-2019 | 2 | minimum | legislator | Report 2025 | | law
        penalty | years | 2010-2019 | 10 | maximum | legislator | Report 2025 | | law
        penalty | years | 2020-2025 | 5 | minimum | legislator | Report 2025 | | law
        penalty | years | 2020-2025 | 20 | maximum | legislator | Report 2025 | | law
        longest_sentence | years | 2024 | 18 | total | court | Report 2025 | | sentencing
        shortest_sentence | years | 2012 | 2 | total | court | Report 2025 | | sentencing
    """,
    "ages": """
        children_met_by_age | persons | 2024 | 4 | 0-13
        children_met_by_age | persons | 2024 | 4 | 14-15
        children_met_by_age | persons | 2024 | 4 | 16-17
    """,
    "years as categories": """
        cohorts | persons | 2024 | 4 | 2019-2021
        cohorts | persons | 2024 | 4 | 2020-2022
    """,
    "one rate": """
        given | RSD | 2024 | 50500000 | allocation
        given | USD | 2024 | 449610 | allocation; as converted by source
        granted | RSD | 2024 | 150000 | allocation
        granted | USD | 2024 | 1340 | allocation; as converted by source
        lent | RSD | 2024 | 950000 | allocation
        lent | USD | 2024 | 8460 | allocation; as converted by source
    """,
    "amounts in millions that round": """
        spent | EUR | 2024 | 3600000 | total
        spent | EUR | 2024 | 1200000 | shelters
        spent | EUR | 2024 | 2350000 | campaigns
    """,
    "quarters of a year": """
        calls | calls | 2024 | 100 | total
        calls | calls | 2024-Q1 | 20 | total
        calls | calls | 2024-Q2 | 30 | total
        calls | calls | January-June 2024 | 50 | total
    """,
    "quarters of persons, some of whom come twice": """
        met | persons | 2024 | 100 | total
        met | persons | 2024 H1 | 60 | total
        met | persons | 2024 H2 | 55 | total
    """,
    "ages with open ends": """
        met_by_age | persons | 2024 | 3 | under 12
        met_by_age | persons | 2024 | 3 | 12-17
        met_by_age | persons | 2024 | 3 | 18-30
        met_by_age | persons | 2024 | 3 | over 30
    """,
    "months and years in one list of sentences": """
        prison_terms | persons | 2024 | 3 | 6-11 months
        prison_terms | persons | 2024 | 3 | 1-5 years
        prison_terms | persons | 2024 | 3 | 6-10 years
        prison_terms | persons | 2024 | 3 | over 10 years
    """,
    "an account in other words": """
        pending_cases_start_of_year | cases | 2024 | 50 | total
        new_cases | cases | 2024 | 30 | total
        resolved_cases | cases | 2024 | 20 | total
        pending_cases_end_of_year | cases | 2024 | 60 | total
    """,
    "several years together": """
        met | persons | 2022-2024 | 140 | total
        met | persons | 2023 | 60 | total
        met | persons | 2024 | 64 | total
    """,
    "a smaller base that is declared": """
        recognised | persons | 2024 | 64 | total
        recognised_base_of_breakdown | persons | 2024 | 51 | total; those whose form is known
        recognised_by_age | persons | 2024 | 40 | adults
        recognised_by_age | persons | 2024 | 24 | children
    """,
    "a years' order": """
        law_adopted | year | in_force | 2012 | total
        law_entered_into_force | year | in_force | 2013 | total
    """,
    "money planned beyond the source": """
        plan_budget | EUR | 2026 | 500000 | allocation
    """,
    "one number printed twice": """
        recognised | persons | 2024 | 64 | total | office | Report 2025 | identified 64
        recognised | persons | 2024 | 64 | total | office | Report 2025 | 64 victims were identified
    """,
    "who counted": """
        recognised | persons | 2024 | 64 | total | centre
        recognised | persons | 2024 | 30 | total | police
    """,
    "possible victims": """
        seen | persons | 2024 | 40 | total; possible victims
        seen | persons | 2024 | 25 | total; recognised victims
    """,
    "in Serbian": """
        препознате | лица | 2024 | 64 | укупно
        препознате | лица | 2024 | 40 | жене
        препознате | лица | 2024 | 24 | остало
    """,
}


@pytest.mark.parametrize("name", RIGHT)
def test_check_finds_no_error_in(name):
    assert [finding for finding in found(RIGHT[name]) if finding[0] == "error"] == []


QUIET = set(RIGHT) - {
    "an open list",  # nothing of these may even warn, except where the file leaves something open:
    "a list the words leave open",
    "who counted",
    "sex, age and citizenship in one list",
    "women and men, and children among them",
}


@pytest.mark.parametrize("name", sorted(QUIET))
def test_check_does_not_even_warn_about(name):
    assert [finding for finding in found(RIGHT[name]) if finding[0] == "warning"] == []


@pytest.mark.parametrize("name", ["albania_2017_2019.csv", "uk_nrm_2022.csv"])
def test_check_finds_no_error_in_the_published_chapter(name):
    assert [finding.sentence() for finding in errors(check(figures_from_rows(read(name))))] == []


def test_check_shows_that_the_next_edition_restated_a_year():
    findings = check(figures_from_rows(read("uk_nrm_2022.csv")))

    assert [(f.level, f.rule, f.ids) for f in findings if f.level != "info"] == [
        ("warning", "restated", ("U01", "U19"))
    ]


@pytest.mark.parametrize(
    ("chapter", "row", "value", "rule"),
    [
        ("albania_2017_2019.csv", "A02", "69", "parts_under"),
        ("albania_2017_2019.csv", "A04", "38", "parts_over"),
        ("albania_2017_2019.csv", "A09", "55", "parts_under"),
        ("albania_2017_2019.csv", "A08", "106", "subset_over"),
        ("albania_2017_2019.csv", "A22", "67", "parts_over"),
        ("albania_2017_2019.csv", "A29", "34", "part_over_total"),
        ("albania_2017_2019.csv", "A33", "183340", "rate_differs"),
        ("albania_2017_2019.csv", "A36", "57", "restated"),
        ("uk_nrm_2022.csv", "U02", "21706", "change_mismatch"),
        ("uk_nrm_2022.csv", "U02", "21706", "direction"),
        ("uk_nrm_2022.csv", "U04", "13040", "parts_over"),
        ("uk_nrm_2022.csv", "U06", "87", "share_mismatch"),
        ("uk_nrm_2022.csv", "U06", "87", "shares_sum"),
        ("uk_nrm_2022.csv", "U14", "18581", "part_period_over"),
        ("uk_nrm_2022.csv", "U15", "3435", "parts_under"),
        ("uk_nrm_2022.csv", "U28", "6218", "inside_over"),
        ("uk_nrm_2022.csv", "U21", "42", "share_mismatch"),
    ],
)
def test_check_finds_one_number_of_a_published_chapter_that_was_changed(chapter, row, value, rule):
    rows = read(chapter)
    next(r for r in rows if r["id"] == row)["value"] = value

    findings = check(figures_from_rows(rows))

    assert rule in {finding.rule for finding in findings if row in finding.ids}


def test_check_reads_the_words_of_a_file_in_serbian():
    spoiled = RIGHT["in Serbian"].replace("24 | остало", "30 | остало")

    [finding] = check(figures(spoiled))

    assert finding.rule == "parts_over"
    assert "70" in finding.sentence("sr-Cyrl")
    assert "Делови" in finding.sentence("sr-Cyrl")
    assert "Delovi" in finding.sentence("sr-Latn")
