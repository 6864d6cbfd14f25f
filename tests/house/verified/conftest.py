"""The settings of a production service."""

import runpy

import pytest

from tests.house.verified.sources import PACKAGE


@pytest.fixture
def production(monkeypatch):
    """The settings as a production service has them."""
    monkeypatch.setenv("OPENNRM_MODE", "production")
    return runpy.run_path(str(PACKAGE / "desk" / "settings.py"))
