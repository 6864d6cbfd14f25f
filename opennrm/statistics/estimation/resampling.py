"""Random tables, the same for the same seed on any machine.

Only the raw numbers of PCG64 are used, which NumPy promises never to change, and whole-number arithmetic; beyond
50,000 persons NumPy's multinomial draws, which holds for one version of NumPy.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from opennrm.statistics.estimation.engine import Floats

DEFAULT_SEED = 20260101
_ONE_BY_ONE = 50_000
_AT_ONCE = 1 << 17  # draws worked on together, so that they stay in the cache


def generator(seed: int) -> np.random.PCG64:
    """The stream of one seed."""
    return np.random.PCG64(seed)


def resampled(cells: npt.NDArray[np.int64], replicates: int, seed: int) -> npt.NDArray[np.int32]:
    """Tables of as many persons drawn from this one with replacement: (2**k, replicates)."""
    persons = int(cells.sum())
    if persons > _ONE_BY_ONE:
        draws = np.random.Generator(generator(seed)).multinomial(persons, cells / persons, size=replicates)
        return np.ascontiguousarray(draws.T, dtype=np.int32)
    cell_of = np.repeat(np.arange(len(cells), dtype=np.int64), cells)
    drawn = [_counted(cell_of[chosen], len(cells)) for chosen in _chosen(persons, replicates, seed)]
    return np.ascontiguousarray(np.concatenate(drawn).T, dtype=np.int32)


def drawn_from(means: Floats, population: int, seed: int) -> npt.NDArray[np.int64]:
    """One table of `population` persons, each in a history with chances in proportion to the means."""
    edges = np.rint(np.cumsum(means) / means.sum() * 2.0**32)
    counts = np.zeros(len(means), dtype=np.int64)
    bits = generator(seed)
    for low in range(0, population, _AT_ONCE):
        place = np.searchsorted(edges, _uniform(bits, min(_AT_ONCE, population - low)), side="right")
        counts += np.bincount(np.minimum(place, len(means) - 1), minlength=len(means))
    return counts


def _chosen(persons: int, replicates: int, seed: int) -> Iterator[npt.NDArray[np.int64]]:
    """For each replicate (row) the persons drawn, some rows at a time."""
    bits = generator(seed)
    rows = max(1, _AT_ONCE // max(1, persons))
    for low in range(0, replicates, rows):
        now = min(rows, replicates - low)
        picked = _uniform(bits, now * persons)
        picked *= np.uint64(persons)
        picked >>= np.uint64(32)
        yield picked.view(np.int64).reshape(now, persons)


def _uniform(bits: np.random.PCG64, n: int) -> npt.NDArray[np.uint64]:
    """Whole numbers below 2**32, two from each raw number, its low half first."""
    raw = np.atleast_1d(np.asarray(bits.random_raw((n + 1) // 2), dtype=np.uint64))
    return raw.astype("<u8", copy=False).view("<u4")[:n].astype(np.uint64)


def _counted(histories: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.int64]:
    rows = len(histories)
    flat = histories + size * np.arange(rows)[:, None]
    return np.bincount(flat.ravel(), minlength=rows * size).reshape(rows, size)
