"""The tables of a reconciliation, a header and rows each, as they stand in the files and in the workbook."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from opennrm.statistics.measures.table import Mark
from opennrm.statistics.reconciliation.accounts import Account
from opennrm.statistics.reconciliation.bridge import Bridge, Total
from opennrm.statistics.reconciliation.caveats import Caveat
from opennrm.statistics.reconciliation.changes import Change
from opennrm.statistics.reconciliation.cohort import Cohort, CohortRate
from opennrm.statistics.reconciliation.definitions import Definitions
from opennrm.statistics.reconciliation.way import onward_name, stage_name
from opennrm.statistics.reconciliation.words import definition_rows, phrase, reasons, signed, worded

Row = Sequence[object]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Everything that is written: the bridge and what belongs to it."""

    bridge: Bridge
    cohort: Cohort
    rate: CohortRate
    accounts: Sequence[Account]
    changes: Sequence[Change] | None = None
    caveats: Sequence[Caveat] = ()

    def caveats_said(self, language: str) -> list[str]:
        """What must be known of the material, in a language."""
        return [caveat.said(self.bridge.definitions, language) for caveat in self.caveats]


def bridge_rows(bridge: Bridge, language: str) -> list[Row]:
    """Both counts and every cause, machine-readable ids first."""
    rows: list[Row] = [("cause", "name", "count", "low", "high", "sum", "records", "why")]
    left, right = bridge.left, bridge.right
    rows.append(("left", left.count.title(bridge.definitions, language), *_whole(left), left.count.id))
    for bar, running in zip(bridge.bars, bridge.sums, strict=True):
        why = "; ".join(reasons(bar, bridge, language))
        label = bridge.definitions.cause_name(bar.cause, language)
        rows.append((bar.cause, label, bar.change, bar.low, bar.high, running, len(bar.records), why))
    rows.append(("right", right.count.title(bridge.definitions, language), *_whole(right), right.count.id))
    return rows


def _whole(total: Total) -> tuple[int, int, int, int, int]:
    return total.value, total.low, total.high, total.value, len(total.records)


def record_rows(bridge: Bridge, language: str) -> list[Row]:
    """Each step of each cause with its records, so that two offices can look them up.

    The count stands once for each unit, beside the first of its records, so that the column adds up to the bridge.
    """
    number = 0
    rows: list[Row] = [("number", "cause", "side", "count", "register", "record_id", "reason")]
    for bar in bridge.bars:
        for step in bar.steps:
            number += 1
            values = {
                "n": signed(step.delta),
                "year": step.year,
                "left": bridge.definitions.register_name(bridge.left.count.measure.register, language),
                "right": bridge.definitions.register_name(bridge.right.count.measure.register, language),
            }
            reason = bridge.definitions.reason(step.reason, language, values)
            for place, (register, record) in enumerate(step.records or (("", ""),)):
                count = "" if place else step.delta
                rows.append((number, bar.cause, step.side, count, register, record, reason))
    return rows


def worded_record_rows(bridge: Bridge, language: str) -> list[Row]:
    """The same for people: causes, sides and agencies by their names."""
    heads, *rows = record_rows(bridge, language)
    definitions = bridge.definitions
    return [
        tuple(phrase(str(head), language) for head in heads),
        *(
            (
                number,
                definitions.cause_name(str(cause), language),
                phrase(str(side), language),
                count,
                definitions.register_name(str(register), language),
                record,
                reason,
            )
            for number, cause, side, count, register, record, reason in rows
        ),
    ]


def definitions_table(bridge: Bridge, language: str) -> list[Row]:
    """What each of the two figures means, and the bar that the difference makes."""
    head = (
        "",
        bridge.left.count.title(bridge.definitions, language),
        bridge.right.count.title(bridge.definitions, language),
    )
    return [(*head, phrase("makes", language)), *definition_rows(bridge, language)]


def cohort_rows(cohort: Cohort, language: str) -> list[Row]:
    """The way of the persons of the left count, one stage a row."""
    heads = ("stage", "persons", "reached", "onward", "meant", "ended", "open", "awaited")
    rows: list[Row] = [tuple(phrase(head, language) for head in heads)]
    for stage in cohort.stages:
        label = stage_name(stage, language)
        meant = onward_name(stage, language)
        rows.append((label, cohort.persons, stage.reached, stage.onward, meant, stage.ended, stage.open, stage.awaited))
    return rows


def account_rows(accounts: Iterable[Account], definitions: Definitions, language: str) -> list[Row]:
    """Opening, new, closed, closing and what does not close, one agency and year a row; [x] is not known."""
    heads = ("register", "role", "year", "opening", "new", "closed", "outcomes", "closing", "residual")
    rows: list[Row] = [tuple(phrase(head, language) for head in heads)]
    for account in accounts:
        closed, outcomes = None, phrase("never_closed", language)
        if account.closed is not None:
            closed = sum(account.closed.values())
            outcomes = ", ".join(f"{worded('outcome', what, language)} {n}" for what, n in account.closed.items())
        numbers = (account.opening, account.new, closed, account.closing)
        opening, new, ended, closing = (str(Mark.NOT_KNOWN) if n is None else n for n in numbers)
        residual = str(Mark.NOT_APPLICABLE) if account.residual is None else account.residual
        flow = (opening, new, ended, outcomes, closing, residual)
        agency = definitions.register_name(account.register, language)
        rows.append((agency, worded("role", account.role, language), account.year, *flow))
    return rows


def part_name(part: str, bridge: Bridge, language: str) -> str:
    """What a part of a bridge is called: one of the two counts, or a cause."""
    if part in {"left", "right"}:
        total = bridge.left if part == "left" else bridge.right
        return total.count.title(bridge.definitions, language)
    return bridge.definitions.cause_name(part, language)


def change_rows(changes: Iterable[Change], bridge: Bridge, language: str) -> list[Row]:
    """Only what changed since the earlier bridge."""
    rows: list[Row] = [tuple(phrase(head, language) for head in ("part", "before", "now", "added", "gone"))]
    rows += [
        (part_name(c.part, bridge, language), c.before, c.now, "; ".join(c.added), "; ".join(c.gone)) for c in changes
    ]
    return rows
