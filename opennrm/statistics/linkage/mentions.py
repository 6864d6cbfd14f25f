"""Rows become mentions: one person in one case file of one register, with keys instead of spellings.

A row is what the agency counts (a charge, a person and year); a mention is what is linked. Excluded people leave
here, before a single pair is formed.
"""

import itertools
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from opennrm.statistics.linkage.beside import Helper, no_collection
from opennrm.statistics.linkage.mapping import COLUMNS
from opennrm.statistics.linkage.names.canonical import alias_keys, canonical, canonical_field, canonical_fields
from opennrm.statistics.linkage.registers import Registers

_MOST_PARTS = 5  # of a name enter pairs of parts for blocking
_WORTH = 2_000  # texts from which a second process is asked


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
    for table in ("line", "grouped", "keyed", "small_key"):
        connection.execute(f"DROP TABLE {table}")
    return Mentions(connection, sum(by_register.values()), registers.rows, int(taken_out), by_register)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


# One telephone is one row of digits without country or trunk prefix; one document is letters and digits.
_ROWS = """
CREATE TABLE line AS
SELECT *, hash(register, event_no, subject_no) AS number FROM (
    SELECT register, record_id, event_no, role, event_date,
        coalesce(subject_no, concat_ws('|', family_name, given_name, birth_year)) AS subject_no,
        lower(coalesce(given_name, '')) AS given_name, lower(coalesce(middle_name, '')) AS middle_name,
        lower(coalesce(family_name, '')) AS family_name, parent_name, alias, sex, birth_date,
        TRY_CAST(coalesce(birth_year, substr(birth_date, 1, 4)) AS INTEGER) AS birth_year,
        year(CAST(event_date AS DATE)) - TRY_CAST(age AS INTEGER) AS year_by_age, citizenship, place,
        nullif(upper(regexp_replace(document_no, '[^0-9A-Za-z]', '', 'g')), '') AS document_no,
        nullif(right(regexp_replace(phone, '[^0-9]', '', 'g'), 9), '') AS phone,
        lower(coalesce(protected, '')) IN ('1', 'yes', 'true', 'da', 'y', 'x') OR EXISTS (
            FROM hidden WHERE hidden.register = rows.register AND hidden.record_id = rows.record_id) AS protected
    FROM ({union}) AS rows
) AS cleaned
"""

# Most mentions are one row, and pass as they are; only where several rows share a file and a subject is anything
# folded. The number only says where to look: what is folded together has one register, file and subject.
_ALONE = "NOT EXISTS (FROM several WHERE several.number = line.number)"
_GROUPED = f"""
CREATE TABLE grouped AS
WITH several AS MATERIALIZED (SELECT number FROM line GROUP BY number HAVING count(*) > 1),
folded AS MATERIALIZED (
    SELECT * EXCLUDE (number), true AS alone FROM line WHERE {_ALONE}
    UNION ALL BY NAME
    SELECT register, event_no, subject_no, min(record_id) AS record_id, min(role) AS role,
        min(event_date) AS event_date, min_by(given_name, record_id) AS given_name,
        min_by(middle_name, record_id) AS middle_name, min_by(family_name, record_id) AS family_name,
        min(parent_name) AS parent_name, min(alias) AS alias, min(sex) AS sex, min(birth_date) AS birth_date,
        min(birth_year) AS birth_year, min(year_by_age) AS year_by_age, min(citizenship) AS citizenship,
        min_by(place, record_id) AS place, min(document_no) AS document_no, min(phone) AS phone,
        bool_or(protected) AS protected, false AS alone
    FROM line WHERE NOT {_ALONE} GROUP BY register, event_no, subject_no
), hidden_document AS (
    SELECT line.document_no FROM line JOIN folded USING (register, event_no, subject_no)
    WHERE folded.protected AND line.document_no IS NOT NULL
), bearing AS (
    SELECT register, event_no, subject_no FROM line WHERE document_no IN (FROM hidden_document)
)
SELECT *, protected OR (register, event_no, subject_no) IN (FROM bearing) AS away,
    (row_number() OVER (ORDER BY register, record_id))::INTEGER AS mid
FROM folded;
CREATE TABLE member AS
SELECT register, record_id, mid FROM grouped WHERE alone AND NOT away
UNION ALL
SELECT line.register, line.record_id, grouped.mid FROM line JOIN grouped USING (register, event_no, subject_no)
WHERE NOT alone AND NOT away;
"""  # noqa: S608 - our own words

# A personal number has 13 digits: day, month, year without its thousand, region, order with sex, check digit.
_WEIGHED = " + ".join(f"{weight} * (number // {10**place} % 10)" for place, weight in zip(
    range(12, 0, -1), (7, 6, 5, 4, 3, 2) * 2, strict=True))  # fmt: skip
