"""Linking without names: keyed encodings that an agency makes on its own machine.

Names go, canonical and folded, into a Bloom filter whose hash functions need a secret key (HMAC-SHA-256); everything
else becomes a keyed hash. Hardening, after Schnell and Borgs (2016) and Ranbaduge and Schnell (2020): the filter is
folded by XOR, so that one bit no longer stands for one pair of letters; a fixed, keyed share of bits is flipped
(BLIP); documents, telephones and blocking keys are hashed whole; years of birth and months of files, not
days, stay in clear, with sex, citizenship and how rare the name is. The version of the
names module is part of the key: files made by different versions cannot be mixed by mistake.

These encodings are pseudonyms, not anonymous. Known attacks: frequency alignment of common names (Kuzu and others,
2011), pattern mining on filters (Christen and others, 2018) and dictionary attacks by anyone who has the key. The key
never goes to the one who links. No maintained library fits: clkhash and anonlink have had no release since 2023, and
the successor of pprl-core declares no licence; hence 150 lines here.
"""

import base64
import codecs
import csv
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.linkage.mentions import Mentions, pairs_of
from opennrm.statistics.linkage.names.canonical import VERSION as NAMES_VERSION

BITS = 512  # after folding; 1024 before
HASHES = 12  # per pair of letters
FLIP = 0.01  # share of bits flipped
ENCODING = "1"
SHORTEST_KEY, LONGEST_KEY = 16, 1000
COLUMNS = (
    "record_id", "rows", "event", "subject", "role", "month", "sex", "citizenship", "born_year", "year_by_age",
    "n_parts", "name_bits", "name_filter", "full_key", "sound_key", "blocks", "born", "born_swapped", "near_dates",
    "document", "has_number", "phone", "parent", "by_name", "place", "version",
)  # fmt: skip
_MONTH = 30  # days; the time of a file is told no finer
# How rare the name is in the agency's own register, in bits: told instead of the parts, which are not written.
_RARITY = """
WITH part AS (SELECT DISTINCT mid, name_family, unnest(sounds) AS sound FROM mention),
size AS (SELECT name_family, greatest(count(DISTINCT mid), 50) AS n FROM part GROUP BY name_family),
share AS (
    SELECT sound, name_family, count(*) / any_value(n) AS f FROM part JOIN size USING (name_family)
    GROUP BY sound, name_family
)
SELECT mid, CAST(round(sum(least(-log2(f), 15))) AS INTEGER)
FROM part JOIN share USING (sound, name_family) GROUP BY mid
"""


@dataclass(frozen=True)
class Key:
    """A secret shared by the agencies, bound to the version of the names module and of the encoding."""

    secret: bytes

    @classmethod
    def read(cls, path: Path) -> "Key":
        """Read a key file: one line of at least 16 characters, the same at every agency, never at the one who links."""
        try:
            text = path.read_bytes().removeprefix(codecs.BOM_UTF8).strip()
        except OSError as error:
            raise SourceProblem(
                "The key file cannot be read.",
                where=str(path),
                remedy="Make one with --new-key and share it by a safe way with the other agencies only.",
            ) from error
        if len(text) < SHORTEST_KEY:
            raise SourceProblem(
                f"The key is too short: it needs {SHORTEST_KEY} characters or more.",
                where=str(path),
                remedy="Take the key file that the other agencies use, or make one for all with --new-key.",
            )
        if b"\n" in text or len(text) > LONGEST_KEY:
            raise SourceProblem(
                f"This is no key file: that holds one line of at most {LONGEST_KEY} characters.",
                where=str(path),
                remedy="Take the key file that the other agencies use.",
            )
        return cls(text)

    @property
    def version(self) -> str:
        """What two files must share to be linked: encoding, names module, and a fingerprint of the key."""
        return f"{ENCODING}-{NAMES_VERSION}-{self.hash('version', 'fingerprint')[:8]}"

    def digest(self, purpose: str, value: str) -> bytes:
        """The keyed hash of a value for one purpose; purposes cannot be compared with one another."""
        message = f"{ENCODING}|{NAMES_VERSION}|{purpose}|{value}".encode()
        return hmac.new(self.secret, message, hashlib.sha256).digest()

    def hash(self, purpose: str, value: str) -> str:
        """The keyed hash as short text."""
        return base64.b32encode(self.digest(purpose, value)[:10]).decode().rstrip("=").lower()


