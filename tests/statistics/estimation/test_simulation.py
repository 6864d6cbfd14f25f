import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.estimation.loglinear import fit_loglinear
from opennrm.statistics.estimation.selection import select_stepwise
from opennrm.statistics.estimation.simulation import METHODS, coverage, simulate
from opennrm.statistics.estimation.table import CaptureTable
from tests.statistics.estimation.published import published


def test_simulate_forgets_those_on_no_list() -> None:
    fit = select_stepwise(published("kosovo_4list")).fit

    table = simulate(fit, seed=3)

    assert table.lists == fit.table.lists
    assert 0.9 * 4400 < table.observed < 1.1 * 4400
    assert table == simulate(fit, seed=3)
    assert table != simulate(fit, seed=4)
    assert simulate(fit, population=100).observed < 100


def test_simulate_refuses_a_model_without_estimate_and_a_population_of_nobody() -> None:
    with pytest.raises(SourceProblem, match="cannot be simulated"):
        simulate(fit_loglinear(CaptureTable(("A", "B"), {1: 5, 2: 6}), []))
    with pytest.raises(SourceProblem, match="needs persons"):
        simulate(select_stepwise(published("kosovo_4list")).fit, population=0)


def test_coverage_counts_tables_without_interval() -> None:
    fit = fit_loglinear(CaptureTable(("A", "B"), {1: 30, 2: 40, 3: 3}), [])

    found = coverage(fit, tables=20, replicates=60, methods=["percentile"])

    assert 0 < found.not_estimable_share < 1
    assert len(found.limits("percentile")) < 20
    assert 0 <= found.share("percentile") <= 1
    assert found.limits("bca") == []
    assert found.standard_error("percentile") < 0.5


def test_coverage_of_tables_that_never_overlap_is_no_number() -> None:
    fit = fit_loglinear(CaptureTable(("A", "B"), {1: 900, 2: 900, 3: 1}), [])

    found = coverage(fit, population=1000, tables=3, replicates=10)

    assert found.not_estimable_share == 1
    assert found.share("bca") != found.share("bca")
    assert found.standard_error("bca") != found.standard_error("bca")


def test_coverage_of_independent_lists_holds_the_truth() -> None:
    fit = fit_loglinear(CaptureTable(("A", "B", "C"), {1: 300, 2: 250, 3: 60, 4: 200, 5: 50, 6: 40, 7: 10}), [])

    found = coverage(fit, tables=100, replicates=100, methods=METHODS)

    assert found.share("percentile") >= 0.92 - 2 * found.standard_error("percentile")
    assert found.limits("naive")
    assert all(table.population is not None for table in found.tables)


@pytest.mark.long
@pytest.mark.parametrize("name", ["uk_2013_5list", "kosovo_4list", "netherlands_5list"])
def test_percentile_intervals_recover_a_simulated_truth(name: str) -> None:
    fit = select_stepwise(published(name)).fit

    found = coverage(fit, tables=200, replicates=200, methods=METHODS)

    assert found.share("percentile") >= 0.92
    assert found.share("bca") >= 0.82
    assert found.share("naive") <= found.share("percentile") + 0.03