_MENTION = """
CREATE TABLE mention AS
WITH read AS (
    SELECT *, regexp_full_match(document_no, '[0-9]{13}') AS has_number,
        CASE WHEN has_number THEN TRY_CAST(document_no AS BIGINT) END AS number FROM grouped WHERE NOT away
), numbered AS (
    SELECT read.*, keyed.* EXCLUDE (given_name, middle_name, family_name, origin), p.key AS parent,
        a.key AS by_name, coalesce((WEIGHED) % 11 IN (11 - number % 10, 0), false) AS checked
    FROM read
    JOIN keyed ON read.given_name = keyed.given_name AND read.middle_name = keyed.middle_name
        AND read.family_name = keyed.family_name AND coalesce(read.citizenship, '') = keyed.origin
    LEFT JOIN small_key p ON p.kind = 'parent' AND p.text = read.parent_name
    LEFT JOIN small_key a ON a.kind = 'alias' AND a.text = read.alias
), dated AS (
    SELECT *, coalesce(birth_date, CASE WHEN checked THEN strftime(TRY_CAST(
        (CASE WHEN document_no[5] = '0' THEN '2' ELSE '1' END) || substr(document_no, 5, 3) || '-' ||
        substr(document_no, 3, 2) || '-' || substr(document_no, 1, 2) AS DATE), '%Y-%m-%d') END) AS born
    FROM numbered
)
SELECT mid, register, event_no, subject_no, record_id, role,
    (hash(register, event_no) >> 1)::BIGINT AS file,
    date_diff('day', DATE '2000-01-01', CAST(event_date AS DATE))::INTEGER AS day,
    sounds, pairs, full_key, sound_key, given, family, initials, name_family, mask, n_parts,
    coalesce(sex, CASE WHEN checked THEN CASE WHEN substr(document_no, 10, 3) < '500' THEN 'M' ELSE 'F' END END) AS sex,
    CASE WHEN born LIKE '%-01-01' THEN NULL ELSE born END AS born,
    CASE WHEN born NOT LIKE '%-01-01' THEN substr(born, 1, 5) || substr(born, 9, 2) || '-' || substr(born, 6, 2) END
        AS born_swapped,
    coalesce(TRY_CAST(substr(born, 1, 4) AS INTEGER), birth_year) AS born_year,
    year_by_age, citizenship, lower(place) AS place, document_no AS document,
    has_number, phone, parent, by_name
FROM dated
""".replace("WEIGHED", _WEIGHED)


# Names are made of few words in many combinations: each field is read once, and fields are put together here, as
# `canonical_fields` does. A name with a Chinese field is read whole, because its syllables follow one another.
_FIELDS = """
SELECT DISTINCT text, origin FROM (
    SELECT given_name AS text, origin FROM name UNION ALL SELECT family_name, origin FROM name
    UNION ALL SELECT middle_name, origin FROM name
) AS texts ORDER BY origin, text
"""
_NAMES = """
CREATE TABLE name AS SELECT DISTINCT given_name, middle_name, family_name, coalesce(citizenship, '') AS origin
FROM grouped WHERE NOT away
"""
_WHOLE = """
WITH chinese AS (SELECT text, origin FROM field_key WHERE kind = 'chinese')
FROM name WHERE (given_name, origin) IN (FROM chinese) OR (family_name, origin) IN (FROM chinese)
    OR middle_name <> '' AND (middle_name, origin) IN (FROM chinese)
ORDER BY origin, given_name, middle_name, family_name
"""
# In two halves, which the database makes side by side.
_JOINED = """
    SELECT name.*, own.parts AS given, other.parts AS family,
        list_sort(own.parts || other.parts || third.parts) AS parts,
        list_sort(own.sounds || other.sounds || third.sounds) AS sounds, own.mask | other.mask | third.mask AS mask,
        CASE WHEN len(own.initials) + len(other.initials) + len(third.initials) = 0 THEN '' ELSE array_to_string(
            list_sort(list_distinct(own.initials || other.initials || third.initials)), '') END AS initials,
        CASE WHEN len(own.parts) > 0 THEN own.kind WHEN len(other.parts) > 0 THEN other.kind
            WHEN len(third.parts) > 0 THEN third.kind ELSE own.kind END AS name_family
    FROM name
    JOIN field_key AS own ON own.text = given_name AND own.origin = name.origin
    JOIN field_key AS other ON other.text = family_name AND other.origin = name.origin
    JOIN field_key AS third ON third.text = middle_name AND third.origin = name.origin
    WHERE own.kind <> 'chinese' AND other.kind <> 'chinese'
        AND (middle_name = '' OR third.kind <> 'chinese')
        AND hash(given_name, family_name) % 2 = {half}
"""
# Sounds and pairs of sounds are only ever asked whether they are equal: as numbers they are read once, here.
_KEYED = """
CREATE TABLE keyed AS
WITH joined AS ({joined} UNION ALL BY NAME FROM names_arrow),
few AS (SELECT *, list_sort(list_distinct(sounds))[1:{most}] AS few FROM joined)
SELECT given_name, middle_name, family_name, origin,
    list_transform(list_distinct(sounds), lambda x: (hash(x) >> 1)::BIGINT) AS sounds,
    CASE len(few) WHEN 2 THEN [(hash(few[1], few[2]) >> 1)::BIGINT] WHEN 0 THEN []
        WHEN 1 THEN CASE WHEN len(sounds) > 1 THEN [(hash(few[1]) >> 1)::BIGINT] ELSE [] END
        ELSE flatten(list_transform(range(1, len(few)), lambda i:
            list_transform(range(i + 1, len(few) + 1), lambda j: (hash(few[i], few[j]) >> 1)::BIGINT))) END AS pairs,
    nullif(array_to_string(sounds, ' '), '') AS sound_key, mask, nullif(array_to_string(parts, ' '), '') AS full_key,
    len(parts)::INTEGER AS n_parts, nullif(array_to_string(given, ''), '') AS given,
    nullif(array_to_string(family, ''), '') AS family, initials, name_family
FROM few
"""


