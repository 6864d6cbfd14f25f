"""Try to work out what a release withholds, with everything ever published: the test a release must pass."""

import math
import time
from collections.abc import Callable, Collection
from typing import Literal

from opennrm.statistics.disclosure.bounds import Findings, attack_parts
from opennrm.statistics.disclosure.codebook import Cell, Codebook
from opennrm.statistics.disclosure.knower import rule_risks
from opennrm.statistics.disclosure.ledger import Ledger
from opennrm.statistics.disclosure.protected import Protected
from opennrm.statistics.disclosure.reader import Reader
from opennrm.statistics.disclosure.tables import Insider


def attack(
    protected: Protected,
    ledger: Ledger,
    insider: Insider | Literal["rule"] | None = None,
    *,
    codebook: Codebook,
    small: Collection[Cell] = (),
    time_limit: float = math.inf,
    progress: Callable[[int, int], None] | None = None,
) -> Findings:
    """The exact whole-number range of every withheld number, and everything that is proven and must not be.

    Uses only what is public, never the true counts. `insider` is an agency that subtracts its own cases, or "rule" for
    a reader who knows the rule and, more than anybody outside can know, how many numbers are withheld because they are
    small (`small` names them; only their number is used).
    Raises SourceProblem if the release contradicts the ledger, SolverFailed on time-out.
    """
    reader = Reader(codebook)
    for table in protected.tables:
        for cell, value in sorted(table.cells.items()):
            reader.plan(cell, value)
    mine = f"release {protected.release}"  # the ledger may have taken this release in already
    reader.know([figure for figure in ledger.figures if figure.source != mine], ledger.shares)
    reader.revisions = [*ledger.revisions, *([protected.revision] if protected.revision else [])]
    reader.assume_revisions()
    rule = protected.certificate["rule"]
    k = int(rule["k"])
    printed = {reader.place(c) for table in protected.tables for c, v in table.cells.items() if v is not None}
    opened = frozenset(reader.place(cell) for table in protected.tables for cell in table.open)
    parts = reader.parts(k=k, groups=bool(rule["groups"]))
    deadline = time.monotonic() + time_limit
    if insider != "rule":
        return attack_parts(
            parts, printed, k=k, insider=insider, open_places=opened, deadline=deadline, progress=progress
        )
    findings = Findings()
    places = {reader.place(cell) for cell in small}
    for part in parts:
        zeros = rule["zeros"] == "all"
        number = sum(line.place in places for line in part.lines)
        risks = rule_risks(part, printed, k=k, small=number, zeros_count=zeros, deadline=deadline)
        findings.add(Findings([], risks, 1))
    return findings
