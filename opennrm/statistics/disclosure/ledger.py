"""The ledger: every number that ever left the house and every one that others printed. Lines are only ever added."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.disclosure.codebook import Cell
from opennrm.statistics.disclosure.tables import Figure, Revision, Share

START = "0" * 64
_FIELDS = {
    "id", "measure", "period", "where", "vintage", "value", "low", "high", "percent", "of", "source", "doubtful",
    "headline",
}  # fmt: skip


@dataclass(frozen=True)
class Ledger:
    """All entries of a ledger, in order. `head` is the hash of the last line: it fixes every line before it."""

    figures: tuple[Figure, ...] = ()
    shares: tuple[Share, ...] = ()
    revisions: tuple[Revision, ...] = ()
    releases: tuple[str, ...] = ()
    head: str = START

    @property
    def outside(self) -> int:
        """How many figures others printed."""
        sources = [*(figure.source for figure in self.figures), *(share.source for share in self.shares)]
        return sum(1 for source in sources if not source.startswith("release "))


def read_ledger(path: Path) -> Ledger:
    """Read and verify a ledger. A file that does not exist is an empty ledger.

    Raises SourceProblem if a line was changed, removed or put in between, naming the first line that does not fit.
    """
    figures: list[Figure] = []
    shares: list[Share] = []
    revisions: list[Revision] = []
    releases: list[str] = []
    head = START
    for number, line in enumerate(_lines(path), start=1):
        entry = _entry(line, path, number)
        if entry.get("previous") != head or entry.get("hash") != _hash(entry):
            raise SourceProblem(
                f"Line {number} does not carry the hash that belongs to it: the ledger was edited.",
                where=str(path),
                remedy="Restore it from a copy. A wrong figure is never removed: add a line that marks it doubtful.",
            )
        head = entry["hash"]
        for row in entry["figures"]:
            found = _figure(row, source=entry["source"], where=f"{path}, line {number}")
            if isinstance(found, Share):
                shares.append(found)
            else:
                figures.append(found)
        doubts = set(entry.get("doubtful", ()))
        figures = [_doubted(f) if f.id in doubts else f for f in figures]
        shares = [s if s.id not in doubts else Share(**{**vars(s), "doubtful": True}) for s in shares]
        if entry["kind"] == "release":
            releases.append(entry["release"])
        if revision := entry.get("revision"):
            revisions.append(Revision(revision["vintage"], revision.get("added"), revision.get("removed")))
    return Ledger(tuple(figures), tuple(shares), tuple(revisions), tuple(releases), head)


def append_release(
    path: Path, release: str, figures: Iterable[Mapping[str, Any]], *, revision: Revision | None = None
) -> str:
    """Add a certified release, withheld marks included, and return the new head."""
    if release in read_ledger(path).releases:
        raise SourceProblem(
            f"The ledger has already taken in the release {release!r}.",
            where=str(path),
            remedy="Give a revision a new name and `vintage` one higher.",
        )
    entry: dict[str, Any] = {"kind": "release", "release": release, "source": f"release {release}"}
    if revision is not None:
        entry["revision"] = {k: v for k, v in vars(revision).items() if v is not None}
    return _append(path, entry, figures)


def append_outside(
    path: Path, source: str, figures: Iterable[Mapping[str, Any]] = (), *, doubtful: Iterable[str] = ()
) -> str:
    """Add figures that others printed, or answers to the press; `doubtful` names earlier figures no longer believed."""
    entry: dict[str, Any] = {"kind": "outside", "source": source}
    if doubts := sorted(doubtful):
        entry["doubtful"] = doubts
    return _append(path, entry, figures)


def figure_row(figure: Figure) -> dict[str, Any]:
    """A figure as the ledger writes it."""
    row: dict[str, Any] = {"id": figure.id, **cell_row(figure.cell)}
    row |= {
        name: value
        for name in ("value", "low", "high")
        if (value := getattr(figure, name)) is not None or name == "value"
    }
    return row | ({"headline": True} if figure.headline else {})


def cell_row(cell: Cell) -> dict[str, Any]:
    """A cell as the ledger and the plan write it."""
    row: dict[str, Any] = {"measure": cell.measure, "period": cell.period, "where": dict(cell.where)}
    return row | ({"vintage": cell.vintage} if cell.vintage != 1 else {})


def cell_of(row: Mapping[str, Any]) -> Cell:
    """The cell that a row of a ledger or plan names."""
    where = tuple(sorted((str(d), str(c)) for d, c in dict(row.get("where") or {}).items()))
    return Cell(str(row["measure"]), str(row["period"]), where, int(row.get("vintage", 1)))


def _append(path: Path, entry: dict[str, Any], figures: Iterable[Mapping[str, Any]]) -> str:
    before = read_ledger(path)
    rows = [dict(row) for row in figures]
    for row in rows:
        _figure(row, source=entry["source"], where=f"{path}, new figure {row.get('id', '')}")
    entry = {**entry, "figures": rows, "previous": before.head}
    entry["hash"] = _hash(entry)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n")
    head: str = entry["hash"]
    return head


def _lines(path: Path) -> list[str]:
    if not path.exists():
        return []
    try:
        return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError):
        raise SourceProblem(
            "The ledger cannot be read.", where=str(path), remedy="Name a file with one JSON object a line, in UTF-8."
        ) from None


def _entry(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except json.JSONDecodeError:
        entry = None
    if not isinstance(entry, dict) or not isinstance(entry.get("figures"), list) or "source" not in entry:
        raise SourceProblem(
            f"Line {number} is not an entry of a ledger.",
            where=str(path),
            remedy="Restore the file from a copy; entries are written by `opennrm protect`.",
        )
    return entry


def _figure(row: Mapping[str, Any], *, source: str, where: str) -> Figure | Share:
    unknown = set(row) - _FIELDS
    missing = {"id", "measure", "period"} - set(row)
    if unknown or missing:
        fault = f"has no field {min(missing)!r}" if missing else f"has an unknown field {min(unknown)!r}"
        raise SourceProblem(f"A figure {fault}.", where=where, remedy=f"Use: {', '.join(sorted(_FIELDS))}.")
    origin = str(row.get("source") or source)
    doubtful = bool(row.get("doubtful", False))
    cell = cell_of(row)
    if "percent" in row:
        if not isinstance(row.get("of"), Mapping):
            raise SourceProblem("A percentage does not say of what.", where=where, remedy="Give `of`: a second cell.")
        whole = cell_of({**cell_row(cell), "where": {}, **row["of"]})
        return Share(str(row["id"]), cell, whole, str(row["percent"]), origin, doubtful)
    numbers = {name: row.get(name) for name in ("value", "low", "high")}
    for name, number in numbers.items():
        if number is not None and (not isinstance(number, int) or isinstance(number, bool) or number < 0):
            raise SourceProblem(f"{name} is {number!r}.", where=where, remedy="Counts are whole numbers from 0.")
    return Figure(str(row["id"]), cell, **numbers, source=origin, doubtful=doubtful, headline=bool(row.get("headline")))


def _doubted(figure: Figure) -> Figure:
    return Figure(**{**vars(figure), "doubtful": True})


def _hash(entry: Mapping[str, Any]) -> str:
    content = {key: value for key, value in entry.items() if key != "hash"}
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
