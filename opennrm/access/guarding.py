"""Putting the wall up in PostgreSQL: the roles of requests and of jobs, what they may touch, each table's policies.

Requests act as one role, which meets what the wall lets it meet; jobs, commands and crossings as who signed in to the
database: the owner of the tables, or somebody in the role of jobs, which meets every row and is never lent to requests.

After each migration, by `opennrm setup`. What stands already and is the same is left alone. The service does not start
while something is missing (`refuse_unwalled`).
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import ProgrammingError, connection, transaction

from opennrm.access.walls import condition
from opennrm.kernel.errors import NrmError

POLICY, JOBS_POLICY = "opennrm_wall", "opennrm_jobs"
# What a request never changes, whatever the triggers say.
ADDED_ONLY = ("audit_entry", "audit_checkpoint")
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
# Whose statement a sharing is of: asked past the wall of statements, which itself asks who they were shared with.
_FUNCTION = """
CREATE OR REPLACE FUNCTION opennrm_file_of_statement(statement uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = {schema}, pg_temp AS $$ SELECT file_code::text FROM identification_statement WHERE id = statement $$
"""
_MAKE_ROLE = """
DO $do$ BEGIN CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $do$
"""
_STANDING = """
SELECT c.relname, c.relrowsecurity, p.polname, obj_description(p.oid, 'pg_policy'),
       pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid), p.polcmd,
       p.polroles::regrole[]::text
FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
"""


_MEETS_ALL = """
SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls))
       OR EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s AND pg_has_role(current_user, oid, 'MEMBER'))
       OR NOT EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
                      AND NOT pg_has_role(current_user, relowner, 'MEMBER')),
       EXISTS (SELECT 1 FROM pg_roles j, pg_roles r WHERE r.rolname = %s AND j.rolname = %s
               AND pg_has_role(r.oid, j.oid, 'MEMBER'))
