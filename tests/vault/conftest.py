import pytest

from opennrm.vault import keys


@pytest.fixture(scope="session")
def diary_tables(django_db_setup, django_db_blocker):
    from tests.vault.diary import make_tables

    with django_db_blocker.unblock():
        make_tables()


@pytest.fixture
def diary(diary_tables, db):
    """The two test tables, in a transaction that is rolled back."""
    keys.forget()
    yield
    keys.forget()


@pytest.fixture
def own_diary(diary_tables, own_database):
    """The two test tables, in a database of the test's own."""
    return own_database
