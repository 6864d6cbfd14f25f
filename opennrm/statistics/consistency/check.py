"""Checks published or computed figures against the edit rules."""

from collections.abc import Iterable

from opennrm.statistics.consistency.bands import check_bands, check_sentences
from opennrm.statistics.consistency.entries import read_entries
from opennrm.statistics.consistency.figures import Figure
from opennrm.statistics.consistency.findings import Finding, Notebook
from opennrm.statistics.consistency.money import check_conversions
from opennrm.statistics.consistency.parts import check_parts, check_shares
from opennrm.statistics.consistency.rules import Rules, current_rules
from opennrm.statistics.consistency.shares import check_direction, check_percentages
from opennrm.statistics.consistency.stocks import check_stocks
from opennrm.statistics.consistency.times import check_times
from opennrm.statistics.consistency.values import check_subsets, check_units, check_values


def check(figures: Iterable[Figure], rules: Rules | None = None) -> list[Finding]:
    """Find what contradicts itself in a set of figures, and what it would have to declare.

    figures: of one chapter or of several publishers, in any order; names of measures are free.
    rules: a version of the edit rules, by default the current one.
    Errors contradict the words of the file itself; warnings have a possible explanation that is not declared; info is
    what a careful reader would ask. Rows marked as not comparable are left out.
    """
    rules = rules or current_rules()
    entries = read_entries(figures, rules)
    notes = Notebook(rules)
    check_parts(entries, rules, notes)
    check_values(entries, notes)
    check_subsets(entries, rules, notes)
    check_stocks(entries, rules, notes)
    check_percentages(entries, rules, notes)
    check_shares(entries, notes)
    check_direction(entries, rules, notes)
    check_conversions(entries, rules, notes)
    check_bands(entries, notes)
    check_sentences(entries, rules, notes)
    check_times(entries, rules, notes)
    check_units(entries, rules, notes)
    return notes.found()
