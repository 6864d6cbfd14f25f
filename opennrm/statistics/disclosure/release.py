"""A protected release as files: figures, pages in three languages, codes and the certificate. And back again.

Everything is written from the protected tables alone, in the plan's order, without times or paths: two sets of records
that give the same published numbers give the same bytes.
"""

import csv
import html
import io
import json
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from opennrm.kernel.cells import harmless
from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.disclosure.codebook import Cell, Codebook, Dimension
from opennrm.statistics.disclosure.ledger import figure_row
from opennrm.statistics.disclosure.protected import Protected, ProtectedTable, fingerprint
from opennrm.statistics.disclosure.tables import MARK, Figure, Revision
from opennrm.statistics.disclosure.words import LANGUAGES, say, word


def write_release(
    folder: Path, protected: Protected, codebook: Codebook, titles: Mapping[str, Mapping[str, str]]
) -> list[Path]:
    """Write a release into an empty or new folder and return the files."""
    if folder.exists() and (not folder.is_dir() or any(p.name not in _names() for p in folder.iterdir())):
        raise SourceProblem(
            "The folder holds other files.", where=str(folder), remedy="Name a new folder, so that nothing mixes."
        )
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "figures.csv": figures_csv(protected, codebook),
        "rates.csv": rates_csv(protected),
        "certificate.json": _json(dict(protected.certificate) | {"reasons": list(protected.reasons)}),
        "codes.json": _json(_codes_of(protected, codebook)),
    } | {f"tables.{language}.html": page(protected, codebook, titles, language) for language in LANGUAGES}
    for name, text in contents.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return [folder / name for name in contents]


def read_release(folder: Path) -> tuple[Protected, Codebook]:
    """Read a release and check that its figures are those that were certified."""
    try:
        certificate = json.loads((folder / "certificate.json").read_text(encoding="utf-8"))
        codes = json.loads((folder / "codes.json").read_text(encoding="utf-8"))
        rows = list(csv.DictReader(io.StringIO((folder / "figures.csv").read_text(encoding="utf-8"))))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as problem:
        raise SourceProblem(
            f"This is not a release that can be read ({problem.__class__.__name__}).",
            where=str(folder),
            remedy="Name the folder that `opennrm protect --out` wrote, with figures.csv, codes.json and "
            "certificate.json in it.",
        ) from None
    dimensions = {
        name: Dimension(name, tuple(entry["codes"]), {g: tuple(p) for g, p in entry["groups"].items()})
        for name, entry in codes["dimensions"].items()
    }
    measures = {m: {d: tuple(c) for d, c in where.items()} for m, where in codes["measures"].items()}
    codebook = Codebook(dimensions, measures)
    tables: dict[str, dict[Cell, int | None]] = {}
    opened: dict[str, set[Cell]] = {}
    for number, row in enumerate(rows, start=2):
        where = tuple(sorted((d, row[d]) for d in dimensions if row.get(d)))
        value = row["value"]
        if value != MARK and not value.isdigit():
            raise SourceProblem(
                f"Row {number}: {value!r} is neither a count nor {MARK}.",
                where=str(folder / "figures.csv"),
                remedy="Restore the file.",
            )
        cell = Cell(row["measure"], row["period"], where, int(row["vintage"]))
        tables.setdefault(row["table"], {})[cell] = None if value == MARK else int(value)
        if row["headline"] == "yes":
            opened.setdefault(row["table"], set()).add(cell)
    shown = tuple(ProtectedTable(t, (), {}, cells, frozenset(opened.get(t, ()))) for t, cells in tables.items())
    reasons = tuple(certificate.pop("reasons", ()))
    if certificate.get("fingerprint") != fingerprint(shown, certificate):
        raise SourceProblem(
            "The figures are not those that were certified: the fingerprint differs.",
            where=str(folder),
            remedy="Restore the folder, or protect the release again.",
        )
    revision = certificate.get("revision")
    return (
        Protected(
            certificate["release"], shown, certificate, reasons, revision=Revision(**revision) if revision else None
        ),
        codebook,
    )


def ledger_figures(protected: Protected) -> list[dict[str, Any]]:
    """A release as the ledger takes it in: every number with its value or its mark, each once."""
    rows: dict[Cell, dict[str, Any]] = {}
    for table in protected.tables:
        for cell, value in table.cells.items():
            name = f"{protected.release}/{table.id}/{len(rows) + 1}"
            headline = cell in table.open and value is not None
            rows.setdefault(cell, figure_row(Figure(name, cell, value, headline=headline)))
    return list(rows.values())


def figures_csv(protected: Protected, codebook: Codebook) -> str:
    """All numbers, one a row, codes not words; a withheld number is the mark."""
    used = _used(protected, codebook)
    header = ["table", "measure", "period", "vintage", *used, "value", "headline"]
    rows = [
        [
            table.id,
            cell.measure,
            cell.period,
            str(cell.vintage),
            *(dict(cell.where).get(dimension, "") for dimension in used),
            MARK if value is None else str(value),
            "yes" if cell in table.open else "",
        ]
        for table in protected.tables
        for cell, value in table.cells.items()
    ]
    return _csv([header, *rows])


