"""Who is the same across registers: from registers to proposed links, persons and their quality.

Nothing is merged by a machine beyond the proposal: the result is a file of pairs and a key per row, computed anew
each time from the registers, the judgements and the keys given before.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.linkage.beside import helper, no_collection
from opennrm.statistics.linkage.clustering import LINK_AT, Floats, Ints, Persons, cluster
from opennrm.statistics.linkage.counting import (
    PersonCount,
    best_chances,
    chance_inside,
    count_persons,
    drawn_documents,
    found_again,
    pairs_found_again,
)
from opennrm.statistics.linkage.judgements import Judgements, read_judgements
from opennrm.statistics.linkage.keys import Join, first_rows, keys_of, moved, united, would_join
from opennrm.statistics.linkage.model import Model, encoded_model, standard_model
from opennrm.statistics.linkage.names.canonical import VERSION as NAMES_VERSION
from opennrm.statistics.linkage.registers import Registers

VERY_LIKELY = 9.0  # bits; the band in which 995 of 1000 proposed pairs should be one person
SEED = 20260101
JUDGED_BITS = 99.0  # bits given to a pair that people, or the pattern of twins, have decided
_LENT_INSIDE = 10.0  # proven links of all registers that the share found again inside one leans on
_DOCUMENTS = 20_000  # shared by several mentions: from these the share of links found again is read
_NOTHING_SHARED = (
    "no two records share a document, a telephone, a birth date or parts of a name: all are counted as different "
    "people. If that cannot be, check that the columns are mapped."
)
_PROOF = ("document", "by_document")
# In two steps: lists of parts are read for the few pairs whose names the first step leaves.
_TWINS = """
WITH one_birth AS MATERIALIZED (SELECT mid_l, mid_r FROM scored WHERE birth = {date}),
differ AS MATERIALIZED (
    SELECT mid_l, mid_r FROM one_birth JOIN mention AS l ON l.mid = mid_l JOIN mention AS r ON r.mid = mid_r
    WHERE coalesce(l.document <> r.document, true) AND l.given IS NOT NULL AND l.family IS NOT NULL
      AND r.given IS NOT NULL AND r.family IS NOT NULL AND l.initials || r.initials = ''
      AND ((l.family = r.family AND nrm_alike(l.given, r.given) < 0.7)
        OR (l.family = r.given AND nrm_alike(l.given, r.family) < 0.7)
        OR (l.given = r.family AND nrm_alike(l.family, r.given) < 0.7))
)
SELECT mid_l, mid_r FROM differ JOIN mention AS l ON l.mid = mid_l JOIN mention AS r ON r.mid = mid_r
WHERE coalesce(nrm_size(nrm_shared(string_split(l.full_key, ' '), string_split(r.full_key, ' '))), 0) < 2
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
    joins: tuple[Join, ...] = ()
    notes: tuple[str, ...] = ()
    names_version: str = NAMES_VERSION
    facts: Mapping[str, Any] = field(default_factory=dict)


def link(
    registers: Registers,
    *,
    model: Model | None = None,
    train: bool = True,
    excluded: Iterable[tuple[str, str]] = (),
    judgements: Path | Sequence[Path] | None = None,
    previous: Mapping[tuple[str, str], str] | None = None,
    spark: Any = None,
    twins_apart: bool = True,
    threads: int = 2,
    progress: Callable[[str], None] = lambda step: None,
) -> Links:
    """Propose who is the same across registers.

    model, train: the standard model, trained on the data without any labels, unless a trained one is handed in.
    excluded: (register, record_id) of people who never enter. judgements: files of `judgements.read_judgements`.
    previous: person keys of an earlier delivery by (register, record_id); they stay with their people, and two people
    with keys are never joined except by a judgement. spark: a Spark session to score on instead of DuckDB.
    twins_apart: pairs that look like twins are never joined; only where given names are known to be replaced, not.
    Raises SourceProblem when there are not two people to compare, or the judgements contradict themselves.
    """
    import duckdb

    from opennrm.statistics.linkage import mentions as rows
    from opennrm.statistics.linkage.backends import DuckDB, Spark
    from opennrm.statistics.linkage.engine import learn, score

    connection = duckdb.connect(config={"threads": threads, "preserve_insertion_order": False})
    local = DuckDB(connection)
    with helper(registers.rows if threads > 1 else 0, rows.__name__, "pyarrow") as other, no_collection():
        progress("Making keys of names")
        made = rows.build(connection, registers, excluded=excluded, helper=other)
        if made.count < 2:
            raise SourceProblem(
                "There are not two people left to compare; nothing was written.",
                remedy="Protected people are left out first."
                if made.excluded
                else "The registers hold one person only.",
            )
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
            # A model is no dialect's: it is learnt here, where the mentions are, and Spark has the pairs to score.
            learnt = learn(local, used) if train else used
            remote = Spark(spark)
            remote.take("mention", connection.table("mention").to_arrow_table())
            scored = score(remote, learnt, mentions=made.count, train=False)
            connection.register("scored_arrow", remote.arrow("SELECT * FROM scored"))
            connection.execute("CREATE TABLE scored AS FROM scored_arrow")
        progress(f"Grouping {scored.pairs:,} pairs into persons")
        return _grouped(local, scored, made, registers.notes, decided, previous or {}, member, twins_apart)


