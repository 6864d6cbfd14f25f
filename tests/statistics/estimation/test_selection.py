import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.estimation import selection
from opennrm.statistics.estimation.selection import select_by_criterion, select_stepwise
from opennrm.statistics.estimation.table import CaptureTable
from opennrm.statistics.estimation.terms import INDEPENDENCE, closed
from tests.statistics.estimation.peers import fits, fuzz, fuzz_table, model_of
from tests.statistics.estimation.published import published

SPARSE = CaptureTable(("A", "B", "C"), {1: 5, 2: 4, 4: 3})


@pytest.mark.parametrize("entry", fuzz(), ids=lambda entry: str(entry["id"]))
def test_select_stepwise_is_that_of_r_on_random_sparse_tables(entry) -> None:
    chosen = select_stepwise(fuzz_table(entry))

    assert chosen.estimable == (entry["main_effects_status"] == 0)
    if chosen.estimable:
        assert chosen.model == model_of(entry["stepwise_p0.02"]["hiermod"])
        assert chosen.population == pytest.approx(entry["stepwise_p0.02"]["popest"], rel=1e-7)
    else:
        assert chosen.population is None


@pytest.mark.parametrize("name", sorted(fits()))
@pytest.mark.parametrize("threshold", ["0.001", "0.01", "0.02", "0.05", "0.1"])
def test_select_stepwise_is_that_of_r_on_published_tables(name: str, threshold: str) -> None:
    table, peer = published(name), fits()[name]["sparsemse"][f"stepwise_p{threshold}"]

    chosen = select_stepwise(table, float(threshold))

    added = [":".join(table.lists[place] for place in term) for term in chosen.terms]
    assert [term for term in added if term in peer["terms"]] == peer["terms"][len(table.lists) :]
    assert {term for term in added if term not in peer["terms"]} <= set(peer["boundary_pairs"])
    assert chosen.population == pytest.approx(peer["popest"], rel=1e-7)


def test_select_stepwise_shows_each_step() -> None:
    chosen = select_stepwise(published("uk_2013_5list"))

    assert chosen.name == "LA:NG + LA:PFNCA + NG:GO + NG:GP + PFNCA:GP + GO:GP"
    assert [step.term for step in chosen.steps] == list(chosen.terms)
    assert all(step.p_value < 0.02 for step in chosen.steps)
    assert chosen.steps[-1].population == pytest.approx(chosen.population)
    overlaps = chosen.table.overlaps()
    assert [step.observed for step in chosen.steps] == [
        overlaps[chosen.table.lists[a], chosen.table.lists[b]] for a, b in (step.term for step in chosen.steps)
    ]
    assert chosen.method == "stepwise"


def test_select_stepwise_gives_no_figure_without_overlap() -> None:
    chosen = select_stepwise(SPARSE)

    assert chosen.existence.status == 1
    assert "Nobody is on two lists" in str(chosen.existence.reason)
    assert chosen.population is None


def test_select_stepwise_does_not_depend_on_the_order_of_lists() -> None:
    table = published("uk_2013_6list")
    turned = table.reorder(list(reversed(table.lists)))

    assert select_stepwise(turned).population == pytest.approx(select_stepwise(table).population, rel=1e-9)


@pytest.mark.parametrize("threshold", [-0.1, 1.0, 7])
def test_select_stepwise_refuses_what_is_no_probability(threshold: float) -> None:
    with pytest.raises(SourceProblem):
        select_stepwise(SPARSE, threshold)


