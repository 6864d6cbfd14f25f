"""Rows become mentions: one person in one case file of one register, with keys instead of spellings.

A row is what the agency counts (a charge, a person and year); a mention is what is linked. Excluded people leave
here, before a single pair is formed.
"""

import itertools
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from opennrm.statistics.linkage.beside import Helper, no_collection
from opennrm.statistics.linkage.names.canonical import alias_keys, canonical, canonical_fields
from opennrm.statistics.linkage.registers import COLUMNS, Registers

_MOST_PARTS = 5  # of a name enter pairs of parts for blocking


@dataclass(frozen=True)
class Mentions:
    """Mentions inside a DuckDB connection: table `mention` (one row each) and `member` (row of a register -> mention).

    `excluded` counts the mentions that were taken out before linking; nothing else is kept of them.
    """

    connection: Any
    count: int
    rows: int
    excluded: int
    by_register: dict[str, int]


def build(
    connection: Any, registers: Registers, *, excluded: Iterable[tuple[str, str]] = (), helper: Helper | None = None
) -> Mentions:
    """Make the tables `mention` and `member` of all registers in a DuckDB connection.

    helper: a second process that makes half of the keys.
    excluded: (register, record_id) of people who must never be linked, beside rows whose `protected` column says so.
    A mention that shares a document number with an excluded one is excluded too.
    """
    import pyarrow as pa

    parts: list[str] = []
    for name, table in registers.tables.items():
        view = f"raw_{len(parts)}"
        connection.register(view, table.select(list(COLUMNS)))
        parts.append(f"SELECT {_text(name)} AS register, * FROM {view}")  # noqa: S608 - our own view names
    hidden = sorted(set(excluded))
    connection.register(
        "hidden",
        pa.table(
            {
                "register": pa.array([r for r, _ in hidden], pa.string()),
                "record_id": pa.array([i for _, i in hidden], pa.string()),
            }
        ),
    )
    connection.execute(_ROWS.format(union=" UNION ALL ".join(parts)))
    connection.execute(_GROUPED)
    _add_keys(connection, helper or Helper())
    connection.execute(_MENTION)
    (taken_out,) = connection.execute("SELECT count(*) FROM grouped WHERE away").fetchone()
    by_register = dict(connection.execute("SELECT register, count(*) FROM mention GROUP BY 1 ORDER BY 1").fetchall())
    for table in ("line", "grouped", "name_key", "small_key"):
        connection.execute(f"DROP TABLE {table}")
    return Mentions(connection, sum(by_register.values()), registers.rows, int(taken_out), by_register)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


# One telephone is one row of digits without country or trunk prefix; one document is letters and digits.
_ROWS = """
CREATE TABLE line AS
SELECT register, record_id, event_no, role, event_date,
    coalesce(subject_no, concat_ws('|', family_name, given_name, birth_year)) AS subject_no,
    coalesce(given_name, '') AS given_name, coalesce(middle_name, '') AS middle_name,
    coalesce(family_name, '') AS family_name, parent_name, alias, sex, birth_date,
    TRY_CAST(coalesce(birth_year, substr(birth_date, 1, 4)) AS INTEGER) AS birth_year, TRY_CAST(age AS INTEGER) AS age,
    citizenship, place,
    nullif(upper(regexp_replace(document_no, '[^0-9A-Za-z]', '', 'g')), '') AS document_no,
    nullif(right(regexp_replace(phone, '[^0-9]', '', 'g'), 9), '') AS phone,
    lower(coalesce(protected, '')) IN ('1', 'yes', 'true', 'da', 'y', 'x')
        OR EXISTS (FROM hidden WHERE hidden.register = rows.register AND hidden.record_id = rows.record_id) AS protected
FROM ({union}) AS rows
"""

_GROUPED = """
CREATE TABLE grouped AS
WITH folded AS (
    SELECT register, event_no, subject_no, min(record_id) AS record_id, min(role) AS role,
        min(event_date) AS event_date, min_by(given_name, record_id) AS given_name,
        min_by(middle_name, record_id) AS middle_name,
        min_by(family_name, record_id) AS family_name, min(parent_name) AS parent_name, min(alias) AS alias,
        min(sex) AS sex, min(birth_date) AS birth_date, min(birth_year) AS birth_year,
        min(year(CAST(event_date AS DATE)) - age) AS year_by_age, min(citizenship) AS citizenship,
        min_by(place, record_id) AS place, min(document_no) AS document_no, min(phone) AS phone,
        bool_or(protected) AS protected
    FROM line GROUP BY register, event_no, subject_no
)
SELECT *, protected OR (document_no IS NOT NULL AND document_no IN (SELECT document_no FROM folded WHERE protected))
    AS away,
    (row_number() OVER (ORDER BY register, record_id))::INTEGER AS mid
FROM folded;
CREATE TABLE member AS
SELECT line.register, line.record_id, grouped.mid FROM line JOIN grouped USING (register, event_no, subject_no)
WHERE NOT away;
"""

