"""A case, and a helper of another office who may be let into it."""

import pytest


@pytest.fixture
def case(office):
    return office.case()


@pytest.fixture
def helper(office):
    from tests.factories import staff

    return staff("ngo_case_worker", "helper")
