"""Whether the service may start: everything that protects people is in place."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from opennrm.access.guarding import refuse_unwalled
from opennrm.access.queries import demonstration_accounts
from opennrm.access.signing_in.providers import providers
from opennrm.audit.checks import refuse_unguarded
from opennrm.desk.lives import PERMISSIONS, VERBS
from opennrm.kernel.errors import NrmError
from opennrm.profile.loading import country_folder, load
from opennrm.retention.erasing import refuse_older_database
from opennrm.vault.keys import load as load_key


def check_profile() -> None:
    """Raise ProfileProblem naming file, entry and remedy when the country cannot be used."""
    load(country_folder(settings.OPENNRM_COUNTRY), permissions=PERMISSIONS, verbs=VERBS)


def problems() -> list[str]:
    """Everything that keeps the service from starting, each as a sentence with its remedy."""
    found: list[str] = []
    for check in (check_profile, _tables, _key, _trail, _erasures, _wall, _accounts, _secret, providers):
        try:
            check()
        except NrmError as problem:
            found.append(str(problem))
        except DatabaseError:  # said already, by the check of the tables
            continue
    return found


def _tables() -> None:
    try:
        connection.ensure_connection()
    except DatabaseError:
        raise NrmError(
            "The database cannot be opened.", remedy="Run `opennrm setup`, or let DATABASE_URL or OPENNRM_HOME name it."
        ) from None
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NrmError("The database is not up to date.", remedy="Run `opennrm setup`.")


def _key() -> None:
    load_key()


def _trail() -> None:
    refuse_unguarded()


def _erasures() -> None:
    refuse_older_database()


def _wall() -> None:
    refuse_unwalled()


def _accounts() -> None:
    if not settings.DEMONSTRATION and demonstration_accounts():
        raise NrmError(
            "This database holds demonstration accounts, and the service is in production.",
            remedy="Use a database of its own for production: set DATABASE_URL or OPENNRM_HOME.",
        )


def _secret() -> None:
    if not settings.SECRET_KEY_FILE.exists():
        raise NrmError(
            "The session key is missing.", where=str(settings.SECRET_KEY_FILE), remedy="Run `opennrm setup`."
        )
