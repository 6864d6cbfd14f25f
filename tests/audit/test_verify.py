import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opennrm.audit import rules
from opennrm.audit import verify as module
from opennrm.audit.actions import Deed, checkpoint, record, record_many, record_reading
from opennrm.audit.models import Checkpoint, Entry, Head
from opennrm.audit.verify import verify, verify_all
from opennrm.vault import keys
from opennrm.vault.models import Key
from tests.audit.trail import CASE, OFFICER, OTHER, a_trail, broken, drop_triggers, some_deeds, sql

pytestmark = pytest.mark.both


@pytest.fixture
def owned(db):
    """A trail of 5 and 2 entries in the hands of somebody who owns the database."""
    a_trail(5, 2)
    drop_triggers()


def rewritten(subject, first=1, by="account:666"):
    """Write a chain anew from an entry on, with digests that fit: what an attacker can do who knows the rules."""
    previous = rules.BEGINNING
    for entry in Entry.objects.filter(subject=subject).order_by("number"):
        author = by if entry.number >= first else entry.by
        at = rules.canonical_time(entry.at)
        digest = rules.digest(at, author, entry.facts_text, entry.number, previous, subject, entry.verb)
        Entry.objects.filter(pk=entry.pk).update(by=author, previous=previous, digest=digest)
        previous = digest
    Head.objects.filter(subject=subject).update(digest=previous)


def cut(subject, after):
    """Cut off the end of a chain and set its head so that nothing shows."""
    Entry.objects.filter(subject=subject, number__gt=after).delete()
    last = Entry.objects.get(subject=subject, number=after)
    Head.objects.filter(subject=subject).update(number=after, digest=last.digest)


@pytest.mark.parametrize(
    ("statement", "entry", "said"),
    [
        ("UPDATE audit_entry SET by = 'system' WHERE subject = %s AND number = 3", 3, "was changed"),
        ("UPDATE audit_entry SET verb = 'case.x' WHERE subject = %s AND number = 1", 1, "was changed"),
        ("UPDATE audit_entry SET facts = '{}' WHERE subject = %s AND number = 5", 5, "was changed"),
        ("UPDATE audit_entry SET at = '2020-01-01 00:00:00' WHERE subject = %s AND number = 2", 2, "was changed"),
        ("UPDATE audit_entry SET by = '\"' WHERE subject = %s AND number = 2", 2, "was changed"),
        ("UPDATE audit_entry SET digest = previous WHERE subject = %s AND number = 2", 2, "was changed"),
        ("UPDATE audit_entry SET previous = digest WHERE subject = %s AND number = 2", 2, "does not follow"),
        ("DELETE FROM audit_entry WHERE subject = %s AND number = 1", 1, "it is missing"),
        ("DELETE FROM audit_entry WHERE subject = %s AND number IN (2, 3)", 2, "entries 2 to 3 are missing"),
        ("DELETE FROM audit_entry WHERE subject = %s AND number = 5", 5, "it is missing"),
        ("DELETE FROM audit_entry WHERE subject = %s", 1, "entries 1 to 5 are missing"),
        ("DELETE FROM audit_head WHERE subject = %s", 5, "is not recorded"),
        ("UPDATE audit_head SET digest = 'x' WHERE subject = %s", 5, "not the recorded end"),
        ("UPDATE audit_head SET number = 4 WHERE subject = %s", 5, "not the recorded end"),
        ("UPDATE audit_head SET lodged_number = 4 WHERE subject = %s", 5, "claims to be signed"),
        ("UPDATE audit_entry SET number = 9 WHERE subject = %s AND number = 5", 5, "entries 5 to 8 are missing"),
    ],
)
def test_verify_names_the_entry_that_was_tampered_with(owned, statement, entry, said):
    sql(statement, CASE)

    for found in (verify(CASE), verify_all()):
        assert (CASE, entry) == broken(found)[0]
        assert said in found[0].reason
        assert {one.subject for one in found} == {CASE}
    assert verify(OTHER) == []


def test_verify_says_one_thing_per_fault(owned):
    sql("UPDATE audit_entry SET by = 'system' WHERE subject = %s AND number IN (2, 4)", CASE)
    sql("DELETE FROM audit_entry WHERE subject = %s AND number = 1", OTHER)

    assert broken(verify_all()) == [(CASE, 2), (CASE, 4), (OTHER, 1)]


