"""Protect a release: jointly over all its tables and everything ever published."""

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.disclosure.bounds import (
    Findings,
    Risk,
    attack_parts,
    contradiction,
    knowledge,
)
from opennrm.statistics.disclosure.codebook import Cell, Codebook
from opennrm.statistics.disclosure.demands import demands_of
from opennrm.statistics.disclosure.knower import READER, rule_risks
from opennrm.statistics.disclosure.ledger import Ledger
from opennrm.statistics.disclosure.polytope import NoSuchTable, Polytope, SolverFailed
from opennrm.statistics.disclosure.protected import Protected, ProtectedTable, fingerprint, rate
from opennrm.statistics.disclosure.reader import Line, Part, Reader
from opennrm.statistics.disclosure.saying import cells_named, is_acknowledged, is_among, leak_sentence, printed_as
from opennrm.statistics.disclosure.suppress import Demand, Flags, Pattern, Problem, Suppressor
from opennrm.statistics.disclosure.system import Place
from opennrm.statistics.disclosure.tables import SPARE, Insider, Revision, Rule, Table, check_tables

Stage = Callable[[str, int, int], None]
"""Told of progress: what is being done, how many parts are done, of how many."""


@dataclass
class Account:
    """What the search did. For the house only: it depends on the withheld numbers."""

    cells: int = 0
    small: int = 0
    withheld: int = 0
    at_least: float = 0.0
    is_optimal: bool = True
    seconds: float = 0.0


def protect(
    tables: Sequence[Table],
    ledger: Ledger,
    rule: Rule,
    *,
    codebook: Codebook,
    insiders: Sequence[Insider] = (),
    revision: Revision | None = None,
    acknowledged: Iterable[str] = (),
    release: str = "release",
    count: Callable[[Cell], int] | None = None,
    progress: Stage | None = None,
    account: Account | None = None,
) -> Protected:
    """Withhold what would let anybody bound a count inside 1..k-1, and no more than is needed.

    `tables` carry true counts; `ledger` is everything ever printed; `insiders` are agencies that know their own cases.
    `revision` says that the tables count a later version of the records. `acknowledged` names figures in the ledger
    that already give a small number away and that a responsible person has accepted as lost. `count` counts a cell in
    the records, so that numbers withheld earlier are guarded as small only if they are.

    The result never contains a pattern that was not attacked in whole numbers: on time-out more is withheld, and if
    the attack itself cannot be finished or an earlier figure leaks, everything is, with the reason.
    Raises SourceProblem for tables that contradict themselves or the ledger.
    """
    check_tables(tables, codebook)
    work = _Work(tables, ledger, rule, codebook, insiders, revision, release, progress)
    if count is not None:
        work.remember(count)
    return work.run(frozenset(acknowledged), account or Account())