# A personal number has 13 digits: day, month, year without its thousand, region, order with sex, check digit.
_MENTION = """
CREATE TABLE mention AS
WITH numbered AS (
    SELECT grouped.*, name_key.* EXCLUDE (given_name, middle_name, family_name, citizenship), p.key AS parent,
        a.key AS by_name, regexp_full_match(document_no, '[0-9]{13}') AND (
            list_sum(list_transform(range(1, 13), lambda i:
                TRY_CAST(document_no[i] AS INTEGER) * (CASE WHEN i < 7 THEN 8 - i ELSE 14 - i END))) % 11 IN
            (11 - TRY_CAST(document_no[13] AS INTEGER), 0) ) AS checked
    FROM grouped
    JOIN name_key ON grouped.given_name = name_key.given_name AND grouped.middle_name = name_key.middle_name
        AND grouped.family_name = name_key.family_name AND coalesce(grouped.citizenship, '') = name_key.citizenship
    LEFT JOIN small_key p ON p.kind = 'parent' AND p.text = grouped.parent_name
    LEFT JOIN small_key a ON a.kind = 'alias' AND a.text = grouped.alias
    WHERE NOT away
), dated AS (
    SELECT *, coalesce(birth_date, CASE WHEN checked THEN strftime(TRY_CAST(
        (CASE WHEN document_no[5] = '0' THEN '2' ELSE '1' END) || substr(document_no, 5, 3) || '-' ||
        substr(document_no, 3, 2) || '-' || substr(document_no, 1, 2) AS DATE), '%Y-%m-%d') END) AS born
    FROM numbered
)
SELECT mid, register, event_no, subject_no, record_id, role,
    date_diff('day', DATE '2000-01-01', CAST(event_date AS DATE))::INTEGER AS day,
    parts, sounds, pairs, full_key, sound_key, given, family, initials, name_family, mask,
    len(parts)::INTEGER AS n_parts,
    coalesce(sex, CASE WHEN checked THEN CASE WHEN substr(document_no, 10, 3) < '500' THEN 'M' ELSE 'F' END END) AS sex,
    CASE WHEN born LIKE '%-01-01' THEN NULL ELSE born END AS born,
    CASE WHEN born NOT LIKE '%-01-01' THEN substr(born, 1, 5) || substr(born, 9, 2) || '-' || substr(born, 6, 2) END
        AS born_swapped,
    coalesce(TRY_CAST(substr(born, 1, 4) AS INTEGER), birth_year) AS born_year,
    year_by_age, citizenship, lower(place) AS place, document_no AS document,
    regexp_full_match(document_no, '[0-9]{13}') AS has_number, phone, parent, by_name
FROM dated ORDER BY mid
"""


def _add_keys(connection: Any, helper: Helper) -> None:
    import pyarrow as pa

    # In order of citizenship, so that the keys of single fields stay at hand while they recur.
    rows = connection.execute(
        "SELECT DISTINCT given_name, middle_name, family_name, coalesce(citizenship, '') AS citizenship "
        "FROM grouped WHERE NOT away ORDER BY citizenship"
    ).fetchall()
    middle = len(rows) // 2 if helper.there else 0
    other = helper.start(key_table, rows[:middle])
    names = pa.concat_tables([key_table(rows[middle:]), other()])
    text = pa.string()
    connection.register("names_arrow", names)
    connection.execute("CREATE TABLE name_key AS FROM names_arrow")
    small: list[tuple[str, str, str | None]] = []
    for (parent,) in connection.execute(
        "SELECT DISTINCT parent_name FROM grouped WHERE parent_name IS NOT NULL"
    ).fetchall():
        small.append(("parent", parent, " ".join(canonical(parent, "SRB").skeleton) or None))
    for (alias,) in connection.execute("SELECT DISTINCT alias FROM grouped WHERE alias IS NOT NULL").fetchall():
        small.append(("alias", alias, " ".join(sorted(alias_keys((alias,)))) or None))
    kinds, words, keys = zip(*small, strict=True) if small else ((), (), ())
    connection.register(
        "small_arrow",
        pa.table({"kind": pa.array(kinds, text), "text": pa.array(words, text), "key": pa.array(keys, text)}),
    )
    connection.execute("CREATE TABLE small_key AS FROM small_arrow")
    connection.unregister("names_arrow")
    connection.unregister("small_arrow")


def key_table(names: Sequence[tuple[str, str, str, str]]) -> Any:
    """The keys of names given as (given, middle, family, citizenship), as an Arrow table."""
    import pyarrow as pa

    rows: list[tuple[Any, ...]] = []
    with no_collection():
        for name in names:
            key, given, family = canonical_fields(*name)
            rows.append(
                (*name, key.parts, *_blocks(key.skeleton), key.full or None, given or None, family or None,
                 "".join(key.initials), key.family)
            )  # fmt: skip
        columns = list(zip(*rows, strict=True)) or [()] * len(_KEY_COLUMNS)
        texts = pa.list_(pa.string())
        kinds = {"parts": texts, "sounds": texts, "pairs": texts, "mask": pa.int64()}
        return pa.table(
            {
                name: pa.array(values, kinds.get(name, pa.string()))
                for name, values in zip(_KEY_COLUMNS, columns, strict=True)
            }
        )


@lru_cache(maxsize=200_000)
def _blocks(sounds: tuple[str, ...]) -> tuple[tuple[str, ...], list[str], str | None, int]:
    # The sounds, pairs of them for blocking, all of them as one text, and a bit for each.
    few = sorted(set(sounds))[:_MOST_PARTS]
    pairs = [" ".join(two) for two in itertools.combinations(few, 2)] or (few if len(sounds) > 1 else [])
    mask = 0
    for sound in sounds:
        mask |= 1 << (zlib.crc32(sound.encode()) % 62)
    return sounds, pairs, " ".join(sounds) or None, mask


_KEY_COLUMNS = (
    "given_name", "middle_name", "family_name", "citizenship", "parts", "sounds", "pairs", "sound_key", "mask",
    "full_key", "given", "family", "initials", "name_family",
)  # fmt: skip
