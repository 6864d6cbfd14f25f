import numpy as np
import pytest

from opennrm.statistics.linkage import clustering
from opennrm.statistics.linkage.clustering import cluster


def groups(size, pairs, **constraints):
    left, right, weight = (np.array(column) for column in zip(*pairs, strict=True)) if pairs else ([], [], [])
    found = cluster(
        size,
        np.asarray(left, dtype=np.int64),
        np.asarray(right, dtype=np.int64),
        np.asarray(weight, dtype=np.float64),
        **constraints,
    )
    return [sorted(np.flatnonzero(found.labels == label).tolist()) for label in range(found.count)], found


def test_cluster_joins_what_speaks_for_it():
    assert groups(3, [(0, 1, 8.0)])[0] == [[0, 1], [2]]


def test_cluster_does_not_let_one_weak_pair_join_two_families():
    within = [(0, 1, 9.0), (0, 2, 9.0), (1, 2, 9.0), (3, 4, 9.0), (3, 5, 9.0), (4, 5, 9.0)]

    found, result = groups(6, [*within, (2, 3, 4.0), (0, 3, -9.0), (1, 4, -9.0)])

    assert found == [[0, 1, 2], [3, 4, 5]]
    assert result.refused == ((2, 3),)


@pytest.mark.parametrize("pairs", [[(0, 1, 9.0)], [(0, 1, 9.0), (1, 2, 9.0), (0, 2, 9.0)]])
def test_cluster_obeys_a_judgement_of_different(pairs):
    found, _ = groups(3, pairs, different=[(0, 1)])

    assert not any({0, 1} <= set(group) for group in found)


def test_cluster_lets_different_block_a_chain():
    found, _ = groups(3, [(0, 1, 9.0), (1, 2, 8.0), (0, 2, 5.0)], different=[(0, 2)])

    assert found == [[0, 1], [2]]


def test_cluster_obeys_a_judgement_of_same_below_the_bar():
    assert groups(3, [(0, 1, -5.0)], same=[(0, 1)])[0] == [[0, 1], [2]]


def test_cluster_never_joins_two_people_of_one_case_file():
    found, _ = groups(3, [(0, 1, 9.0), (1, 2, 8.0), (0, 2, 9.0)], files=np.array([1, 2, 1]))

    assert not any({0, 2} <= set(group) for group in found)


def test_cluster_leaves_joining_known_persons_to_people():
    pairs = [(0, 1, 12.0)]

    assert groups(2, pairs, owners={0: "P1", 1: "P2"})[0] == [[0], [1]]
    assert groups(2, pairs, owners={0: "P1", 1: "P2"}, same=[(0, 1)])[0] == [[0, 1]]
    assert groups(2, pairs, owners={0: "P1", 1: "P1"})[0] == [[0, 1]]


def test_cluster_of_nothing_is_everyone_alone():
    assert groups(2, [])[0] == [[0], [1]]


def test_cluster_is_the_same_in_any_order_of_pairs():
    rng = np.random.default_rng(3)
    pairs = [(int(a), int(b), float(w)) for a, b, w in zip(*np.triu_indices(12, 1), rng.normal(2, 6, 66), strict=True)]

    first, _ = groups(12, pairs)
    second, _ = groups(12, pairs[::-1])

    assert sorted(first) == sorted(second)


def test_components_joined_together_end_as_they_do_one_after_another(monkeypatch):
    rng = np.random.default_rng(8)
    size = 900
    pairs = np.unique(np.sort(rng.integers(0, size, (1600, 2)), axis=1), axis=0)
    # Half of the mentions in blocks of six, so that there are dense components beside sparse ones.
    blocks = np.array([(b + i, b + j) for b in range(0, size // 2, 6) for i in range(6) for j in range(i + 1, 6)])
    pairs = np.unique(np.concatenate([pairs[pairs[:, 0] < pairs[:, 1]], blocks]), axis=0)
    weight = np.where(pairs[:, 0] // 6 == pairs[:, 1] // 6, rng.normal(4, 5, len(pairs)), rng.normal(-2, 4, len(pairs)))
    told = [(int(a), int(b)) for a, b in pairs[rng.random(len(pairs)) < 0.02]]
    files = rng.integers(0, 300, size)

    together = cluster(size, *pairs.T, weight, different=told, files=files)
    monkeypatch.setattr(clustering, "LARGEST", 0)
    one_by_one = cluster(size, *pairs.T, weight, different=told, files=files)

    assert np.array_equal(together.labels, one_by_one.labels)
    assert together.refused == one_by_one.refused
    assert len(together.refused) > 20
    assert np.bincount(together.labels).max() > 3
