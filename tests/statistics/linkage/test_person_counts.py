"""The share of links found again may be read off a part of the documents: a random one, the same at every run."""

import numpy as np
import pytest

from opennrm.statistics.linkage.counting import drawn_documents, found_again, pairs_found_again


def test_all_documents_are_used_while_they_are_few():
    document = np.array([0, 0, 1, -1, 2, 2])

    assert drawn_documents(document, 2, seed=1) is document


def test_of_many_documents_whole_ones_are_drawn():
    document = np.concatenate([np.repeat(np.arange(500), 2), np.arange(500, 600), np.full(50, -1)])

    drawn = drawn_documents(document, 100, seed=1)

    assert np.array_equal(drawn, drawn_documents(document, 100, seed=1))
    assert np.bincount(drawn[drawn >= 0]).tolist().count(2) == 100
    assert (drawn[drawn >= 0] < 500).all()
    assert np.array_equal(drawn[drawn >= 0], document[drawn >= 0])


def test_the_share_found_again_is_about_the_same_among_those_drawn():
    rng = np.random.default_rng(4)
    document = np.repeat(np.arange(5000), 2)
    labels = document.copy()
    lost = rng.random(5000) < 0.2
    labels[1::2][lost] = 5000 + np.flatnonzero(lost)
    register = np.zeros(10_000, dtype=np.int64)

    every = found_again(labels, document, register)
    some = found_again(labels, drawn_documents(document, 2000, seed=2), register)

    assert every.overall == pytest.approx(1 - lost.mean())
    assert some.overall == pytest.approx(every.overall, abs=0.03)
    assert (every.proven.sum(), some.proven.sum()) == (5000, 2000)


def test_the_pairs_found_again_are_told_by_pair_of_registers():
    document = np.array([7, 7, 7, 3, 3, -1, 5])
    register = np.array([0, 1, 1, 1, 0, 0, 1])
    hidden = np.array([0, 0, 1, 2, 3, 4, 5])

    proven, found = pairs_found_again(hidden, document, register)

    assert proven.tolist() == [[0, 3], [0, 1]]
    assert found.tolist() == [[0, 1], [0, 0]]


def test_no_pair_is_told_where_there_is_no_document():
    nothing = np.full(3, -1)

    assert pairs_found_again(np.arange(3), nothing, np.zeros(3, dtype=np.int64))[0].tolist() == [[0]]