def _add_keys(connection: Any, helper: Helper) -> None:
    import pyarrow as pa

    connection.execute(_NAMES)
    texts = connection.execute(_FIELDS).fetchall()
    connection.register("field_arrow", _in_two(field_table, texts, helper))
    connection.execute("CREATE TABLE field_key AS FROM field_arrow")
    connection.register("names_arrow", _in_two(key_table, connection.execute(_WHOLE).fetchall(), helper))
    halves = " UNION ALL ".join(_JOINED.format(half=half) for half in (0, 1))
    connection.execute(_KEYED.format(most=_MOST_PARTS, joined=halves))
    text = pa.string()
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
    for view in ("field_arrow", "names_arrow", "small_arrow"):
        connection.unregister(view)
    for table in ("field_key", "name"):
        connection.execute(f"DROP TABLE {table}")


def _in_two(function: Callable[[Sequence[Any]], Any], rows: Sequence[Any], helper: Helper) -> Any:
    # The first part there, the rest here: fields and names come in order of their origin, so that who has read the
    # words of a field meets them again in the names. Names of unknown origin come first, and take longer.
    import pyarrow as pa

    if not helper.there or len(rows) < _WORTH:
        return function(rows)
    part = len(rows) * 45 // 100
    other = helper.start(function, rows[:part])
    here = function(rows[part:])
    return pa.concat_tables([other(), here])


def field_table(fields: Sequence[tuple[str, str]]) -> Any:
    """The keys of single fields of names given as (text, citizenship), as an Arrow table."""
    import pyarrow as pa

    with no_collection():
        keys = [canonical_field(text, origin) for text, origin in fields]
        texts, lists = pa.string(), pa.list_(pa.string())
        return pa.table(
            {
                "text": pa.array([text for text, _ in fields], texts),
                "origin": pa.array([origin for _, origin in fields], texts),
                "parts": pa.array([key.parts for key in keys], lists),
                "sounds": pa.array([key.skeleton for key in keys], lists),
                "mask": pa.array([_mask(key.skeleton) for key in keys], pa.int64()),
                "initials": pa.array([key.initials for key in keys], lists),
                "kind": pa.array([key.family for key in keys], texts),
            }
        )


def key_table(names: Sequence[tuple[str, str, str, str]]) -> Any:
    """The keys of whole names given as (given, middle, family, citizenship), as an Arrow table."""
    import pyarrow as pa

    rows: list[tuple[Any, ...]] = []
    with no_collection():
        for name in names:
            key, given, family = canonical_fields(*name)
            rows.append(
                (*name, key.parts, key.skeleton, _mask(key.skeleton), [given] if given else [],
                 [family] if family else [], "".join(key.initials), key.family)
            )  # fmt: skip
        columns = list(zip(*rows, strict=True)) or [()] * len(_KEY_COLUMNS)
        kinds = {"mask": pa.int64(), **dict.fromkeys(("parts", "sounds", "given", "family"), pa.list_(pa.string()))}
        return pa.table(
            {
                name: pa.array(values, kinds.get(name, pa.string()))
                for name, values in zip(_KEY_COLUMNS, columns, strict=True)
            }
        )


def pairs_of(sounds: Sequence[str]) -> list[str]:
    """The pairs of sounds of a name, each as one text, by which encoded names are brought together."""
    few = sorted(set(sounds))[:_MOST_PARTS]
    return [" ".join(two) for two in itertools.combinations(few, 2)] or (few if len(sounds) > 1 else [])


def _mask(sounds: Sequence[str]) -> int:
    mask = 0
    for sound in sounds:
        mask |= _bit(sound)
    return mask


@lru_cache(maxsize=100_000)
def _bit(sound: str) -> int:
    return 1 << (zlib.crc32(sound.encode()) % 62)


_KEY_COLUMNS = (
    "given_name", "middle_name", "family_name", "origin", "parts", "sounds", "mask", "given", "family", "initials",
    "name_family",
)  # fmt: skip
