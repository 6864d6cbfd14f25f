"""What people decided about pairs: an append-only file that binds the clustering and is never edited.

Columns: register_a, record_id_a, register_b, record_id_b, verdict, and freely reason, by, at, stratum. A verdict is
`same`, `different`, `unsure` or `withdrawn`; the last withdraws what stood on the pair. Lines are read in order.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from opennrm.kernel.errors import SourceProblem

VERDICTS = ("same", "different", "unsure", "withdrawn")
_NEEDED = ("register_a", "record_id_a", "register_b", "record_id_b", "verdict")


@dataclass(frozen=True, slots=True)
class Judgement:
    """One standing judgement on two mentions. `stratum` is filled when the pair came from a random sample."""

    a: int
    b: int
    verdict: str
    stratum: str
    line: int


@dataclass(frozen=True)
class Judgements:
    """The judgements that stand, and what was noticed while reading them."""

    standing: tuple[Judgement, ...] = ()
    notes: tuple[str, ...] = ()

    def pairs(self, verdict: str) -> list[tuple[int, int]]:
        """The pairs of mentions with a verdict."""
        return [(j.a, j.b) for j in self.standing if j.verdict == verdict]


def read_judgements(path: Path, mention_of: Mapping[tuple[str, str], int], *, excluded: int = 0) -> Judgements:
    """Read a file of judgements onto mentions.

    mention_of: (register, record_id) -> mention. Raises SourceProblem with every faulty line: an unknown verdict or
    record, a verdict that contradicts one that stands and is not withdrawn, or a chain of `same` that joins what is
    judged `different`. With excluded people a record may be unknown on purpose: such lines are passed over and counted.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in _NEEDED if name not in (reader.fieldnames or ())]
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceProblem("The judgements cannot be read as a UTF-8 CSV.", where=str(path)) from error
    if missing:
        raise SourceProblem(f"Missing columns: {', '.join(missing)}.", where=path.name)
    problems: list[str] = []
    unknown = 0
    standing: dict[tuple[int, int], Judgement] = {}
    for line, row in enumerate(rows, 2):
        verdict = (row["verdict"] or "").strip().lower()
        if verdict not in VERDICTS:
            if verdict:
                problems.append(f"line {line}: the verdict is one of {', '.join(VERDICTS)}, not `{verdict}`.")
            continue  # an empty verdict is a pair not yet looked at
        ends = [
            mention_of.get(((row[f"register_{s}"] or "").strip(), (row[f"record_id_{s}"] or "").strip())) for s in "ab"
        ]
        if ends[0] is None or ends[1] is None:
            unknown += 1
            if not excluded:
                problems.append(f"line {line}: a record of this pair is in no register.")
            continue
        pair = (min(ends[0], ends[1]), max(ends[0], ends[1]))
        if pair[0] == pair[1]:
            if verdict == "different":
                problems.append(f"line {line}: both records are rows of one person in one case file.")
            continue
        earlier = standing.get(pair)
        if verdict == "withdrawn":
            if earlier is None:
                problems.append(f"line {line}: nothing stands on this pair that could be withdrawn.")
            standing.pop(pair, None)
        elif earlier is not None and {earlier.verdict, verdict} == {"same", "different"}:
            problems.append(
                f"line {line}: `{verdict}` contradicts `{earlier.verdict}` of line {earlier.line}. "
                "Withdraw that one first."
            )
        elif earlier is None or verdict != "unsure":
            standing[pair] = Judgement(*pair, verdict, (row.get("stratum") or "").strip(), line)
    problems += _broken_chains(standing)
    if problems:
        raise SourceProblem(
            "The judgements contradict themselves or cannot be read; nothing was written.",
            where=path.name,
            problems=tuple(problems),
        )
    notes = (f"{unknown} judgements are on people who are excluded; they were passed over.",) if unknown else ()
    return Judgements(tuple(standing.values()), notes)


def _broken_chains(standing: Mapping[tuple[int, int], Judgement]) -> list[str]:
    parent: dict[int, int] = {}

    def root(item: int) -> int:
        while parent.setdefault(item, item) != item:
            item = parent[item]
        return item

    for judgement in standing.values():
        if judgement.verdict == "same":
            parent[root(judgement.a)] = root(judgement.b)
    return [
        f"line {j.line}: `different`, but a chain of `same` joins these two records. Withdraw one of them."
        for j in standing.values()
        if j.verdict == "different" and root(j.a) == root(j.b)
    ]
