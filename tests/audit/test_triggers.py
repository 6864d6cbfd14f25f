import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from opennrm.audit import triggers
from opennrm.audit.actions import checkpoint
from opennrm.audit.checks import refuse_unguarded
from opennrm.audit.models import Entry
from opennrm.audit.rules import AuditProblem
from tests.audit.trail import Editor, a_trail, drop_triggers, sql

pytestmark = pytest.mark.both

COPY = "INTO audit_entry SELECT * FROM audit_entry WHERE number = 1"
TAMPERING = {
    "change an entry": "UPDATE audit_entry SET by = 'system' WHERE number = 1",
    "change no entry": "UPDATE audit_entry SET by = 'system' WHERE number = 99",
    "remove an entry": "DELETE FROM audit_entry WHERE number = 1",
    "remove all entries": "DELETE FROM audit_entry",
    "change a checkpoint": "UPDATE audit_checkpoint SET entries = 0",
    "remove a checkpoint": "DELETE FROM audit_checkpoint",
}
ON_SQLITE = {
    "replace an entry": f"INSERT OR REPLACE {COPY}",
    "replace by another id": "REPLACE INTO audit_entry SELECT id + 1000, subject, number, verb, 'system', at, facts, "
    "previous, digest FROM audit_entry WHERE number = 1",
    "upsert": f"INSERT {COPY} ON CONFLICT DO UPDATE SET by = 'system'",
    "replace a checkpoint": "REPLACE INTO audit_checkpoint SELECT * FROM audit_checkpoint",
}
ON_POSTGRESQL = {
    "truncate entries": "TRUNCATE audit_entry",
    "truncate checkpoints": "TRUNCATE audit_checkpoint CASCADE",
    "upsert": f"INSERT {COPY} ON CONFLICT (subject, number) DO UPDATE SET by = 'system'",
    "as a replica": "SET LOCAL session_replication_role = 'replica'; DELETE FROM audit_entry",
}
CHANGES_NOTHING_ON_SQLITE = "change no entry"  # its triggers fire for rows


def test_required_triggers_stand_after_the_last_migration(db):
    required = triggers.required_triggers(connection.vendor)

    assert set(required) >= {
        f"{table}_no_{'update' if connection.vendor == 'sqlite' else 'change'}" for table in triggers.GUARDED
    }
    assert triggers.missing_triggers(connection) == []
    refuse_unguarded()


def test_every_way_to_change_the_trail_is_refused(db):
    a_trail()
    checkpoint()
    before = sql("SELECT * FROM audit_entry ORDER BY id"), sql("SELECT * FROM audit_checkpoint")

    for statement in (TAMPERING | (ON_SQLITE if connection.vendor == "sqlite" else ON_POSTGRESQL)).values():
        if connection.vendor == "sqlite" and statement == TAMPERING[CHANGES_NOTHING_ON_SQLITE]:
            continue
        with pytest.raises(DatabaseError, match="is never"), transaction.atomic():
            sql(statement)

    assert (sql("SELECT * FROM audit_entry ORDER BY id"), sql("SELECT * FROM audit_checkpoint")) == before


def test_the_models_cannot_change_the_trail_either(db):
    a_trail()
    entry = Entry.objects.first()
    entry.by = "system"

    for attempt in (entry.save, entry.delete, Entry.objects.all().delete, lambda: Entry.objects.update(by="system")):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_replacing_is_refused_even_where_recursive_triggers_are_off(own_database):
    if connection.vendor == "sqlite":
        sql("PRAGMA recursive_triggers = OFF")
        a_trail()
        with pytest.raises(DatabaseError, match="is never"):
            sql(ON_SQLITE["replace an entry"])
        with pytest.raises(AuditProblem, match="recursive_triggers"):
            refuse_unguarded()
    else:
        refuse_unguarded()


def test_missing_triggers_names_those_that_were_dropped(db):
    drop_triggers()

    assert triggers.missing_triggers(connection) == sorted(triggers.required_triggers(connection.vendor))
    with pytest.raises(AuditProblem, match="audit_entry_no"):
        refuse_unguarded()
    triggers.install(None, Editor())
    assert triggers.missing_triggers(connection) == []