class _Work:
    def __init__(
        self,
        tables: Sequence[Table],
        ledger: Ledger,
        rule: Rule,
        codebook: Codebook,
        insiders: Sequence[Insider],
        revision: Revision | None,
        release: str,
        progress: Stage | None,
    ) -> None:
        self.tables, self.ledger, self.rule, self.insiders = tables, ledger, rule, insiders
        self.revision, self.release = revision, release
        self.tell = progress or (lambda *_: None)
        self.began = time.monotonic()
        self.deadline = self.began + rule.time_limit * 0.6
        self.hard_deadline = self.began + rule.time_limit
        self.reader = Reader(codebook)
        for table in tables:
            for cell, count in sorted(table.counts.items()):
                self.reader.plan(cell, count)
        self.reader.know(ledger.figures, ledger.shares)
        self.reader.revisions = [*ledger.revisions, *([revision] if revision else [])]
        self.reader.assume_revisions()
        newest = max((cell.vintage for table in tables for cell in table.counts), default=1)
        if newest > 1:  # what readers may know of the revision is part of the release
            said = [r for r in self.reader.revisions if r.vintage == newest]
            self.revision = said[0] if said else Revision(newest)
        self.open = frozenset(self.reader.place(cell) for table in tables for cell in table.open)
        self.random = np.random.default_rng(list(hashlib.sha256(f"{rule.seed}\n{release}".encode()).digest()))

    def remember(self, count: Callable[[Cell], int]) -> None:
        """Fill in what earlier releases withheld, where the records still have that version."""
        newest = max((line.cell.vintage for line in self.reader.lines.values()), default=1)
        for line in self.reader.lines.values():
            if line.value is None and line.cell.vintage == newest and line.low == 0 and np.isinf(line.high):
                line.value = count(line.cell)

    def run(self, acknowledged: frozenset[str], account: Account) -> Protected:
        parts = self.reader.parts(k=self.rule.k, groups=self.rule.groups)
        reasons: list[str] = []
        try:
            for part in parts:
                self._agree(part)
            lost = self._lost(parts)
            fresh = [risk for risk in lost if not is_acknowledged(risk, acknowledged)]
            if fresh:
                return self._refused([leak_sentence(risk) for risk in fresh], fresh)
            printed = set(self.open)
            for number, part in enumerate(parts):
                self.tell("protecting", number, len(parts))
                printed |= self._protect(part, lost, reasons, account)
            self.tell("attacking", 0, 1)
            risks = [r for r in self._attack(parts, printed).risks if not is_among(r, lost)]
            if risks:
                return self._refused([f"The attack still succeeds: {risk}." for risk in risks], risks)
        except SolverFailed as failure:
            return self._refused([f"{failure} Without a finished attack nothing may be printed."], [])
        account.seconds = time.monotonic() - self.began
        return self._certified(printed, reasons, lost)

    # --- before the search

    def _agree(self, part: Part) -> None:
        """Refuse tables that contradict themselves, one another or the ledger."""
        places = {line.place for line in part.lines if line.in_release}
        for line in part.lines:
            if line.value is not None and not line.low <= line.value <= line.high:
                raise SourceProblem(
                    f"{line.cell} is {line.value}, but it was printed as {printed_as(line)}.",
                    where=" and ".join(line.sources),
                    remedy="If the records were corrected since, declare a revision (`vintage` one higher); "
                    "if the earlier figure is wrong or speaks of others, mark it doubtful.",
                )
        low, high = knowledge(part, places)
        polytope = Polytope(part.block.structure, part.matrix, deadline=self.hard_deadline)
        polytope.bound(low, high)
        try:
            polytope.largest(np.zeros(part.block.columns))
        except NoSuchTable:
            raise contradiction(part, low, high, self.hard_deadline) from None

    def _lost(self, parts: Sequence[Part]) -> list[Risk]:
        """What can be proven although this release would withhold everything but its open totals."""
        return self._attack(parts, set(self.open)).risks

    def _attack(self, parts: Sequence[Part], printed: set[Place]) -> Findings:
        found = Findings()
        for insider in (None, *self.insiders):
            found.add(
                attack_parts(
                    parts,
                    printed,
                    k=self.rule.k,
                    insider=insider,
                    open_places=self.open,
                    deadline=self.hard_deadline,
                )
            )
        return found

    # --- the search

    def _protect(self, part: Part, lost: Sequence[Risk], reasons: list[str], account: Account) -> set[Place]:
        """The places of one part that may be printed."""
        choice = np.array(
            [line.in_release and not line.is_exact and line.place not in self.open for line in part.lines]
        )
        if not choice.any():
            return set()
        forced = np.zeros(len(part.lines), dtype=bool)
        pattern, clean = None, False
        for _ in range(6):
            problem = self._problem(part, choice, forced)
            pattern = Suppressor(problem, deadline=self.deadline).search()
            withheld = self._more(part, pattern.withheld, choice)
            if self.rule.against_rule:
                withheld = self._against_the_rule(part, withheld, choice, reasons)
            more = self._still_exposed(part, withheld, choice, lost)
            if not more.any():
                clean = True
                break
            forced |= more
        if pattern is None or not clean:
            withheld = choice.copy()
            reasons.append("More is withheld than may be needed: the search did not settle in whole numbers.")
        elif pattern.note:
            reasons.append(f"More is withheld than may be needed: {pattern.note}")
        self._tally(account, part, choice, pattern, withheld)
        return {line.place for i, line in enumerate(part.lines) if choice[i] and not withheld[i]}

    def _problem(self, part: Part, choice: Flags, forced: Flags) -> Problem:
        rows, views = part.matrix, [None, *self.insiders]
        size = rows.shape[0]
        wide = np.zeros(size, dtype=bool)
        wide[: len(choice)] = choice
        must = wide.copy()
        must[: len(choice)] &= forced
        lows, highs, values = [], [], []
        demands: list[Demand] = []
        for v, insider in enumerate(views):
            low, high = knowledge(part, set(self.open), insider)
            own = np.array([insider.own(line.cell) if insider else 0 for line in part.lines])
            value = np.where(np.isfinite(low) & (low == high), low, 0.0)
            value[: len(choice)][choice] = [line.value or 0 for line in np.array(part.lines, dtype=object)[choice]]
            value[: len(choice)][choice] -= own[choice]
            lows.append(low)
            highs.append(high)
            values.append(value)
            small = (value[: len(choice)] >= 1) & (value[: len(choice)] < self.rule.k)
            if self.rule.zeros == "all" and insider is None:
                small |= value[: len(choice)] == 0
            must[: len(choice)] |= choice & small
            demands += [
                d
                for t in part.targets
                for d in demands_of(t, part.vector(t.form), v, insider, self.reader, self.open, self.rule.k)
            ]
        weights = np.ones(size)
        for i, line in enumerate(part.lines):
            if choice[i]:
                weights[i] += (0.03 if len(line.cell.where) < 2 else 0.0) + 0.02 * self._draw(line)
        return Problem(
            part.block.structure, rows, tuple(lows), tuple(highs), tuple(values), wide, must, weights, tuple(demands)
        )

    def _draw(self, line: Line) -> float:
        """A secret number for a cell, the same in every run of this release."""
        text = f"{self.rule.seed}\n{self.release}\n{line.cell}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48

    def _more(self, part: Part, withheld: Flags, choice: Flags) -> Flags:
        """The secret draw: up to SPARE numbers more, none that could be computed from what is printed."""
        withheld = withheld[: len(choice)].copy()
        number = int(self.random.integers(0, SPARE + 1))
        if number == 0 or not withheld.any():
            return withheld
        order = sorted(np.flatnonzero(choice & ~withheld).tolist(), key=lambda i: self._draw(part.lines[i]))
        polytope = Polytope(part.block.structure, part.matrix, deadline=self.hard_deadline)
        for row in order[:20]:
            trial = withheld.copy()
            trial[row] = True
            polytope.bound(*knowledge(part, self._printed(part, trial, choice)))
            form = np.asarray(part.matrix[[row]].todense()).ravel()
            if polytope.largest(form).value + polytope.largest(-form).value > 0.5:
                withheld, number = trial, number - 1
                if number == 0:
                    break
        return withheld

    def _printed(self, part: Part, withheld: Flags, choice: Flags) -> set[Place]:
        shown = {line.place for i, line in enumerate(part.lines) if choice[i] and not withheld[i]}
        return shown | self.open

    def _still_exposed(self, part: Part, withheld: Flags, choice: Flags, lost: Sequence[Risk]) -> Flags:
        """Rows to withhold besides, because the attack in whole numbers still proves something."""
        printed = self._printed(part, withheld, choice)
        more = np.zeros(len(choice), dtype=bool)
        risks = [risk for risk in self._attack([part], printed).risks if not is_among(risk, lost)]
        if risks:
            more |= choice & ~withheld & np.isin([str(line.cell) for line in part.lines], cells_named(risks))
            return more if more.any() else choice & ~withheld
        return more

    def _against_the_rule(self, part: Part, withheld: Flags, choice: Flags, reasons: list[str]) -> Flags:
        """Withhold more until a reader who knows the rule proves nothing either; at worst everything."""
        try:
            return self._until_the_rule_says_nothing(part, withheld, choice)
        except SolverFailed:
            if self._rule_risks(part, choice, choice, self.hard_deadline):
                raise
            reasons.append("More is withheld than may be needed: the test with a reader of the rule took too long.")
            return choice.copy()

    def _until_the_rule_says_nothing(self, part: Part, withheld: Flags, choice: Flags) -> Flags:
        """Rows are added for the numbers still exposed; what was found possible for the others stays possible."""
        deadline = (self.deadline + self.hard_deadline) / 2
        exposed = self._rule_risks(part, withheld, choice, deadline)
        while exposed and (choice & ~withheld).any():
            withheld = withheld.copy()
            cells = {cell for risk in exposed for cell in risk.cells}
            rows = [i for i, line in enumerate(part.lines) if line.cell in cells]
            tie = 1e-3 * np.array([self._draw(line) for line in part.lines])
            for _ in range(min(len(rows), 3)):
                score = np.sum([self._relatives(part, i) for i in rows], axis=0) + tie
                score[~choice | withheld] = -1
                if score.max() >= 0:
                    withheld[int(np.argmax(score))] = True
            still = {part.lines[i].place for i in rows}
            exposed = self._rule_risks(part, withheld, choice, deadline, still)
        return withheld

    def _relatives(self, part: Part, row: int) -> Flags:
        """Numbers that differ from this one in a single code: those it is added up with."""
        mine = set(part.lines[row].place[0])
        return np.array([len(mine ^ set(line.place[0])) == 2 for line in part.lines])

    def _rule_risks(
        self, part: Part, withheld: Flags, choice: Flags, deadline: float, only: set[Place] | None = None
    ) -> list[Risk]:
        value = np.array([line.value or 0 for line in part.lines])
        all_zeros = self.rule.zeros == "all"
        small = withheld & (value < self.rule.k) & ((value >= 1) | all_zeros)
        return rule_risks(
            part,
            self._printed(part, withheld, choice),
            k=self.rule.k,
            small=int(small.sum()),
            zeros_count=all_zeros,
            only=only,
            deadline=deadline,
        )

    def _tally(self, account: Account, part: Part, choice: Flags, pattern: Pattern | None, withheld: Flags) -> None:
        value = np.array([line.value or 0 for line in part.lines])
        account.cells += int(choice.sum())
        account.small += int((choice & (value >= 1) & (value < self.rule.k)).sum())
        account.withheld += int(withheld.sum())
        account.at_least += pattern.at_least if pattern else 0.0
        account.is_optimal &= bool(pattern and pattern.is_optimal)

    # --- the result

    def _certified(self, printed: set[Place], reasons: Sequence[str], lost: Sequence[Risk]) -> Protected:
        return self._result("certified", printed, reasons, [leak_sentence(risk) for risk in lost])

    def _refused(self, reasons: Sequence[str], risks: Sequence[Risk]) -> Protected:
        """Print nothing, and say why and which earlier figure leaks."""
        return self._result("refused", set(), reasons, [leak_sentence(risk) for risk in risks])

    def _result(self, status: str, printed: set[Place], reasons: Sequence[str], leaks: Sequence[str]) -> Protected:
        shown = [self._shown(table, printed, refused=status == "refused") for table in self.tables]
        return Protected(
            self.release,
            tuple(shown),
            self._certificate(status, shown, leaks),
            tuple(reasons),
            tuple(leaks),
            self.revision,
        )

    def _shown(self, table: Table, printed: set[Place], *, refused: bool) -> ProtectedTable:
        cells: dict[Cell, int | None] = {}
        for cell, count in table.counts.items():
            line = self.reader.lines[self.reader.place(cell)]
            public = line.is_exact and (count == 0 or count >= self.rule.k or line.headline)
            cells[cell] = count if line.place in printed or (public and not refused) else None
        rates = {
            (plan.numerator, plan.denominator): rate(cells, plan.numerator, plan.denominator, plan.decimals)
            for plan in table.rates
        }
        return ProtectedTable(table.id, table.by, table.title, cells, table.open, rates)

    def _certificate(self, status: str, tables: Sequence[ProtectedTable], leaks: Sequence[str]) -> dict[str, Any]:
        """Only what follows from the published numbers: no times, no bounds of the search, no hash of hidden counts."""
        numbers = {
            place: shown for t in tables for cell, shown in t.cells.items() if (place := self.reader.place(cell))
        }
        withheld = sum(1 for shown in numbers.values() if shown is None)
        exposed = 0 if status == "certified" else None
        readers = ["any reader", *(f"{insider.name}, who knows its own cases" for insider in self.insiders)]
        readers += [READER] if self.rule.against_rule else []
        certificate: dict[str, Any] = {
            "status": status,
            "release": self.release,
            "rule": {"k": self.rule.k, "zeros": self.rule.zeros, "groups": self.rule.groups},
            "numbers": {"planned": len(numbers), "printed": len(numbers) - withheld, "withheld": withheld},
            "attacks": [{"by": reader, "exposed": exposed} for reader in readers],
            "read_together": {"ledger": self.reader.read, "printed_by_others": self.ledger.outside},
            "method": "exact, whole numbers",
            "already_public": list(leaks),
            "ledger_head": self.ledger.head,
        }
        if self.revision is not None:
            certificate["revision"] = vars(self.revision)
        return certificate | {"fingerprint": fingerprint(tables, certificate)}
