"""Databases of the tests: one that every test leaves as it found it, and copies for tests that must commit."""

import functools
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings
from pytest_django import fixtures

# No test depends on how fast this machine is at this moment.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Django's guard against queries in an event loop: the browser's driver runs one in the thread of the tests.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

# In continuous integration the examples are the same in every run: what fails there is the change.
settings.register_profile("house", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("house")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request):
    """A database per worker on PostgreSQL; on SQLite each worker has its own in memory."""
    from django.db import connection

    if connection.vendor != "sqlite":
        request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")


# Set the database up also when only tests with a database of their own are run, which carry no mark.
fixtures._get_databases_for_setup = lambda items: ({"default"}, set())


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The migrated test database, with a deployment key of this test run."""
    from opennrm.access.guarding import put_up
    from opennrm.vault import keys

    with django_db_blocker.unblock():
        put_up()
        keys.ensure()


@pytest.fixture
def own_database(django_db_setup, django_db_blocker, tmp_path):
    """A copy of the test database in which transactions really commit, thrown away afterwards.

    For threads, rollbacks and tampering. It is not emptied by a flush: the triggers of the audit refuse that.
    """
    from django.db import connections

    from opennrm.vault import keys

    with django_db_blocker.unblock():
        template = connections["default"]
        as_before = dict(connections.settings["default"])
        name, drop = _copy(template, tmp_path)
        connections.settings["default"] = {**as_before, "NAME": name}
        connections["default"] = connections.create_connection("default")
        keys.forget()
        try:
            yield Path(name)
        finally:
            connections["default"].close()
            connections.settings["default"] = as_before
            connections["default"] = template
            keys.forget()
            drop()


def _copy(template, tmp_path):
    if template.vendor == "sqlite":
        name = str(tmp_path / "own.sqlite3")
        with template.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [name])
        return name, lambda: None
    source = template.settings_dict["NAME"]
    name = f"{source}_own"
    template.close()
    quoted = template.ops.quote_name
    with template._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")
        # A thread of an earlier test may have left its connection to the source open: nobody uses it now.
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [source])
        cursor.execute(f"CREATE DATABASE {quoted(name)} TEMPLATE {quoted(source)}")

    def drop():
        with template._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {quoted(name)} WITH (FORCE)")

    return name, drop


@pytest.fixture(scope="session")
def browser():
    """One Chromium for a whole run: the installed one. Its driver runs an event loop, of which there can be but one.

    Inside an event loop Django keeps a connection of its own, which nothing but this meets once the loop has ended: it
    would keep PostgreSQL from dropping the test database.
    """
    from django.db import connections
    from playwright.sync_api import sync_playwright

    _wait_for_whole_pages()
    found = os.environ.get("OPENNRM_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()
        connections.close_all()


def _wait_for_whole_pages():
    """A click or a key of the driver returns when the next page has begun to come: here, when it is whole.

    What a test reads at once (how many there are, what is visible, what axe finds) would else depend on the line.
    """
    from playwright.sync_api import Locator, Page

    def whole(act, page_of):
        @functools.wraps(act)
        def acted(self, *args, **options):
            act(self, *args, **options)
            page = page_of(self)
            if not page.is_closed():
                page.wait_for_load_state("load")

        return acted

    for kind, page_of in ((Locator, lambda locator: locator.page), (Page, lambda page: page)):
        for name in ("click", "press"):
            setattr(kind, name, whole(getattr(kind, name), page_of))


@pytest.fixture
def office(db):
    """An inspector, a duty officer, a lead, a panel and a stranger."""
    from tests.factories import Office

    return Office()