def rates_csv(protected: Protected) -> str:
    """Percentages of printed numbers, withheld with either of them."""
    rows = [
        [table.id, str(numerator), str(denominator), MARK if rate is None else rate]
        for table in protected.tables
        for (numerator, denominator), rate in table.rates.items()
    ]
    return _csv([["table", "of", "in", "percent"], *rows])


def page(protected: Protected, codebook: Codebook, titles: Mapping[str, Mapping[str, str]], language: str) -> str:
    """The release as a page: one table with header cells per planned table and period, the key at each table."""
    status = protected.certificate["status"]
    numbers, k = protected.certificate["numbers"], protected.certificate["rule"]["k"]
    sentence = word(status, language, withheld=numbers["withheld"], most=k - 1) if status == "certified" else ""
    parts = [f"<p>{html.escape(sentence or word('refused', language))}</p>"]
    parts += [f"<p>{html.escape(reason)}</p>" for reason in protected.reasons]
    for table in protected.tables:
        parts += _html_tables(table, codebook, titles, language)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{html.escape(protected.release)}</title>\n</head>\n<body>\n<main>\n"
        f"<h1>{html.escape(protected.release)}</h1>\n" + "\n".join(parts) + "\n</main>\n</body>\n</html>\n"
    )


def _html_tables(
    table: ProtectedTable, codebook: Codebook, titles: Mapping[str, Mapping[str, str]], language: str
) -> list[str]:
    found: list[str] = []
    measures = list(dict.fromkeys(cell.measure for cell in table.cells))
    periods = list(dict.fromkeys(cell.period for cell in table.cells))
    for measure in measures:
        name = say(titles.get(measure, {}), language, measure)
        title = say(table.title, language, table.id)
        groups: list[tuple[str, list[str]]] = (
            [(f"{title}: {name}", periods)]
            if len(table.by) < 2
            else [(f"{title}: {name}, {period}", [period]) for period in periods]
        )
        for caption, columns in groups:
            found.append(_html_table(table, codebook, language, measure, caption, columns))
    return found


def _html_table(
    table: ProtectedTable, codebook: Codebook, language: str, measure: str, caption: str, periods: Sequence[str]
) -> str:
    across = table.by[-1] if len(table.by) > 1 else ""
    cells = {(c.period, c.where): (c, v) for c, v in table.cells.items() if c.measure == measure}
    columns: list[tuple[str, str]] = (
        [(periods[0], code) for code in _used_codes(table, codebook, across)] if across else [(p, "") for p in periods]
    )
    downs = [d for d in table.by if d != across]
    rows = [f"<caption>{html.escape(caption)}</caption>", "<thead><tr>"]
    head = [_label(codebook, across, code, language) if across else period for period, code in columns]
    rows.append("<td></td>" + "".join(f'<th scope="col">{html.escape(text)}</th>' for text in head) + "</tr></thead>")
    rows.append("<tbody>")
    for combo in product(*(_used_codes(table, codebook, d) for d in downs)):
        name = ", ".join(_label(codebook, d, c, language) for d, c in zip(downs, combo, strict=True) if c)
        line = [f'<tr><th scope="row">{html.escape(name or word("all", language))}</th>']
        for period, code in columns:
            pairs = [*zip(downs, combo, strict=True), (across, code)]
            found = cells.get((period, tuple(sorted((d, c) for d, c in pairs if c))))
            shown = "[x]" if found is None else MARK if found[1] is None else str(found[1])
            line.append(f"<td>{shown}</td>")
        rows.append("".join(line) + "</tr>")
    return "<table>\n" + "\n".join(rows) + f"\n</tbody>\n</table>\n<p>{html.escape(word('key', language))}</p>"


def _used_codes(table: ProtectedTable, codebook: Codebook, dimension: str) -> list[str]:
    used = {code for cell in table.cells for d, code in cell.where if d == dimension}
    known = codebook.dimensions[dimension]
    return [*(code for code in [*known.codes, *known.groups] if code in used), ""]


def _label(codebook: Codebook, dimension: str, code: str, language: str) -> str:
    if not code:
        return word("all", language)
    return say(codebook.dimensions[dimension].labels.get(code, {}), language, code)


def _used(protected: Protected, codebook: Codebook) -> list[str]:
    used = {d for table in protected.tables for cell in table.cells for d, _ in cell.where}
    return [dimension for dimension in codebook.dimensions if dimension in used]


def _codes_of(protected: Protected, codebook: Codebook) -> dict[str, Any]:
    return {
        "dimensions": {
            name: {"codes": list(d.codes), "groups": {g: list(parts) for g, parts in d.groups.items()}}
            for name, d in codebook.dimensions.items()
        },
        "measures": {m: {d: list(c) for d, c in where.items()} for m, where in codebook.measures.items()},
    }


def _names() -> set[str]:
    return {"figures.csv", "rates.csv", "certificate.json", "codes.json"} | {f"tables.{x}.html" for x in LANGUAGES}


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