def test_verify_notices_entries_that_changed_places(owned):
    sql("UPDATE audit_entry SET number = 99 WHERE subject = %s AND number = 2", CASE)
    sql("UPDATE audit_entry SET number = 2 WHERE subject = %s AND number = 3", CASE)
    sql("UPDATE audit_entry SET number = 3 WHERE subject = %s AND number = 99", CASE)

    assert broken(verify(CASE))[0] == (CASE, 2)


def test_verify_notices_an_entry_moved_to_another_record(owned):
    sql("UPDATE audit_entry SET subject = %s, number = 3 WHERE subject = %s AND number = 5", OTHER, CASE)

    assert {one.subject for one in verify_all()} == {CASE, OTHER}


def test_verify_notices_what_is_neither_text_nor_number(owned):
    if connection.vendor == "sqlite":
        sql("PRAGMA ignore_check_constraints = ON")
        sql("UPDATE audit_entry SET number = 'x' WHERE subject = %s AND number = 5", CASE)
        sql("UPDATE audit_entry SET by = x'00' WHERE subject = %s AND number = 2", CASE)
        sql("UPDATE audit_entry SET at = replace(at, ' ', 'x') WHERE subject = %s AND number = 3", CASE)
        sql("PRAGMA ignore_check_constraints = OFF")
        assert broken(verify(CASE)) == [(CASE, 2), (CASE, 3), (CASE, 5)]
    assert verify(OTHER) == []


def test_verify_covers_who_read_the_record(db):
    record("case.open", CASE, by=OFFICER)
    record_reading(CASE, by=OFFICER, purpose="decision")
    reading = Entry.objects.get(verb="read")
    drop_triggers()
    Entry.objects.filter(pk=reading.pk).delete()

    assert broken(verify(CASE)) == [(reading.subject, 1)]


def test_verify_notices_an_invented_chain(owned):
    Entry.objects.filter(subject=OTHER).update(subject="case:1")

    assert broken(verify("case:1"))[0] == ("case:1", 1)


def test_a_chain_rewritten_without_a_checkpoint_is_not_noticed(owned):
    """The honest limit: digests alone do not bind who owns the database. Checkpoints do."""
    rewritten(CASE, first=2)
    cut(OTHER, 1)

    assert verify_all() == []


def test_a_checkpoint_tells_a_rewritten_chain(db):
    a_trail(5, 2)
    checkpoint()
    drop_triggers()
    rewritten(CASE, first=2)

    for found in (verify(CASE), verify_all()):
        assert broken(found) == [(CASE, 5)]
        assert "checkpoint 1 signed" in found[0].reason


def test_a_checkpoint_tells_a_cut_chain(db):
    a_trail(5, 2)
    checkpoint()
    record_many(some_deeds(CASE, 2))
    drop_triggers()
    cut(CASE, 3)

    for found in (verify(CASE), verify_all()):
        assert broken(found) == [(CASE, 4)]
        assert found[0].reason == "entries 4 to 5 are missing; checkpoint 1 covers it"


def test_a_checkpoint_tells_a_chain_that_is_gone_with_its_head(db):
    a_trail(5, 2)
    checkpoint()
    drop_triggers()
    Entry.objects.filter(subject=CASE).delete()
    Head.objects.filter(subject=CASE).delete()

    for found in (verify(CASE), verify_all()):
        assert broken(found) == [(CASE, 1)]
        assert "entries 1 to 5 are missing" in found[0].reason


@pytest.mark.parametrize(
    ("statement", "numbers", "said"),
    [
        ("UPDATE audit_checkpoint SET heads = '[]' WHERE number = 1", [1], "what it covers was changed"),
        ("UPDATE audit_checkpoint SET heads = 'x' WHERE number = 1", [1], "what it covers was changed"),
        ("UPDATE audit_checkpoint SET heads = '[1]' WHERE number = 1", [1], "what it covers was changed"),
        ("UPDATE audit_checkpoint SET entries = 1 WHERE number = 1", [1], "its signature"),
        ("UPDATE audit_checkpoint SET signature = 'x' WHERE number = 2", [2], "its signature"),
        ("UPDATE audit_checkpoint SET at = '2020-01-01 00:00:00' WHERE number = 2", [2], "its signature"),
        ("UPDATE audit_checkpoint SET previous = digest WHERE number = 2", [2], "does not follow"),
        ("DELETE FROM audit_checkpoint WHERE number = 1", [1], "it is missing"),
        ("UPDATE audit_checkpoint SET number = 5 WHERE number = 2", [2], "checkpoints 2 to 4 are missing"),
    ],
)
def test_verify_all_names_the_checkpoint_that_was_tampered_with(db, statement, numbers, said):
    a_trail(5, 2)
    checkpoint()
    record("case.close", CASE, by=OFFICER)
    checkpoint()
    drop_triggers()
    sql(statement)

    found = [one for one in verify_all() if one.subject == rules.CHECKPOINTS]

    assert [one.number for one in found][:1] == numbers
    assert said in found[0].reason


