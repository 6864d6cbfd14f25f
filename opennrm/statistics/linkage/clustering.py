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

from opennrm.statistics.linkage.merging import LARGEST, Bounds, Pairs, merge_components

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

LINK_AT = 3.0  # bits: a pair at or above it may join two groups (probability 0.89)
TOGETHER = 1.0  # bits: the mean of all pairs between two groups must reach it
UNSEEN = -2.0  # bits: a pair that no blocking rule brought together speaks mildly against
_CLIP = 12.0


@dataclass(frozen=True)
class Persons:
    """Group number of each mention (0-based), and the pairs that were above the bar but refused.

    Groups are numbered by their first mention. `component`: number of what pairs above the bar connect in any way.
    """

    labels: Ints
    refused: tuple[tuple[int, int], ...]
    component: Ints

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
    different: Iterable[tuple[int, int]] | Ints = (),
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

    joined, apart, own = _rows(same, size), _rows(different, size), owners or {}
    strong = weight >= link_at
    rows, columns = (np.concatenate([end[strong], joined[:, side]]) for side, end in enumerate((left, right)))
    graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(size, size))
    count, numbers = connected_components(graph, directed=False)
    component = numbers.astype(np.int64)
    clear = _clear(component, count, left, right, weight, joined, apart, files, own, together)
    few = ~clear & (np.bincount(component, minlength=count) <= LARGEST)
    few[component[joined]] = few[component[list(own)]] = False
    inside = (component[left] == component[right]) & ~clear[component[left]]
    among_few = inside.copy()
    among_few[inside] = few[component[left[inside]]]
    bounds = Bounds(link_at, together, unseen, _CLIP)
    numbered = None if files is None else np.asarray(files)
    pairs = Pairs(left[among_few], right[among_few], weight[among_few])
    roots, held = merge_components(component, few, pairs, apart, numbered, bounds)
    # Where every pair of a component speaks for it and nothing forbids it, the component is the person.
    first = np.full(count, -1, dtype=np.int64)
    first[component[::-1]] = np.arange(size)[::-1]
    roots = np.where(clear[component], first[component], roots)
    many = ~clear & ~few
    refused = np.flatnonzero(among_few)[held]
    if many.any():
        kept = np.flatnonzero(inside & ~among_few)
        rest = np.flatnonzero(many[component])
        own_files = {} if files is None else {int(i): {int(files[i])} for i in rest}
        groups = _Groups(rest, apart[many[component[apart[:, 0]]]].tolist(), own_files, unseen, own)
        for a, b in joined.tolist():
            groups.join(a, b)
        refused = np.concatenate([refused, kept[_merge_large(groups, left[kept], right[kept], weight[kept], bounds)]])
        roots[rest] = [groups.root(i) for i in rest.tolist()]
        lowest = np.arange(size)  # of each group's mentions, whichever of them it was kept under
        lowest[roots[::-1]] = np.arange(size)[::-1]
        roots = lowest[roots]
    labels = (np.cumsum(roots == np.arange(size)) - 1)[roots]
    refused = refused[labels[left[refused]] != labels[right[refused]]]
    refused = refused[np.lexsort((refused, -weight[refused]))]
    return Persons(labels, tuple(zip(left[refused].tolist(), right[refused].tolist(), strict=True)), component)


def _rows(pairs: Iterable[tuple[int, int]] | Ints, size: int) -> Ints:
    # As rows, the lower mention first, each pair once.
    found = np.asarray(pairs if isinstance(pairs, np.ndarray) else list(pairs), dtype=np.int64).reshape(-1, 2)
    number = np.unique(found.min(axis=1) * size + found.max(axis=1))
    return np.stack([number // max(size, 1), number % max(size, 1)], axis=1)


def _merge_large(groups: "_Groups", left: Ints, right: Ints, weight: Floats, bounds: Bounds) -> Ints:
    # Join the groups by these pairs, the strongest first; the places of those that were refused.
    order = np.argsort(-weight, kind="stable")
    bits = weight[order].clip(-bounds.clip, bounds.clip).tolist()
    pairs = list(zip(left[order].tolist(), right[order].tolist(), bits, strict=True))
    groups.learn(pairs)
    refused: list[int] = []
    for place, (a, b, _) in enumerate(pairs[: int((weight >= bounds.link_at).sum())]):
        x, y = groups.root(a), groups.root(b)
        if x == y:
            continue
        if groups.may_join(x, y) and groups.evidence(x, y) >= bounds.together:
            groups.join(x, y)
        else:
            refused.append(place)
    return np.asarray(order[refused], dtype=np.int64)


def _clear(
    component: Ints,
    count: int,
    left: Ints,
    right: Ints,
    weight: Floats,
    joined: Ints,
    apart: Ints,
    files: Any,
    owners: Mapping[int, str],
    together: float,
) -> npt.NDArray[np.bool_]:
    sizes = np.bincount(component, minlength=count)
    likely = np.flatnonzero(weight >= together)
    likely = likely[component[left[likely]] == component[right[likely]]]
    seen = np.bincount(component[left[likely]], minlength=count)
    clear = seen == sizes * (sizes - 1) // 2  # every pair was seen, and no mean of some of them is below the bar
    clear[component[joined]] = clear[component[apart]] = clear[component[list(owners)]] = False
    if files is not None:
        many = np.flatnonzero((clear & (sizes > 1))[component])
        own = np.asarray(files)[many]
        order = np.lexsort((own, component[many]))
        many, own = many[order], own[order]
        again = (own[1:] == own[:-1]) & (component[many[1:]] == component[many[:-1]])
        clear[component[many[1:][again]]] = False
    return np.asarray(clear | (sizes == 1), dtype=np.bool_)


class _Groups:
    # Sums of evidence between groups, kept while groups merge; the smaller group is always poured into the larger.

    def __init__(
        self, items: Ints, apart: list[list[int]], files: Any, unseen: float, owners: Mapping[int, str]
    ) -> None:
        self.parent: dict[int, int] = {item: item for item in items.tolist()}
        self.size = dict.fromkeys(self.parent, 1)
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
