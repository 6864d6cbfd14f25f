from datetime import timedelta

import pytest

from opennrm.access.actions import block, end_grants, grant
from opennrm.access.actor import SYSTEM
from opennrm.audit.models import Entry
from opennrm.identification.models import Sharing, StatementRequest
from opennrm.identification.statements import actions, queries
from opennrm.identification.statements.actions import Again
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.errors import NotAllowed
from opennrm.workflow.queries import notices_of
from tests.factories import an_agency, staff
from tests.identification.statements.telling import CONSENTS, a_statement, handed, working_on

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
