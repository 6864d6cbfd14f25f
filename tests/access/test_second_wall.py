"""The second wall: raw SQL of a request finds, writes and removes nothing of files that its account has no tie to.

On SQLite there is none; there the same tests say that everything is met, so that nobody takes it for a wall.
"""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from opennrm.access.actions import block, block_everywhere, end_grants, grant
from opennrm.access.actor import SYSTEM
from opennrm.access.behind_wall import CROSSINGS, behind_the_wall, beyond, is_behind, stands_as, undo_all
from opennrm.access.guarding import POLICY, put_up, refuse_unwalled, walled_tables, weaknesses
from opennrm.access.models import Grant
from opennrm.access.walls import condition, sealed_columns, wall_of
from opennrm.identification.models import HelpArranged
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.errors import NrmError
from tests.factories import a_letter, a_referral, a_screening, a_site, an_appeal, declined, staff
from tests.identification.statements.telling import a_statement
from tests.identification.teamwork.work import a_conference, a_task, an_interpreter_booked
from tests.referral.hotline.calls import a_call

SEALED = [model for model in apps.get_models() if sealed_columns(model)]
STANDS = connection.vendor == "postgresql"
both = pytest.mark.both


def rows(table, where="true"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {where}")
        return cursor.fetchone()[0]


def met(account, *tables):
    """How many rows of these tables a request of the account meets."""
    with behind_the_wall(account):
        return [rows(table) for table in tables]


def behind(there):
    """What is met where only the wall keeps it out: nothing where there is one."""
    return 0 if STANDS else there


@pytest.mark.parametrize("model", SEALED, ids=lambda model: model.__name__)
def test_every_table_with_sealed_columns_has_a_wall_or_says_why_not(model):
    wall = wall_of(model)

    assert wall is not None, "say `wall` in the model: opennrm/access/walls.py"
    assert bool(condition(model)) != (len(wall.open_because.split()) > 4)


def test_only_these_sealed_tables_are_open_to_every_request():
    """Each belongs to no file, or is worked on by those who see none."""
    assert {model.__name__ for model in SEALED if not condition(model)} == {
        *("Business", "Worksite", "WeightCheck", "CallerThread", "Interpreter", "InterpreterTie"),
        *("BlockReason", "KeptDraft", "Hold", "Prolonged", "ErasureRequest", "Emergency", "Signal"),
    }


@both
@pytest.mark.django_db
def test_the_wall_stands_after_setting_up():
    assert weaknesses() == []
    assert put_up() == [], "what stands is left alone"


@both
@pytest.mark.django_db
def test_of_a_whole_case_a_stranger_meets_no_row_and_nobody_none_at_all(office):
    case = office.case_ready_to_decide()
    declined(case, office.lead)
    an_appeal(case, office.lead)
    a_statement(case, office.lead)
    a_task(case, office.lead)
    a_conference(case, office.lead)
    an_interpreter_booked(case, office.lead)
    a_site(office.inspector)
    a_call(staff("hotline_operator", "operator"))
    filled = [table for table in walled_tables() if rows(table)]
    every = [rows(table) for table in filled]

    stranger = met(staff("centre_case_manager", "outsider"), *filled)

    assert len(filled) >= 16 or not STANDS
    waiting = {"sites_incident"} if STANDS else set()  # it waits at the intake of her office
    assert [table for table, n in zip(filled, stranger, strict=True) if n and table not in waiting] == (
        [] if STANDS else filled
    )
    assert met(None, *filled) == [0 if STANDS else n for n in every]


CONTENT = ("referral_referral", "screening_givenanswer", "parties_identity", "identification_helparranged")


@pytest.fixture
def helped(office):
    """A case with a name, an answer and a line on help; its lead is the duty officer."""
    from opennrm.identification.actions import open_case
    from opennrm.identification.appeals.actions import arrange_help
    from opennrm.referral.actions import acknowledge
    from opennrm.referral.sending import submit

    sent = submit(a_screening(office.inspector), a_letter(name="Uzorka Primerić"), by=office.inspector)
    acknowledge(sent, by=office.duty)
    case = open_case(sent, by=office.duty)
    arrange_help(case, "safe_place", words="A bed", by=office.duty)
    return case


@both
@pytest.mark.django_db
def test_a_grant_opens_a_file_until_it_ends_or_expires(office, helped):
    stranger = office.lead

    assert met(office.duty, *CONTENT) == [1, 1, 1, 1]
    assert met(stranger, *CONTENT) == [behind(1)] * 4
    given = grant(helped.file_code, stranger, classes=["person_identity"], purpose="care", by=SYSTEM)
    assert met(stranger, *CONTENT) == [1, 1, 1, 1]
    Grant.objects.filter(pk=given.pk).update(until=now() - timedelta(seconds=1))
    assert met(stranger, *CONTENT) == [behind(1)] * 4
    Grant.objects.filter(pk=given.pk).update(until=now() + timedelta(days=1))
    assert met(stranger, *CONTENT) == [1, 1, 1, 1]
    with frozen(now() + timedelta(days=2)):
        assert met(stranger, *CONTENT) == [behind(1)] * 4
    end_grants(helped.file_code, stranger, by=SYSTEM)
    assert met(stranger, *CONTENT) == [behind(1)] * 4


@both
@pytest.mark.django_db
def test_whoever_is_kept_out_meets_nothing_whatever_was_given(office, helped):
    block(helped.file_code, office.duty, reason="relative", by=SYSTEM)
    Grant.objects.filter(account=office.duty).update(ended_at=None)

    assert met(office.duty, *CONTENT) == [behind(1)] * 4

    Grant.objects.create(file_code=helped.file_code, account=office.lead, purpose="lead", given_by="system")
    assert met(office.lead, *CONTENT) == [1, 1, 1, 1]
    block_everywhere(office.lead, reason="relative", by=SYSTEM)
    Grant.objects.filter(account=office.lead).update(ended_at=None)
    assert met(office.lead, *CONTENT) == [behind(1)] * 4


@both
@pytest.mark.django_db
def test_a_sender_and_the_office_to_which_it_was_sent_meet_it_while_it_waits(office):
    tables = ("referral_referral", "screening_screening", "screening_givenanswer")
    sent = a_referral(office.inspector)

    assert met(office.inspector, *tables) == [1, 1, 1]
    assert met(office.duty, *tables) == [1, 1, 1]
    assert met(staff("centre_intake_officer", "colleague"), *tables) == [1, 1, 1]
    assert met(staff("social_worker_front_line", "elsewhere"), *tables) == [behind(1)] * 3

    from opennrm.referral.actions import acknowledge

    acknowledge(sent, by=office.duty)
    assert met(office.inspector, *tables) == [1, 1, behind(1)], "the sender keeps the receipt, not the answers"
    assert met(office.lead, *tables) == [1, behind(1), behind(1)], "of the same office: codes, to go on in her place"


@both
@pytest.mark.django_db
def test_nothing_of_another_file_is_changed_removed_or_added(office, helped):
    stranger = office.lead
    with transaction.atomic(), behind_the_wall(stranger), connection.cursor() as cursor:
        cursor.execute("UPDATE referral_referral SET told = 'yes'")
        changed = cursor.rowcount
        cursor.execute("DELETE FROM identification_helparranged")
        removed = cursor.rowcount
        transaction.set_rollback(True)
    assert (changed, removed) == (behind(1), behind(1))

    for account in (stranger, office.duty):
        line = HelpArranged(case=helped, kind="medical", words="A doctor", arranged_by=account)
        with transaction.atomic(), behind_the_wall(account):
            if account is stranger and STANDS:
                with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                    line.save(force_insert=True)
            else:
                line.save(force_insert=True)
            transaction.set_rollback(True)
    assert rows("identification_helparranged") == 1


@both
@pytest.mark.django_db
def test_a_request_cannot_hand_a_row_to_another_file_nor_touch_the_trail(office, helped):
    with behind_the_wall(office.duty), connection.cursor() as cursor:
        if STANDS:
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                cursor.execute("UPDATE referral_referral SET file_code = '2222-2222', sender_id = %s", [office.lead.pk])
            for text in ("UPDATE audit_entry SET verb = 'x'", "DELETE FROM audit_checkpoint", "TRUNCATE vault_key"):
                with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                    cursor.execute(text)
            for text in (
                "ALTER TABLE referral_referral DISABLE ROW LEVEL SECURITY",
                f"DROP POLICY {POLICY} ON referral_referral",
                "CREATE POLICY mine ON referral_referral USING (true)",
            ):
                with pytest.raises(ProgrammingError, match="must be owner"), transaction.atomic():
                    cursor.execute(text)
        assert rows("referral_referral", "file_code = '2222-2222'") == 0


@both
@pytest.mark.django_db
def test_what_ended_in_a_request_is_met_until_its_end(office, helped):
    with transaction.atomic(), behind_the_wall(office.duty):
        end_grants(helped.file_code, office.duty, by=office.duty)
        assert rows("identification_helparranged") == 1
        transaction.set_rollback(True)


@both
@pytest.mark.django_db
def test_beyond_the_wall_one_comes_only_by_a_name_of_the_list_and_comes_back(office, helped):
    for crossing in CROSSINGS.values():
        assert len(crossing.what.split()) > 4
    with behind_the_wall(office.lead):
        with beyond("counting"):
            assert rows("referral_referral") == 1
            with beyond("matching"):
                assert rows("referral_referral") == 1
            assert not is_behind()
        assert rows("referral_referral") == behind(1)
        with pytest.raises(ZeroDivisionError), transaction.atomic(), beyond("counting"):
            raise ZeroDivisionError
        assert rows("referral_referral") == behind(1)
        with pytest.raises(ProgrammingError if STANDS else Exception), transaction.atomic(), beyond("counting"):
            rows("no_such_table")
        assert rows("referral_referral") == behind(1)
        with pytest.raises(AssertionError), beyond("whatever"):
            pass
    assert rows("referral_referral") == 1


@both
@pytest.mark.django_db
def test_whose_request_it_is_may_become_known_in_its_course(office, helped):
    with behind_the_wall(None):
        assert rows("referral_referral") == behind(1)
        stands_as(office.duty)
        assert rows("referral_referral") == 1
    stands_as(office.duty)
    undo_all()
    assert rows("referral_referral") == 1, "outside of a request both change nothing"


@both
@pytest.mark.django_db
def test_each_page_is_asked_for_behind_the_wall_and_an_error_keeps_nothing(office, helped, monkeypatch):
    from opennrm.audit.queries import readings
    from opennrm.desk.views import cases

    seen = []
    client = Client(raise_request_exception=False)
    client.force_login(office.duty)
    page = reverse("case", args=[helped.code])
    compose = cases.compose
    monkeypatch.setattr(cases, "compose", lambda *args: (seen.append(is_behind()), compose(*args))[1])

    assert client.get(page).status_code == 200
    assert seen == [STANDS]
    before = readings(f"file:{helped.file_code}").count()
    monkeypatch.setattr(cases, "compose", lambda *args: 1 / 0)
    assert client.get(page).status_code == 500
    assert readings(f"file:{helped.file_code}").count() - before == (0 if STANDS else 1)
    assert not is_behind()


BROKEN = {
    "ALTER TABLE referral_referral DISABLE ROW LEVEL SECURITY": "referral_referral",
    f"ALTER POLICY {POLICY} ON referral_referral USING (true)": "referral_referral",
    "CREATE POLICY more ON parties_identity USING (true)": "parties_identity",
    f"DROP POLICY {POLICY} ON identification_opinion": "identification_opinion",
    "ALTER ROLE opennrm_request BYPASSRLS": "pass by the policies",
    "ALTER TABLE identification_task OWNER TO opennrm_request": "owns tables",
    "GRANT opennrm_jobs TO opennrm_request": "belongs to opennrm_jobs",
    "ALTER POLICY opennrm_jobs ON sites_incident TO PUBLIC": "sites_incident",
}


@both
@pytest.mark.django_db
@pytest.mark.parametrize("broken", BROKEN)
def test_the_service_does_not_start_while_the_wall_is_broken_and_setting_up_mends_it(broken):
    if not STANDS:
        assert weaknesses() == []
        return
    with connection.cursor() as cursor:
        cursor.execute(broken)

    with pytest.raises(NrmError, match=BROKEN[broken]) as refusal:
        refuse_unwalled()

    assert "opennrm setup" in str(refusal.value)
    if BROKEN[broken] in walled_tables():
        assert put_up() == [BROKEN[broken]]
        refuse_unwalled()


@both
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "says"), [("opennrm_other", "CREATE ROLE opennrm_other"), ("x; DROP", "small letters")]
)
def test_a_database_user_who_may_not_make_roles_is_told_what_to_run(settings, role, says):
    settings.OPENNRM_REQUEST_ROLE = role
    if not STANDS:
        assert put_up() == []
        return
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE opennrm_poor NOLOGIN")
        cursor.execute("SET LOCAL ROLE opennrm_poor")

    with pytest.raises(NrmError) as refusal:
        put_up()

    assert says in str(refusal.value)


@both
def test_a_database_user_who_owns_nothing_serves_requests_behind_the_wall_and_jobs_before_it(own_database):
    """As an operator sets it up: one user owns the tables, another one serves."""
    from tests.factories import Office

    a_referral(Office().inspector)
    if not STANDS:
        assert rows("referral_referral") == 1
        return
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE opennrm_app LOGIN")
        cursor.execute("GRANT opennrm_request, opennrm_jobs TO opennrm_app")
    settings = connection.get_connection_params() | {"user": "opennrm_app"}
    try:
        with connection.Database.connect(**settings) as served, served.cursor() as cursor:
            assert cursor.execute("SELECT count(*) FROM referral_referral").fetchone() == (1,)
            with pytest.raises(connection.Database.Error, match="permission denied"), served.transaction():
                cursor.execute("DELETE FROM audit_entry")
            cursor.execute("SELECT set_config('role', 'opennrm_request', true)")
            assert cursor.execute("SELECT count(*) FROM referral_referral").fetchone() == (0,)
            with pytest.raises(connection.Database.Error, match="permission denied"), served.transaction():
                cursor.execute("SET ROLE postgres")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP ROLE opennrm_app")
