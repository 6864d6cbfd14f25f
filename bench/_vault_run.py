"""One database's part of `bench vault`: `python -m bench._vault_run postgresql`."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from uuid import UUID

from bench._house import Browser, house
from bench._intake_run import in_turns, report

PERSONS = int(os.environ.get("OPENNRM_BENCH_PERSONS", "1000000"))
ENTRIES = 100_000
CHAIN = 10
ROUNDS, LOOK_UPS, ROTATED = 40, 400, 5_000
SEALING, FINDING, VERIFYING = 1.20, 10.0, 200_000


def main(vendor: str) -> None:
    with house(vendor):
        case_page(vendor)
        rotation(vendor)
        look_up(vendor)
        trail(vendor)


def case_page(vendor: str) -> None:
    """A decided case as its lead reads it, every key looked up anew, against the same page with nothing sealed."""
    from opennrm.identification import actions
    from opennrm.vault import keys
    from tests import factories

    office = factories.Office()
    case = office.case_ready_to_decide()
    actions.decide(case.decision, factories.identified(), by=office.lead)
    browser, address = Browser(office.lead), f"/cases/{case.code}"

    def cold() -> bytes:
        keys._memory.clear()
        return browser.get(address)

    opened: dict[bytes, Any] = {}
    with remembering(opened):
        browser.get(address)

    def unsealed() -> bytes:
        with nothing_sealed(opened):
            return browser.get(address)

    sealed, bare, warm = in_turns([cold, unsealed, lambda: browser.get(address)], ROUNDS)
    what = f"case page, {len(opened)} values opened: processor seconds, times those"
    report(vendor, f"{what} unsealed", sealed.own / bare.own, SEALING)
    report(vendor, "the same with keys in memory", warm.own / bare.own, SEALING)


@contextmanager
def remembering(opened: dict[bytes, Any]) -> Iterator[None]:
    """Keep what each sealed value is."""
    from opennrm.vault.fields import SealedField

    real = SealedField.open

    def remember(field: Any, instance: Any, sealed: Any) -> Any:
        opened[sealed.blob] = real(field, instance, sealed)
        return opened[sealed.blob]

    with patch.object(SealedField, "open", remember):
        yield


@contextmanager
def nothing_sealed(opened: dict[bytes, Any]) -> Iterator[None]:
    """Columns give what was kept: no key is looked up, nothing is deciphered."""
    from opennrm.vault.fields import SealedField

    with patch.object(SealedField, "open", lambda field, instance, sealed: opened[sealed.blob]):
        yield


def rotation(vendor: str) -> None:
    """How many keys a rotation wraps in a second; for the operator's guide, without a limit."""
    from django.db import transaction

    from opennrm.vault import keys
    from opennrm.vault.rotation import rotate

    with transaction.atomic():
        for number in range(ROTATED):
            keys.new_key(f"bench-{number}")
    started = time.perf_counter()
    count = rotate().count
    report(vendor, "rotation: keys wrapped anew in a second", count / (time.perf_counter() - started))


def look_up(vendor: str) -> None:
    """A person by name and by sound, the index reckoned each time, against the same row by its primary key."""
    from opennrm.parties.models import Identity
    from opennrm.parties.rules import canonical_name, sounding_name
    from opennrm.vault.seal import blind_index

    started = time.perf_counter()
    fill()
    print(f"{PERSONS:,} sealed identities written in {time.perf_counter() - started:.0f} s", flush=True)
    name = "Ђорђе Примеровић"
    identity = Identity.objects.order_by("id")[PERSONS // 2]
    Identity.objects.filter(pk=identity.pk).update(
        name_index=blind_index(canonical_name(name), "person.name"),
        sound_index=blind_index(sounding_name(name), "person.sound"),
    )

    def found(**wanted: Any) -> None:
        assert list(Identity.objects.filter(**wanted).values_list("pk", flat=True)) == [identity.pk]

    acts: list[Callable[[], None]] = [
        lambda: found(pk=identity.pk),
        lambda: found(name_index=blind_index(canonical_name(name), "person.name")),
        lambda: found(sound_index=blind_index(sounding_name(name), "person.sound")),
    ]
    by_key, by_name, by_sound = in_turns(acts, LOOK_UPS)
    for what, took in (("name", by_name), ("sound of a name", by_sound)):
        report(vendor, f"look-up by {what}, times one by primary key", took / by_key, FINDING)


def fill() -> None:
    """Persons and identities in SQL: random indexes, as HMACs are, and sealed columns of the usual size."""
    from django.db import connection

    key = "lower(hex(randomblob(16)))" if connection.vendor == "sqlite" else "gen_random_uuid()"
    index = (
        "lower(hex(randomblob(32)))"
        if connection.vendor == "sqlite"
        else "encode(sha256(gen_random_uuid()::text::bytea), 'hex')"
    )
    series = (
        "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < %s) SELECT"
        if connection.vendor == "sqlite"
        else "WITH s AS (SELECT generate_series(1, %s) n) SELECT"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO parties_person (id, code, file_code, registered_at) "
            f"{series} {key}, 'B' || n, 'F' || n, '2026-01-01' FROM s",
            [PERSONS],
        )
        cursor.execute(
            "INSERT INTO parties_identity (id, person_id, name_index, sound_index, document_index, name, document, "
            f"contact) SELECT {key}, id, {index}, {index}, {index}, %s, %s, %s FROM parties_person "
            "WHERE code LIKE 'B%%'",
            [b"\1" * 173] * 3,
        )
        cursor.execute("ANALYZE")


def trail(vendor: str) -> None:
    """Entries verified in a second of the processor, chains of ten, signed."""
    from opennrm.audit.actions import checkpoint
    from opennrm.audit.verify import verify_all

    write_chains()
    checkpoint()
    best = 0.0
    for _ in range(3):
        started = time.process_time()
        assert verify_all() == []
        best = max(best, ENTRIES / (time.process_time() - started))
    report(vendor, "audit: entries verified in a second of the processor", best, VERIFYING, at_least=True)


def write_chains() -> None:
    """Entries as `record` writes them, many at once."""
    from datetime import UTC, datetime, timedelta

    from django.db import transaction

    from opennrm.audit import rules
    from opennrm.audit.models import Entry, Head

    entries, heads, facts = [], [], rules.canonical_facts({"file": "7KQ4-RM2X", "form": "labour"})
    by, verb, start = "account:K3TR-9W2D", "case.recognise", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    for chain in range(ENTRIES // CHAIN):
        subject, previous = f"case:{UUID(int=chain)}", rules.BEGINNING
        for number in range(1, CHAIN + 1):
            at = start + timedelta(seconds=chain, microseconds=number)
            digest = rules.digest(rules.canonical_time(at), by, facts, number, previous, subject, verb)
            entry = Entry(subject=subject, number=number, verb=verb, by=by, at=at, facts_text=facts)
            entry.previous, entry.digest, previous = previous, digest, digest
            entries.append(entry)
        heads.append(Head(subject=subject, number=CHAIN, digest=previous))
    with transaction.atomic():
        Entry.objects.bulk_create(entries, batch_size=2000)
        Head.objects.bulk_create(heads, batch_size=2000)


if __name__ == "__main__":
    main(sys.argv[1])
