"""How many distinct persons: with an interval, and corrected for the links that are missed.

Missed links become people. How many are missed is read off the data: people whose documents prove them one are
linked again with the documents hidden, and the share that is found again is the share found where there is none.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from opennrm.statistics.linkage.clustering import Floats, Ints

DRAWS = 2000
LENT = 50.0  # links of all groups that a group's share rests on beside its own
_USUAL, _FEW_LINKS = 0.95, 10.0  # the share where nothing is proven, and the links that it is worth
_EVEN = 0.5  # chance of a link inside a register for which no pair there speaks
_NEAR = 20  # of mentions with one number, those fewer steps apart than this are told as pairs


@dataclass(frozen=True, slots=True)
class PersonCount:
    """Distinct persons as linked, and corrected for missed and false links with a 95 % interval."""

    linked: int
    corrected: float
    low: float
    high: float
    found_again: float  # share of proven links that are found without the document; in a register, as it is applied
    proven: int  # proven links this rests on: in a register, those inside it


@dataclass(frozen=True, slots=True)
class FoundAgain:
    """What share of proven links is found without the proof, by group and overall, and the links it rests on."""

    share: Floats
    proven: Floats
    overall: float
    lent: float  # links of all groups that each group's share rests on beside its own


def merges_per_mention(labels: Ints, group: Ints | None = None) -> Floats:
    """Each mention's part in the merges of its person: 1 - 1/size. They add up to mentions minus persons.

    group: count only mentions with one and the same group number as one's own (-1: in no group).
    """
    if group is None:
        size = np.bincount(labels)[labels]
        return np.asarray(1 - 1 / size, dtype=np.float64)
    grouped = np.flatnonzero(group >= 0)
    keys = labels[grouped].astype(np.int64) * (int(group.max(initial=0)) + 1) + group[grouped]
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    parts = np.zeros(len(labels))
    parts[grouped] = 1 - 1 / counts[inverse]
    return parts


def drawn_documents(document: Ints, most: int, *, seed: int) -> Ints:
    """The documents from which the share of links found again is read: of more than `most` shared ones, some.

    document: number of each mention's document, -1 for none. Returns the same with -1 for those not drawn.
    """
    shared = np.flatnonzero(np.bincount(document[document >= 0]) > 1)
    if len(shared) <= most:
        return document
    drawn = np.zeros(int(document.max()) + 2, dtype=bool)  # the last one, at -1, is none
    drawn[np.random.default_rng(seed).permutation(shared)[:most]] = True
    return np.where(drawn[document], document, -1)


def found_again(hidden_labels: Ints, document: Ints, group: Ints, *, lent: float = LENT) -> FoundAgain:
    """Of the links that documents prove, the share that is found with equal documents hidden.

    hidden_labels: persons as linked with equal documents hidden. document, group: a number for each mention, -1 for
    no document. The groups are registers, or narrower. lent: the links of all groups that a group's share leans on.
    """
    groups = int(group.max()) + 1 if len(group) else 1
    found, true = merges_per_mention(hidden_labels, document), merges_per_mention(np.zeros_like(document), document)
    proven = np.bincount(group, weights=true, minlength=groups)
    again = np.bincount(group, weights=found, minlength=groups)
    total = proven.sum()
    # Few proven links in a group: lean on all groups together; few in all of them: on what is usual.
    usual = (again.sum() + _USUAL * _FEW_LINKS) / (total + _FEW_LINKS)
    lent = min(lent, total + _FEW_LINKS)
    share = np.clip((again + lent * usual) / (proven + lent), 0.05, 1.0)
    return FoundAgain(
        share, proven.astype(np.float64), max(float(again.sum() / total), 0.05) if total else 1.0, float(lent)
    )


def pairs_found_again(hidden_labels: Ints, document: Ints, register: Ints) -> tuple[Ints, Ints]:
    """Of the pairs of mentions that a document proves one person, how many there are and how many are found again.

    As `found_again`, told by pair of registers, the lower one first: two square tables of pairs of mentions, not links.
    """
    size = int(register.max()) + 1 if len(register) else 1
    proven, found = np.zeros(size * size, dtype=np.int64), np.zeros(size * size, dtype=np.int64)
    known = np.flatnonzero(document >= 0)
    order = known[np.argsort(document[known], kind="stable")]
    most = int(np.bincount(document[order]).max(initial=1))
    for step in range(1, min(most, _NEAR)):  # a number that hundreds bear is no document: their pairs are not all told
        one, other = order[:-step], order[step:]
        one, other = (ends[document[one] == document[other]] for ends in (one, other))
        where = np.minimum(register[one], register[other]) * size + np.maximum(register[one], register[other])
        proven += np.bincount(where, minlength=size * size)
        found += np.bincount(where[hidden_labels[one] == hidden_labels[other]], minlength=size * size)
    return proven.reshape(size, size), found.reshape(size, size)


def chance_inside(left: Ints, right: Ints, chance: Floats, register: Ints) -> Floats:
    """Match probabilities of pairs, those inside one register with that register's own share of matches as the prior.

    A model learns one prior for all pairs. An agency seldom writes a person down twice, so the same evidence says less
    inside its register than between two. left, right: numbers of the mentions of each pair; register: of each mention.
    """
    mentions = np.bincount(register, minlength=1).astype(np.float64)
    pairs = mentions * (mentions - 1) / 2
    inside = np.flatnonzero(register[left] == register[right])
    where = register[left[inside]]
    expected = np.bincount(where, weights=chance[inside], minlength=len(mentions))
    everywhere = chance.sum() / max(len(register) * (len(register) - 1) / 2, 1.0)
    odds = np.divide(expected, pairs * everywhere, out=np.ones_like(pairs), where=expected > 0)[where]
    told = chance.copy()
    told[inside] = chance[inside] * odds / (chance[inside] * odds + 1 - chance[inside])
    return told


def best_chances(
    labels: Ints,
    left: Ints,
    right: Ints,
    chance: Floats,
    same: Sequence[tuple[int, int]] = (),
    register: Ints | None = None,
) -> Floats:
    """How sure it is of each mention that it belongs to its person: the probability of its best pair there, 1 if alone.

    left, right, chance: the pairs and their match probabilities; same: pairs that people judged one. register: of each
    mention, to look at pairs inside a register only; what others alone join there is at even odds.
    """
    best = np.full(len(labels), 0.0 if register is None else _EVEN)
    inside = labels[left] == labels[right]
    if register is not None:
        inside &= register[left] == register[right]
    for ends in (left[inside], right[inside]):
        np.maximum.at(best, ends, chance[inside])
    for a, b in _implied(same, register):
        best[[a, b]] = 1.0
    alone = np.bincount(labels)[labels] == 1 if len(labels) else np.zeros(0, dtype=bool)
    return np.where(alone, 1.0, best)


def _implied(same: Sequence[tuple[int, int]], register: Ints | None) -> Sequence[tuple[int, int]]:
    # What judgements make sure inside a register: two of it judged the same as one of another are one.
    if register is None:
        return same
    group: dict[int, list[int]] = {}
    for pair in same:
        joined = sorted({member for end in pair for member in group.get(end, [end])})
        group.update(dict.fromkeys(joined, joined))
    of_one: dict[tuple[int, int], list[int]] = {}
    for member, members in group.items():
        of_one.setdefault((id(members), int(register[member])), []).append(member)
    return [pair for members in of_one.values() for pair in itertools.pairwise(members)]


def count_persons(
    labels: Ints,
    ways: Sequence[tuple[FoundAgain, Ints]],
    document: Ints,
    edge_chance: Floats,
    *,
    seed: int,
    subset: npt.NDArray[np.bool_] | None = None,
) -> PersonCount:
    """Distinct persons among mentions.

    labels: persons as linked. ways: how the share found again is carried over to mentions without a document, each as
    the shares by group and the number of each mention's group; the first one gives the corrected count, and the
    interval holds what any of them gives: nobody can tell which is right. document: number of each mention's
    document, -1 for none. edge_chance: the match probability of the pair that joined each mention to its person (1 for
    the first). subset: count these mentions only.
    """
    use = np.ones(len(labels), dtype=bool) if subset is None else subset
    own = labels[use]
    local = (np.cumsum(np.bincount(own) > 0) - 1)[own]
    part = merges_per_mention(local)
    by_document = np.minimum(merges_per_mention(local, document[use]), part)
    rest = part - by_document
    most = len(own) - by_document.sum()
    least = float(min(len(own), 1))  # some person is there, however many links may have been missed
    found = [np.maximum(most - _links(again, group[use], rest, edge_chance[use], seed), least) for again, group in ways]
    low, high = np.quantile([estimates[1:] for estimates in found], [0.025, 0.975], axis=1)
    persons = int(local.max()) + 1 if len(local) else 0
    again, group = ways[0]
    share, proven = again.overall, again.proven.sum()
    if subset is not None and len(own):  # what their own groups rest on, not all
        here = np.unique(group[use])
        share, proven = np.average(again.share[here], weights=again.proven[here] + again.lent), again.proven[here].sum()
    return PersonCount(
        persons, float(found[0][0]), float(low.min()), float(high.max()), float(share), round(float(proven))
    )


def _links(again: FoundAgain, group: Ints, rest: Floats, chance: Floats, seed: int) -> Floats:
    # Links that no document proves, corrected for those that are missed: as expected, then as drawn.
    rng = np.random.default_rng(seed)
    groups, share = len(again.proven), again.share
    # Each mention's link is drawn with its probability; the sum of so many draws is normal, group by group.
    mean = np.bincount(group, weights=rest * chance, minlength=groups)
    spread = np.sqrt(np.bincount(group, weights=rest**2 * chance * (1 - chance), minlength=groups))
    rests_on = again.proven + again.lent
    shares = rng.beta(share * rests_on + 0.5, (1 - share) * rests_on + 0.5, size=(DRAWS, groups)).clip(0.05, 1.0)
    drawn = (mean + spread * rng.standard_normal((DRAWS, groups))).clip(0.0)
    return np.concatenate([[(mean / share).sum()], (drawn / shares).sum(axis=1)])
