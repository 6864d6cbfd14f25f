"""How good the links are: from a random sample that people have judged, with intervals, by register, origin and sex.

The sample is drawn from bands of match weight, so that the rare and doubtful are seen too; estimates weigh each band
by its size. Intervals are Bayesian: Jeffreys' prior for each band, 95 %. Until a sample has been judged only what the
model itself expects is given, and is called so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from opennrm.statistics.linkage.clustering import LINK_AT, Ints
from opennrm.statistics.linkage.link import SEED, VERY_LIKELY, Links, band, numbers_of

BANDS = ("very likely", "likely", "possible", "unlikely")
_EDGES = {"very likely": (VERY_LIKELY, 1e9), "likely": (LINK_AT, VERY_LIKELY), "possible": (0.0, LINK_AT)}
_EDGES["unlikely"] = (-98.0, 0.0)
_DRAWS = 4000
_ENOUGH = 10  # judged pairs below which a group's figure is not given


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its 95 % interval and the judged pairs it rests on."""

    value: float
    low: float
    high: float
    judged: int


@dataclass(frozen=True, slots=True)
class Quality:
    """Precision and recall of one group of pairs. Recall is over the pairs that blocking brought together."""

    group: str
    pairs: int
    precision: Rate | None
    recall: Rate | None


def sample_for_review(links: Links, size: int, *, seed: int = SEED) -> list[tuple[int, int, str]]:
    """Random pairs to be judged, as (left, right, stratum), mentions by position; the doubtful are drawn more often.

    The order is random and carries no score: judge first, see why afterwards.
    """
    rng = np.random.default_rng(seed)
    shares = {"very likely": 0.2, "likely": 0.3, "possible": 0.3, "unlikely": 0.2}
    drawn: list[tuple[int, int, str]] = []
    for name in BANDS:
        inside = np.flatnonzero(_in_band(links.weight, name))
        chosen = rng.choice(inside, size=min(len(inside), round(size * shares[name])), replace=False)
        drawn += [(int(links.left[i]), int(links.right[i]), name) for i in chosen]
    order = rng.permutation(len(drawn))
    return [drawn[int(i)] for i in order]


def _in_band(weight: npt.NDArray[np.float64], name: str) -> npt.NDArray[np.bool_]:
    low, high = _EDGES[name]
    return (weight >= low) & (weight < high)


def judged_quality(links: Links, *, seed: int = SEED) -> list[Quality]:
    """Precision and recall from the judgements whose `stratum` names a band, overall and by group.

    Groups: pair of registers, origin of the name, sex. Empty when no judged sample was handed in.
    """
    if not any(judgement.stratum in BANDS for judgement in links.judgements.standing):
        return []
    position = {int(mid): place for place, mid in enumerate(links.mids)}
    judged: dict[tuple[int, int], bool] = {}
    for judgement in links.judgements.standing:
        if judgement.stratum in BANDS and judgement.verdict in {"same", "different"}:
            a, b = position[judgement.a + 1], position[judgement.b + 1]
            judged[min(a, b), max(a, b)] = judgement.verdict == "same"
    if not judged:
        return []
    strata = {
        (min(position[j.a + 1], position[j.b + 1]), max(position[j.a + 1], position[j.b + 1])): j.stratum
        for j in links.judgements.standing
        if j.stratum in BANDS
    }
    original = _original_bands(links, strata)
    groups = _groups(links, links.left, links.right)
    where = {(int(a), int(b)): i for i, (a, b) in enumerate(zip(links.left, links.right, strict=True))}
    sample = np.array([where[p] for p in judged if p in where], dtype=np.int64)
    truth = np.array([same for p, same in judged.items() if p in where], dtype=bool)
    rng = np.random.default_rng(seed)
    result = [_quality("all", np.ones(len(links.left), dtype=bool), original, sample, truth, rng)]
    for kind in ("registers", "origin", "sex"):
        names, numbers = groups[kind].names, groups[kind].numbers
        for number in sorted(set(numbers.tolist()), key=lambda number: names[number]):
            result.append(_quality(f"{kind}: {names[number]}", numbers == number, original, sample, truth, rng))
    return result


def _original_bands(links: Links, strata: Mapping[tuple[int, int], str]) -> npt.NDArray[np.int64]:
    # A judged pair weighs what people said; for estimation it belongs to the band it was drawn from.
    bands = np.array([BANDS.index(band(w)) for w in links.weight], dtype=np.int64)
    for i, pair in enumerate(zip(links.left.tolist(), links.right.tolist(), strict=True)):
        if pair in strata:
            bands[i] = BANDS.index(strata[pair])
    return bands


