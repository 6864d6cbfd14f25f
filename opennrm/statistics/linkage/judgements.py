"""What people decided about pairs: an append-only file that binds the clustering and is never edited.

Columns: register_a, record_id_a, register_b, record_id_b, verdict, and freely reason, by, at, stratum. A verdict is
`same`, `different`, `unsure` or `withdrawn`; the last withdraws what stood on the pair. Lines are read in order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.linkage.lists import SHOWN, read_list

VERDICTS = ("same", "different", "unsure", "withdrawn")
_NEEDED = ("register_a", "record_id_a", "register_b", "record_id_b", "verdict")

# What a list of pairs to be judged says in place of the band: whoever judges must not know what the machine thinks.
CODE_OF = {"very likely": "K", "likely": "B", "possible": "T", "unlikely": "G"}
_BAND_OF = {code: band for band, code in CODE_OF.items()}


@dataclass(frozen=True, slots=True)
class Judgement:
    """One standing judgement on two mentions. `stratum` is filled when the pair came from a random sample."""

    a: int
    b: int
    verdict: str
    stratum: str
    place: str  # file and line


@dataclass(frozen=True)
class Judgements:
    """The judgements that stand, and what was noticed while reading them."""

    standing: tuple[Judgement, ...] = ()
    notes: tuple[str, ...] = ()

    def pairs(self, verdict: str) -> list[tuple[int, int]]:
        """The pairs of mentions with a verdict."""
        return [(j.a, j.b) for j in self.standing if j.verdict == verdict]


def read_judgements(
    paths: Path | Sequence[Path], mention_of: Mapping[tuple[str, str], int], *, excluded: int = 0
) -> Judgements:
    """Read files of judgements, in their order, onto mentions.

    mention_of: (register, record_id) -> mention. Raises SourceProblem with every faulty line: an unknown verdict, a
    verdict that contradicts one that stands and is not withdrawn, or a chain of `same` that joins what is judged
    `different`. Records come and go with deliveries while judgements stay: those on records that are not there are
    passed over and counted, and refused only when there are no others. With excluded people the lines are not told.
    """
    files = [paths] if isinstance(paths, Path) else list(paths)
    problems: list[str] = []
    unknown: list[str] = []
    standing: dict[tuple[int, int], Judgement] = {}
    rows = [
        (f"{path.name} line {line}" if len(files) > 1 else f"line {line}", row)
        for path in files
        for line, row in read_list(path, _NEEDED)
    ]
    for place, row in rows:
        verdict = row["verdict"].lower()
        if verdict not in VERDICTS:
            if verdict:
                problems.append(f"{place}: the verdict is one of {', '.join(VERDICTS)}, not `{verdict}`.")
            continue  # an empty verdict is a pair not yet looked at
        ends = [mention_of.get((row[f"register_{s}"], row[f"record_id_{s}"])) for s in "ab"]
        if ends[0] is None or ends[1] is None:
            unknown.append(place)
            continue
        pair = (min(ends[0], ends[1]), max(ends[0], ends[1]))
        if pair[0] == pair[1]:
            if verdict == "different":
                problems.append(f"{place}: both records are rows of one person in one case file.")
            continue
        earlier = standing.get(pair)
        if verdict == "withdrawn":
            if earlier is None:
                problems.append(f"{place}: nothing stands on this pair that could be withdrawn.")
            standing.pop(pair, None)
        elif earlier is not None and {earlier.verdict, verdict} == {"same", "different"}:
            problems.append(
                f"{place}: `{verdict}` contradicts `{earlier.verdict}` of {earlier.place}. Withdraw that one first."
            )
        elif earlier is None or verdict != "unsure":
            standing[pair] = Judgement(
                *pair, verdict, _BAND_OF.get(row.get("stratum", ""), row.get("stratum", "")), place
            )
    problems += _broken_chains(standing)
    where = ", ".join(path.name for path in files)
    if problems:
        raise SourceProblem(
            "The judgements contradict themselves or cannot be read; nothing was written.",
            where=where,
            problems=tuple(problems),
        )
    if unknown and not standing and not excluded:
        raise SourceProblem(
            "None of the judgements is on records of these registers; nothing was written.",
            where=where,
            remedy="Check the names of the registers and the record numbers.",
        )
    return Judgements(tuple(standing.values()), _passed_over(unknown, excluded))


def _passed_over(unknown: Sequence[str], excluded: int) -> tuple[str, ...]:
    if not unknown:
        return ()
    if excluded:  # the lines would say who is protected
        return (f"{len(unknown)} judgements are on people who are excluded or not in the registers; passed over.",)
    lines = ", ".join(unknown[:SHOWN]) + (f" and {len(unknown) - SHOWN} more" if len(unknown) > SHOWN else "")
    return (f"{len(unknown)} judgements are on records that are not in the registers; passed over: {lines}.",)


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
        f"{j.place}: `different`, but a chain of `same` joins these two records. Withdraw one of them."
        for j in standing.values()
        if j.verdict == "different" and root(j.a) == root(j.b)
    ]