def name_filter(key: Key, words: tuple[str, ...], *, salt: str = "") -> int:
    """The hardened Bloom filter of a name's canonical words, as a number of `BITS` bits; 0 for no name.

    Pairs of letters of each word, so that order does not matter. salt: what decides which bits are flipped.
    """
    if not words:
        return 0
    bits = 0
    for word in words:
        padded = f"_{word}_"
        for place in range(len(padded) - 1):
            bits |= _bits_of(key, padded[place : place + 2])
    folded = (bits >> BITS) ^ (bits & ((1 << BITS) - 1))
    noise = int.from_bytes(key.digest("flip", salt), "big")
    for _ in range(round(BITS * FLIP)):
        folded ^= 1 << (noise % BITS)
        noise //= BITS
    return folded


@lru_cache(maxsize=8192)
def _bits_of(key: Key, letters: str) -> int:
    digest = key.digest("name", letters)
    first, second = int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:16], "big") | 1
    bits = 0
    for number in range(HASHES):
        bits |= 1 << ((first + number * second) % (2 * BITS))
    return bits


def encode_mentions(connection: Any, key: Key) -> list[Mapping[str, Any]]:
    """Encode the tables of `mentions.build` in a DuckDB connection: one mapping per mention, names nowhere in it."""
    columns = [row[0] for row in connection.execute("DESCRIBE mention").fetchall()]
    bits = dict(connection.execute(_RARITY).fetchall())
    rows = dict(
        connection.execute(
            "SELECT mid, string_agg(record_id, ' ' ORDER BY record_id) FROM member GROUP BY mid"
        ).fetchall()
    )
    return [
        _encode(key, mention, bits.get(mention["mid"], 0), rows[mention["mid"]])
        for row in connection.execute("SELECT * FROM mention ORDER BY mid").fetchall()
        for mention in [dict(zip(columns, row, strict=True))]
    ]


def _encode(key: Key, row: Mapping[str, Any], bits: int, rows: str) -> dict[str, Any]:
    def hashed(purpose: str, value: Any) -> str:
        return "" if value is None or value == "" else key.hash(purpose, str(value))

    words, born = tuple((row["full_key"] or "").split()), row["born"]
    return {
        "record_id": row["record_id"],
        "rows": rows,
        "event": hashed("event", row["event_no"]),
        "subject": hashed("subject", row["subject_no"]),
        "role": row["role"] or "",
        "month": "" if row["day"] is None else row["day"] // _MONTH * _MONTH,
        "sex": row["sex"] or "",
        "citizenship": row["citizenship"] or "",
        "born_year": row["born_year"] or "",
        "year_by_age": row["year_by_age"] or "",
        "n_parts": len(words),
        "name_bits": bits,
        "name_filter": f"{name_filter(key, words, salt=row['record_id']):0{BITS // 4}x}" if words else "",
        "full_key": hashed("full", row["full_key"]),
        "sound_key": hashed("sound", row["sound_key"]),
        "blocks": " ".join(sorted({key.hash("block", block) for block in _blocks(row)})),
        "born": hashed("born", born),
        "born_swapped": hashed("born", row["born_swapped"]),
        "near_dates": " ".join(sorted({key.hash("near", near) for near in _near(born)})) if born else "",
        "document": hashed("document", row["document"]),
        "has_number": {True: "1", False: "0", None: ""}[row["has_number"]],
        "phone": hashed("phone", row["phone"]),
        "parent": hashed("parent", row["parent"]),
        "by_name": hashed("alias", row["by_name"]),
        "place": hashed("place", row["place"]),
        "version": key.version,
    }


