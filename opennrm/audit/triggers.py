"""The triggers that refuse to change or remove an entry or a checkpoint, on both databases.

On SQLite, altering a table in a migration makes it anew and loses its triggers: such a migration ends with
`RunPython(install)`. A test after the last migration and the server's start both ask `missing_triggers`.
"""

from typing import Any

GUARDED = ("audit_entry", "audit_checkpoint")

_SQLITE = {
    "no_update": """CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is never changed'); END""",
    "no_delete": """CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is never emptied'); END""",
    # Also where a connection forgot `recursive_triggers`, INSERT OR REPLACE is caught.
    "no_replace": """CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})
BEGIN SELECT RAISE(ABORT, '{table} is never replaced'); END""",
}
_SAME = {
    "audit_entry": "id = NEW.id OR (subject = NEW.subject AND number = NEW.number)",
    "audit_checkpoint": "number = NEW.number",
}
_REFUSAL = """
BEGIN RAISE EXCEPTION '% is never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END
"""
_POSTGRESQL_FUNCTION = (
    f"CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $body${_REFUSAL}$body$"
)
_POSTGRESQL = {
    "no_change": "CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    "no_truncate": "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
}
# pg_trigger.tgtype: before (2), and delete (8) with update (16), or truncate (32); for the statement, not the row (1).
_POSTGRESQL_TYPES = {"no_change": 2 + 8 + 16, "no_truncate": 2 + 32}


def required_triggers(vendor: str) -> dict[str, str]:
    """The triggers that must stand, by name, each with the statement that makes it."""
    kinds = _SQLITE if vendor == "sqlite" else _POSTGRESQL
    return {
        f"{table}_{kind}": statement.format(table=table, same=_SAME[table])
        for table in GUARDED
        for kind, statement in kinds.items()
    }


def missing_triggers(connection: Any) -> list[str]:
    """The required triggers that are absent, altered or switched off in this database, by name."""
    standing = _in_sqlite(connection) if connection.vendor == "sqlite" else _in_postgresql(connection)
    return sorted(required_triggers(connection.vendor).keys() - standing)


def install(apps: Any, schema_editor: Any) -> None:
    """Make all of them; those that stand are made anew. For migrations."""
    remove(apps, schema_editor)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_POSTGRESQL_FUNCTION, params=None)
    for name, statement in required_triggers(schema_editor.connection.vendor).items():
        schema_editor.execute(statement, params=None)
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"ALTER TABLE {_table_of(name)} ENABLE ALWAYS TRIGGER {name}")


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop all of them: the way back of a migration."""
    for name in required_triggers(schema_editor.connection.vendor):
        table = f" ON {_table_of(name)}" if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{table}")


def _table_of(trigger: str) -> str:
    return next(table for table in GUARDED if trigger.startswith(table))


def _in_sqlite(connection: Any) -> set[str]:
    required = required_triggers("sqlite")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return {name for name, statement in cursor.fetchall() if required.get(name) == statement}


def _in_postgresql(connection: Any) -> set[str]:
    types = {f"{table}_{kind}": (table, number) for table in GUARDED for kind, number in _POSTGRESQL_TYPES.items()}
    with connection.cursor() as cursor:
        # Enabled "always" (A), so that `session_replication_role` does not switch it off; without columns or condition.
        cursor.execute(
            "SELECT t.tgname, t.tgrelid::regclass::text, t.tgtype FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE p.proname = 'audit_refuse' AND p.prosrc = %s AND t.tgenabled = 'A' "
            "AND t.tgqual IS NULL AND t.tgattr = ''",
            [_REFUSAL],
        )
        return {name for name, table, number in cursor.fetchall() if types.get(name) == (table, number)}
