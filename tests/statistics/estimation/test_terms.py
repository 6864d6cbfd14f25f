import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.estimation.terms import (
    INDEPENDENCE,
    bitmask,
    closed,
    hierarchical_models,
    maximal,
    model_name,
    parameters,
    parse_model,
    term_of,
    usual_order,
)

LISTS = ("Полиција", "Centre", "Red Cross", "Hotline")


def test_closed_adds_every_part() -> None:
    assert closed([(2, 0, 1)]) == {(0, 1), (0, 2), (1, 2), (0, 1, 2)}
    assert closed([(0,), ()]) == INDEPENDENCE


def test_model_name_names_the_maximal_terms() -> None:
    model = closed([(0, 1, 2), (2, 3)])

    assert maximal(model) == ((2, 3), (0, 1, 2))
    assert model_name(model, LISTS) == "Red Cross:Hotline + Полиција:Centre:Red Cross"
    assert model_name(INDEPENDENCE, LISTS) == "independence"


@pytest.mark.parametrize("model", hierarchical_models(4, 3), ids=lambda model: model_name(model, "ABCD"))
def test_parse_model_reads_every_name_back(model: frozenset[tuple[int, ...]]) -> None:
    assert parse_model(model_name(model, LISTS), LISTS) == model


def test_parse_model_refuses_a_list_not_there() -> None:
    with pytest.raises(SourceProblem, match="Church"):
        parse_model("Centre:Church", LISTS)


@pytest.mark.parametrize(
    ("lists", "order", "models"),
    [(2, 1, 1), (2, 2, 2), (3, 2, 8), (3, 3, 9), (4, 3, 113), (4, 4, 114), (5, 3, 6212), (6, 2, 32768)],
)
def test_hierarchical_models_are_all_there_once(lists: int, order: int, models: int) -> None:
    family = hierarchical_models(lists, order)

    assert family is not None
    assert len(family) == len(set(family)) == models
    assert all(closed(model) == model for model in family[:500])


def test_hierarchical_models_stop_where_nobody_could_wait() -> None:
    assert hierarchical_models(6, 3) is None
    assert hierarchical_models(7, 2) is None
    assert hierarchical_models(9, 1) == (INDEPENDENCE,)


def test_parameters_are_intercept_lists_and_terms() -> None:
    assert parameters(closed([(0, 2)]), 3).tolist() == [0, 1, 2, 4, 5]
    assert term_of(bitmask((1, 3))) == (1, 3)
    assert [usual_order(lists) for lists in (2, 3, 4, 5, 6, 9)] == [1, 2, 3, 3, 2, 2]