"""


def walled_tables() -> dict[str, str]:
    """Every table with a wall, and the condition under which a request meets a row."""
    found = {model._meta.db_table: condition(model) for model in apps.get_models() if model._meta.managed}
    return {table: text for table, text in sorted(found.items()) if text}


def put_up() -> list[str]:
    """Make the role, its rights and every policy. Returns the tables whose policy was made. Nothing on SQLite.

    Raises NrmError with what to do where the database user may not make a role.
    """
    if connection.vendor != "postgresql":
        return []
    role, jobs = _role(), _jobs_role()
    for name in (role, jobs):
        _make_role(name)
    made = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        schema = cursor.fetchone()[0]
        cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO {role}, {jobs}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}, {jobs}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}, {jobs}")
        for table in ADDED_ONLY:
            cursor.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {role}, {jobs}")
        cursor.execute(_FUNCTION.format(schema=schema))
        cursor.execute("REVOKE ALL ON FUNCTION opennrm_file_of_statement(uuid) FROM PUBLIC")
        cursor.execute(f"GRANT EXECUTE ON FUNCTION opennrm_file_of_statement(uuid) TO {role}")
        weak = set(_weak_tables(cursor))
        for table, text in walled_tables().items():
            if table in weak:
                _make_policies(cursor, table, text)
                made.append(table)
    return made


def weaknesses() -> list[str]:
    """What is missing of the wall, in words for an operator; empty on SQLite."""
    if connection.vendor != "postgresql":
        return []
    role = _role()
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls OR rolcanlogin FROM pg_roles WHERE rolname = %s", [role])
        found = cursor.fetchone()
        if found is None:
            return [f"the role {role} does not exist"]
        weak = [f"the role {role} may sign in or pass by the policies"] if found[0] else []
        cursor.execute("SELECT pg_has_role(current_user, %s, 'MEMBER')", [role])
        if not cursor.fetchone()[0]:
            weak.append(f"the database user may not act as {role}")
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace "
            "AND relkind = 'r' AND pg_has_role(%s, relowner, 'MEMBER'))",
            [role],
        )
        if cursor.fetchone()[0]:
            weak.append(f"the role {role} owns tables, or belongs to who does")
        cursor.execute(_MEETS_ALL, [_jobs_role(), role, _jobs_role()])
        jobs_meet_all, request_is_job = cursor.fetchone()
        if not jobs_meet_all:
            weak.append(f"the database user neither owns the tables nor belongs to {_jobs_role()}")
        if request_is_job:
            weak.append(f"the role {role} belongs to {_jobs_role()}")
        tables = _weak_tables(cursor)
        return weak + [f"the policy of {table} is missing, altered or not the only one" for table in tables]


def refuse_unwalled() -> None:
    """Raise NrmError while something of the wall is missing. Called at every start."""
    found = weaknesses()
    if found:
        raise NrmError(
            f"The second wall does not stand: {'; '.join(found)}.",
            remedy="Run `opennrm setup`; find out who changed it if it stood before.",
        )


def _role() -> str:
    return _named("OPENNRM_REQUEST_ROLE", settings.OPENNRM_REQUEST_ROLE)


def _jobs_role() -> str:
    return _named("OPENNRM_JOBS_ROLE", settings.OPENNRM_JOBS_ROLE)


def _named(setting: str, role: str) -> str:
    if not _NAME.fullmatch(role):
        raise NrmError(f"{setting} is no name of a role.", remedy="Use small letters, digits and underscores.")
    return role


def _make_role(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s)", [role])
        is_there = cursor.fetchone()[0]
        cursor.execute("SELECT current_user")
        user = cursor.fetchone()[0]
    remedy = (
        f"As an administrator of the server run: CREATE ROLE {role} NOLOGIN; GRANT {role} TO "
        f"{connection.ops.quote_name(user)}; and then `opennrm setup` again."
    )
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if not is_there:
                cursor.execute(_MAKE_ROLE.format(role=role))
            cursor.execute("SELECT pg_has_role(current_user, %s, 'MEMBER')", [role])
            if not cursor.fetchone()[0]:
                cursor.execute(f"GRANT {role} TO CURRENT_USER")
    except ProgrammingError:  # insufficient privilege
        raise NrmError(
            f"The database user may not make the role {role}, as which requests are to be served; nothing was changed.",
            remedy=remedy,
        ) from None


def _make_policies(cursor: Any, table: str, text: str) -> None:
    cursor.execute("SELECT polname FROM pg_policy WHERE polrelid = %s::regclass", [table])
    for (name,) in cursor.fetchall():
        cursor.execute(f"DROP POLICY {connection.ops.quote_name(name)} ON {table}")
    cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    cursor.execute(f"CREATE POLICY {POLICY} ON {table} FOR ALL TO {_role()} USING ({text}) WITH CHECK ({text})")
    cursor.execute(f"CREATE POLICY {JOBS_POLICY} ON {table} FOR ALL TO {_jobs_role()} USING (true) WITH CHECK (true)")
    cursor.execute(
        "SELECT pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polrelid = %s::regclass AND polname = %s",
        [table, POLICY],
    )
    mark = _mark(text, cursor.fetchone()[0])
    cursor.execute(f"COMMENT ON POLICY {POLICY} ON {table} IS '{mark}'")


def _weak_tables(cursor: Any) -> list[str]:
    """The tables that should have a wall and do not, or not the very one."""
    cursor.execute(_STANDING)
    standing: dict[str, list[tuple[Any, ...]]] = {}
    for table, *rest in cursor.fetchall():
        standing.setdefault(table, []).append(tuple(rest))
    return [table for table, text in walled_tables().items() if not _stands(standing.get(table, []), text)]


def _stands(policies: list[tuple[Any, ...]], text: str) -> bool:
    """Whether a table has the very policy of requests, that of jobs, and no other."""
    by_name = {name: rest for _, name, *rest in policies}
    if not all(is_on for is_on, *_ in policies) or set(by_name) != {POLICY, JOBS_POLICY}:
        return False
    mark, using, checked, command, roles = by_name[POLICY]
    is_same = using == checked and command in ("*", b"*") and roles == f"{{{_role()}}}"
    return bool(is_same and mark == _mark(text, using) and by_name[JOBS_POLICY][-1] == f"{{{_jobs_role()}}}")


def _mark(text: str, as_kept: str) -> str:
    """A digest of what was said and of what PostgreSQL made of it: altered by hand, one of them differs."""
    return sha256(f"{text}\n{as_kept}".encode()).hexdigest()
