from datetime import timedelta

import pytest

from opennrm.access.actions import block, grant
from opennrm.access.actor import SYSTEM
from opennrm.audit.models import Entry
from opennrm.identification.models import Statement, Telling
from opennrm.identification.statements import actions, queries
from opennrm.identification.statements.actions import Again
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from tests.factories import an_agency, staff
from tests.identification.statements.telling import CONSENTS, a_booking, a_statement, an_account, handed

pytestmark = [pytest.mark.django_db, pytest.mark.both]
DAY = timedelta(days=1)
NEW_FACTS = Again("new_facts", "The van was found.")


@pytest.fixture
def case(office):
    return office.case()


@pytest.fixture
def prosecutor():
    return staff("prosecutor")


def verbs(case):
    return list(Entry.objects.filter(subject=case.ref).order_by("number").values_list("verb", flat=True))


# --- booking and taking


def test_book_asks_for_no_reason_before_the_first_account(office, case):
    booked = a_booking(case, office.lead)

    assert (booked.state, booked.repeats_because) == ("booked", "")
    assert Entry.objects.filter(verb="telling.open", subject=booked.ref).exists()


def test_book_asks_why_once_an_account_exists_and_blocks_nothing_beyond(office, case):
    a_statement(case, office.lead)

    with pytest.raises(NotAllowed, match="An account exists already"):
        a_booking(case, office.lead)
    assert Telling.unscoped.count() == 0
    assert a_booking(case, office.lead, again=NEW_FACTS).why == "The van was found."


@pytest.mark.parametrize("ahead", [-DAY, timedelta(), 400 * DAY])
def test_book_refuses_a_time_that_cannot_be(office, case, ahead):
    with pytest.raises(NotAllowed, match="planned time"):
        a_booking(case, office.lead, planned_at=now() + ahead)


def test_a_booking_becomes_one_statement_and_no_second(office, case):
    a_statement(case, office.lead)
    booked = a_booking(case, office.lead, again=NEW_FACTS)

    kept = actions.take_booked(booked, an_account(), by=office.lead)

    assert (kept.telling, kept.repeats_because, booked.state) == (booked, "new_facts", "taken")
    with pytest.raises(NotAllowed, match="not possible any more"):
        actions.take_booked(booked, an_account(), by=office.lead)
    assert Statement.unscoped.count() == 2


def test_a_cancelled_booking_is_not_taken(office, case):
    booked = actions.cancel(a_booking(case, office.lead), by=office.lead)

    with pytest.raises(NotAllowed, match="not possible any more"):
        actions.take_booked(booked, an_account(), by=office.lead)


@pytest.mark.parametrize(
    ("wrong", "because"),
    [
        ({"taken_at": "tomorrow"}, "in the future"),
        ({"minutes": 1441}, "length in minutes"),
        ({"medium": "memory"}, "how the account was kept"),
        ({"purpose": "curiosity"}, "what the statement is for"),
        ({"agreed": [("investigation", "ngo")]}, "Choose from the offices"),
    ],
)
def test_record_statement_refuses_what_cannot_be(office, case, wrong, because):
    wrong = {name: now() + DAY if value == "tomorrow" else value for name, value in wrong.items()}

    with pytest.raises(NotAllowed, match=because):
        a_statement(case, office.lead, **wrong)
    assert Statement.unscoped.count() == 0


def test_record_statement_keeps_who_took_it_and_nothing_of_it_in_the_trail(office, case):
    police = an_agency("police")

    own = a_statement(case, office.lead, agreed=CONSENTS)
    other = a_statement(case, office.lead, agency=police, again=NEW_FACTS)

    assert (own.taken_by, own.body) == (office.lead, "centre")
    assert (other.taken_by, other.body, other.recorded_by) == (None, "police", office.lead)
    assert verbs(case).count("case.statement") == 2
    assert "Primer" not in str([entry.facts for entry in Entry.objects.all()])


def test_a_further_account_without_a_booking_says_why_too(office, case):
    a_statement(case, office.lead)

    with pytest.raises(NotAllowed, match="An account exists already"):
        a_statement(case, office.lead)


def test_who_has_no_access_to_the_file_takes_nothing(office, case):
    with pytest.raises(NotAllowed, match="no access to this file"):
        a_statement(case, office.stranger)


def test_strike_keeps_the_statement_and_ends_what_was_shared(office, case, prosecutor):
    one = a_statement(case, office.lead, agreed=CONSENTS)
    actions.share(one, handed(prosecutor), by=office.lead)

    actions.strike(one, reason="Of another person.", by=office.lead)

    assert Statement.unscoped.get().struck_because == "Of another person."
    assert queries.statement(one.code, prosecutor) is None
    assert queries.told_once(case, office.lead).count == 0
    for refused in (
        lambda: actions.strike(one, reason="Again.", by=office.lead),
        lambda: actions.share(one, handed(prosecutor), by=office.lead),
        lambda: actions.ask_for(one, purpose="help", by=office.lead),
    ):
        with pytest.raises(NotAllowed, match="struck already"):
            refused()


def test_strike_wants_a_reason(office, case):
    with pytest.raises(NotAllowed, match="Write why"):
        actions.strike(a_statement(case, office.lead), reason=" ", by=office.lead)


def test_an_interpreter_of_the_register_is_kept_with_the_statement_unless_kept_out(office, case):
    from opennrm.identification.interpreters.actions import Registration, register
    from opennrm.identification.rules.interpreters import Level

    colleague = staff("interpreter")
    named = register(Registration(account=colleague, languages={"vi": next(iter(Level))}), by=office.lead)

    kept = a_statement(case, office.lead, interpreter=named)
    assert (kept.was_interpreted, kept.interpreter) == (True, named)
    block(case.file_code, colleague, reason="relative", by=office.lead)
    with pytest.raises(NotAllowed, match="conflict of interest"):
        a_statement(case, office.lead, interpreter=named, again=NEW_FACTS)


def test_an_account_that_came_between_the_booking_and_the_talk_is_a_repeat_too(office, case):
    booked = a_booking(case, office.lead)
    a_statement(case, office.lead)

    with pytest.raises(NotAllowed, match="An account exists already"):
        actions.take_booked(booked, an_account(), by=office.lead)
    assert actions.take_booked(booked, an_account(again=NEW_FACTS), by=office.lead).repeats_because == "new_facts"


def test_a_form_sent_twice_is_one_telling(office, case):
    first, again = (
        actions.record_statement(case, an_account(), by=office.lead, key="made-when-opened", content=b"same")
        for _ in range(2)
    )

    assert first == again
    with pytest.raises(NotAllowed, match="Something else was already sent"):
        actions.record_statement(case, an_account(), by=office.lead, key="made-when-opened", content=b"other")
    assert Statement.unscoped.count() == 1


def test_who_decides_an_appeal_reads_the_accounts_of_that_file(office):
    from tests.factories import an_appeal, declined

    case = office.case_ready_to_decide()
    one = a_statement(case, office.lead)
    declined(case, office.lead)
    appeal = an_appeal(case, office.lead)
    reviewer = staff("appeal_reviewer")
    grant(appeal.file_code, reviewer, classes=["account_of_exploitation"], purpose="appeal", by=SYSTEM)

    assert queries.statement_file(one.code, reviewer).can_read
