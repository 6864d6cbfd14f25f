from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from opennrm.statistics.estimation.existence import existence
from opennrm.statistics.estimation.table import CaptureTable
from opennrm.statistics.estimation.terms import Model, closed, hierarchical_models, pairs, parameters
from tests.statistics.estimation.peers import fits, fuzz, fuzz_table, model_of
from tests.statistics.estimation.published import published


@pytest.mark.parametrize("entry", fuzz(), ids=lambda entry: str(entry["id"]))
def test_existence_is_exactly_that_of_r_on_random_sparse_tables(entry) -> None:
    table = fuzz_table(entry)

    assert existence(table, []).status == entry["main_effects_status"]
    for model in entry["models"]:
        found = existence(table, model_of(model["model"]))
        assert found.status == model["status"], model
        assert found.reason
        assert len(found.boundary) == model.get("boundary", len(found.boundary))


@pytest.mark.parametrize("name", sorted(fits()))
def test_existence_is_that_of_r_on_published_tables(name: str) -> None:
    table, peer = published(name), fits()[name]["sparsemse"]

    assert existence(table, pairs(len(table.lists))).status == peer["checkident_all_pairs"]
    for pair, status in peer.get("status_single_pair", {}).items():
        assert existence(table, [[table.index(name) for name in pair.split(":")]]).status == status


@st.composite
def sparse_tables(draw: st.DrawFn) -> tuple[CaptureTable, Model]:
    lists = draw(st.integers(2, 4))
    counts = draw(st.dictionaries(st.integers(1, (1 << lists) - 1), st.integers(0, 9), max_size=1 << lists))
    order = draw(st.integers(1, lists))
    family = hierarchical_models(lists, order)
    assert family is not None
    return CaptureTable(tuple("ABCD"[:lists]), counts), draw(st.sampled_from(family))


@given(sparse_tables())
@settings(max_examples=300, deadline=None)
def test_existence_agrees_with_linear_programming(case: tuple[CaptureTable, Model]) -> None:
    table, model = case
    if table.observed:
        assert existence(table, model).status == by_linear_programming(table, model)


@given(sparse_tables(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_existence_does_not_depend_on_the_order_of_lists(case: tuple[CaptureTable, Model], shuffle) -> None:
    table, model = case
    order = list(range(len(table.lists)))
    shuffle.shuffle(order)
    turned = table.reorder([table.lists[place] for place in order])
    same = closed([order.index(place) for place in term] for term in model)

    assert existence(turned, same).status == existence(table, model).status


@given(sparse_tables())
@settings(max_examples=100, deadline=None)
def test_existence_does_not_depend_on_how_many_are_where_anybody_is(case: tuple[CaptureTable, Model]) -> None:
    table, model = case
    many = CaptureTable(table.lists, {history: 7 * persons + 3 for history, persons in table.counts.items()})

    assert existence(many, model) == existence(table, model)


def by_linear_programming(table: CaptureTable, model: Model) -> int:
    """The definition: the smallest of positive means with the observed margins, as large as can be."""
    cells = table.cells()
    masks = [int(mask) for mask in parameters(model, len(table.lists))]
    margin = {mask: sum(int(cells[s]) for s in range(1, len(cells)) if s & mask == mask) for mask in masks}
    gone = [mask for mask in masks if margin[mask] == 0]
    kept = [s for s in range(1, len(cells)) if not any(s & mask == mask for mask in gone)]
    own = [mask for mask in masks if mask not in gone]
    design = np.array([[float(s & mask == mask) for mask in own] for s in kept])
    count = len(kept)
    answer = linprog(
        np.r_[np.zeros(count), -1.0],
        A_ub=np.hstack([-np.eye(count), np.ones((count, 1))]),
        b_ub=np.zeros(count),
        A_eq=np.hstack([design.T, np.zeros((len(own), 1))]),
        b_eq=[margin[mask] for mask in own],
        bounds=[(None, None)] * count + [(None, None)],
    )
    smallest = -answer.fun if answer.status == 0 else 0.0
    return (0 if smallest > 1e-9 else 1) + (0 if np.linalg.matrix_rank(design) == len(own) else 2)


@pytest.mark.parametrize(
    ("counts", "model", "status", "reason"),
    [
        ({}, [], 3, "Nobody is on any list."),
        ({1: 5, 2: 6, 4: 3}, [], 1, "Nobody is on two lists"),
        ({1: 5, 2: 6, 3: 2, 4: 3}, [(0, 1)], 1, "Nobody on C is on any other list"),
        ({1: 5, 3: 6, 4: 3, 5: 2}, [(0, 1)], 1, "Everybody on B is also on another list"),
        ({1: 5, 2: 6, 3: 4, 4: 3, 5: 2, 7: 1}, [(0, 2), (1, 2)], 0, "determine an estimate"),
        ({1: 40, 2: 30, 3: 6, 4: 20}, [(0, 1), (0, 2), (1, 2)], 2, "Nobody is on A:C, B:C together"),
        ({1: 40}, [], 2, "Nobody is on B, C at all"),
        (dict.fromkeys(range(1, 8), 5), [(0, 1, 2)], 2, "a parameter for each of the 7 combinations"),
        ({1: 5, 2: 6, 4: 3, 5: 2, 6: 1}, [(0, 2), (1, 2)], 1, "Nobody is on both A and B"),
    ],
)
def test_existence_says_why(counts: Mapping[int, int], model: list[tuple[int, ...]], status: int, reason: str) -> None:
    found = existence(CaptureTable(("A", "B", "C"), counts), model)

    assert found.status == status
    assert reason in str(found.reason)
    assert found.estimable == (status == 0)


def test_existence_names_the_combinations_when_no_list_or_pair_is_to_blame() -> None:
    reasons = {
        str(existence(fuzz_table(entry), model_of(model["model"])).reason.message)
        for entry in fuzz()
        for model in entry["models"]
        if model["status"] in (1, 3)
    }

    assert any(reason.startswith("Nobody was found on") for reason in reasons)
    assert any(reason.startswith("Nobody on %(list)s is on any other list") for reason in reasons)
    assert len(reasons) >= 4


def test_existence_leaves_an_empty_list_out() -> None:
    table = CaptureTable(("A", "B", "C"), {1: 5, 2: 6, 3: 2})

    found = existence(table, [])

    assert found.estimable
    assert found.boundary == ((2,),)


def test_existence_of_two_lists_needs_persons_on_both_and_on_each_alone() -> None:
    for counts in ({1: 5, 2: 6}, {1: 5, 3: 6}, {3: 6}):
        assert not existence(CaptureTable(("A", "B"), counts), []).estimable
    assert existence(CaptureTable(("A", "B"), {1: 5, 2: 6, 3: 1}), []).estimable


def test_existence_of_eight_lists_is_quick_enough_to_ask_for_every_pair() -> None:
    table = published("new_orleans_8list")

    statuses = [existence(table, [pair]).status for pair in combinations(range(8), 2)]

    assert statuses == [0] * 28


def test_an_estimate_is_found_where_least_squares_stop_early() -> None:
    table = CaptureTable(("A", "B", "C", "D"), {1: 1, 7: 1, 10: 1, 12: 1, 13: 1})

    assert existence(table, [(0, 1), (1, 2), (1, 3), (2, 3)]).status == 0
