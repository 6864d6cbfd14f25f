from dataclasses import replace
from datetime import timedelta

import pytest

from opennrm.access.actions import block, end_grants, grant
from opennrm.access.actor import SYSTEM
from opennrm.audit.models import Entry
from opennrm.identification.models import Determination, Sharing, Statement, StatementRequest, Telling
from opennrm.identification.statements import actions, queries
from opennrm.identification.statements.actions import Again, Said
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.errors import NotAllowed
from opennrm.workflow.queries import notices_of
from tests.factories import an_agency, identified, staff
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


# --- sharing


def test_share_hands_one_statement_and_nothing_else_of_the_file(office, case, prosecutor):
    one = a_statement(case, office.lead, agreed=CONSENTS)
    other = a_statement(case, office.lead, again=NEW_FACTS)

    shared = actions.share(one, handed(prosecutor, days=30), by=office.lead)

    assert queries.statement_file(one.code, prosecutor).can_read
    assert queries.statement(other.code, prosecutor) is None
    assert queries.case_of(case.code, prosecutor, "statement.read") is None
    assert [s.pk for s in queries.received(prosecutor)] == [shared.pk]
    assert [n.verb for n in notices_of(prosecutor)] == ["case.statement_shared"]
    assert "case.statement_shared" in verbs(case)
    with frozen(now() + 31 * DAY):
        assert queries.statement(one.code, prosecutor) is None


@pytest.mark.parametrize(
    ("how", "because"),
    [
        ({"purpose": "help"}, "did not agree"),
        ({"basis": "court_order"}, "Name the order"),
        ({"basis": "custom"}, "on what basis"),
        ({"purpose": "curiosity"}, "what the statement is for"),
        ({"days": 31}, "how long"),
    ],
)
def test_share_refuses_without_her_agreement_or_an_order(office, case, prosecutor, how, because):
    one = a_statement(case, office.lead, agreed=CONSENTS)

    with pytest.raises(NotAllowed, match=because):
        actions.share(one, handed(prosecutor, **how), by=office.lead)
    assert Sharing.objects.count() == 0


def test_share_by_order_of_a_court_names_it(office, case, prosecutor):
    one = a_statement(case, office.lead)

    shared = actions.share(one, handed(prosecutor, basis="court_order", order="High Court K 1"), by=office.lead)

    assert (shared.basis, shared.order) == ("court_order", "High Court K 1")


def test_share_refuses_who_is_not_of_that_office_or_kept_out_or_may_not_read(office, case, prosecutor):
    one = a_statement(case, office.lead, agreed=[*CONSENTS, ("investigation", "police"), ("help", "shelter")])
    block(case.file_code, prosecutor, reason="relative", by=office.lead)

    for wrong, because in (
        (handed(prosecutor), "conflict of interest"),
        (handed(prosecutor, agency=an_agency("police")), "does not work at this office"),
        (handed(staff("shelter_staff"), agency=an_agency("shelter"), purpose="help"), "role does not include"),
    ):
        with pytest.raises(NotAllowed, match=because):
            actions.share(one, wrong, by=office.lead)
    assert Sharing.objects.count() == 0


def test_consent_taken_back_stops_sharing_and_reading_and_the_list_stays(office, case, prosecutor):
    one = a_statement(case, office.lead, agreed=CONSENTS)
    actions.share(one, handed(prosecutor), by=office.lead)

    actions.settle_agreement(one, [("help", "ngo")], by=office.lead)

    with pytest.raises(NotAllowed, match="did not agree"):
        actions.share(one, handed(prosecutor), by=office.lead)
    assert queries.statement(one.code, prosecutor) is None
    assert not notices_of(prosecutor).filter(read_at=None).exists()
    file = queries.statement_file(one.code, office.lead)
    assert [(s.account, s.ended_at is not None) for s in file.sharings] == [(prosecutor, True)]
    assert queries.agreed_now(one) == [("help", "ngo")]
    assert [a.withdrawn_at is None for a in file.agreed] == [False, True]


def test_what_a_court_ordered_is_read_although_consent_was_taken_back(office, case, prosecutor):
    one = a_statement(case, office.lead, agreed=CONSENTS)
    actions.share(one, handed(prosecutor, basis="court_order", order="High Court K 1"), by=office.lead)

    actions.settle_agreement(one, [], by=office.lead)

    assert queries.statement_file(one.code, prosecutor).can_read


def test_settling_the_same_agreement_writes_nothing(office, case):
    one = a_statement(case, office.lead, agreed=CONSENTS)

    actions.settle_agreement(one, CONSENTS, by=office.lead)

    assert "case.statement_agreed" not in verbs(case)


# --- asking


def working_on(case, account, classes=("referral_status",)):
    grant(case.file_code, account, classes=classes, purpose="case", by=SYSTEM)
    return account


def test_ask_for_instead_of_asking_her_again(office, case, prosecutor):
    one = a_statement(case, office.lead, agreed=CONSENTS)
    working_on(case, prosecutor)
    seen = queries.told_once(case, prosecutor).statements[0]
    assert not seen.can_read

    asked = actions.ask_for(one, purpose="investigation", words="When did it begin?", by=prosecutor)

    assert [n.verb for n in notices_of(office.lead)] == ["case.statement_asked"]
    assert queries.requests_waiting(office.lead) == [asked]
    assert queries.requests_waiting(prosecutor) == []
    with pytest.raises(NotAllowed, match="asked for it already"):
        actions.ask_for(one, purpose="investigation", by=prosecutor)
    actions.share(one, handed(prosecutor), request=asked, by=office.lead)
    assert StatementRequest.unscoped.get().answer == "shared"
    assert queries.statement_file(one.code, prosecutor).can_read
    with pytest.raises(NotAllowed, match="answered already"):
        actions.refuse_request(asked, because="safety", by=office.lead)


