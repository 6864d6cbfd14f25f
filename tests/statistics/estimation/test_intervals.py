import numpy as np
import pytest

from opennrm.statistics.estimation.intervals import profile_interval
from opennrm.statistics.estimation.loglinear import fit_loglinear
from opennrm.statistics.estimation.table import CaptureTable
from tests.statistics.estimation.peers import fits, model_of
from tests.statistics.estimation.published import published

PROFILES = [(name, key) for name in sorted(fits()) for key in fits()[name] if key.startswith("rcapture_profileCI")]


@pytest.mark.parametrize(("name", "key"), PROFILES)
def test_profile_interval_is_that_of_r(name: str, key: str) -> None:
    peer = fits()[name][key]
    fit = fit_loglinear(published(name), model_of(peer["model"]) if "model" in peer else [])

    interval = profile_interval(fit)

    if not fit.estimable:  # Rcapture prints 1.2e13 for this model
        assert peer["CI"]["abundance"] > 1e12
        assert interval.low is None
        assert interval.reason == fit.existence.reason
        return
    assert interval.low == pytest.approx(peer["CI"]["infCL"], rel=1e-4)
    assert interval.high == pytest.approx(peer["CI"]["supCL"], rel=1e-4)


def test_profile_interval_widens_with_its_level() -> None:
    fit = fit_loglinear(published("kosovo_4list"), [])

    narrow, wide = profile_interval(fit, 0.8), profile_interval(fit, 0.99)

    assert narrow.low is not None
    assert narrow.high is not None
    assert wide.low is not None
    assert wide.high is not None
    assert wide.low < narrow.low < narrow.high < wide.high


def test_profile_interval_may_begin_at_the_persons_observed() -> None:
    table = CaptureTable(("A", "B"), {1: 1, 2: 1, 3: 60})

    interval = profile_interval(fit_loglinear(table, []), 0.99)

    assert interval.low == table.observed


def test_profile_interval_has_no_upper_limit_where_the_likelihood_stays_flat() -> None:
    interval = profile_interval(fit_loglinear(CaptureTable(("A", "B"), {1: 90, 2: 90, 3: 1}), []), 0.999)

    assert interval.low is not None
    assert interval.high == np.inf or interval.high is not None
    assert interval.low < 90 * 90