def _blocks(row: Mapping[str, Any]) -> list[str]:
    # No part of a name alone, which frequency would betray: always two parts, or one with a date or a place.
    year, place, born = row["born_year"] or row["year_by_age"], row["place"], row["born"]
    years = [] if year is None else [year] if row["born_year"] else [year - 1, year, year + 1]
    third = None if row["day"] is None else row["day"] // 90
    sounds = (row["sound_key"] or "").split()
    pairs = pairs_of(sounds)
    blocks = [f"pair {pair}" for pair in pairs]
    blocks += [f"pair year {pair}|{one}" for pair in pairs for one in years]
    blocks += [f"pair place {pair}|{place}" for pair in pairs if place]
    for part in set(sounds):
        blocks += [f"part born {part}|{born}"] if born else []
        blocks += [f"part year place {part}|{year}|{place}"] if year and place else []
        blocks += [f"part place time {part}|{place}|{third + step}" for step in (0, 1) if place and third is not None]
    return [*blocks, *([f"born place {born}|{place}"] if born and place else [])]


def _near(born: str) -> list[str]:
    # A date with one digit wiped out: two dates that differ by one digit share one of these.
    return [f"{born[:place]}_{born[place + 1 :]}" for place in range(len(born)) if born[place].isdigit()]


def write_encoded(rows: list[Mapping[str, Any]], path: Path) -> None:
    """Write an encoded register; nothing is left behind if it cannot be finished."""
    partial = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise SourceProblem(f"The result cannot be written: {error.strerror}.", where=str(path)) from error


def is_encoded(path: Path) -> bool:
    """Whether a file is a register that `opennrm encode` wrote."""
    try:
        with path.open("rb") as file:
            return file.readline(4000).strip() == ",".join(COLUMNS).encode()
    except OSError:
        return False


def encoded_records(path: Path) -> set[str]:
    """The record numbers of all rows in an encoded register."""
    with path.open(encoding="utf-8", newline="") as file:
        return {record for row in csv.DictReader(file) for record in (row["rows"] or "").split(" ")}


def build_encoded(connection: Any, files: Mapping[str, Path], *, excluded: Iterable[tuple[str, str]] = ()) -> Mentions:
    """Make the tables `mention` and `member` from encoded registers.

    excluded: (register, record_id) of people who must never be linked, with every mention that bears their document.
    Raises SourceProblem when they were made with different keys or versions, or one is damaged.
    """
    import pyarrow as pa

    tables = {name: _read_encoded(path) for name, path in files.items()}
    versions = {row["version"] for rows in tables.values() for row in rows}
    if len(versions) > 1:
        raise SourceProblem(
            "The registers were encoded with different keys or versions and cannot be linked.",
            remedy="All agencies use one key and one version of OpenNRM. Found: " + ", ".join(sorted(versions)) + ".",
        )
    flat = [{"register": name, **row} for name, rows in tables.items() for row in rows]
    if not flat:
        raise SourceProblem("All registers are empty; there is nothing to link.")
    for row in flat:
        row["name_filter"] = f"{int(row['name_filter'], 16):0{BITS}b}" if row["name_filter"] else ""
    columns = {name: pa.array([row[name] for row in flat], pa.string()) for name in ("register", *COLUMNS)}
    connection.register("encoded_arrow", pa.table(columns))
    connection.execute(_LOADED)
    hidden = sorted(set(excluded))
    if hidden:
        connection.executemany("INSERT INTO hidden VALUES (?, ?)", hidden)
    (before,) = connection.execute("SELECT count(*) FROM mention").fetchone()
    (rows,) = connection.execute("SELECT count(*) FROM member").fetchone()
    connection.execute(_TAKEN_OUT)
    counts = dict(connection.execute("SELECT register, count(*) FROM mention GROUP BY 1 ORDER BY 1").fetchall())
    left = sum(counts.values())
    return Mentions(connection, left, int(rows), int(before) - left, counts)