@pytest.mark.parametrize("name", sorted(fits()))
@pytest.mark.parametrize(
    ("ranking", "criterion", "order"),
    [("mse_bic", "bic", None), ("mse_bic_order2", "bic", 2), ("mse_aic_order2", "aic", 2)],
)
def test_select_by_criterion_ranks_as_r_does(name: str, ranking: str, criterion, order: int | None) -> None:
    if ranking not in fits()[name]:
        assert len(published(name).lists) > 5
        return
    peer = fits()[name][ranking]

    table = select_by_criterion(published(name), criterion, order)

    top = peer if isinstance(peer, list) else peer["top"]
    assert [row.model for row in table.rows[: len(top)]] == [model_of(entry["model"]) for entry in top]
    for row, entry in zip(table.rows, top, strict=False):
        assert row.population == pytest.approx(entry["popest"], rel=1e-7)
        assert row.bic == pytest.approx(entry["bic"], abs=1e-6)
        assert row.aic == pytest.approx(entry.get("aic", row.aic), abs=1e-6)
    if isinstance(peer, dict):
        assert len(table.rows) == peer["n_admissible"]
        assert table.candidates == peer.get("n_candidate", table.candidates)
    assert table.exhaustive


def test_select_by_criterion_tries_all_models_of_six_lists() -> None:
    table = select_by_criterion(published("uk_2013_6list"))

    assert table.candidates == 32_768
    assert round(table.rows[0].population) == 12_350
    assert table.best.population == pytest.approx(table.rows[0].population, rel=1e-9)
    assert table.selection.model == table.rows[0].model
    assert table.name(table.rows[0]) == table.best.name


@pytest.mark.parametrize("name", ["uk_2013_5list", "netherlands_5list", "madigan_york_5list", "new_orleans_5list"])
def test_select_by_criterion_finds_by_search_what_all_models_hold(name: str, monkeypatch) -> None:
    every = select_by_criterion(published(name))
    monkeypatch.setattr(selection, "whole_family", lambda lists, order: None)

    searched = select_by_criterion(published(name))

    assert not searched.exhaustive
    assert searched.candidates < every.candidates
    assert searched.rows[0].model == every.rows[0].model
    assert searched.rows[0].bic == pytest.approx(every.rows[0].bic)


def test_select_by_criterion_searches_where_models_are_too_many() -> None:
    table = select_by_criterion(published("new_orleans_8list"))

    assert not table.exhaustive
    assert table.best.name == "D:E"
    assert table.max_order == 2


def test_select_by_criterion_counts_the_models_it_refuses() -> None:
    table = select_by_criterion(published("artificial_3list"))

    assert table.refused == {1: 3, 2: 1}


def test_select_by_criterion_gives_no_figure_where_no_model_has_one() -> None:
    table = select_by_criterion(SPARSE)

    assert table.rows == ()
    assert sum(table.refused.values()) == 8
    assert table.best.population is None
    assert table.selection.existence.status == 1
    assert select_by_criterion(CaptureTable(("A", "B"), {})).best.population is None


@pytest.mark.parametrize(("criterion", "order"), [("dic", None), ("bic", 0), ("bic", 4)])
def test_select_by_criterion_refuses_what_cannot_be(criterion, order: int | None) -> None:
    with pytest.raises(SourceProblem):
        select_by_criterion(SPARSE, criterion, order)


def test_select_by_criterion_of_order_one_is_independence() -> None:
    table = select_by_criterion(published("kosovo_4list"), "bic", 1)

    assert [row.model for row in table.rows] == [INDEPENDENCE]
    assert closed(table.best.model) == INDEPENDENCE


def test_select_stepwise_adds_larger_terms_only_after_their_parts() -> None:
    chosen = select_stepwise(published("kosovo_4list"), max_order=4)

    assert chosen.name == "EXH:ABA + ABA:OSCE + EXH:OSCE:HRW"
    assert closed(chosen.terms) == chosen.model == frozenset(chosen.terms)
    for place, term in enumerate(chosen.terms):
        assert closed([term]) - {term} <= set(chosen.terms[:place])
    assert chosen.steps[-1].observed == chosen.table.margins()[0b1101]
    assert select_stepwise(published("kosovo_4list"), max_order=1).name == "independence"
    with pytest.raises(SourceProblem):
        select_stepwise(published("kosovo_4list"), max_order=5)
