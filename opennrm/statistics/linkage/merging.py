"""Many small groups of mentions joined at once: one step takes the next strongest pair of every one of them.

It decides as `clustering._Groups` does, pair by pair from the strongest on. A component of a few mentions fits in a
small square of numbers, and thousands of such squares go through NumPy together.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

LARGEST = 32  # mentions; larger components are rare, and a square of them is not small


@dataclass(frozen=True)
class Bounds:
    """What evidence has to reach: see the constants of `clustering`."""

    link_at: float
    together: float
    unseen: float
    clip: float


@dataclass(frozen=True)
class Pairs:
    """Pairs of mentions with their weights in bits, each pair once."""

    left: Ints
    right: Ints
    weight: Floats


def merge_components(
    component: Ints, chosen: npt.NDArray[np.bool_], pairs: Pairs, apart: Ints, files: Ints | None, bounds: Bounds
) -> tuple[Ints, Ints]:
    """Join the mentions of each chosen component, the strongest pair first.

    component: number of each mention's component. chosen: which components, none larger than `LARGEST`. pairs: all
    that lie inside chosen components. apart: pairs told apart, as rows of two mentions. files: number of each mention's
    file.
    Returns for each mention the first mention of its group (its own number outside the chosen components), and the
    places of the pairs that were at or above the bar but refused.
    """
    roots = np.arange(len(component))
    members = np.flatnonzero(chosen[component])
    members = members[np.argsort(component[members], kind="stable")]
    starts = np.flatnonzero(np.diff(component[members], prepend=-1))
    sizes = np.diff(starts, append=len(members))
    place = np.zeros(len(component), dtype=np.int64)  # of a mention inside its component
    place[members] = np.arange(len(members)) - np.repeat(starts, sizes)
    number = np.full(len(chosen), -1, dtype=np.int64)  # of a component among the chosen
    number[component[members[starts]]] = np.arange(len(starts))
    home = number[component[pairs.left]]
    apart = apart[chosen[component[apart[:, 0]]] & (component[apart[:, 0]] == component[apart[:, 1]])]
    apart_home = number[component[apart[:, 0]]]
    refused = [np.zeros(0, dtype=np.int64)]
    width = np.array([next(w for w in _WIDTHS if w >= size) for size in range(LARGEST + 1)])[sizes]
    for side in np.unique(width):
        group = np.flatnonzero(width == side)
        row = np.full(len(starts), -1, dtype=np.int64)
        row[group] = np.arange(len(group))
        who = np.full((len(group), side), -1, dtype=np.int64)
        inside = np.repeat(width == side, sizes)
        who[row[number[component[members[inside]]]], place[members[inside]]] = members[inside]
        own = np.flatnonzero(row[home] >= 0)
        at, a, b = row[home[own]], place[pairs.left[own]], place[pairs.right[own]]
        evidence = np.full((len(group), side, side), bounds.unseen)
        evidence[at, a, b] = evidence[at, b, a] = pairs.weight[own].clip(-bounds.clip, bounds.clip)
        never = np.zeros((len(group), side, side), dtype=bool)
        if files is not None:
            file = files[who]
            never = file[:, :, None] == file[:, None, :]
        told = row[apart_home] >= 0
        one, other = place[apart[told, 0]], place[apart[told, 1]]
        never[row[apart_home[told]], one, other] = never[row[apart_home[told]], other, one] = True
        strong = np.flatnonzero(pairs.weight[own] >= bounds.link_at)
        strong = strong[np.lexsort((-pairs.weight[own[strong]], at[strong]))]
        label, held = _merge_squares(evidence, never, at[strong], a[strong], b[strong], bounds.together)
        refused.append(own[strong[held]])
        first = np.take_along_axis(who, label, axis=1)
        roots[who[who >= 0]] = first[who >= 0]
    return roots, np.concatenate(refused)


_WIDTHS = (0, 2, 3, 4, 5, 6, 8, 10, 13, 17, 23, LARGEST)


def _merge_squares(
    evidence: Floats, never: npt.NDArray[np.bool_], at: Ints, a: Ints, b: Ints, together: float
) -> tuple[Ints, Ints]:
    # at, a, b: strong pairs as square, row, column; by square, the strongest first. Returns each row's first row of one
    # group, and the places of refused pairs.
    count, side = evidence.shape[:2]
    label = np.tile(np.arange(side), (count, 1))
    size = np.ones((count, side))
    pairs = np.bincount(at, minlength=count)
    begin = np.cumsum(pairs) - pairs
    order = np.argsort(-pairs, kind="stable")  # squares that have a pair left stand in front
    left = np.searchsorted(-pairs[order], -np.arange(int(pairs.max(initial=0))), side="left")
    refused = [np.zeros(0, dtype=np.int64)]
    for step, active in enumerate(left.tolist()):
        square = order[:active]
        pair = begin[square] + step
        x, y = label[square, a[pair]], label[square, b[pair]]
        apart = np.flatnonzero(x != y)
        square, pair, x, y = square[apart], pair[apart], x[apart], y[apart]
        enough = evidence[square, x, y] >= together * size[square, x] * size[square, y]
        yes = enough & ~never[square, x, y]
        refused.append(pair[~yes])
        square, low, high = square[yes], np.minimum(x, y)[yes], np.maximum(x, y)[yes]
        sums = evidence[square, low] + evidence[square, high]
        evidence[square, low] = sums
        evidence[square, :, low] = sums
        forbidden = never[square, low] | never[square, high]
        never[square, low] = forbidden
        never[square, :, low] = forbidden
        size[square, low] += size[square, high]
        labels = label[square]
        label[square] = np.where(labels == high[:, None], low[:, None], labels)
    return label, np.concatenate(refused)
