"""Who is the same across registers: from registers to proposed links, persons and their quality.

Nothing is merged by a machine beyond the proposal: the result is a file of pairs and a key per row, computed anew
each time from the registers, the judgements and the keys given before.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from opennrm.statistics.linkage.beside import Helper, helper, no_collection
from opennrm.statistics.linkage.clustering import LINK_AT, Floats, Ints, Persons, cluster
from opennrm.statistics.linkage.counting import PersonCount, count_persons
from opennrm.statistics.linkage.judgements import Judgements, read_judgements
from opennrm.statistics.linkage.model import Model, encoded_model, standard_model
from opennrm.statistics.linkage.names.canonical import VERSION as NAMES_VERSION
from opennrm.statistics.linkage.registers import Registers

VERY_LIKELY = 9.0  # bits; the band in which 995 of 1000 proposed pairs should be one person
SEED = 20260101
_JUDGED = 99.0  # bits given to a pair that people, or the pattern of twins, have decided
_TWINS = """
SELECT mid_l, mid_r FROM scored
JOIN mention AS l ON l.mid = mid_l JOIN mention AS r ON r.mid = mid_r
WHERE l.born = r.born AND coalesce(l.document <> r.document, true) AND l.given IS NOT NULL AND l.family IS NOT NULL
  AND r.given IS NOT NULL AND r.family IS NOT NULL AND l.initials || r.initials = ''
  AND ((l.family = r.family AND nrm_alike(l.given, r.given) < 0.7)
    OR (l.family = r.given AND nrm_alike(l.given, r.family) < 0.7)
    OR (l.given = r.family AND nrm_alike(l.family, r.given) < 0.7))
  AND coalesce(nrm_size(nrm_shared(l.parts, r.parts)), 0) < 2
