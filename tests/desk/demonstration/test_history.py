"""The two years as the public catalogue counts them, written once for all tests of this module and all workers.

On PostgreSQL they are written by `make test-all` only: it takes minutes.
"""

import fcntl
import os
import pickle
import sqlite3
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.test import Client

from opennrm.access.queries import demonstration_accounts
from opennrm.desk.demonstration.filling import PERSONS, fill
from opennrm.desk.figures import MEASURES
from opennrm.identification.models import Appeal, Case, Conference, Task
from opennrm.kernel.clock import frozen
from opennrm.parties.models import Identity, Person
from opennrm.referral.models import Referral
from opennrm.registers.actions import Snapshot, snapshot
from opennrm.statistics.measures.counting import count, keys_behind
from opennrm.statistics.measures.period import Period
from opennrm.statistics.measures.sql import Source
from opennrm.statistics.model import to_sqlite
from opennrm.workflow.models import Notice
from opennrm.workflow.queries import to_be_noted

AT = datetime(2026, 11, 17, 14, 0, tzinfo=UTC)
BOTH = ("referral.first", "decision.identified")


@dataclass
class Told:
    """What the tests look at, after the database was put back as it was."""

    taken: Snapshot
    earlier: Snapshot
    where: dict  # person: district of the referral, language, state of the referral, of the case
    appeals: list
    names: list
    unread_before: int
    to_note: int
    together: dict  # conferences and tasks of the two years by their state
    pages: dict  # sign-in name and address: status


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker, tmp_path_factory):
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return written(django_db_blocker)
    shared = tmp_path_factory.getbasetemp().parent / "two-years"
    with open(f"{shared}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not shared.exists():
            shared.write_bytes(pickle.dumps(written(django_db_blocker)))
    return pickle.loads(shared.read_bytes())


def written(django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        with frozen(AT):
            steps = []
            fill(AT, history=True, watch=lambda done, total: steps.append((done, total)))
            assert (steps[0], steps[-1]) == ((0, 352), (352, 352))
            found = Told(
                taken=snapshot(AT),
                earlier=snapshot(datetime(2024, 12, 31, 22, tzinfo=UTC)),
                where=_where(),
                appeals=sorted(Appeal.unscoped.values_list("state", flat=True)),
                names=[identity.name for identity in Identity.objects.select_related("person")],
                unread_before=Notice.objects.filter(read_at=None, at__lt=datetime(2025, 7, 1, tzinfo=UTC)).count(),
                to_note=to_be_noted(AT),
                together={one.__name__: _states(one) for one in (Conference, Task)},
                pages=_pages(),
            )
            assert Person.objects.count() >= 352 + len(PERSONS)
        transaction.set_rollback(True)
    return found


def _pages():
    seen = {}
    everybody = {account.sign_in: account for account in demonstration_accounts()}
    for name in ("duty", "lead", "guardian", "keeper", "psychologist"):
        client = Client()
        client.force_login(everybody[name])
        own = Case.unscoped.filter(lead=everybody[name]).order_by("opened_at")
        some = [f"/cases/{case.code}" for case in (own[:: max(1, own.count() // 4)] if own else [])]
        for address in ("/worklist", "/notices", "/cases", *some):
            seen[name, address] = client.get(address, secure=True).status_code
    return seen


def _states(kind):
    return Counter(kind.unscoped.filter(opened_at__year__in=(2023, 2024)).values_list("state", flat=True))


def _where():
    cases = dict(Case.unscoped.values_list("person_id", "state"))
    rows = Referral.unscoped.values_list("person_id", "screening__district", "screening__person_language", "state")
    return {person: (district, language, state, cases.get(person, "")) for person, district, language, state in rows}


def counted(taken, year, *by, as_of=AT):
    measure = MEASURES.measure("persons_referred_and_identified").by("event", *by)
    return count(taken.facts, measure, Period.year(year), as_of)


def identified(taken, year, *by, as_of=AT):
    table = counted(taken, year, *by, as_of=as_of)
    axes = len(by)
    return {
        key[1:]: int(cell.value)
        for key, cell in table.cells.items()
        if key[0] == "decision.identified" and cell.value and "*" not in key[1 : axes + 1]
    }


@pytest.mark.parametrize(("year", "referred", "positive"), [(2023, 168, 58), (2024, 184, 64)])
def test_the_totals_are_as_published(told, year, referred, positive):
    table = counted(told.taken, year, "year")

    assert table.cell("referral.first", "*").value == referred
    assert table.cell("decision.identified", "*").value == positive


def test_women_men_girls_and_boys_of_2024_are_as_published_with_one_woman_fewer(told):
    assert identified(told.taken, 2024, "sex", "age_band") == {
        ("female", "adult"): 25 - 1,
        ("male", "adult"): 11,
        ("female", "child"): 20,
        ("male", "child"): 9,
    }


def test_the_forms_of_2024_are_as_published(told):
    measure = MEASURES.measure("persons_identified").by("forms", "form")
    table = count(told.taken.facts, measure, Period.year(2024), AT)
    in_one = {form: table.cell("one", form).value for form in table.axes[1].categories}

    labour = ("labour", "domestic_servitude", "begging", "criminality")
    assert in_one["sexual"] == 24
    assert sum(in_one[form] for form in labour) == 37
    assert (in_one["begging"], in_one["criminality"]) == (13, 8)
    assert table.cell("several", "*").value == 3
    assert table.total.value == 64


def test_nine_were_identified_through_the_hotline_which_took_27_calls_of_trafficking(told):
    identified = MEASURES.measure("persons_identified_through_hotline").by("year")
    assert count(told.taken.facts, identified, Period.year(2024), AT).total.value == 9
    calls = MEASURES.measure("hotline_calls").by("subject")
    table = count(told.taken.facts, calls, Period.year(2024), AT)
    of_trafficking = [code for code in table.axes[0].categories if code.startswith("trafficking_")]
    assert sum(table.cell(code).value for code in of_trafficking) == 27


def test_eleven_of_2024_are_foreign_nationals_and_of_one_it_was_learned_later(told):
    assert identified(told.taken, 2024, "citizenship") == {("foreign",): 11, ("domestic",): 53}
    then = datetime(2024, 12, 31, 22, tzinfo=UTC)
    as_it_was = {("foreign",): 10, ("domestic",): 53, ("not_known",): 1}
    assert identified(told.taken, 2024, "citizenship", as_of=then) == as_it_was
    assert identified(told.earlier, 2024, "citizenship", as_of=then) == as_it_was


def test_those_identified_in_a_year_were_all_referred_in_it(told):
    for year, positive in ((2023, 58), (2024, 64)):
        measure = MEASURES.measure("persons_identified_of_those_referred").by("year")
        assert count(told.taken.facts, measure, Period.year(year), AT).total.value == positive


def persons_behind(told, event, year=2024, **cell):
    measure = MEASURES.measure("persons_referred_and_identified").by("event", *cell)
    keys = keys_behind(told.taken.facts, measure, Period.year(year), AT, (event, *cell.values()))
    return {told.taken.persons[key] for key in keys}


def test_both_persons_of_the_bor_case_are_among_the_64_and_among_the_11(told):
    positive = persons_behind(told, "decision.identified")
    foreign = persons_behind(told, "decision.identified", citizenship="foreign", sex="female", age_band="adult")
    bor = {
        person for person, (district, language, *_) in told.where.items() if (district, language) == ("borski", "zh")
    }

    assert (len(bor), len(positive)) == (2, 64)
    assert bor <= foreign <= positive


def test_the_fourteen_workers_are_among_the_184_without_an_outcome(told):
    referred = persons_behind(told, "referral.first")
    positive = persons_behind(told, "decision.identified")
    workers = {
        person: rest
        for person, (district, language, *rest) in told.where.items()
        if person in referred and (district, language) == ("srednjobanatski", "hi")
    }

    assert (len(workers), len(referred)) == (14, 184)
    assert not workers.keys() & positive
    assert set(map(tuple, workers.values())) == {("accepted", "panel")}
    unended = MEASURES.measure("persons_referred_by_result").by("result")
    keys = keys_behind(told.taken.facts, unended, Period.year(2024), AT, ("open",))
    assert len(keys) == 20
    assert workers.keys() <= {told.taken.persons[key] for key in keys}


def test_every_measure_of_the_catalogue_has_something_to_show(told):
    connection = sqlite3.connect(":memory:")
    to_sqlite(told.taken.facts, connection)
    source = Source(connection)
    shown = {
        name: [count(source, measure.by(*_one(measure)), Period.year(year), AT) for year in (2023, 2024)]
        for name, measure in MEASURES.measures.items()
    }

    empty = [name for name, tables in shown.items() if not any(c.value for t in tables for c in t.cells.values())]
    assert set(empty) <= {"statements", "persons_by_tellings", "determinations"}


def _one(measure):
    return ("event",) if len(measure.events) > 1 else ()


def test_clocks_were_met_late_and_missed(told):
    measure = MEASURES.measure("clocks").by("standing")
    table = count(told.taken.facts, measure, Period.year(2024), AT)

    values = {standing: table.cell(standing).value for standing in ("met", "late", "missed", "running")}
    assert values["running"] == 0
    assert min(values["met"], values["late"], values["missed"]) > 0


def test_appeals_ended_in_every_way(told):
    assert set(told.appeals) >= {"granted", "rejected", "returned", "withdrawn", "out_of_time_rejected"}


def test_nothing_of_these_years_waits_for_anybody_today_and_names_look_invented(told):
    assert told.unread_before == 0
    assert told.to_note == 0
    assert len(told.names) > 120
    assert all({"Primer", "Ogled", "Uzor", "Узор", "Пример"} & set(name.split()) for name in told.names)


def test_colleagues_worked_together_and_left_nothing_undone(told):
    assert told.together["Conference"].keys() == {"signed"}
    assert told.together["Task"].keys() == {"done"}
    assert min(sum(states.values()) for states in told.together.values()) >= 10


def test_the_pages_of_today_show_the_cases_of_those_years(told):
    assert {where: status for where, status in told.pages.items() if status != 200} == {}
    assert len(told.pages) >= 25


def test_the_years_must_be_over():
    with pytest.raises(ValueError, match="history ends on"):
        fill(datetime(2024, 6, 1, tzinfo=UTC), history=True)
