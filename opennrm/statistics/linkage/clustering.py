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
    clear = _clear(component, left, right, weight, strong, joined, apart, files, owners or {}, link_at)
    # Where every pair of a component says yes and nothing forbids it, the component is the person.
    first = np.full(int(component.max()) + 1 if size else 0, -1, dtype=np.int64)
    first[component[::-1]] = np.arange(size)[::-1]
    parent = np.where(clear[component], first[component], np.arange(size))
    rest = np.flatnonzero(~clear[component])
    own_files = {} if files is None else {int(i): {int(files[i])} for i in rest}
    groups = _Groups(parent, {p for p in apart if not clear[component[p[0]]]}, own_files, unseen, owners or {})
    for a, b in joined:
        groups.join(a, b)
    inside = (component[left] == component[right]) & ~clear[component[left]]
    order = np.argsort(-weight[inside], kind="stable")
    ends = (left[inside][order].tolist(), right[inside][order].tolist())
    pairs = list(zip(*ends, weight[inside][order].clip(-_CLIP, _CLIP).tolist(), strict=True))
    groups.learn(pairs)
    refused: list[tuple[int, int]] = []
    for a, b, _ in pairs[: int((weight[inside] >= link_at).sum())]:
        x, y = groups.root(a), groups.root(b)
        if x == y:
            continue
        if groups.may_join(x, y) and groups.evidence(x, y) >= together:
            groups.join(x, y)
        else:
            refused.append((a, b))
    roots = parent.copy()
    for i in rest.tolist():
        roots[i] = groups.root(i)
    _, labels = np.unique(roots, return_inverse=True)
    held = tuple((a, b) for a, b in refused if labels[a] != labels[b])
    return Persons(labels.astype(np.int64), held)


def _clear(
    component: Ints,
    left: Ints,
    right: Ints,
    weight: Floats,
    strong: npt.NDArray[np.bool_],
    joined: list[tuple[int, int]],
    apart: set[tuple[int, int]],
    files: Any,
    owners: Mapping[int, str],
    link_at: float,
) -> npt.NDArray[np.bool_]:
    count = int(component.max()) + 1 if len(component) else 0
    sizes = np.bincount(component, minlength=count)
    seen = np.bincount(component[left[strong]], minlength=count)
    clear = seen == sizes * (sizes - 1) // 2  # every pair was seen, and is at or above the bar
    decided = [*joined, *apart]
    clear[component[[end for pair in decided for end in pair]]] = False
    clear[component[list(owners)]] = False
    if files is not None and len(component):
        keys = component.astype(np.int64) * (int(np.max(files)) + 1) + np.asarray(files)
        _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
        clear[component[counts[inverse] > 1]] = False
    return np.asarray(clear | (sizes == 1), dtype=np.bool_)


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
        self.files = files
        self.unseen = unseen
        self.owners = {item: {key} for item, key in owners.items()}

    def root(self, item: int) -> int:
        while self.parent[item] != item:
            self.parent[item] = self.parent[self.parent[item]]
            item = self.parent[item]
        return item

    def learn(self, pairs: list[tuple[int, int, float]]) -> None:
        between, root = self.between, self.root
        for a, b, weight in pairs:
            x, y = root(a), root(b)
            if x == y:
                continue
            mine = between.setdefault(x, {})
            entry = mine.get(y)
            if entry is None:  # both sides hold one and the same entry
                entry = mine[y] = between.setdefault(y, {})[x] = [0.0, 0.0]
            entry[0] += weight
            entry[1] += 1

    def evidence(self, x: int, y: int) -> float:
        """The mean of all pairs between two groups, given by their roots."""
        total, seen = self.between.get(x, {}).get(y, (0.0, 0.0))
        pairs = self.size[x] * self.size[y]
        return (total + (pairs - seen) * self.unseen) / pairs

    def may_join(self, x: int, y: int) -> bool:
        """Whether nothing forbids two groups, given by their roots, to be one."""
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
        for other, entry in self.between.pop(drop, {}).items():
            theirs = self.between[other]
            theirs.pop(drop, None)
            if other == keep:
                continue
            known = mine.get(other)
            if known is None:
                mine[other] = theirs[keep] = entry
            else:
                known[0] += entry[0]
                known[1] += entry[1]
        mine.pop(drop, None)
