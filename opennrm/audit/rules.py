"""What an entry may say, how entries are chained, and what a broken chain is. No tables.

An entry holds codes only: who (a code), what (a verb), to which record (a code), when, and coded facts. Its digest is
SHA-256 over canonical JSON (keys in order, no spaces, ASCII) of all of it together with the digest before it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256

from opennrm.kernel.errors import NrmError
from opennrm.kernel.public_code import is_valid

Fact = str | int | bool | date | None

BEGINNING = "0" * 64
CHECKPOINTS = "checkpoint"
LONGEST_SUBJECT = 120
LONGEST_VERB = 64
LONGEST_BY = 100
LONGEST_FACTS = 1000
LARGEST_NUMBER = 10_000_000  # a count or a duration; a telephone or document number is larger
MOST_FACTS = 20

# A code is made of parts in one case each, so that a name, written as names are written, is none.
_PART = r"(?:[a-z0-9]+|[A-Z0-9]+)"
_ID = rf"{_PART}(?:[-_]{_PART})*"
_CODE = re.compile(rf"(?:{_PART}(?:[-_.:/+]{_PART})*)?")  # or nothing
_KIND = r"[a-z][a-z0-9_]*"
_SUBJECT = re.compile(rf"{_KIND}:{_ID}")
_BY = re.compile(rf"system|{_KIND}:{_ID}")
_VERB = re.compile(rf"{_KIND}(?:\.{_KIND}){{0,2}}")
_FACT_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LONG_NUMBER = re.compile(r"[-+./: ]*(?:\d[-+./: ]*){7,}")
_LANGUAGE = re.compile(r"[a-z]{2,3}-[A-Z][a-z]{3}")  # as in BCP 47: sr-Cyrl
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LONGEST_CODE = 64


class AuditProblem(NrmError):
    """An entry that may not be written as it is: the trail holds codes, no words and no names."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as the chain sees it."""

    subject: str
    number: int
    verb: str
    by: str
    at: str
    facts: str
    previous: str

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON of the entry, 64 hexadecimal digits."""
        return digest(self.at, self.by, self.facts, self.number, self.previous, self.subject, self.verb)


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the trail is not what was written: the record, the number of the entry, and what is wrong."""

    subject: str
    number: int
    reason: str

    def __str__(self) -> str:
        which = f"checkpoint {self.number}" if self.subject == CHECKPOINTS else f"{self.subject}, entry {self.number}"
        return f"{which}: {self.reason}"


def checked(*, verb: str, subject: str, by: str) -> None:
    """Raise `AuditProblem` unless verb, subject and author are codes."""
    _demand(_VERB, verb, LONGEST_VERB, "verb", "like case.recognise")
    _demand(_SUBJECT, subject, LONGEST_SUBJECT - 20, "subject", "like case:7KQ4-RM2M")
    _demand(_BY, by, LONGEST_BY, "author", "like account:K3TR-9W2K, or system")


def canonical_facts(facts: Mapping[str, Fact]) -> str:
    """The facts as canonical JSON. Raises `AuditProblem` for free text, names, long numbers or too many facts."""
    if len(facts) > MOST_FACTS:
        raise AuditProblem(f"An audit entry carries at most {MOST_FACTS} facts.")
    coded = {name: _coded(name, value) for name, value in facts.items()}
    text = json.dumps(coded, sort_keys=True, separators=(",", ":"))
    if len(text) > LONGEST_FACTS:
        raise AuditProblem(f"The facts of an audit entry are at most {LONGEST_FACTS} characters together.")
    return text


def canonical_time(moment: datetime) -> str:
    """UTC to the microsecond, always 27 characters: 2026-03-01T09:30:00.000000Z."""
    if moment.tzinfo is None:
        raise AuditProblem("An audit entry needs a moment with its time zone.")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def canonical(at: str, by: str, facts: str, number: int, previous: str, subject: str, verb: str) -> str:
    """The canonical JSON of an entry; equal to `json.dumps` with sorted keys, many times faster.

    Only for texts without quotes and backslashes, which `is_clean` tells: then no two entries read alike.
    """
    return (
        f'{{"at":"{at}","by":"{by}","facts":{facts},"number":{number},'
        f'"previous":"{previous}","subject":"{subject}","verb":"{verb}"}}'
    )


def is_clean(*texts: str) -> bool:
    """Whether texts can stand in canonical JSON as they are."""
    try:
        joined = "".join(texts)
    except TypeError:  # SQLite keeps bytes in a column of text, if somebody put them there
        return False
    return '"' not in joined and "\\" not in joined and joined.isascii()


def digest(at: str, by: str, facts: str, number: int, previous: str, subject: str, verb: str) -> str:
    """SHA-256 over `canonical`, 64 hexadecimal digits."""
    return sha256(canonical(at, by, facts, number, previous, subject, verb).encode()).hexdigest()


def reading_chain(subject: str, day: date) -> str:
    """The chain that holds who read a record on a day; no subject of another entry can be called so."""
    return f"{subject}/read/{day.isoformat()}"


def checkpoint_digest(heads: str, previous: str) -> str:
    """SHA-256 over the heads that grew since the checkpoint before, and that one's digest."""
    return sha256(f'{{"heads":{heads},"previous":"{previous}"}}'.encode()).hexdigest()


def canonical_heads(heads: list[tuple[str, int, str]]) -> str:
    """Heads (subject, number, digest) in the order of their subjects, as canonical JSON."""
    return json.dumps(sorted(heads), separators=(",", ":"))


def checkpoint_statement(*, number: int, at: str, entries: int, digest: str) -> str:
    """The one line that is signed, printed and lodged outside: it commits to every entry before it."""
    return f"opennrm audit checkpoint {number} at {at} over {entries} entries: {digest}"


def number_in_statement(statement: str) -> int:
    """Which checkpoint a statement speaks of; 0 when it is none."""
    found = re.match(r"opennrm audit checkpoint (\d{1,9}) ", statement)
    return int(found[1]) if found else 0


def _demand(pattern: re.Pattern[str], value: str, longest: int, what: str, example: str) -> None:
    if len(value) > longest or not pattern.fullmatch(value):
        raise AuditProblem(f"The {what} of an audit entry is a code {example}, of at most {longest} characters.")


def _coded(name: str, value: Fact) -> str | int | bool | None:
    if not _FACT_NAME.fullmatch(name):
        raise AuditProblem("The name of a fact is lower-case letters, digits and underscores.")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return canonical_time(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return _small(name, value)
    if isinstance(value, str):
        return _code(name, value)
    raise AuditProblem(f"The fact `{name}` is neither a code, a number, a date nor yes or no.")


def _small(name: str, value: int) -> int:
    if abs(value) >= LARGEST_NUMBER:
        raise AuditProblem(f"The fact `{name}` is too large for a count: numbers of documents and phones stay out.")
    return int(value)


def _code(name: str, value: str) -> str:
    is_code = len(value) <= _LONGEST_CODE and (_CODE.fullmatch(value) or _LANGUAGE.fullmatch(value))
    is_number = _LONG_NUMBER.fullmatch(value) and not (_DAY.fullmatch(value) or is_valid(value))
    if not is_code or is_number:
        raise AuditProblem(
            f"The fact `{name}` is not a code.", remedy="Words, names and numbers of people belong in sealed fields."
        )
    return str(value)
