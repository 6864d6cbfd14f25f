import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from opennrm.statistics.estimation.engine import fit_many, in_columns, subset_sums, superset_sums
from opennrm.statistics.estimation.loglinear import fit_loglinear
from opennrm.statistics.estimation.table import CaptureTable
from opennrm.statistics.estimation.terms import INDEPENDENCE, closed, pairs, parameters
from tests.statistics.estimation.peers import fits, fuzz, fuzz_table, model_of
from tests.statistics.estimation.published import published

ENTRIES = [pytest.param(entry, id=str(entry["id"])) for entry in fuzz()]


@pytest.mark.parametrize("entry", ENTRIES)
def test_fit_loglinear_is_that_of_r_on_random_sparse_tables(entry) -> None:
    table = fuzz_table(entry)
    for peer in entry["models"]:
        fit = fit_loglinear(table, model_of(peer["model"]))

        assert fit.estimable == (peer["status"] == 0)
        if peer["status"]:
            assert (fit.population, fit.hidden, fit.deviance, fit.aic, fit.bic) == (None,) * 5
            continue
        assert fit.population == pytest.approx(peer["popest"], rel=1e-7)
        assert fit.deviance == pytest.approx(peer["deviance"], abs=1e-6)
        assert fit.aic == pytest.approx(peer["aic"], abs=1e-6)
        assert fit.bic == pytest.approx(peer["bic"], abs=1e-6)


@pytest.mark.parametrize("name", sorted(fits()))
@pytest.mark.parametrize("which", ["main_effects", "all_pairs"])
def test_fit_loglinear_is_that_of_r_on_published_tables(name: str, which: str) -> None:
    table, peer = published(name), fits()[name]["sparsemse"][which]

    fit = fit_loglinear(table, [] if which == "main_effects" else pairs(len(table.lists)))

    assert fit.existence.status == peer["status"]
    if peer["status"] == 0:
        assert fit.population == pytest.approx(peer["popest"], rel=1e-7)
        assert fit.hidden == pytest.approx(peer["hidden"], rel=1e-7)
        assert fit.deviance == pytest.approx(peer["deviance"], abs=1e-6)
        assert fit.aic == pytest.approx(peer["aic"], abs=1e-6)
        if not fit.boundary:  # R's loglik leaves the parameters at minus infinity out of its count
            assert fit.loglik == pytest.approx(peer["loglik"], abs=1e-6)
        names = {"(Intercept)": "intercept"}
        coefficients = {names.get(term, term): value for term, value in peer["coefficients"].items()}
        assert fit.coefficients == pytest.approx(coefficients, abs=1e-5)
        boundary = {":".join(table.lists[place] for place in term) for term in fit.boundary}
        assert boundary == set(peer["boundary_pairs"])


@pytest.mark.parametrize("name", sorted(fits()))
@pytest.mark.parametrize("ranking", ["mse_bic", "mse_bic_order2", "mse_aic_order2"])
def test_fit_loglinear_is_that_of_r_for_models_of_any_order(name: str, ranking: str) -> None:
    peers = fits()[name].get(ranking, [])
    for peer in (peers if isinstance(peers, list) else peers["top"])[:20]:
        fit = fit_loglinear(published(name), model_of(peer["model"]))

        assert fit.population == pytest.approx(peer["popest"], rel=1e-7)
        assert fit.bic == pytest.approx(peer["bic"], abs=1e-6)


def test_fit_loglinear_reproduces_the_printed_figures() -> None:
    assert round(fit_loglinear(published("new_orleans_8list"), [(3, 4)]).population or 0) == 1184
    assert round(fit_loglinear(published("new_orleans_5list"), []).population or 0) == 1034


@pytest.mark.parametrize("name", ["uk_2013_6list", "kosovo_4list", "new_orleans_8list"])
def test_fit_loglinear_is_optimal(name: str) -> None:
    table = published(name)
    model = closed(pairs(len(table.lists)))

    fit = fit_loglinear(table, model)

    assert fit.fitted is not None
    fitted = superset_sums(np.array([0.0, *(fit.fitted[history] for history in range(1, 1 << len(table.lists)))]))
    kept = parameters(model, len(table.lists))
    assert np.abs(fitted - table.margins())[kept].max() < 1e-9
    assert fit.parameters == len(kept)
    assert fit.name.count("+") == len(model) - 1


