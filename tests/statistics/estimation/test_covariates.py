import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.estimation.covariates import CovariateFit, fit_with_covariates, select_with_covariates
from opennrm.statistics.estimation.table import CaptureTable
from tests.statistics.estimation.published import published, results

EXPECTED = results()["spina_bifida_3list_by_ethnicity"]["cov"]
TWO_WAY = [("S1", "S2"), ("S1", "S3"), ("S2", "S3"), ("S1", "eth"), ("S2", "eth"), ("S3", "eth")]


def a_table() -> CaptureTable:
    return published("spina_bifida_3list_by_ethnicity", "eth")


def agrees(found: CovariateFit, name: str) -> bool:
    expected = EXPECTED[name]
    hidden = {part.values[0]: part.hidden for part in found.strata}
    return (
        found.population == pytest.approx(expected["popest"], rel=1e-7)
        and found.deviance == pytest.approx(expected["deviance"], abs=1e-6)
        and found.aic == pytest.approx(expected["aic"], abs=1e-6)
        and found.bic == pytest.approx(expected["bic_n_obs"], abs=1e-6)
        and all(
            hidden[part["eth"]] == pytest.approx(part["hidden"], rel=1e-7, abs=1e-7) for part in expected["by_stratum"]
        )
    )


def test_fit_with_covariates_agrees_with_glm() -> None:
    assert agrees(fit_with_covariates(a_table()), "main")
    assert agrees(fit_with_covariates(a_table(), TWO_WAY), "all_two_way")


def test_select_with_covariates_agrees_with_step() -> None:
    by_bic, by_aic = select_with_covariates(a_table()), select_with_covariates(a_table(), criterion="aic")

    assert by_bic.terms == (("S2", "S3"),)
    assert agrees(by_bic, "step_bic")
    assert by_aic.terms == (("S2", "S3"), ("S1", "S2"), ("S1", "eth"))
    assert agrees(by_aic, "step_aic")


def test_a_stratum_no_one_of_which_is_on_two_lists_is_left_open() -> None:
    table = CaptureTable.from_csv(
        "sex,A,B,C,count\nf,1,0,0,30\nf,0,1,0,20\nf,0,0,1,25\nf,1,1,0,6\nf,0,1,1,4\nf,1,0,1,7\nf,1,1,1,2\n"
        "m,1,0,0,9\nm,0,1,0,4\nm,0,0,1,5\n",
        strata=("sex",),
    )

    found = fit_with_covariates(table, [("A", "sex"), ("B", "sex"), ("C", "sex"), ("A", "B"), ("A", "B", "sex")])

    assert found.population is None
    assert {part.values: part.hidden is None for part in found.strata} == {("f",): False, ("m",): True}
    assert str(found.reason) == "The model cannot tell the hidden part of: m."
    assert found.strata[1].population is None


def test_select_with_covariates_climbs_to_three_names_when_allowed() -> None:
    found = select_with_covariates(a_table(), criterion="aic", max_order=3)

    assert found.aic <= EXPECTED["step_aic"]["aic"] + 1e-6


def test_covariates_are_asked_for() -> None:
    with pytest.raises(SourceProblem, match="no covariates"):
        fit_with_covariates(published("kosovo_4list"))
    with pytest.raises(SourceProblem, match="not an interaction"):
        fit_with_covariates(a_table(), [("S1", "Police")])
    with pytest.raises(ValueError, match="aic or bic"):
        select_with_covariates(a_table(), criterion="r2")
