import threading
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction

from opennrm.audit import rules
from opennrm.audit.actions import Deed, checkpoint, gathered, record, record_many, record_reading
from opennrm.audit.models import Checkpoint, Entry, Head
from opennrm.audit.queries import readings, standing, trail
from opennrm.audit.rules import AuditProblem
from opennrm.audit.verify import verify, verify_all
from opennrm.kernel.clock import frozen
from opennrm.vault.seal import check_signature
from tests.audit.trail import CASE, OFFICER, OTHER, a_trail, some_deeds

pytestmark = pytest.mark.both
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_record_chains_an_entry_to_the_one_before_it(db):
    record("case.open", CASE, by=OFFICER, form="labour", children=2, urgent=True)
    record("case.close", CASE, by="system")

    first, second = trail(CASE)
    assert (first.number, first.previous) == (1, rules.BEGINNING)
    assert (second.number, second.previous) == (2, first.digest)
    assert [entry.facts for entry in trail(CASE)] == [{"form": "labour", "children": 2, "urgent": True}, {}]
    assert Head.objects.get(subject=CASE).digest == second.digest
    assert verify(CASE) == []
    assert (str(first), str(Head.objects.get(subject=CASE))) == (f"{CASE} 1 case.open", f"{CASE} 2")


def test_record_takes_the_time_it_is_given_or_the_clock(db):
    with frozen(NOON):
        record("case.open", CASE, by=OFFICER)
    record("case.close", CASE, by=OFFICER, at=NOON)
    assert [entry.at for entry in trail(CASE)] == [NOON, NOON]


@pytest.mark.parametrize(
    ("verb", "subject", "by", "facts"),
    [
        ("Case open", CASE, OFFICER, {}),
        ("case.open", "Milica", OFFICER, {}),
        ("case.open", CASE, "Ana", {}),
        ("case.open", CASE, OFFICER, {"name": "Milica Petrović"}),
    ],
)
def test_record_refuses_what_is_no_code_and_writes_nothing(db, verb, subject, by, facts):
    with pytest.raises(AuditProblem):
        record(verb, subject, by=by, **facts)
    assert not Entry.objects.exists()


def test_record_refuses_to_write_outside_a_transaction(own_database):
    with pytest.raises(transaction.TransactionManagementError, match="in the transaction"):
        record("case.open", CASE, by=OFFICER)
    with pytest.raises(transaction.TransactionManagementError):
        record_reading(CASE, by=OFFICER, purpose="decision")
    assert not Head.objects.exists()


def test_record_leaves_nothing_when_the_change_is_rolled_back(own_database):
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - all of it is rolled back
        record("case.open", CASE, by=OFFICER)
        raise ZeroDivisionError

    assert not Entry.objects.exists()
    with transaction.atomic():
        record("case.open", CASE, by=OFFICER)
    assert [entry.number for entry in trail(CASE)] == [1]


def test_record_many_keeps_the_order_of_the_deeds(db):
    deeds = [Deed("case.open", OTHER, OFFICER), Deed("case.open", CASE, OFFICER), Deed("case.close", OTHER, OFFICER)]

    record_many(deeds)
    record_many([])

    kept = Entry.objects.order_by("pk").values_list("subject", "number", "verb")
    assert list(kept) == [(OTHER, 1, "case.open"), (CASE, 1, "case.open"), (OTHER, 2, "case.close")]
    assert verify_all() == []


def test_gathered_entries_are_written_together_at_the_end_of_the_act(db):
    record("case.open", CASE, by=OFFICER)
    with gathered(), frozen(NOON):
        record("case.assign", CASE, by=OFFICER, at=NOON)
        with gathered():  # an act inside an act
            record("case.open", OTHER, by=OFFICER)
        record("case.close", CASE, by=OFFICER)
        assert Entry.objects.count() == 1

    assert [entry.verb for entry in trail(CASE)] == ["case.open", "case.assign", "case.close"]
    assert [entry.at for entry in trail(OTHER)] == [NOON]
    assert verify_all() == []


def test_gathered_entries_are_refused_where_they_are_said_and_an_act_that_fails_leaves_none(db):
    with pytest.raises(AuditProblem), gathered():  # noqa: PT012 - the first of the two is written neither
        record("case.open", CASE, by=OFFICER)
        record("case.close", CASE, by=OFFICER, name="Milica Petrović")

    record("case.open", OTHER, by=OFFICER)  # written at once: nothing is gathered any more
    assert [entry.subject for entry in Entry.objects.all()] == [OTHER]