@dataclass(frozen=True)
class _Grouping:
    # The group of each pair, as a number into `names`.
    names: list[str]
    numbers: npt.NDArray[np.int64]


def _groups(links: Links, left: Ints, right: Ints) -> dict[str, _Grouping]:
    table = (
        links.backend.connection.cursor()
        .sql(
            "SELECT register, coalesce(citizenship, 'not known') AS origin, coalesce(sex, 'not known') AS sex "
            "FROM mention ORDER BY mid"
        )
        .to_arrow_table()
    )
    groups: dict[str, _Grouping] = {}
    for kind in ("register", "origin", "sex"):
        number, names = numbers_of(table[kind])
        first, second = number[left], number[right]
        if kind == "register":
            size = len(names)
            both = np.minimum(first, second) * size + np.maximum(first, second)
            groups["registers"] = _Grouping([f"{low} x {high}" for low in names for high in names], both)
        else:
            missing = names.index("not known") if "not known" in names else -1
            groups[kind] = _Grouping(names, np.where(first != missing, first, second))
    return groups


def _quality(
    name: str,
    members: npt.NDArray[np.bool_],
    bands: npt.NDArray[np.int64],
    sample: npt.NDArray[np.int64],
    truth: npt.NDArray[np.bool_],
    rng: np.random.Generator,
) -> Quality:
    inside = members[sample]
    own, same = bands[sample[inside]], truth[inside]
    sizes = np.array([int((members & (bands == b)).sum()) for b in range(len(BANDS))], dtype=float)
    said = np.array([int((own == b).sum()) for b in range(len(BANDS))])
    yes = np.array([int(same[own == b].sum()) for b in range(len(BANDS))])
    linked = 2  # the first two bands are what is linked
    pairs = int(sizes[:linked].sum())
    if said.sum() < _ENOUGH or not pairs:
        return Quality(name, pairs, None, None)
    draws = rng.beta(yes + 0.5, said - yes + 0.5, size=(_DRAWS, len(BANDS)))
    share = np.where(said > 0, yes / np.maximum(said, 1), (yes + 0.5) / (said + 1.0))
    right, all_right = (share * sizes)[:linked].sum(), (share * sizes).sum()
    drawn, all_drawn = (draws * sizes)[:, :linked].sum(axis=1), (draws * sizes).sum(axis=1)
    return Quality(
        name,
        pairs,
        _rate(right / pairs, drawn / pairs, int(said[:linked].sum())),
        _rate(right / max(all_right, 1e-9), drawn / np.maximum(all_drawn, 1e-9), int(said.sum())),
    )


def _rate(value: float, draws: npt.NDArray[np.float64], judged: int) -> Rate:
    low, high = np.quantile(draws, [0.025, 0.975])
    return Rate(float(value), float(min(low, value)), float(max(high, value)), judged)


def expected_by_band(links: Links) -> list[dict[str, Any]]:
    """How many pairs each band holds, and what share of them the model itself expects to be one person."""
    return [
        {
            "band": name,
            "from_weight": _EDGES[name][0] if name != "unlikely" else None,
            "pairs": int(mask.sum()),
            "expected_same": round(float(links.probability[mask].mean()), 4) if mask.any() else None,
        }
        for name in BANDS
        for mask in [_in_band(links.weight, name)]
    ]


def links_by_group(links: Links) -> dict[str, Sequence[Mapping[str, Any]]]:
    """Linked pairs and mentions that stand alone, by pair of registers, origin and sex: where linkage works worse."""
    linked = links.weight >= LINK_AT
    result: dict[str, Sequence[Mapping[str, Any]]] = {}
    for kind, grouping in _groups(links, links.left[linked], links.right[linked]).items():
        numbers = grouping.numbers
        pairs = np.bincount(numbers, minlength=len(grouping.names))
        sums = np.bincount(numbers, weights=links.probability[linked], minlength=len(grouping.names))
        result[kind] = [
            {
                "group": grouping.names[number],
                "pairs_linked": int(pairs[number]),
                "expected_same": round(float(sums[number] / pairs[number]), 4),
            }
            for number in sorted(np.flatnonzero(pairs), key=lambda number: grouping.names[number])
        ]
    return result
