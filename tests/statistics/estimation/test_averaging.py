import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.estimation.averaging import model_average
from opennrm.statistics.estimation.graphs import decomposable_graphs
from opennrm.statistics.estimation.table import CaptureTable
from tests.statistics.estimation.published import published, results

RUNS = [(name, key) for name, found in results().items() for key in found if key.startswith("dga")]
QUANTILES = {"q025": 0.025, "q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95, "q975": 0.975}


@pytest.mark.parametrize(("lists", "number"), [(2, 2), (3, 8), (4, 61), (5, 822), (6, 18_154)])
def test_decomposable_graphs_are_as_many_as_counted(lists: int, number: int) -> None:
    graphs = decomposable_graphs(lists)

    assert len(graphs) == number
    assert len(set(graphs.edges.tolist())) == number


def test_cliques_of_a_chain_are_its_pairs() -> None:
    graphs = decomposable_graphs(3)
    chain = next(g for g in range(len(graphs)) if graphs.pairs(g) == ((0, 1), (1, 2)))

    assert graphs.cliques(chain) == ((0, 1), (1, 2))
    assert graphs.exponents[chain][0b010] == -1


@pytest.mark.parametrize(("name", "key"), RUNS)
def test_model_average_agrees_with_dga(name: str, key: str) -> None:
    expected = results()[name][key]

    found = model_average(published(name), delta=expected["delta"], hidden_from=1, hidden_to=expected["nmissing_max"])

    assert found.mean == pytest.approx(expected["mean"], rel=1e-8)
    assert {q: found.quantile(p) for q, p in QUANTILES.items()} == {q: expected[q] for q in QUANTILES}
    assert found.mode == expected["mode"]
    assert found.graph_count == expected["n_graphs"]
    for ours, theirs in zip(found.graphs, expected["top_graphs"], strict=False):
        assert ours.probability == pytest.approx(theirs["prob"], abs=1e-8)
    assert found.posterior[-1] == pytest.approx(expected["mass_at_max"], rel=1e-6, abs=1e-12)


def test_model_average_names_the_cliques_dga_names() -> None:
    found = model_average(published("uk_2013_5list"), hidden_from=1, hidden_to=60_000).graphs[0]

    assert set(found.cliques) == {("LA", "NG", "PFNCA"), ("PFNCA", "GO"), ("NG", "GP")}


def test_model_average_of_six_lists_puts_the_uk_near_its_other_estimates() -> None:
    found = model_average(published("uk_2013_6list"))

    assert found.graph_count == 18_154
    assert found.interval() == (10_233, 26_195)
    assert found.beyond < 1e-5


def test_model_average_finds_the_far_mode_that_a_short_grid_hides() -> None:
    table = published("netherlands_5list")

    short, whole = model_average(table, hidden_to=120_000), model_average(table)

    assert short.quantile(0.975) < 60_000
    assert whole.quantile(0.975) > 200_000


def test_a_large_delta_gives_the_saturated_graph_all() -> None:
    table = published("uk_2013_5list")

    assert model_average(table, delta=0.5).saturated > 0.9
    assert model_average(table).saturated < 0.01


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=7, max_size=7), st.permutations([0, 1, 2]))
def test_permuting_lists_changes_nothing(cells: list[int], order: list[int]) -> None:
    table = CaptureTable(("A", "B", "C"), dict(enumerate([*cells[:6], cells[6] + 1], start=1)))
    other = table.reorder([table.lists[i] for i in order])

    one, two = (model_average(t, hidden_to=400) for t in (table, other))

    assert np.allclose(one.posterior, two.posterior, rtol=1e-9, atol=1e-14)
    edges = {frozenset(edge[:2]): edge[2] for edge in two.edges}
    assert all(edges[frozenset(edge[:2])] == pytest.approx(edge[2], abs=1e-9) for edge in one.edges)


def test_a_simulated_truth_lies_in_most_intervals() -> None:
    generator = np.random.default_rng(7)
    held = 0
    for _ in range(60):
        seen = generator.random((900, 3)) < (0.3, 0.25, 0.35)
        histories = np.bincount(seen @ (1, 2, 4), minlength=8)
        low, high = model_average(CaptureTable(("A", "B", "C"), dict(enumerate(histories[1:].tolist(), 1)))).interval()
        held += low <= 900 <= high
    assert held >= 52


@pytest.mark.parametrize("lists", [2, 7])
def test_model_average_refuses_too_few_and_too_many_lists(lists: int) -> None:
    table = CaptureTable(tuple("ABCDEFG"[:lists]), {1: 4, 3: 2})

    with pytest.raises(SourceProblem, match="needs 3 to 6 lists"):
        model_average(table)


def test_model_average_refuses_senseless_settings() -> None:
    table = published("kosovo_4list")

    with pytest.raises(SourceProblem, match="Nobody"):
        model_average(CaptureTable(("A", "B", "C"), {}))
    with pytest.raises(ValueError, match="delta"):
        model_average(table, delta=0.0)
    with pytest.raises(ValueError, match="hidden"):
        model_average(table, hidden_from=5, hidden_to=5)
    with pytest.raises(ValueError, match="between 0 and 1"):
        model_average(table, hidden_to=100).quantile(1.0)
    with pytest.raises(ValueError, match="2 to 6"):
        decomposable_graphs(7)