def test_fit_loglinear_of_two_lists_is_lincoln_petersen() -> None:
    fit = fit_loglinear(CaptureTable(("A", "B"), {1: 30, 2: 50, 3: 10}), [])

    assert fit.population == pytest.approx(40 * 60 / 10)


@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 100))
@settings(deadline=None)
def test_a_person_more_on_both_lists_never_raises_the_two_list_estimate(one: int, other: int, both: int) -> None:
    before = fit_loglinear(CaptureTable(("A", "B"), {1: one, 2: other, 3: both}), [])
    moved = fit_loglinear(CaptureTable(("A", "B"), {1: one + 1, 2: other + 1, 3: both}), [])
    found = fit_loglinear(CaptureTable(("A", "B"), {1: one, 2: other, 3: both + 1}), [])

    assert before.population is not None
    assert found.hidden is not None
    assert before.hidden is not None
    assert found.hidden <= before.hidden * (1 + 1e-9)
    assert moved.population is not None
    assert found.population is not None
    assert found.population <= moved.population


@given(
    st.dictionaries(st.integers(1, 15), st.integers(1, 60), min_size=6),
    st.permutations(range(4)),
    st.sets(st.sampled_from(pairs(4))),
)
@settings(deadline=None, max_examples=60)
def test_fit_loglinear_does_not_depend_on_the_order_of_lists(
    counts: dict[int, int], order: list[int], model: set[tuple[int, ...]]
) -> None:
    table = CaptureTable(tuple("ABCD"), counts)
    fit = fit_loglinear(table, model)
    turned = fit_loglinear(
        table.reorder([table.lists[place] for place in order]), [[order.index(place) for place in t] for t in model]
    )
    assume(fit.estimable)

    assert turned.population == pytest.approx(fit.population, rel=1e-9)
    assert turned.bic == pytest.approx(fit.bic, abs=1e-9)
    assert fit.population is not None
    assert fit.population >= table.observed


def test_fit_many_fits_each_column_as_if_alone() -> None:
    tables = [fuzz_table(entry) for entry in fuzz() if entry["lists"] == 4]
    cells = in_columns([table.cells() for table in tables])

    together = fit_many(cells, parameters(closed([(0, 1)]), 4))

    alone = [fit_loglinear(table, [(0, 1)]) for table in tables]
    assert together.status.tolist() == [fit.existence.status for fit in alone]
    for column, fit in enumerate(alone):
        if fit.estimable:
            assert together.hidden[column] == pytest.approx(fit.hidden, rel=1e-9)


def test_fit_many_finds_its_way_from_a_bad_start() -> None:
    table = published("uk_2013_5list")
    cells = in_columns([table.cells()])
    masks = parameters(closed([(0, 1), (2, 3)]), 5)
    far = np.zeros((32, 1))
    far[masks] = np.array([20.0, -20, 3, 25, -9, 8, 30, -30])[:, None]

    assert fit_many(cells, masks, far).hidden == pytest.approx(fit_many(cells, masks).hidden, rel=1e-9)


def test_fit_many_leaves_what_has_not_settled_undecided_if_asked() -> None:
    cells = in_columns([CaptureTable(tuple("ABC"), {1: 5, 2: 6, 3: 2, 4: 3}).cells()])
    masks = parameters(closed([(0, 1)]), 3)

    undecided = fit_many(cells, masks, decide=False)

    assert undecided.status.tolist() == [-1]
    assert 0 < undecided.gap[0] < 0.1
    assert fit_many(cells, masks).status.tolist() == [1]


def test_fit_many_does_not_believe_means_too_small_to_be_told_from_zero() -> None:
    counts = {1 << i: 10**7 for i in range(8)} | {3: 1, 12: 1, 48: 1, 192: 1}
    table = CaptureTable(tuple("ABCDEFGH"), counts)

    fit = fit_many(in_columns([table.cells()]), parameters(INDEPENDENCE, 8))

    assert fit.status.tolist() == [0]
    assert subset_sums(fit.theta)[255, 0] < np.log(1e-9)
