"""The reader's system: every number about the same records as one sum over the same unknown counts.

The unknowns would be the counts of every combination of codes. They are too many and not all are needed: two codes
that no number tells apart are one, and a number about district and form says nothing about citizenship except through
what it shares with others. So the unknowns are the tables over the cliques of a triangulated graph of dimensions, made
to agree where neighbours overlap. Whole-number tables that agree along a junction tree always extend to a whole-number
table over everything (Dobra & Fienberg 2000, PNAS 97), so nothing is lost: bounds are those of the full system.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components

from opennrm.statistics.disclosure.codebook import KNOWN, PERIOD, Region

Place = tuple[Region, str]
"""A region and how it is known: `at 1` counted in version 1, `added 2` or `removed 2` by the revision to version 2."""
Form = tuple[tuple[int, Place], ...]
"""A sum of places with whole coefficients: the count of one place, or a difference of two."""

_YEAR, _MONTH = "period, year", "period, month"
_Sets = dict[str, frozenset[str]]


@dataclass(frozen=True)
class Block:
    """A part of the system that shares no unknown with the rest. Columns are unknown counts, all at least zero."""

    columns: int
    structure: csr_matrix
    places: tuple[Place, ...]
    rows: csr_matrix


class System:
    """Builds the rows for places. `vintages` is how many versions of the records have been counted from."""

    def __init__(self, places: Iterable[Place], codes: Mapping[str, Sequence[str]], *, vintages: int = 1) -> None:
        self._places = tuple(dict.fromkeys(places))
        self._vintages = vintages
        self._months = sorted({m for region, _ in self._places for d, ms in region if d == PERIOD for m in ms})
        sets = [self._sets(place) for place in self._places]
        self._codes = {**codes, _YEAR: sorted({m[:4] for m in self._months}), _MONTH: self._months}
        self._codes[KNOWN] = [f"{i}-{j}" for i in range(1, vintages + 1) for j in range(i + 1, vintages + 2)]
        self._classes = _classes(sets, self._codes)
        self._cliques = _cliques(
            [_dimensions(s) for s in sets], {d: max(c.values()) + 1 for d, c in self._classes.items()}
        )
        self._sets_of = dict(zip(self._places, sets, strict=True))
        self._layout()

    def blocks(self, together: Sequence[tuple[Place, Place]] = ()) -> list[Block]:
        """The system in independent parts, each with the rows of its own places; pairs `together` share a part."""
        rows = coo_matrix(_stack([self._row(place) for place in self._places], self._width))
        pairs = [np.unique(np.concatenate([self._row(place) for place in pair])) for pair in together]
        structure = coo_matrix(self._agreement())
        links = coo_matrix(_stack(pairs, self._width))
        everything = coo_matrix(
            (
                np.ones(rows.nnz + structure.nnz + links.nnz),
                (
                    np.concatenate(
                        [rows.row, structure.row + rows.shape[0], links.row + rows.shape[0] + structure.shape[0]]
                    ),
                    np.concatenate([rows.col, structure.col, links.col]),
                ),
            ),
            shape=(rows.shape[0] + structure.shape[0] + len(pairs), self._width),
        )
        return _split(self._places, csr_matrix(rows), csr_matrix(structure), csr_matrix(everything))

    def _sets(self, place: Place) -> _Sets:
        region, known = place
        sets: _Sets = dict(region)
        if PERIOD in sets:
            period = sets.pop(PERIOD)
            years = frozenset(month[:4] for month in period)
            whole = frozenset(month for month in self._months if month[:4] in years)
            sets[_YEAR] = years
            if period != whole:
                sets[_MONTH] = period
        if self._vintages > 1:
            sets[KNOWN] = frozenset(_known(known, self._vintages))
        return sets

    def _layout(self) -> None:
        self._atoms: list[NDArray[np.int64]] = []
        self._offset: list[int] = []
        width = 0
        year_of = self._classes.get(_YEAR, {})
        in_year = {self._classes[_MONTH][m]: year_of[m[:4]] for m in self._months} if _MONTH in self._classes else {}
        for clique in self._cliques:
            sizes = [max(self._classes[d].values()) + 1 for d in clique]
            atoms = np.array(list(product(*(range(size) for size in sizes))), dtype=np.int64).reshape(-1, len(clique))
            if _MONTH in clique:
                month, year = atoms[:, clique.index(_MONTH)], atoms[:, clique.index(_YEAR)]
                atoms = atoms[np.array([in_year[m] for m in month.tolist()], dtype=np.int64) == year]
            self._atoms.append(atoms)
            self._offset.append(width)
            width += len(atoms)
        self._width = width

    def _row(self, place: Place) -> NDArray[np.int64]:
        sets = self._sets_of[place]
        wanted = set(_dimensions(sets))
        home = min(
            (k for k, clique in enumerate(self._cliques) if wanted <= set(clique)), key=lambda k: len(self._atoms[k])
        )
        return self._offset[home] + np.flatnonzero(self._mask(home, sets))

    def _mask(self, home: int, sets: _Sets) -> NDArray[np.bool_]:
        mask = np.ones(len(self._atoms[home]), dtype=bool)
        for dimension, allowed in sets.items():
            classes = self._classes[dimension]
            column = self._atoms[home][:, self._cliques[home].index(dimension)]
            mask &= np.isin(column, sorted({classes[code] for code in allowed}))
        return mask

    def _agreement(self) -> csr_matrix:
        rows: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        for one, other in _tree(self._cliques):
            shared = [d for d in self._cliques[one] if d in self._cliques[other]]
            for key in product(*(range(max(self._classes[d].values()) + 1) for d in shared)):
                pair = [self._offset[k] + np.flatnonzero(self._where(k, shared, key)) for k in (one, other)]
                if len(pair[0]) and len(pair[1]):
                    rows.append((pair[0], pair[1]))
        if not rows:
            return csr_matrix((0, self._width))
        where = np.concatenate([np.concatenate(pair) for pair in rows])
        signs = np.concatenate([np.concatenate([np.ones(len(a)), -np.ones(len(b))]) for a, b in rows])
        index = np.concatenate([np.full(len(a) + len(b), i) for i, (a, b) in enumerate(rows)])
        return csr_matrix((signs, (index, where)), shape=(len(rows), self._width))

    def _where(self, home: int, dimensions: list[str], key: tuple[int, ...]) -> NDArray[np.bool_]:
        mask = np.ones(len(self._atoms[home]), dtype=bool)
        for dimension, value in zip(dimensions, key, strict=True):
            mask &= self._atoms[home][:, self._cliques[home].index(dimension)] == value
        return mask


def _known(known: str, vintages: int) -> list[str]:
    verb, _, number = known.partition(" ")
    version = int(number)
    spans = [(i, j) for i in range(1, vintages + 1) for j in range(i + 1, vintages + 2)]
    match verb:
        case "added":
            chosen = [(i, j) for i, j in spans if i == version]
        case "removed":
            chosen = [(i, j) for i, j in spans if j == version]
        case _:
            chosen = [(i, j) for i, j in spans if i <= version < j]
    return [f"{i}-{j}" for i, j in chosen]


def _dimensions(sets: _Sets) -> tuple[str, ...]:
    names = set(sets)
    if _MONTH in names:
        names.add(_YEAR)
    return tuple(sorted(names))


def _classes(sets: list[_Sets], codes: Mapping[str, Sequence[str]]) -> dict[str, dict[str, int]]:
    """Codes that no number tells apart get the same class."""
    classes: dict[str, dict[str, int]] = {}
    for dimension in sorted({d for s in sets for d in _dimensions(s)}):
        used = list(dict.fromkeys(s[dimension] for s in sets if dimension in s))
        seen: dict[tuple[object, ...], int] = {}
        found: dict[str, int] = {}
        for code in codes[dimension]:
            signature: tuple[object, ...] = tuple(code in members for members in used)
            if dimension == _MONTH:
                signature += (code[:4],)
            found[code] = seen.setdefault(signature, len(seen))
        classes[dimension] = found
    if _MONTH in classes:  # months of years that are told apart keep their years apart
        classes[_YEAR] = {year: i for i, year in enumerate(codes[_YEAR])}
    return classes


def _cliques(scopes: list[tuple[str, ...]], sizes: Mapping[str, int]) -> list[tuple[str, ...]]:
    """Cliques of a triangulation of the graph of dimensions, chosen greedily by the size of the table they make."""
    neighbours: dict[str, set[str]] = {d: set() for scope in scopes for d in scope}
    for scope in scopes:
        for a, b in combinations(scope, 2):
            neighbours[a].add(b)
            neighbours[b].add(a)
    cliques: list[frozenset[str]] = []
    while neighbours:

        def table(d: str) -> tuple[int, str]:
            return int(np.prod([sizes[e] for e in neighbours[d] | {d}], dtype=object)), d

        chosen = min(neighbours, key=table)
        clique = frozenset(neighbours[chosen] | {chosen})
        for a, b in combinations(sorted(neighbours[chosen]), 2):
            neighbours[a].add(b)
            neighbours[b].add(a)
        for other in neighbours.pop(chosen):
            neighbours[other].discard(chosen)
        if not any(clique <= known for known in cliques):
            cliques.append(clique)
    return [tuple(sorted(clique)) for clique in cliques] or [()]


def _tree(cliques: list[tuple[str, ...]]) -> list[tuple[int, int]]:
    """A junction tree: the spanning tree of the cliques with the largest overlaps."""
    edges = sorted(
        combinations(range(len(cliques)), 2), key=lambda e: (-len(set(cliques[e[0]]) & set(cliques[e[1]])), e)
    )
    root = list(range(len(cliques)))

    def find(i: int) -> int:
        while root[i] != i:
            i = root[i]
        return i

    tree: list[tuple[int, int]] = []
    for a, b in edges:
        if find(a) != find(b):
            root[find(a)] = find(b)
            tree.append((a, b))
    return tree


def _stack(rows: list[NDArray[np.int64]], width: int) -> csr_matrix:
    lengths = [len(row) for row in rows]
    columns = np.concatenate(rows) if rows else np.array([], dtype=np.int64)
    index = np.repeat(np.arange(len(rows)), lengths)
    return csr_matrix((np.ones(len(columns)), (index, columns)), shape=(len(rows), width))


def _split(places: tuple[Place, ...], rows: csr_matrix, structure: csr_matrix, everything: csr_matrix) -> list[Block]:
    count, columns = everything.shape
    graph = coo_matrix(everything)
    joined = coo_matrix((np.ones(graph.nnz), (graph.row, graph.col + count)), shape=(count + columns, count + columns))
    number, label = connected_components(joined, directed=False)
    blocks: list[Block] = []
    for part in range(number):
        mine = np.flatnonzero(label[: rows.shape[0]] == part)
        held = np.flatnonzero(label[rows.shape[0] : rows.shape[0] + structure.shape[0]] == part)
        unknown = np.flatnonzero(label[count:] == part)
        if len(mine) == 0:
            continue
        blocks.append(
            Block(
                len(unknown),
                csr_matrix(structure[held][:, unknown]),
                tuple(places[i] for i in mine),
                csr_matrix(rows[mine][:, unknown]),
            )
        )
    return blocks