_HEXADECIMAL = re.compile(rf"(?:[0-9a-f]{{{BITS // 4}}})?")
_NUMBERS = ("month", "born_year", "year_by_age", "n_parts", "name_bits")


def _read_encoded(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceProblem("The encoded register cannot be read.", where=path.name) from error
    damaged = [
        f"line {line}."
        for line, row in rows
        if None in row
        or None in row.values()
        or not row["record_id"]
        or not _HEXADECIMAL.fullmatch(row["name_filter"])
        or any(row[name] and not row[name].lstrip("-").isdigit() for name in _NUMBERS)
        or not row["n_parts"]
        or not row["name_bits"]
        or row["has_number"] not in {"", "0", "1"}
    ]
    if damaged:
        raise SourceProblem(
            "The encoded register is damaged or was cut off.",
            where=path.name,
            remedy="Ask the agency to send it again; nobody edits it on the way.",
            problems=(*damaged[:20], *([f"and {len(damaged) - 20} more lines."] if len(damaged) > 20 else [])),
        )
    return [row for _, row in rows]


_LOADED = """
CREATE TABLE mention AS
SELECT (row_number() OVER (ORDER BY register, record_id))::INTEGER AS mid, register, event AS event_no,
    subject AS subject_no, record_id, nullif(role, '') AS role, CAST(nullif(month, '') AS INTEGER) AS day,
    (hash(register, event) >> 1)::BIGINT AS file, nullif(full_key, '') AS full_key, nullif(sound_key, '') AS sound_key,
    CAST(NULL AS VARCHAR) AS given, CAST(NULL AS VARCHAR) AS family, '' AS initials, citizenship AS name_family,
    CAST(n_parts AS INTEGER) AS n_parts, CAST(name_bits AS INTEGER) AS name_bits,
    CAST(nullif(name_filter, '') AS BIT) AS name_filter, string_split(blocks, ' ') AS blocks,
    nullif(sex, '') AS sex, nullif(born, '') AS born, nullif(born_swapped, '') AS born_swapped,
    string_split(nullif(near_dates, ''), ' ') AS near_dates, CAST(nullif(born_year, '') AS INTEGER) AS born_year,
    CAST(nullif(year_by_age, '') AS BIGINT) AS year_by_age, nullif(citizenship, '') AS citizenship,
    nullif(place, '') AS place, nullif(document, '') AS document, CAST(nullif(has_number, '') AS BOOLEAN) AS has_number,
    nullif(phone, '') AS phone, nullif(parent, '') AS parent, nullif(by_name, '') AS by_name, rows
FROM encoded_arrow;
CREATE TABLE member AS SELECT register, unnest(string_split(rows, ' ')) AS record_id, mid FROM mention;
CREATE TABLE hidden (register VARCHAR, record_id VARCHAR);
"""

_TAKEN_OUT = """
CREATE TABLE away AS
WITH named AS (SELECT DISTINCT mid FROM member JOIN hidden USING (register, record_id))
SELECT mid FROM mention WHERE mid IN (FROM named)
    OR document IN (SELECT document FROM mention WHERE mid IN (FROM named) AND document IS NOT NULL);
DELETE FROM mention WHERE mid IN (FROM away);
DELETE FROM member WHERE mid IN (FROM away);
DROP TABLE away;
DROP TABLE hidden;
"""

# Blocking over encodings: the agencies have hashed the keys; memory stays bounded by the budget of `form_pairs`.
RULES = {
    "document": "SELECT mid, {key:document} AS key FROM mention WHERE document IS NOT NULL",
    "telephone": "SELECT mid, {key:phone} AS key FROM mention WHERE phone IS NOT NULL",
    "encoded keys": "SELECT mid, {key:block} AS key FROM (SELECT mid, {each:blocks} AS block FROM mention) AS t",
}
