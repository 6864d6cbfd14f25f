"""From scored pairs to persons: strongest evidence first, and never through a pair that says no.

Plain connected components let one weak pair join two families. Here two groups become one person only when the
evidence between all their members, taken together, speaks for it, and when nothing forbids it: a judgement, one case
file that lists both, or the pattern of twins. Persons are computed anew from pairs and judgements every time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

LINK_AT = 3.0  # bits: a pair at or above it may join two groups (probability 0.89)
TOGETHER = 1.0  # bits: the mean of all pairs between two groups must reach it
UNSEEN = -2.0  # bits: a pair that no blocking rule brought together speaks mildly against
_CLIP = 12.0


@dataclass(frozen=True)
class Persons:
    """Group number of each mention (0-based), and the pairs that were above the bar but refused."""

    labels: Ints
    refused: tuple[tuple[int, int], ...]

    @property
    def count(self) -> int:
        """Persons, mentions that stand alone included."""
        return int(self.labels.max()) + 1 if len(self.labels) else 0


def cluster(
    size: int,
    left: Ints,
    right: Ints,
    weight: Floats,
    *,
    same: Iterable[tuple[int, int]] = (),
    different: Iterable[tuple[int, int]] = (),
    files: Any = None,
    owners: Mapping[int, str] | None = None,
    link_at: float = LINK_AT,
    together: float = TOGETHER,
    unseen: float = UNSEEN,
) -> Persons:
    """Group mentions 0 to size-1 into persons.

    same, different: pairs that people have judged; they bind, `same` even below the bar.
    files: for each mention the number of its case file; two mentions of one file are never one person unless judged.
    owners: the person key a mention had before; groups with different keys are joined only by a judgement.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    joined = sorted({(min(p), max(p)) for p in same})
    apart = {(min(p), max(p)) for p in different}
    strong = weight >= link_at
    rows = np.concatenate([left[strong], np.array([a for a, _ in joined], dtype=np.int64)])
    columns = np.concatenate([right[strong], np.array([b for _, b in joined], dtype=np.int64)])
    graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(size, size))
    _, component = connected_components(graph, directed=False)
    sizes = np.bincount(component, minlength=1)
    inside = (component[left] == component[right]) & (sizes[component[left]] > 2)
    simple = strong & (sizes[component[left]] == 2)
    parent = np.arange(size)
    groups = _Groups(parent, apart, files, unseen, owners or {})
    for a, b in joined:
        groups.join(a, b)
    refused: list[tuple[int, int]] = []
    for a, b in zip(left[simple].tolist(), right[simple].tolist(), strict=True):
        if groups.may_join(a, b):
            groups.join(a, b)
        else:
            refused.append((a, b))
    order = np.argsort(-weight[inside], kind="stable")
    pairs = list(
        zip(
            left[inside][order].tolist(),
            right[inside][order].tolist(),
            weight[inside][order].clip(-_CLIP, _CLIP).tolist(),
            strict=True,
        )
    )
    groups.learn(pairs)
    for a, b, _ in pairs[: int((weight[inside] >= link_at).sum())]:
        if groups.root(a) == groups.root(b):
            continue
        if groups.may_join(a, b) and groups.evidence(a, b) >= together:
            groups.join(a, b)
        else:
            refused.append((a, b))
    roots = np.array([groups.root(i) for i in range(size)], dtype=np.int64)
    _, labels = np.unique(roots, return_inverse=True)
    held = tuple((a, b) for a, b in refused if labels[a] != labels[b])
    return Persons(labels.astype(np.int64), held)


class _Groups:
    # Sums of evidence between groups, kept while groups merge; the smaller group is always poured into the larger.

    def __init__(
        self, parent: Ints, apart: set[tuple[int, int]], files: Any, unseen: float, owners: Mapping[int, str]
    ) -> None:
        self.parent: list[int] = parent.tolist()
        self.size = [1] * len(self.parent)
        self.between: dict[int, dict[int, list[float]]] = {}
        self.enemies: dict[int, set[int]] = {}
        for a, b in apart:
            self.enemies.setdefault(a, set()).add(b)
            self.enemies.setdefault(b, set()).add(a)
        self.files: dict[int, set[int]] = {} if files is None else {i: {int(f)} for i, f in enumerate(files)}
        self.unseen = unseen
        self.owners = {item: {key} for item, key in owners.items()}

    def root(self, item: int) -> int:
        while self.parent[item] != item:
            self.parent[item] = self.parent[self.parent[item]]
            item = self.parent[item]
        return item

    def learn(self, pairs: list[tuple[int, int, float]]) -> None:
        for a, b, weight in pairs:
            x, y = self.root(a), self.root(b)
            if x == y:
                continue
            for one, other in ((x, y), (y, x)):
                entry = self.between.setdefault(one, {}).setdefault(other, [0.0, 0.0])
                entry[0] += weight
                entry[1] += 1

    def evidence(self, a: int, b: int) -> float:
        x, y = self.root(a), self.root(b)
        total, seen = self.between.get(x, {}).get(y, (0.0, 0.0))
        pairs = self.size[x] * self.size[y]
        return (total + (pairs - seen) * self.unseen) / pairs

    def may_join(self, a: int, b: int) -> bool:
        x, y = self.root(a), self.root(b)
        if y in self.enemies.get(x, ()):
            return False
        if self.owners and x in self.owners and y in self.owners and self.owners[x] != self.owners[y]:
            return False
        return not self.files or self.files[x].isdisjoint(self.files[y])

    def join(self, a: int, b: int) -> None:
        keep, drop = self.root(a), self.root(b)
        if keep == drop:
            return
        if self.size[keep] < self.size[drop]:
            keep, drop = drop, keep
        self.parent[drop] = keep
        self.size[keep] += self.size[drop]
        if drop in self.owners:
            self.owners.setdefault(keep, set()).update(self.owners.pop(drop))
        if self.files:
            self.files[keep] |= self.files.pop(drop)
        for enemy in self.enemies.pop(drop, set()):
            self.enemies[enemy].discard(drop)
            self.enemies[enemy].add(keep)
            self.enemies.setdefault(keep, set()).add(enemy)
        mine = self.between.setdefault(keep, {})
        for other, (total, seen) in self.between.pop(drop, {}).items():
            theirs = self.between[other]
            theirs.pop(drop, None)
            if other == keep:
                continue
            entry = mine.setdefault(other, [0.0, 0.0])
            entry[0] += total
            entry[1] += seen
            theirs[keep] = entry.copy()
        mine.pop(drop, None)
