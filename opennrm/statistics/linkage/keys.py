"""Keys of persons: drawn once, kept over deliveries, and never joined but by a judgement."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from opennrm.statistics.linkage.clustering import Floats, Ints, Persons


@dataclass(frozen=True, slots=True)
class Join:
    """Two persons with keys of their own whom a pair (positions of mentions, the strongest there is) would join."""

    key_a: str
    key_b: str
    left: int
    right: int
    weight: float


def first_rows(con: Any, mids: Ints, labels: Ints) -> tuple[list[str], list[str]]:
    """The first row of each person, as register|record_id, and the key drawn from it.

    con: with the table `mention`, whose order is that of register and record_id. labels: the person of each of `mids`.
    """
    import pyarrow as pa

    earliest = np.unique(labels, return_index=True)[1]
    con.register("earliest", pa.table({"mid": mids[earliest], "label": np.arange(len(earliest))}))
    found = con.execute(
        "SELECT row, 'P' || upper(substr(sha256(row || '|0'), 1, 12)) AS key FROM ("
        "SELECT register || '|' || record_id AS row, label FROM earliest JOIN mention USING (mid)) ORDER BY label"
    ).fetchnumpy()
    con.unregister("earliest")
    return found["row"].tolist(), found["key"].tolist()


def keys_of(
    labels: Ints, first: list[str], fresh: list[str], old: Mapping[int, str], taken: set[str]
) -> tuple[str, ...]:
    """A key per person: the one it had before, else new and drawn from its first row, so that a rerun repeats it."""
    if not taken and len(set(fresh)) == len(fresh):
        return tuple(fresh)
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


def united(old: Mapping[int, str], same: Iterable[tuple[int, int]]) -> dict[int, str]:
    """Earlier keys by mention, where keys that judgements make one person's are one: the rest of each may follow."""
    parent: dict[Any, Any] = {}

    def root(item: Any) -> Any:
        while parent.setdefault(item, item) != item:
            item = parent[item]
        return item

    for a, b in same:
        ends = [old.get(mention, mention) for mention in (a, b)]
        one, other = sorted((root(end) for end in ends), key=str)
        parent[one] = other
    return {mention: str(root(key)) for mention, key in old.items()}


def moved(labels: Ints, keys: Sequence[str], old: Mapping[int, str]) -> tuple[str, ...]:
    """A sentence on the mentions that do not have their earlier key, if there are any."""
    count = sum(keys[labels[mention]] != key for mention, key in old.items())
    return (f"{count:,} mentions have another key than before: people were parted or joined.",) if count else ()


def would_join(
    persons: Persons, old: Mapping[int, str], keys: Sequence[str], left: Ints, right: Ints, weight: Floats
) -> tuple[Join, ...]:
    """The pairs above the bar that would join two persons with earlier keys, the strongest of each two persons."""
    owned = {int(persons.labels[mention]) for mention in old}
    joins: dict[tuple[str, str], tuple[int, int]] = {}
    for one, other in persons.refused:  # the strongest first
        a, b = int(persons.labels[one]), int(persons.labels[other])
        if a in owned and b in owned:
            joins.setdefault((min(keys[a], keys[b]), max(keys[a], keys[b])), (one, other))
    if not joins:
        return ()
    number, size = left * len(persons.labels) + right, len(persons.labels)
    places = np.searchsorted(number, [min(pair) * size + max(pair) for pair in joins.values()])
    return tuple(
        sorted(
            (
                Join(*both, *pair, float(weight[place]))
                for (both, pair), place in zip(joins.items(), places, strict=True)
            ),
            key=lambda join: (join.key_a, join.key_b),
        )
    )
