"""Whoever has the disk but not the key finds nothing: searched as bytes, in UTF-8 and UTF-16."""

import io
import logging

from django.db import connection

from opennrm.vault import keys
from opennrm.vault.seal import blind_index
from tests.vault.diary import CANARY, a_page, a_writer, fresh

SPELLINGS = [CANARY, CANARY.upper(), CANARY.lower(), "Kanarinković", "kanarinkovic", "zlatokosakanarinkovic"]


def found_in(content):
    encoded = [word.encode(encoding) for word in SPELLINGS for encoding in ("utf-8", "utf-16-le", "utf-16-be")]
    return [word for word in encoded if word in content]


def test_found_in_would_find_it():
    assert found_in(b"..." + CANARY.encode() + b"...")
    assert found_in("zlatokosakanarinkovic".encode("utf-16-le"))


def test_the_database_files_hold_no_canary(own_diary):
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    queries = logging.getLogger("django.db.backends")
    queries.addHandler(handler)
    queries.setLevel(logging.DEBUG)
    connection.force_debug_cursor = True
    try:
        writer = a_writer()
        page = a_page(writer, place=CANARY, marks={CANARY: [CANARY]}, title=blind_index(CANARY, "name")[:40])
        page.words = CANARY * 50
        page.save()
        assert fresh(page).words == CANARY * 50
        during = _files(own_diary)
        keys.destroy_key(writer.code)
        page.delete()
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
        after = _files(own_diary)
    finally:
        connection.force_debug_cursor = False
        queries.setLevel(logging.NOTSET)
        queries.removeHandler(handler)

    if connection.vendor == "sqlite":
        assert {name.rpartition("sqlite3")[2] for name in during} >= {"", "-wal"}
    assert sum(map(len, during.values())) > 5_000
    assert not found_in(b"".join(during.values()) + b"".join(after.values()))
    assert "INSERT" in log.getvalue()
    assert not found_in(log.getvalue().encode())


def _files(database):
    """The files of SQLite; on PostgreSQL every row of every table."""
    if connection.vendor != "sqlite":
        return {name: _rows(name) for name in connection.introspection.table_names()}
    return {file.name: file.read_bytes() for file in database.parent.glob(database.name + "*")}


def _rows(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
        values = [value for row in cursor.fetchall() for value in row]
    return b"\0".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in values)
