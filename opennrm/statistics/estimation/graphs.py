"""Decomposable graphs of list dependence: an edge says that two lists depend on one another.

For a decomposable graph the likelihood of the whole table is a product over cliques divided by a product over
separators (Dawid and Lauritzen 1993), so a graph is stored as one row of integer exponents over the subsets of lists.
"""

from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

MOST_LISTS = 6


@dataclass(frozen=True, slots=True)
class Graphs:
    """Every decomposable graph of some lists.

    edges: one bitmask over the pairs (in the order of `itertools.combinations`) per graph.
    exponents: graphs x 2**k; entry S is the number of cliques equal to S less the separators equal to S.
    """

    lists: int
    edges: NDArray[np.int64]
    exponents: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.edges)

    def pairs(self, graph: int) -> tuple[tuple[int, int], ...]:
        """The pairs of lists that depend on one another in this graph."""
        return tuple(
            pair for bit, pair in enumerate(combinations(range(self.lists), 2)) if int(self.edges[graph]) >> bit & 1
        )

    def cliques(self, graph: int) -> tuple[tuple[int, ...], ...]:
        """The maximal groups of lists that all depend on one another, in the order of their lists."""
        subsets = np.flatnonzero(self.exponents[graph] > 0)
        return tuple(sorted(tuple(i for i in range(self.lists) if int(s) >> i & 1) for s in subsets))


@cache
def decomposable_graphs(lists: int) -> Graphs:
    """All decomposable graphs on 2 to 6 labelled lists: 2, 8, 61, 822, 18,154 (sequence A058862 of the OEIS).

    Each graph is taken apart by removing a list whose neighbours are all joined (a perfect elimination order); the
    graphs are worked on together, one list a round. Raises ValueError outside 2 to 6 lists.
    """
    if not 2 <= lists <= MOST_LISTS:
        raise ValueError(f"decomposable graphs are enumerated for 2 to {MOST_LISTS} lists, not {lists}")
    pairs = list(combinations(range(lists), 2))
    edges = np.arange(1 << len(pairs), dtype=np.int64)
    neighbours = np.zeros((len(edges), lists), dtype=np.int64)
    for bit, (a, b) in enumerate(pairs):
        joined = edges >> bit & 1
        neighbours[:, a] |= joined << b
        neighbours[:, b] |= joined << a
    exponents = np.zeros((len(edges), 1 << lists), dtype=np.int8)
    left = np.full(len(edges), (1 << lists) - 1, dtype=np.int64)
    for _ in range(lists):
        chosen = _first_simplicial(neighbours, left)
        rows = np.flatnonzero(chosen >= 0)
        edges, neighbours, exponents, left = edges[rows], neighbours[rows], exponents[rows], left[rows]
        list_out = chosen[rows]
        here = np.arange(len(rows))
        around = neighbours[here, list_out] & left
        exponents[here, around | (1 << list_out)] += 1
        exponents[here, around] -= 1
        left &= ~(1 << list_out)
    exponents[:, 0] = 0  # the empty set stands for everybody: its factor is one
    return Graphs(lists, edges, exponents)


def _first_simplicial(neighbours: NDArray[np.int64], left: NDArray[np.int64]) -> NDArray[np.int64]:
    """Per graph the first remaining list whose remaining neighbours are all joined, or -1."""
    lists = neighbours.shape[1]
    chosen = np.full(len(neighbours), -1, dtype=np.int64)
    for v in range(lists - 1, -1, -1):
        around = neighbours[:, v] & left
        joined = (left >> v & 1).astype(bool)
        for u in range(lists):
            is_near = (around >> u & 1).astype(bool)
            joined &= ~is_near | ((around & ~(1 << u) & ~neighbours[:, u]) == 0)
        chosen[joined] = v
    return chosen
