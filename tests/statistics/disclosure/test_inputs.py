"""What `protect` reads beside the tables, what it refuses, and what the rule and its secret change."""

from dataclasses import replace

import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.disclosure.attack import attack
from opennrm.statistics.disclosure.ledger import Ledger
from opennrm.statistics.disclosure.protect import protect
from opennrm.statistics.disclosure.tables import Figure, Share
from tests.statistics.disclosure.invented import BOOK, persons, table
from tests.statistics.disclosure.releases import RULE, TOTAL, joint, linked, values


def test_protect_reads_what_others_printed_together_with_its_own():
    records, tables = linked(2)
    hidden = [c for c, v in values(joint(2)).items() if v is None and records.count(c) >= 8]
    outside = Ledger(tuple(Figure(f"press-{i}", c, records.count(c), source="the press") for i, c in enumerate(hidden)))

    control = attack(joint(2), outside, codebook=BOOK).risks
    protected = protect(tables, outside, RULE, codebook=BOOK)

    assert control, "the release that did not know of the press is exposed by it"
    assert protected.is_certified
    assert attack(protected, outside, codebook=BOOK).risks == []


def test_protect_reads_percentages_that_others_printed():
    records, tables = linked(1)
    hidden = next(c for c, v in values(joint(1)).items() if v is None and 1 <= records.count(c) < 5)
    share = Share("press-1", hidden, TOTAL, f"{100 * records.count(hidden) / 64:.2f}", "the press")

    refused = protect(tables, Ledger(shares=(share,)), RULE, codebook=BOOK)

    assert not refused.is_certified
    assert "press-1" in refused.reasons[0]


def test_protect_refuses_tables_that_contradict_the_ledger():
    ledger = Ledger((Figure("annual-2023/7", TOTAL, 65, source="release annual-2023"),))

    with pytest.raises(SourceProblem, match="printed as 65") as refusal:
        protect(linked(0)[1], ledger, RULE, codebook=BOOK)

    assert "vintage" in str(refusal.value.remedy)


def test_protect_refuses_tables_that_contradict_each_other():
    one, other = linked(0)[1][:2]
    cell = next(c for c in other.counts if len(c.where) == 2 and other.counts[c])
    wrong = replace(other, counts={**other.counts, cell: other.counts[cell] + 1})

    with pytest.raises(SourceProblem, match="not agree") as refusal:
        protect([one, wrong], Ledger(), RULE, codebook=BOOK)

    assert refusal.value.problems


@pytest.mark.parametrize("count", [-1, 2.5, True])
def test_protect_refuses_counts_that_are_no_counts(count):
    one = linked(0)[1][0]

    with pytest.raises(SourceProblem, match="1 fault"):
        protect([replace(one, counts={**one.counts, TOTAL: count})], Ledger(), RULE, codebook=BOOK)


def test_protect_withholds_every_zero_where_the_rule_says_so():
    tables = linked(0)[1]

    protected = protect(tables, Ledger(), replace(RULE, zeros="all"), codebook=BOOK)

    assert protected.is_certified
    assert 0 not in values(protected).values()


def test_protect_breaks_ties_with_the_secret():
    tables = [table(persons(0), ("sex_age", "form"))]

    patterns = {
        frozenset(
            c
            for c, v in values(protect(tables, Ledger(), replace(RULE, seed=str(s)), codebook=BOOK)).items()
            if v is None
        )
        for s in range(6)
    }

    assert len(patterns) > 1