"""


@dataclass(frozen=True)
class Links:
    """The result of a linkage.

    `backend` still holds the tables `mention`, `member`, `scored`. `left`, `right`, `weight`, `probability` are the
    scored pairs as positions of mentions (0-based, in order of `mids`); `persons` groups mentions; `keys` are the
    person keys by group; `joins` are proposals that would join persons who were told apart in an earlier delivery.
    """

    backend: Any
    model: Model
    rules: tuple[Any, ...]
    mids: Ints
    left: Ints
    right: Ints
    weight: Floats
    probability: Floats
    persons: Persons
    keys: tuple[str, ...]
    counts: PersonCount
    by_register: Mapping[str, PersonCount]
    mentions: int
    rows: int
    excluded: int
    judgements: Judgements
    joins: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    names_version: str = NAMES_VERSION
    facts: Mapping[str, Any] = field(default_factory=dict)


def link(
    registers: Registers,
    *,
    model: Model | None = None,
    train: bool = True,
    excluded: Iterable[tuple[str, str]] = (),
    judgements: Path | None = None,
    previous: Mapping[tuple[str, str], str] | None = None,
    spark: Any = None,
    twins_apart: bool = True,
    threads: int = 2,
    progress: Callable[[str], None] = lambda step: None,
) -> Links:
    """Propose who is the same across registers.

    model, train: the standard model, trained on the data without any labels, unless a trained one is handed in.
    excluded: (register, record_id) of people who never enter. judgements: the file of `judgements.read_judgements`.
    previous: person keys of an earlier delivery by (register, record_id); they stay with their people, and two people
    with keys are never joined except by a judgement. spark: a Spark session to score on instead of DuckDB.
    twins_apart: pairs that look like twins are never joined; only where given names are known to be replaced, not.
    Raises SourceProblem when the registers share nothing to link by, or the judgements contradict themselves.
    """
    import duckdb

    from opennrm.statistics.linkage import mentions as rows
    from opennrm.statistics.linkage.backends import DuckDB, Spark
    from opennrm.statistics.linkage.engine import score

    connection = duckdb.connect(config={"threads": threads})
    local = DuckDB(connection)
    there = (cluster.__module__, rows.__name__, "scipy.sparse.csgraph")
    with helper(registers.rows if threads > 1 else 0, *there) as other, no_collection():
        progress("Making keys of names")
        made = rows.build(connection, registers, excluded=excluded, helper=other)
        member = (
            {(r, i): m - 1 for r, i, m in connection.execute("SELECT register, record_id, mid FROM member").fetchall()}
            if (judgements or previous)
            else {}
        )
        decided = _decided(judgements, member, made.excluded)
        progress(f"Comparing pairs of {made.count:,} mentions")
        used = model or standard_model()
        if spark is None:
            scored = score(local, used, mentions=made.count, train=train)
        else:
            remote = Spark(spark)
            remote.take("mention", connection.table("mention").to_arrow_table())
            scored = score(remote, used, mentions=made.count, train=train)
            connection.register("scored_arrow", remote.arrow("SELECT * FROM scored"))
            connection.execute("CREATE TABLE scored AS FROM scored_arrow")
        progress(f"Grouping {scored.pairs:,} pairs into persons")
        return _grouped(local, scored, made, registers.notes, decided, previous or {}, member, twins_apart, other)


def link_encoded(
    files: Mapping[str, Path], *, threads: int = 2, progress: Callable[[str], None] = lambda step: None
) -> Links:
    """Propose who is the same across encoded registers (register name -> file of `opennrm encode`)."""
    import duckdb

    from opennrm.statistics.linkage.backends import DuckDB
    from opennrm.statistics.linkage.encode import build_encoded
    from opennrm.statistics.linkage.engine import score

    connection = duckdb.connect(config={"threads": threads})
    local = DuckDB(connection)
    made = build_encoded(connection, files)
    progress(f"Comparing pairs of {made.count:,} encoded mentions")
    scored = score(local, encoded_model(), mentions=made.count, encoded=True)
    progress(f"Grouping {scored.pairs:,} pairs into persons")
    note = "These registers are encoded: nobody can review the pairs by name, and more links are missed than in clear."
    return _grouped(local, scored, made, (note,), Judgements(), {}, {}, False, Helper())


def _decided(path: Path | None, member: Mapping[tuple[str, str], int], excluded: int) -> Judgements:
    return read_judgements(path, member, excluded=excluded) if path else Judgements()


def _grouped(
    backend: Any,
    scored: Any,
    made: Any,
    notes: tuple[str, ...],
    decided: Judgements,
    previous: Mapping[tuple[str, str], str],
    member: Mapping[tuple[str, str], int],
    twins_apart: bool,
    helper: Helper,
) -> Links:
    con = backend.connection
    # Mentions that were taken out leave gaps in mid; positions are counted over those that stayed.
    table = con.execute(
        "SELECT mid, min(mid) OVER (PARTITION BY register, event_no) AS file, register.number AS register, "
        "CASE WHEN document IS NULL THEN -1 ELSE min(mid) OVER (PARTITION BY document) END AS document "
        "FROM mention JOIN (SELECT register, row_number() OVER (ORDER BY register) - 1 AS number "
        "FROM (SELECT DISTINCT register FROM mention) AS r) AS register USING (register) ORDER BY mid"
    ).fetchnumpy()
    mids = table["mid"].astype(np.int64)
    position = np.full(int(mids.max()) + 1 if len(mids) else 1, -1, dtype=np.int64)
    position[mids] = np.arange(len(mids))
    pairs = con.execute(
        "SELECT mid_l, mid_r, weight, probability, by_document, document FROM scored ORDER BY mid_l, mid_r"
    ).fetchnumpy()
    left, right = position[pairs["mid_l"].astype(np.int64)], position[pairs["mid_r"].astype(np.int64)]
    weight, chance_of = pairs["weight"].astype(np.float64), pairs["probability"].astype(np.float64)
    same = [(int(position[a + 1]), int(position[b + 1])) for a, b in decided.pairs("same")]
    judged = [(int(position[a + 1]), int(position[b + 1])) for a, b in decided.pairs("different")]
    twins = con.execute(_TWINS if twins_apart else _TWINS + " LIMIT 0").fetchnumpy()
    twin_pairs = {
        (int(a), int(b))
        for a, b in zip(
            position[twins["mid_l"].astype(np.int64)], position[twins["mid_r"].astype(np.int64)], strict=True
        )
    } - {(min(p), max(p)) for p in same}
    old = {int(position[member[row] + 1]): key for row, key in previous.items() if row in member}
    size = len(mids)
    apart = {*twin_pairs, *((min(p), max(p)) for p in judged)}
    for_same = {(min(p), max(p)) for p in same}
    # Told apart: no evidence of likeness makes a pair a proposal.
    for chosen, bits, sure in ((for_same - apart, _JUDGED, 1.0), (apart, -_JUDGED, 0.0)):
        places = np.isin(left * size + right, [a * size + b for a, b in chosen])
        weight[places], chance_of[places] = bits, sure

    different = [*judged, *twin_pairs]
    levels = {level.id: level for level in scored.model.comparison("document").levels}
    proof = len(levels) - 1  # the number of the level "same"
    hidden = np.where(pairs["document"] == proof, weight - levels["same"].weight, weight)
    hidden = np.where(pairs["by_document"].astype(bool), -99.0, hidden)
    regrouped = helper.start(cluster, size, left, right, hidden, different=different, files=table["file"])
    persons = cluster(size, left, right, weight, same=same, different=different, files=table["file"], owners=old)
    document = table["document"].astype(np.int64)
    register = table["register"].astype(np.int64)
    chance = _chances(persons.labels, left, right, chance_of, same)
    keys = _keys(persons.labels, _first_rows(con, mids, persons.labels), old, set(previous.values()))
    counted = [persons.labels, regrouped().labels, document, register, chance]
    names = [row[0] for row in con.execute("SELECT DISTINCT register FROM mention ORDER BY register").fetchall()]
    return Links(
        backend,
        scored.model,
        scored.rules,
        mids,
        left,
        right,
        weight,
        chance_of,
        persons,
        keys,
        count_persons(*counted, seed=SEED),
        {name: count_persons(*counted, seed=SEED, subset=register == n) for n, name in enumerate(names)},
        made.count,
        made.rows,
        made.excluded,
        decided,
        _would_join(persons, old),
        (*notes, *decided.notes),
        facts={"by_register": made.by_register, "twins": len(twin_pairs), "pairs": scored.pairs},
    )


def _chances(labels: Ints, left: Ints, right: Ints, probability: Floats, same: list[tuple[int, int]]) -> Floats:
    # The best pair inside its person that a mention has: how sure it is that it belongs there.
    best = np.zeros(len(labels))
    inside = labels[left] == labels[right]
    for ends in (left[inside], right[inside]):
        np.maximum.at(best, ends, probability[inside])
    for a, b in same:
        best[[a, b]] = 1.0
    alone = np.bincount(labels)[labels] == 1 if len(labels) else np.zeros(0, dtype=bool)
    return np.where(alone, 1.0, best)


def _first_rows(con: Any, mids: Ints, labels: Ints) -> list[str]:
    # The first row of each person, as register|record_id; mentions are in order of register and record_id.
    import pyarrow as pa

    earliest = np.unique(labels, return_index=True)[1]
    con.register("earliest", pa.table({"mid": mids[earliest], "label": np.arange(len(earliest))}))
    rows = con.execute(
        "SELECT register || '|' || record_id FROM earliest JOIN mention USING (mid) ORDER BY label"
    ).fetchall()
    con.unregister("earliest")
    return [row for (row,) in rows]


def _keys(labels: Ints, first: list[str], old: Mapping[int, str], taken: set[str]) -> tuple[str, ...]:
    """A key per person: the one it had before, else new and drawn from its first row, so that a rerun repeats it."""
    had: dict[int, dict[str, int]] = {}
    for mention, key in old.items():
        kept = had.setdefault(int(labels[mention]), {})
        kept[key] = kept.get(key, 0) + 1
    claims: dict[str, int] = {}
    for group in sorted(had):
        for key, n in had[group].items():
            if key not in claims or n > had[claims[key]].get(key, 0):
                claims[key] = group
    result: list[str] = []
    used = set(taken)
    for group, row in enumerate(first):
        own = had.get(group, {})
        mine = sorted((key for key in own if claims[key] == group), key=lambda k: (-own[k], k)) if own else []
        key, salt = (mine[0] if mine else ""), 0
        while not key:
            drawn = "P" + hashlib.sha256(f"{row}|{salt}".encode()).hexdigest()[:12].upper()
            key, salt = ("" if drawn in used else drawn), salt + 1
        used.add(key)
        result.append(key)
    return tuple(result)


def _would_join(persons: Persons, old: Mapping[int, str]) -> tuple[tuple[str, str], ...]:
    owner: dict[int, set[str]] = {}
    for mention, key in old.items():
        owner.setdefault(int(persons.labels[mention]), set()).add(key)
    joins = {
        (min(a, b), max(a, b))
        for one, other in persons.refused
        for a in owner.get(int(persons.labels[one]), ())
        for b in owner.get(int(persons.labels[other]), ())
        if a != b
    }
    return tuple(sorted(joins))


def band(weight: float) -> str:
    """The band of a match weight: very likely, likely, possible, unlikely."""
    return (
        "very likely"
        if weight >= VERY_LIKELY
        else "likely"
        if weight >= LINK_AT
        else "possible"
        if weight >= 0
        else "unlikely"
    )