def test_refuse_request_says_why_and_the_asker_can_read_it(office, case, prosecutor):
    one = a_statement(case, office.lead)
    asked = actions.ask_for(one, purpose="investigation", by=working_on(case, prosecutor))

    with pytest.raises(NotAllowed, match="Choose why"):
        actions.refuse_request(asked, because="", by=office.lead)
    actions.refuse_request(asked, because="no_consent", reason="She said no today.", by=office.lead)

    file = queries.statement_file(one.code, prosecutor)
    assert [(r.answer, r.reason) for r in file.requests] == [("refused", "She said no today.")]
    assert not file.can_read
    assert [n.verb for n in notices_of(prosecutor)] == ["case.statement_refused"]


def test_ask_for_needs_a_known_purpose(office, case, prosecutor):
    one = a_statement(case, office.lead)

    with pytest.raises(NotAllowed, match="what the statement is for"):
        actions.ask_for(one, purpose="curiosity", by=working_on(case, prosecutor))


@pytest.mark.parametrize(
    ("role", "classes", "reads"),
    [
        ("panel_member", ("account_of_exploitation",), True),
        ("panel_member", ("screening_answers",), False),
        ("prosecutor", ("account_of_exploitation",), False),  # a minimum on request, never by browsing
        ("guardianship_authority_child_case", ("account_of_exploitation",), False),
    ],
)
def test_the_words_are_read_by_whose_grant_and_role_cover_them(office, case, role, classes, reads):
    one = a_statement(case, office.lead)
    reader = working_on(case, staff(role), classes)

    assert queries.statement_file(one.code, reader).can_read is reads


def test_who_leads_the_file_of_a_child_reads_its_accounts(office, case):
    one = a_statement(case, office.lead)
    guardian = staff("guardianship_authority_child_case")
    grant(case.file_code, guardian, classes=["account_of_exploitation"], purpose="lead", by=SYSTEM)

    assert queries.statement_file(one.code, guardian).can_read


def test_the_taker_reads_her_own_while_she_works_on_the_file(office, case):
    nurse = working_on(case, staff("health_worker"))
    one = a_statement(case, nurse)

    assert queries.statement_file(one.code, nurse).can_read
    end_grants(case.file_code, nurse, by=SYSTEM)
    assert queries.statement(one.code, nurse) is None


def test_who_is_kept_out_reads_nothing_that_was_shared(office, case, prosecutor):
    one = a_statement(case, office.lead, agreed=CONSENTS)
    actions.share(one, handed(prosecutor), by=office.lead)

    block(case.file_code, prosecutor, reason="relative", by=office.lead)

    assert queries.statement(one.code, prosecutor) is None
    assert queries.received(prosecutor) == []


# --- who said what


SAID = Said("police", "other_offence", now().date(), basis="kz-350", words="Smuggling, it says.")


def test_determine_stands_beside_the_ruling_and_differs(office, prosecutor):
    from opennrm.identification.actions import decide

    case = office.case_ready_to_decide()
    decide(case.decision, identified(), by=office.lead)

    actions.determine(case, replace(SAID, on=now().date()), by=office.lead)
    rows = queries.said_by_all(case, office.lead)

    assert {(row.body, row.outcome, row.differs) for row in rows} == {
        ("police", "other_offence", True),
        ("centre", "identified", True),
    }
    assert "case.determination" in verbs(case)


@pytest.mark.parametrize(
    ("wrong", "because"),
    [
        ({"on": -30}, "before the referral"),
        ({"on": 1}, "in the future"),
        ({"body": "circus"}, "which body"),
        ({"outcome": "guilty"}, "what the body answered"),
        ({"basis": "hearsay"}, "Choose an article"),
    ],
)
def test_determine_refuses_what_cannot_be(office, case, wrong, because):
    wrong = {k: now().date() + v * DAY if k == "on" else v for k, v in ({"on": 0} | wrong).items()}

    with pytest.raises(NotAllowed, match=because):
        actions.determine(case, replace(SAID, **wrong), by=office.lead)
    assert Determination.unscoped.count() == 0


def test_each_office_records_its_own_word_and_sees_no_other(office, case):
    police = working_on(case, office.stranger)
    actions.determine(case, replace(SAID, on=now().date(), body="ngo"), by=office.lead)

    own = actions.determine(case, replace(SAID, on=now().date()), by=police)

    with pytest.raises(NotAllowed, match="your own office"):
        actions.determine(case, replace(SAID, on=now().date(), body="court"), by=police)
    assert [row.body for row in queries.said_by_all(case, police)] == ["police"]
    assert queries.determination(own.code, police) == own
    assert len(queries.said_by_all(case, office.lead)) == 2


def test_a_correction_closes_the_earlier_row_and_both_are_shown(office, case):
    first = actions.determine(case, replace(SAID, on=now().date()), by=office.lead)
    said = replace(SAID, on=now().date(), outcome="identified")

    with pytest.raises(NotAllowed, match="why it is corrected"):
        actions.correct(first, said, reason="", by=office.lead)
    with pytest.raises(NotAllowed, match="same body"):
        actions.correct(first, replace(said, body="court"), reason="Typed wrong.", by=office.lead)
    actions.correct(first, said, reason="Typed wrong.", by=office.lead)

    rows = queries.said_by_all(case, office.lead)
    assert sorted((row.outcome, row.is_closed, str(row.because)) for row in rows) == [
        ("identified", False, "Typed wrong."),
        ("other_offence", True, ""),
    ]
    with pytest.raises(NotAllowed, match="corrected already"):
        actions.correct(first, said, reason="Again.", by=office.lead)


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