def test_a_checkpoint_signed_with_another_key_is_told(db):
    a_trail()
    checkpoint()
    drop_triggers()
    Key.objects.filter(owner=keys.SIGNING_OWNER).delete()
    keys.forget()

    assert broken(verify_all()) == [(rules.CHECKPOINTS, 1)]


def test_a_lodged_statement_tells_that_all_checkpoints_were_removed(db):
    a_trail(5, 2)
    lodged = [checkpoint().statement]
    drop_triggers()
    Checkpoint.objects.all().delete()
    Head.objects.update(lodged_number=0)
    cut(CASE, 1)

    assert verify_all() == []
    assert broken(verify_all(statements=lodged)) == [(rules.CHECKPOINTS, 1)]
    assert broken(verify_all(statements=["something else"])) == [(rules.CHECKPOINTS, 0)]


def test_verify_all_tells_how_far_it_is(db, monkeypatch):
    monkeypatch.setattr(module, "_PROGRESS_EVERY", 2)
    a_trail(3, 2)
    told = []

    verify_all(lambda done, total: told.append((done, total)))

    assert told == [(2, 5), (4, 5), (5, 5)]


def test_verify_all_streams_more_rows_than_it_fetches_at_once(db, monkeypatch):
    monkeypatch.setattr(module, "_ROWS_AT_ONCE", 3)
    a_trail(8, 3)

    assert verify_all() == []


def test_verify_all_looks_again_at_a_chain_that_grew_meanwhile(db, monkeypatch):
    a_trail(3, 2)
    real = module._rows

    def rows_while_others_write(subject=""):
        if not subject:
            record("case.close", CASE, by=OFFICER)
            record("case.open", "case:1", by=OFFICER)
            checkpoint()
        return real(subject)

    monkeypatch.setattr(module, "_rows", rows_while_others_write)

    assert verify_all() == []


def test_the_trail_outlives_an_erased_person(db):
    keys.new_key("person-1")
    record("person.register", "person:1", by=OFFICER)
    keys.destroy_key("person-1")
    record("person.erase", "person:1", by=OFFICER)

    assert verify("person:1") == []


COLUMNS = {"verb": "case.forged", "by": "account:666", "facts": '{"n":7}', "previous": "f" * 64, "digest": "f" * 64}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    length=st.integers(1, 8),
    column=st.sampled_from(sorted(COLUMNS)),
    data=st.data(),
)
def test_any_changed_column_of_any_entry_is_told(owned, length, column, data):
    subject = f"case:{Head.objects.count() + 1}"
    record_many([Deed("case.open", subject, OFFICER, facts={"n": n}) for n in range(10, 10 + length)])
    number = data.draw(st.integers(1, length))
    sql(f"UPDATE audit_entry SET {column} = %s WHERE subject = %s AND number = %s", COLUMNS[column], subject, number)

    found = broken(verify(subject))

    assert found[0] == (subject, number)
    assert verify(CASE) == []


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(counts=st.lists(st.integers(1, 6), min_size=1, max_size=5), removed=st.data())
def test_any_removed_entry_is_told(owned, counts, removed):
    start = Head.objects.count()
    subjects = [f"case:{start + n}" for n in range(len(counts))]
    for subject, count in zip(subjects, counts, strict=True):
        record_many(some_deeds(subject, count))
    index = removed.draw(st.integers(0, len(counts) - 1))
    number = removed.draw(st.integers(1, counts[index]))
    sql("DELETE FROM audit_entry WHERE subject = %s AND number = %s", subjects[index], number)

    assert broken(verify(subjects[index]))[0] == (subjects[index], number)
    assert all(verify(subject) == [] for subject in subjects if subject != subjects[index])
