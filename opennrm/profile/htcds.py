"""The field names and codes of the Human Trafficking Case Data Standard 2.0, for forms and for exchange of referrals.

Source: standards/htcds.toml, which names the publisher's documents and licence. No country changes it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).parent / "standards" / "htcds.toml"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the standard. `holds` is one of the words explained at the head of the file."""

    name: str
    part: str
    holds: str
    is_core: bool
    is_retired: bool
    codes: tuple[str, ...]
    coded_by: str


@dataclass(frozen=True)
class Standard:
    """The standard as a table, and where its own documents disagree."""

    version: str
    source: str
    fields: Mapping[str, Field]
    other_fields: Mapping[str, str]
    other_codes: Mapping[tuple[str, str], str]
    retired: Mapping[str, str]
    unlisted_codes: frozenset[tuple[str, str]]
    signs: Mapping[str, Mapping[str, str]]
    answers: Mapping[str, Mapping[str, str]]

    def codes(self, field: str) -> tuple[str, ...]:
        """The codes of a field, those included that are defined and missing from its pick list."""
        unlisted = sorted(code for name, code in self.unlisted_codes if name == field)
        return (*self.fields[field].codes, *unlisted)

    def said_by(self, indicator: str) -> tuple[str, str] | None:
        """The field and the code that say the same as a sign of our lists, or None where no code says just that."""
        for field, signs in self.signs.items():
            for name in (indicator, indicator.rpartition("-")[2] if indicator.startswith("DEL-") else ""):
                if name in signs:
                    return field, signs[name]
        return None


@lru_cache(maxsize=1)
def htcds() -> Standard:
    """The standard, read once."""
    table = tomllib.loads(FILE.read_text("utf-8"))
    fields = [
        Field(
            name=entry["name"],
            part=entry["part"],
            holds=entry["holds"],
            is_core=entry.get("core", False),
            is_retired=entry.get("retired", False),
            codes=tuple(entry.get("codes", ())),
            coded_by=entry.get("coded_by", ""),
        )
        for entry in table["field"]
    ]
    return Standard(
        version=table["version"],
        source=table["source"],
        fields={field.name: field for field in fields},
        other_fields={entry["written"]: entry["meant"] for entry in table["other_field"]},
        other_codes={(entry["field"], entry["written"]): entry["meant"] for entry in table["other_code"]},
        retired={entry["name"]: entry.get("now", "") for entry in table["retired_field"]},
        unlisted_codes=frozenset((entry["field"], entry["code"]) for entry in table["unlisted_code"]),
        signs=table["signs"],
        answers=table["answers"],
    )
