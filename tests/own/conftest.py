"""Numbers are digested quickly here: the slow digest is looked at in one test of its own."""

import pytest


@pytest.fixture(autouse=True)
def _quick_digest(request, settings):
    if "slow_digest" not in request.fixturenames:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def slow_digest():
    """The digest of the service itself."""
