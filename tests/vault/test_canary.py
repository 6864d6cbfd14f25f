"""Whoever has the disk but not the key finds nothing: searched as bytes, in UTF-8 and UTF-16."""

import hmac
import io
import logging
import re
from hashlib import sha256

import pytest
from django.db import connection

from opennrm.vault import keys
from opennrm.vault.seal import blind_index
from tests.vault.diary import CANARY, Page, a_page, a_writer, fresh

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


@pytest.mark.both
def test_whoever_has_all_of_the_database_cannot_try_names(own_diary):
    """Few names are to be tried, each plain, digested, and under every value of the database as a key."""
    a_page(a_writer("ana"), title=blind_index("Ана", "name")[:40])
    a_page(a_writer("vera"), title=blind_index("Вера", "name")[:40])
    indexes = {page.title for page in Page.objects.all()}
    tried, held = ["ana", "Ана", "vera", "Вера"], everything_in_the_database()

    made = {digest(name)[:40] for name in tried for digest in attacks(held)}

    assert len(held) > 20
    assert len(indexes) == 2
    assert not indexes & made
    right = keys.vault_key(keys.INDEX_OWNER).for_purpose("index/name")
    assert {digest(name)[:40] for name in tried for digest in attacks([right])} >= indexes, "the key alone opens it"


def everything_in_the_database():
    """Every value of every row, and the parts of the wrapped keys."""
    held = set()
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            values = [value for row in cursor.fetchall() for value in row if value is not None]
        held |= {bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in values}
    held |= {bytes.fromhex(v.decode()) for v in held if re.fullmatch(b"(?:[0-9a-f]{2}){16,}", v)}
    return held | {v[start : start + 32] for v in held if len(v) > 100 for start in (0, 17, 29)}


def attacks(held):
    yield lambda name: sha256(name.encode()).hexdigest()
    for key in held:
        yield lambda name, key=key: hmac.new(key, name.encode(), "sha256").hexdigest()
        yield lambda name, key=key: hmac.new(key, b"index/name" + name.encode(), "sha256").hexdigest()
        yield lambda name, key=key: sha256(key + name.encode()).hexdigest()


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
