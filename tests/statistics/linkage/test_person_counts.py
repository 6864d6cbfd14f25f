"""The share of links found again may be read off a part of the documents: a random one, the same at every run."""

import numpy as np
import pytest

from opennrm.statistics.linkage.counting import (
    best_chances,
    chance_inside,
    count_persons,
    drawn_documents,
    found_again,
    pairs_found_again,
)


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


def test_the_interval_holds_the_truth_where_less_is_known_of_people_without_documents():
    # 20,000 people with a document, of nine in ten of whom the birth is known; 20,000 without, of two in ten. Each is
    # there twice, and found to be one with a chance of 0.95 where the birth is known, of 0.6 where it is not.
    rng = np.random.default_rng(11)
    people = np.repeat(np.arange(40_000), 2)
    known = np.repeat(rng.random(40_000) < np.repeat([0.9, 0.2], 20_000), 2)
    document = np.where(people < 20_000, people, -1)
    lost = rng.random(40_000) > np.where(known[::2], 0.95, 0.6)
    hidden = people.copy()
    hidden[1::2][lost] = 40_000 + np.flatnonzero(lost)
    labels = np.where(document >= 0, people, hidden)
    labels = np.unique(labels, return_inverse=True)[1]
    register, whole = np.zeros(80_000, dtype=np.int64), known.astype(np.int64)
    ways = [(found_again(hidden, document, group), group) for group in (register, whole)]

    one, both = (count_persons(labels, ways[:n], document, np.ones(80_000), seed=1) for n in (1, 2))

    assert one.low > 40_000
    assert both.low <= 40_000 <= both.high
    assert (both.corrected, both.high) == (one.corrected, one.high)


def test_a_pair_inside_a_register_that_seldom_repeats_anybody_is_less_sure():
    # Four mentions in each of two registers: one match is expected of the 6 pairs inside the first, 28 pairs in all.
    register = np.repeat([0, 1], 4)
    left, right = np.array([0, 0, 1, 2]), np.array([1, 4, 5, 6])
    chance = np.array([0.5, 0.9, 0.9, 0.9])

    told = chance_inside(left, right, chance, register)

    odds = (0.5 / 6) / (chance.sum() / 28)
    assert told[0] == pytest.approx(odds / (odds + 1))
    assert told[0] < chance[0]
    assert told[1:].tolist() == chance[1:].tolist()


def test_nothing_is_told_where_no_pair_lies_inside_a_register():
    alone = np.zeros(0, dtype=np.int64)

    assert chance_inside(alone, alone, np.zeros(0), np.zeros(1, dtype=np.int64)).tolist() == []


def test_mentions_of_a_register_that_only_another_register_joins_are_at_even_odds():
    # 0 and 1 are of one register and have no pair; 2, of another, joins both. 3 and 4 are judged one, 5 is alone.
    labels, register = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 0, 0, 0])
    left, right, chance = np.array([0, 1, 3]), np.array([2, 2, 4]), np.array([0.9, 0.8, 0.3])

    everywhere = best_chances(labels, left, right, chance, [(3, 4)])
    inside = best_chances(labels, left, right, chance, [(3, 4)], register)

    assert everywhere.tolist() == [0.9, 0.8, 0.9, 1.0, 1.0, 1.0]
    assert inside.tolist() == [0.5, 0.5, 0.5, 1.0, 1.0, 1.0]


def test_a_judgement_across_registers_makes_no_link_inside_one_sure():
    labels, register = np.array([0, 0, 0]), np.array([0, 0, 1])
    left, right, chance = np.array([1]), np.array([2]), np.array([0.8])

    assert best_chances(labels, left, right, chance, [(0, 2)]).tolist() == [1.0, 0.8, 1.0]
    assert best_chances(labels, left, right, chance, [(0, 2)], register).tolist() == [0.5, 0.5, 0.5]


def test_a_share_that_rests_on_few_documents_leans_on_the_others_as_far_as_it_is_told():
    # Of the first register's 400 proven links all are found, of the second's 4 none.
    document = np.repeat(np.arange(404), 2)
    register = np.repeat([0, 1], [800, 8])
    labels = document.copy()
    labels[801::2] = 404 + np.arange(4)

    much, little = (found_again(labels, document, register, lent=lent).share[1] for lent in (50.0, 10.0))

    assert little < much < 0.95


def test_a_chain_of_judgements_through_another_register_makes_a_link_inside_one_sure():
    # 0 and 1 are of one register, and both were judged the same as 2, of another.
    labels, register = np.array([0, 0, 0]), np.array([0, 0, 1])
    left, right, chance = np.array([0, 1]), np.array([2, 2]), np.array([0.8, 0.8])

    told = best_chances(labels, left, right, chance, [(0, 2), (1, 2), (0, 2)], register)

    assert told.tolist() == [1.0, 1.0, 0.5]


def test_a_register_rests_on_what_is_proven_inside_it():
    labels, document = np.array([0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, -1])
    register = np.array([0, 0, 1, 2, 2])
    again = found_again(labels, np.where(document >= 0, document * 3 + register, -1), register, lent=10.0)

    counts = [
        count_persons(labels, [(again, register)], document, np.ones(5), seed=1, subset=register == n) for n in range(3)
    ]

    assert [count.proven for count in counts] == [1, 0, 0]
    assert counts[0].found_again > counts[1].found_again
