"""What registers are called, their standard columns, and the mapping file that says what an agency calls them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opennrm.kernel.errors import SourceProblem

NAMES = ("police", "prosecutor", "court", "centre", "ngo")
REQUIRED = ("record_id", "event_no", "role", "event_date", "given_name", "family_name")
OPTIONAL = (
    "subject_no", "middle_name", "parent_name", "alias", "sex", "birth_date", "birth_year", "age", "citizenship",
    "place", "document_no", "phone", "protected",
)  # fmt: skip
COLUMNS = (*REQUIRED, *OPTIONAL)


@dataclass(frozen=True)
class Source:
    """One register: where it is, and how its columns and values are called.

    `other_columns`: those that linkage does not read, for the counts of `opennrm reconcile`.
    """

    name: str
    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    encoding: str = ""
    delimiter: str = ""
    dates: str = ""  # "day first" or "month first", for 03/04/2024
    other_columns: Mapping[str, str] = field(default_factory=dict)


def mapped_sources(folder: Path, mapping: Path) -> list[Source]:
    """The registers that a mapping file (TOML) names. Raises SourceProblem with everything that is wrong with it."""
    try:
        data = tomllib.loads(mapping.read_text(encoding="utf-8"))
    except OSError as error:
        raise SourceProblem("The mapping file cannot be read.", where=str(mapping)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceProblem(f"The mapping file is not valid TOML: {error}.", where=str(mapping)) from error
    registers = data.get("register")
    if not isinstance(registers, dict) or not registers:
        raise SourceProblem(
            "The mapping file names no register.",
            where=str(mapping),
            remedy='Write a section such as [register.police] with file = "police.csv".',
        )
    problems: list[str] = []
    sources: list[Source] = []
    for name, entry in registers.items():
        if not isinstance(entry, dict) or not isinstance(entry.get("file"), str):
            problems.append(f'[register.{name}] needs file = "...".')
            continue
        faults = _misspelled(name, entry)
        if faults:
            problems += faults
            continue
        columns = entry.get("columns", {})
        problems += [
            f"[register.{name}.columns] `{column}` is not a standard column; they are: {', '.join(COLUMNS)}. "
            f"Columns that only counts need belong into [register.{name}.other_columns]."
            for column in columns
            if column not in COLUMNS
        ]
        if entry.get("dates", "") not in {"", "day first", "month first"}:
            problems.append(f'[register.{name}] dates is "day first" or "month first".')
        if not (folder / entry["file"]).is_file():
            problems.append(f"[register.{name}] there is no file {entry['file']} in {folder}.")
        sources.append(
            Source(
                str(name),
                folder / entry["file"],
                columns,
                entry.get("values", {}),
                entry.get("encoding", ""),
                entry.get("delimiter", ""),
                entry.get("dates", ""),
                entry.get("other_columns", {}),
            )
        )
    if problems:
        raise SourceProblem("The mapping file cannot be used.", where=str(mapping), problems=tuple(problems))
    return sources


def _misspelled(name: str, entry: Mapping[str, Any]) -> list[str]:
    """What a section of the mapping file holds that nobody reads, or that is not what it should be."""
    texts, tables = ("file", "encoding", "delimiter", "dates"), ("columns", "values", "other_columns")
    problems = [
        f"[register.{name}] `{key}` is unknown; there are: {', '.join((*texts, *tables))}."
        for key in entry
        if key not in texts + tables
    ]
    problems += [f'[register.{name}] {key} is a text: {key} = "...".' for key in texts if not _is_text(entry, key)]
    if len(str(entry.get("delimiter", ""))) > 1:
        problems.append(f'[register.{name}] delimiter is one sign: delimiter = ";".')
    for key in tables:
        table = entry.get(key, {})
        if not isinstance(table, dict):
            problems.append(f"[register.{name}] {key} is a section of its own: [register.{name}.{key}].")
            continue
        inner = table.values() if key == "values" else [table]
        if not all(isinstance(one, dict) and all(isinstance(v, str) for v in one.values()) for one in inner):
            problems.append(
                f'[register.{name}.{key}] takes lines such as name = "text"'
                + (f", in a section per column: [register.{name}.values.role]." if key == "values" else ".")
            )
    return problems


def _is_text(entry: Mapping[str, Any], key: str) -> bool:
    return isinstance(entry.get(key, ""), str)
