"""Random consistent chapters with names that nobody listed: silent when right, exact when one thing is spoiled."""

import pytest

from opennrm.statistics.consistency.check import check
from opennrm.statistics.consistency.figures import figures_from_rows
from tests.statistics.consistency.chapters import PLANTS, RandomChapter

SEEDS = range(20)


@pytest.mark.parametrize("seed", range(100))
def test_check_says_nothing_about_a_consistent_chapter(seed):
    chapter = RandomChapter(seed)

    findings = check(figures_from_rows(chapter.rows))

    assert [finding.sentence() for finding in findings] == []


@pytest.mark.parametrize("kind", PLANTS)
def test_check_finds_exactly_the_contradiction_that_was_planted(kind):
    for seed in SEEDS:
        chapter = RandomChapter(seed)
        touched = chapter.plant(kind)

        findings = check(figures_from_rows(chapter.rows))

        assert PLANTS[kind] in {finding.rule for finding in findings}, (kind, seed)
        strangers = [f.sentence() for f in findings if not touched & set(f.ids) and f.rule not in _consequences(kind)]
        assert strangers == [], (kind, seed)


def _consequences(kind: str) -> set[str]:
    """Findings that the same wrong number causes elsewhere, without itself being named in them."""
    return {"base": {"parts_of_base"}, "carried": set()}.get(kind, set())
