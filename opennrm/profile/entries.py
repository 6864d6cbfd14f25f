"""Reads entries of TOML files strictly: every value is asked for by name, what nobody asked for is reported."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from opennrm.kernel.label import LATIN, NO_LABEL, Label
from opennrm.profile.problems import Problem

Choice = TypeVar("Choice", bound=StrEnum)
Value = TypeVar("Value", str, int, bool, date, list[Any], dict[str, Any])

NO_DAY = date.min
_LOOKS_LIKE: Mapping[type, type] = {int: bool, date: datetime}  # subclasses in Python that are other kinds in TOML
_LONGEST = 10_000
_DURATION = re.compile(r"(\d+)\s*(h|hours?|d|days?)")
_ID = re.compile(r"[a-z0-9][a-z0-9_.-]*", re.IGNORECASE)


@dataclass
class Reading:
    """The reading of one folder: faults so far, and the languages in which every label must be given."""

    folder: Path
    problems: list[Problem] = field(default_factory=list)
    languages: tuple[str, ...] = ("en",)

    def file(self, name: str) -> "Entry":
        """A file as one entry; an unreadable file is a fault and reads as empty."""
        table: Mapping[str, Any] = {}
        try:
            table = tomllib.loads(self.content(name).decode("utf-8").replace("\r\n", "\n"))
        except FileNotFoundError:
            self.report(name, "", "The file is missing.", "Copy it from the skeleton: opennrm new-country.")
        except UnicodeDecodeError:
            self.report(name, "", "The file is not UTF-8.", "Save it with the encoding UTF-8.")
        except RecursionError:
            self.report(name, "", "The file is nested too deeply.", "Write plain tables.")
        except tomllib.TOMLDecodeError as error:
            self.report(name, "", f"The file is not valid TOML: {error}.", "Mend the line that is named.")
        except OSError as error:
            self.report(name, "", f"The file cannot be read: {error.strerror}.", "Check its permissions.")
        return Entry(self, name, "", table)

    def content(self, name: str) -> bytes:
        """The bytes of a file of the folder."""
        return (self.folder / name).read_bytes()

    def report(self, file: str, entry: str, what: str, remedy: str) -> None:
        """Note a fault and go on, so that one run shows all of them."""
        self.problems.append(Problem(file, entry, what, remedy))


class Entry:
    """One table of a file. Every getter reports what is wrong and returns something usable, so that reading goes on."""

    def __init__(self, reading: Reading, file: str, name: str, table: Mapping[str, Any]) -> None:
        self.reading = reading
        self.file = file
        self.name = name
        self.table = table
        self._asked: set[str] = set()

    def has(self, key: str) -> bool:
        """Whether the key is written, without asking for its value."""
        return key in self.table

    def report(self, what: str, remedy: str) -> None:
        """Note a fault of this entry."""
        self.reading.report(self.file, self.name, what, remedy)

    def text(self, key: str, default: str | None = None) -> str:
        """A text; required unless a default is given."""
        text = self._value(key, str, "a text in quotes", default, "")
        if default is None and key in self.table and not text.strip():
            self.report(f'"{key}" is empty or no text.', "Write a text in quotes.")
        return text

    def number(self, key: str, default: int | None = None, *, least: int = 0, most: int = 10_000) -> int:
        """A whole number within limits."""
        number = self._value(key, int, "a whole number", default, least)
        if number != default and not least <= number <= most:
            self.report(f"{key} is {number}.", f"Use a number from {least} to {most}.")
            return least
        return number

    def flag(self, key: str, default: bool = False) -> bool:
        """true or false."""
        return self._value(key, bool, "true or false", default, default)

    def day(self, key: str, default: date | None = None) -> date:
        """A date written 2026-01-31 without quotes."""
        return self._value(key, date, "a date such as 2026-01-31, without quotes", default, NO_DAY)

    def id(self, key: str = "id") -> str:
        """A name for machines: letters, digits, point, hyphen, underscore."""
        value = self.text(key)
        if value and not _ID.fullmatch(value):
            self.report(f'"{value}" is no id.', "Use letters, digits, points, hyphens and underscores.")
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of texts."""
        values: list[Any] = self._value(key, list, "a list of texts", None if default is None else list(default), [])
        if any(not isinstance(value, str) for value in values):
            self.report(f"{key} holds something else than texts.", f'Write {key} = ["one", "two"].')
            return ()
        return tuple(values)

    def choice(self, key: str, choices: type[Choice], default: Choice | None = None) -> Choice:
        """One of a closed set of codes."""
        value = self.text(key, default)
        return next((code for code in choices if code == value), None) or self._unknown(key, value, choices)

    def choices(self, key: str, choices: type[Choice], default: tuple[Choice, ...] | None = None) -> tuple[Choice, ...]:
        """Several of a closed set of codes."""
        values = self.texts(key, default)
        return tuple(choices(v) if v in set(choices) else self._unknown(key, v, choices) for v in values)

    def one_of(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """One of a few words."""
        value = self.text(key, default)
        if value and value not in allowed:
            self.report(f'{key} is "{value}".', f"Use one of: {', '.join(allowed)}.")
        return value

    def duration(self, key: str) -> timedelta:
        """A time such as "24h" or "15d"."""
        value = self.text(key)
        match = _DURATION.fullmatch(value)
        if match is None:
            if value:
                self.report(f'{key} is "{value}", which is no duration.', 'Write hours or days: "24h", "15d".')
            return timedelta()
        amount = int(match[1])
        if amount > _LONGEST:
            self.report(f'{key} is "{value}".', f"Use at most {_LONGEST}.")
            return timedelta()
        return timedelta(hours=amount) if match[2].startswith("h") else timedelta(days=amount)

    def label(self, key: str = "label", *, required: bool = True, languages: Iterable[str] | None = None) -> Label:
        """A text in every language of the country (or the languages named)."""
        if not required and not self.has(key):
            self._asked.add(key)
            return NO_LABEL
        table: dict[str, Any] = self._value(key, dict, 'a text per language, {en = "...", ...}', None, {})
        label = Label({code: text for code, text in table.items() if isinstance(text, str)})
        if len(label) < len(table) or any(not text.strip() for text in label.values()):
            self.report(f"{key} holds an empty or unreadable text.", "Write a text in quotes for each language.")
        if LATIN in label:
            self.report(f"{key} holds sr-Latn.", "Delete it: Serbian Latin is derived from sr-Cyrl.")
        wanted = self.reading.languages if languages is None else tuple(languages)
        for language in wanted if table else ():
            if language.lower() not in label:
                self.report(f"{key} has no text in {language}.", f'Add {language} = "..." to {key}.')
        return label

    def entries(self, key: str, *, required: bool = True) -> list["Entry"]:
        """The tables [[key]], named by their id."""
        tables: list[Any] = self._value(key, list, f"tables written [[{key}]]", None if required else [], [])
        if any(not isinstance(table, dict) for table in tables):
            self.report(f"{key} holds something else than tables.", f"Write each as [[{key}]].")
            return []
        prefix = f"{self.name} " if self.name else ""
        return [
            Entry(self.reading, self.file, f"{prefix}[[{key}]] {table.get('id', f'number {place}')}", table)
            for place, table in enumerate(tables, 1)
        ]

    def entry(self, key: str) -> "Entry":
        """The table [key]."""
        table: dict[str, Any] = self._value(key, dict, f"a table written [{key}]", None, {})
        return Entry(self.reading, self.file, f"{self.name} [{key}]".strip(), table)

    def finish(self) -> None:
        """Report every key that nobody asked for, with the nearest known one."""
        for key in self.table.keys() - self._asked:
            near = difflib.get_close_matches(key, self._asked, 1)
            known = f'Did you mean "{near[0]}"?' if near else f"Known here: {', '.join(sorted(self._asked))}."
            self.report(f'The key "{key}" is unknown.', known)

    def _value(self, key: str, kind: type[Value], wanted: str, default: Value | None, otherwise: Value) -> Value:
        self._asked.add(key)
        if key not in self.table:
            if default is None:
                self.report(f'"{key}" is missing.', f"Add {key}: {wanted}.")
                return otherwise
            return default
        value = self.table[key]
        if not isinstance(value, kind) or type(value) is _LOOKS_LIKE.get(kind):
            self.report(f'"{key}" cannot be read.', f"Write {wanted}.")
            return otherwise if default is None else default
        return value

    def _unknown(self, key: str, value: str, choices: type[Choice]) -> Choice:
        if value:
            near = difflib.get_close_matches(value, list(choices), 1)
            hint = f'Did you mean "{near[0]}"? ' if near else ""
            self.report(f'{key} holds "{value}".', f"{hint}Use one of: {', '.join(choices)}.")
        return next(iter(choices))


def by_id(entries: Iterable[Entry]) -> dict[str, Entry]:
    """The entries by their id; a missing or repeated id is a fault, and the entry is left out."""
    seen: dict[str, Entry] = {}
    for entry in entries:
        name = entry.id()
        if name in seen:
            entry.report(f'The id "{name}" is used twice.', "Give each entry its own id.")
        elif name:
            seen[name] = entry
    return seen