def link_encoded(
    files: Mapping[str, Path],
    *,
    excluded: Iterable[tuple[str, str]] = (),
    threads: int = 2,
    progress: Callable[[str], None] = lambda step: None,
) -> Links:
    """Propose who is the same across encoded registers (register name -> file of `opennrm encode`).

    excluded: (register, record_id) of people who never enter.
    """
    import duckdb

    from opennrm.statistics.linkage.backends import DuckDB
    from opennrm.statistics.linkage.encode import build_encoded
    from opennrm.statistics.linkage.engine import score

    connection = duckdb.connect(config={"threads": threads, "preserve_insertion_order": False})
    local = DuckDB(connection)
    made = build_encoded(connection, files, excluded=excluded)
    progress(f"Comparing pairs of {made.count:,} encoded mentions")
    scored = score(local, encoded_model(), mentions=made.count, encoded=True)
    progress(f"Grouping {scored.pairs:,} pairs into persons")
    note = "These registers are encoded: nobody can review the pairs by name, and more links are missed than in clear."
    return _grouped(local, scored, made, (note,), Judgements(), {}, {}, False)


def _decided(path: Path | Sequence[Path] | None, member: Mapping[tuple[str, str], int], excluded: int) -> Judgements:
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
) -> Links:
    con = backend.connection
    table = con.sql(
        "SELECT mid, register, file, CASE WHEN document IS NULL THEN -1 ELSE (hash(document) >> 1)::BIGINT END "
        "AS document, CASE WHEN born IS NOT NULL THEN 2 WHEN born_year IS NOT NULL THEN 1 ELSE 0 END AS birth "
        "FROM mention ORDER BY mid"
    ).to_arrow_table()
    mids, files, document = (table[name].to_numpy().astype(np.int64) for name in ("mid", "file", "document"))
    register, names = numbers_of(table["register"])
    size, document = len(mids), _numbered(document)
    # Mentions that were taken out leave gaps in mid; positions are counted over those that stayed.
    position = np.full(int(mids.max()) + 1 if size else 1, -1, dtype=np.int64)
    position[mids] = np.arange(size)
    date = len(scored.model.comparison("birth").levels) - 1  # the number of the level: the date is the same
    with ThreadPoolExecutor(1) as pool:  # the database looks for twins while pairs are brought into order here
        looking = pool.submit(_twins, con.cursor(), date if twins_apart else None)
        read = con.sql("SELECT mid_l, mid_r, weight, probability, by_document, document FROM scored").to_arrow_table()
        pairs = {name: read[name].to_numpy() for name in read.column_names}
        number = position[pairs["mid_l"]] * size + position[pairs["mid_r"]]  # a pair as one number, lower mention first
        order = np.argsort(number)
        number, pairs = number[order], {name: values[order] for name, values in pairs.items()}
        twins = looking.result()
    left, right = position[pairs["mid_l"]], position[pairs["mid_r"]]
    # Rounded: what Spark and DuckDB add up in another order must not decide between two groups.
    weight, chance_of = pairs["weight"].astype(np.float64).round(9), pairs["probability"].astype(np.float64)
    same = [(int(position[a + 1]), int(position[b + 1])) for a, b in decided.pairs("same")]
    judged = [(int(position[a + 1]), int(position[b + 1])) for a, b in decided.pairs("different")]
    for_same, told = (_one_number(np.array(p, dtype=np.int64).reshape(-1, 2), size) for p in (same, judged))
    alike = np.setdiff1d(position[twins["mid_l"]] * size + position[twins["mid_r"]], for_same)
    apart = np.union1d(alike, told)
    # Told apart: no evidence of likeness makes a pair a proposal.
    for chosen, bits, sure in ((np.setdiff1d(for_same, apart), JUDGED_BITS, 1.0), (apart, -JUDGED_BITS, 0.0)):
        places = _places(number, chosen)
        weight[places], chance_of[places] = bits, sure
    old = {int(position[member[row] + 1]): key for row, key in previous.items() if row in member}
    different = np.stack([apart // max(size, 1), apart % max(size, 1)], axis=1)
    persons = cluster(size, left, right, weight, same=same, different=different, files=files, owners=united(old, same))
    # What proves people one is hidden, and they are grouped again: among those whose documents were drawn.
    drawn = drawn_documents(document, _DOCUMENTS, seed=SEED)
    touched = np.zeros(int(persons.component.max(initial=0)) + 1, dtype=bool)
    touched[persons.component[drawn >= 0]] = True
    again = np.flatnonzero(touched[persons.component[left]] & (persons.component[left] == persons.component[right]))
    hidden = _without_documents(scored.model, weight[again], {name: pairs[name][again] for name in _PROOF})
    regrouped = cluster(size, left[again], right[again], hidden, different=different, files=files)
    # What is known of a birth decides most whether a link is found, and is known less where there is no document.
    whole = register * 3 + table["birth"].to_numpy()
    ways = [(found_again(regrouped.labels, drawn, group), group) for group in (register, whole)]
    proven, again_by_pair = pairs_found_again(regrouped.labels, drawn, register)
    chance = best_chances(persons.labels, left, right, chance_of, same)
    # A register's own persons rest on links inside it: how many are found again, and how sure they are, is told there.
    inside = np.where(drawn >= 0, drawn * len(names) + register, -1)
    own_ways = [(found_again(regrouped.labels, inside, register, lent=_LENT_INSIDE), register), *ways]
    own_chance = best_chances(
        persons.labels, left, right, chance_inside(left, right, chance_of, register), same, register
    )
    keys = keys_of(persons.labels, *first_rows(con, mids, persons.labels), old, set(previous.values()))
    counted = partial(count_persons, persons.labels, document=document, seed=SEED)
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
        counted(ways, edge_chance=chance),
        {name: counted(own_ways, edge_chance=own_chance, subset=register == n) for n, name in enumerate(names)},
        made.count,
        made.rows,
        made.excluded,
        decided,
        would_join(persons, old, keys, left, right, weight) if old else (),
        (*notes, *decided.notes, *([] if len(left) else [_NOTHING_SHARED]), *moved(persons.labels, keys, old)),
        facts={
            "by_register": made.by_register,
            "twins": len(alike),
            "pairs": scored.pairs,
            "found_again": [
                (names[a], names[b], int(proven[a, b]), int(again_by_pair[a, b]))
                for a in range(len(names))
                for b in range(a, len(names))
            ],
        },
    )


def _twins(con: Any, date: int | None) -> Mapping[str, Any]:
    found: Mapping[str, Any] = con.execute(_TWINS.format(date="NULL" if date is None else date)).fetchnumpy()
    return found


def _places(number: Ints, chosen: Ints) -> Ints:
    # Where the chosen numbers stand among sorted ones; those that are not there are left out.
    places = np.searchsorted(number, chosen)
    places = places[places < len(number)] if len(number) else places[:0]
    return np.asarray(places[number[places] == chosen[: len(places)]], dtype=np.int64)


def _one_number(pairs: Ints, size: int) -> Ints:
    return np.unique(pairs.min(axis=1) * size + pairs.max(axis=1))


def _without_documents(model: Model, weight: Floats, proof: Mapping[str, Any]) -> Floats:
    # The weights of pairs as they would be if documents that are the same were not there.
    levels = model.comparison("document").levels
    same = next(level for level in levels if level.id == "same")
    hidden = np.where(proof["document"] == len(levels) - 1, weight - max(same.weight, 0.0), weight)
    return np.where(proof["by_document"].astype(bool), -JUDGED_BITS, hidden)


def numbers_of(column: Any) -> tuple[Ints, list[str]]:
    """A column of texts as numbers in order of the texts, -1 for none, and the texts themselves in that order."""
    import pyarrow.compute as pc

    coded = column.combine_chunks().dictionary_encode()
    order = pc.sort_indices(coded.dictionary).to_numpy()
    rank = np.empty(len(order) + 1, dtype=np.int64)
    rank[order], rank[-1] = np.arange(len(order)), -1
    return rank[coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)], coded.dictionary.take(order).to_pylist()


def _numbered(values: Ints) -> Ints:
    # From 0 on in their order, -1 for -1.
    number = np.full(len(values), -1, dtype=np.int64)
    there = np.flatnonzero(values >= 0)
    number[there] = np.unique(values[there], return_inverse=True)[1]
    return number


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
