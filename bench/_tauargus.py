"""tau-argus on a table of invented persons: frequency rule 5, optimal suppression."""

from collections.abc import Sequence
from pathlib import Path

from opennrm.statistics.disclosure.codebook import Cell
from opennrm.statistics.disclosure.records import Records


def printed_by_tauargus(folder: Path, records: Records, by: Sequence[str]) -> set[Cell]:
    """The cells it would print; codes without records are printed zeros, as its tables leave them out."""
    from pytauargus import protect

    columns: dict[str, list[object]] = {name: records.columns[name].tolist() for name in by}
    columns["one"] = [1.0] * len(records.columns[by[0]])
    work = folder / "-".join(by)
    work.mkdir()
    found = protect(columns, list(by), response="one", safety_rules="FREQ(5,30)", suppress="OPT(1)", workdir=str(work))
    hidden: set[Cell] = set()
    for row in found.tables[0].rows:
        codes = {name: str(row[name]).strip() for name in by}
        where = tuple(sorted((name, code) for name, code in codes.items() if code != "Total"))
        cell = Cell("identified", "2024", where)
        if row["status"] in {"U", "M"}:
            hidden.add(cell)
    everything = {
        Cell("identified", "2024", tuple(sorted((d, c) for d, c in zip(by, combo, strict=True) if c)))
        for combo in _combinations(records, by)
    }
    return everything - hidden


def _combinations(records: Records, by: Sequence[str]) -> list[tuple[str, ...]]:
    from itertools import product

    return list(product(*([*records.codebook.dimensions[d].codes, ""] for d in by)))