def test_gathering_needs_the_transaction_of_the_change(own_database):
    with pytest.raises(transaction.TransactionManagementError), gathered():
        record("case.open", CASE, by=OFFICER)
    assert not Head.objects.exists()


def test_record_many_locks_more_heads_than_fit_in_one_query(db):
    record_many([Deed("case.open", f"case:{n}", OFFICER) for n in range(1100)])

    assert Head.objects.filter(number=1).count() == 1100


def test_record_many_refuses_all_for_one(db):
    with pytest.raises(AuditProblem):
        record_many([*some_deeds(), Deed("case.open", "Milica", OFFICER)])
    assert not Entry.objects.exists()


def test_record_reading_has_a_chain_of_its_own_per_day(db):
    record("case.open", CASE, by=OFFICER)
    record_reading(CASE, by=OFFICER, purpose="decision", at=NOON)
    record_reading(CASE, by="account:9", purpose="support", at=NOON)
    with frozen(NOON.replace(day=2)):
        record_reading(CASE, by=OFFICER, purpose="decision")

    assert [entry.verb for entry in trail(CASE)] == ["case.open"]
    assert [entry.by for entry in readings(CASE, date(2026, 3, 1))] == [OFFICER, "account:9"]
    assert [entry.facts["purpose"] for entry in readings(CASE)] == ["decision", "support", "decision"]
    assert [entry.number for entry in readings(CASE)] == [1, 2, 1]
    assert list(readings("case:7KQ4")) == []
    assert verify(CASE) == []


def test_record_reading_refuses_words_for_a_purpose(db):
    with pytest.raises(AuditProblem):
        record_reading(CASE, by=OFFICER, purpose="I was curious")


def test_checkpoint_signs_where_the_chains_stand(db):
    a_trail(3, 2)

    first = checkpoint()
    record("case.close", CASE, by=OFFICER)
    second = checkpoint()

    assert (first.number, first.entries, second.number, second.entries) == (1, 5, 2, 6)
    assert second.previous == first.digest
    assert OTHER in first.heads
    assert OTHER not in second.heads
    assert str(second) == second.statement
    assert check_signature(second.statement.encode(), second.signature)
    assert not check_signature(first.statement.encode(), second.signature)
    assert verify_all(statements=[first.statement, f" {second.statement}\n", ""]) == []


def test_checkpoint_of_nothing_new_is_one_too(db):
    assert [checkpoint().entries, checkpoint().entries] == [0, 0]
    assert verify_all() == []


def test_standing_says_what_no_checkpoint_covers_yet(db):
    assert (standing().entries, standing().last_statement) == (0, "")
    a_trail(3, 2)
    made = checkpoint()
    record("case.close", CASE, by=OFFICER)
    record_reading(CASE, by=OFFICER, purpose="decision")

    assert (standing().entries, standing().chains, standing().unsigned) == (7, 3, 2)
    assert (standing(CASE).entries, standing(CASE).chains, standing(CASE).unsigned) == (5, 2, 2)
    assert standing().last_statement == made.statement


def test_no_chain_forks_and_nobody_deadlocks_under_many_writers(own_database):
    subjects = [CASE, OTHER, "case:1", "case:2"]
    faults, barrier = [], threading.Barrier(6)

    def write(seed):
        try:
            barrier.wait()
            for turn in range(12):
                with transaction.atomic():
                    mine = subjects[(seed + turn) % 4 :] + subjects[: (seed + turn) % 4]
                    record_many(
                        [Deed("case.note", subject, f"account:{seed}", facts={"turn": turn}) for subject in mine]
                    )
                if turn == 6:
                    checkpoint()
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[seed]) for seed in range(6)]
    for thread in threads:
        thread.start()
    found_while_writing = verify_all()
    for thread in threads:
        thread.join()

    assert faults == []
    assert found_while_writing == []
    assert {subject: trail(subject).count() for subject in subjects} == dict.fromkeys(subjects, 72)
    assert [entry.number for entry in trail(CASE)] == list(range(1, 73))
    assert Checkpoint.objects.count() == 6
    assert verify_all() == []