HARMLESS = {
    "sqlite": [
        "DROP TRIGGER {name}; CREATE TRIGGER {name} BEFORE UPDATE ON audit_entry BEGIN SELECT 1; END",
        "DROP TRIGGER {name}; CREATE TRIGGER {name} BEFORE UPDATE OF verb ON audit_entry "
        "BEGIN SELECT RAISE(ABORT, 'audit_entry is never changed'); END",
    ],
    "postgresql": [
        "ALTER TABLE audit_entry DISABLE TRIGGER {name}",
        "ALTER TABLE audit_entry ENABLE TRIGGER {name}",
        "DROP TRIGGER {name} ON audit_entry; CREATE TRIGGER {name} BEFORE INSERT ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse(); ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER {name}",
        "DROP TRIGGER {name} ON audit_entry; CREATE TRIGGER {name} BEFORE UPDATE OF verb OR DELETE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse(); ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER {name}",
        "DROP TRIGGER {name} ON audit_entry; CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON audit_entry "
        "FOR EACH STATEMENT WHEN (false) EXECUTE FUNCTION audit_refuse(); "
        "ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER {name}",
    ],
}


def test_missing_triggers_names_one_that_was_made_harmless(db):
    name = {"sqlite": "audit_entry_no_update", "postgresql": "audit_entry_no_change"}[connection.vendor]

    for change in HARMLESS[connection.vendor]:
        for statement in change.format(name=name).replace("; END", "\n END").split("; "):
            sql(statement.replace("\n END", "; END"))
        assert triggers.missing_triggers(connection) == [name]
        triggers.install(None, Editor())
        assert triggers.missing_triggers(connection) == []


def test_missing_triggers_notices_a_function_that_lets_pass(db):
    if connection.vendor == "postgresql":
        sql(
            "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN NULL; /* RAISE EXCEPTION */ END $$"
        )
        assert triggers.missing_triggers(connection) == sorted(triggers.required_triggers("postgresql"))
    else:
        assert triggers.missing_triggers(connection) == []


class Elsewhere:
    """A PostgreSQL that only listens, so that its part is read in the SQLite run too."""

    vendor = "postgresql"
    rows = ()

    def __init__(self):
        self.connection, self.heard = self, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def cursor(self):
        return self

    def execute(self, statement, params=()):
        self.heard.append(statement)

    def fetchall(self):
        return self.rows


def test_install_on_postgresql_switches_every_trigger_to_always():
    elsewhere = Elsewhere()

    triggers.install(None, elsewhere)

    made = [statement for statement in elsewhere.heard if statement.startswith("CREATE TRIGGER")]
    always = [statement for statement in elsewhere.heard if "ENABLE ALWAYS" in statement]
    assert len(made) == len(always) == len(triggers.required_triggers("postgresql")) == 4
    assert all("DROP TRIGGER IF EXISTS" in statement for statement in elsewhere.heard[:4])


def test_missing_triggers_on_postgresql_asks_for_type_and_table():
    elsewhere = Elsewhere()
    elsewhere.rows = [("audit_entry_no_change", "audit_entry", 26), ("audit_entry_no_truncate", "other", 34)]

    assert triggers.missing_triggers(elsewhere) == [
        "audit_checkpoint_no_change",
        "audit_checkpoint_no_truncate",
        "audit_entry_no_truncate",
    ]


def test_install_can_be_repeated(db):
    triggers.install(None, Editor())

    assert triggers.missing_triggers(connection) == []


def test_the_migration_goes_back_and_forth(own_database):
    MigrationExecutor(connection).migrate([("audit", "0001_trail")])
    assert triggers.missing_triggers(connection) == sorted(triggers.required_triggers(connection.vendor))

    MigrationExecutor(connection).migrate([("audit", "0002_triggers")])
    assert triggers.missing_triggers(connection) == []
