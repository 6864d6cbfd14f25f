"""Who may see what: every address x role x somebody else's record is answered with “there is no such page”."""

from datetime import timedelta

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from opennrm.access.actions import appoint, register_account, register_agency
from opennrm.access.actor import SYSTEM
from opennrm.access.country import current_profile, today_here
from opennrm.duty.actions import add_shift
from opennrm.identification.statements.actions import Again, ask_for
from opennrm.identification.statements.determining import Said, determine
from opennrm.kernel.clock import now
from opennrm.kernel.public_code import new_code
from opennrm.own.models import OwnRequest
from opennrm.referral.models import PossibleMatch
from opennrm.retention import actions as retention
from opennrm.retention.models import Erasure
from opennrm.workflow.actions import begin
from tests.factories import a_line, a_referral, a_screening, a_site, an_appeal, declined, staff
from tests.identification.attachments.files import an_attachment
from tests.identification.statements.telling import a_booking, a_statement
from tests.identification.teamwork.work import a_conference, a_task, an_interpreter_booked
from tests.own.entering import she_enters
from tests.referral.hotline.calls import a_call

pytestmark = [pytest.mark.django_db, pytest.mark.both]

# Her own pages know no account; their walls stand in tests/own.
HERS = {"my", "my_rights", "my_help", "my_read", "my_change", "my_ask", "my_language", "my_leave"}
OPEN = {"sign_in", "sign_out", "close", "still_signed_in", "set_language"} | HERS
OPEN |= {"sign_in_second", "sign_in_passkey", "passkey_options", "outside_go", "outside_back"}
# Pages that hold nothing of anybody; everybody who is signed in may open them.
# (the way to the on-call list leads on to the own office: tests/duty/test_pages.py)
OWN = {"home", "notices", "duty:first", "find", "resume", "throw_away", "components", "estimate_try", "known_in"}
# How one signs in oneself: tests/desk/signing_in.
OWN |= {"sign_in_begin", "sign_in_confirm", "own_sign_in", "own_password", "own_app", "own_passkey", "own_codes"}
OWN |= {"own_factor_remove", "own_sessions_end", "own_disown"}
# Pages of a role as a whole; the permission that opens them.
FUNCTION = {
    "worklist": "worklist.read",
    "clocks": "clocks.read",
    "notes": "screening.record",
    "sites": "screening.record",
    "site:new": "screening.record",
    "cases": "case.read",
    "statements": "statement.read",
    "figures": "figures.read",
    "figure": "figures.read",
    "figure_csv": "figures.read",
    "figure_xlsx": "figures.read",
    "figure_cases": "figures.trace",
    "screening:new": "screening.record",
    "referral:counted": "screening.record",
    "hotline:calls": "hotline.list",
    "hotline:take": "hotline.take",
    "estimate": "figures.read",
    "shared": "team.read",
    "letter_confirm": "letter.confirm",
    "interpreters": "interpreters.read",
    "interpreter_new": "interpreters.edit",
    "colleagues": "block.everywhere",
    "emergency_open": "emergency.open",
    "readings": "audit.read",
    "offices": "accounts.manage",
    "sign_in_reports": "audit.read",
    "retention": "retention.list",
    "terminals": "terminal.set_up",
    "post_give": "accounts.manage",
    "post_end": "accounts.manage",
    "colleague_sign_in": "accounts.manage",
    "lists": "profile.read",
    "list": "profile.read",
    "list_form": "profile.read",
    "list_confirm": "weights.confirm",
    "list_discrepancy": "weights.confirm",
    "list_take_back": "weights.confirm",
}
# A function page whose address names something that is nobody's.
A_LIST = {"key": "ilo-ec-adult-labour.2026-1"}
OF_A_LIST = {"list", "list_form", "list_confirm", "list_discrepancy", "list_take_back"}
# A discrepancy of a list: opened only where one was noted (tests/screening/test_weights.py). What was reported of a
# figure: sent only (tests/desk/test_figures.py). What a colleague said was not her: sent only (tests/desk/signing_in).
OF_A_CHECK = {"list_settle", "figure_reported", "figure_explained", "colleague_settled"}
# Of a register of staff, not of a file: tests/identification/interpreters and tests/identification/conflicts.
OF_A_REGISTER = {"interpreter:detail", "interpreter:vet", "interpreter:end", "colleague:keep_out", "colleague:lift"}

# Of those who look after others' access, not of a file: tests of identification, in emergencies and watch.
OF_OVERSIGHT = {"emergencies", "emergency:detail", "emergency:review", "emergency:end", "reading:settle"}


def patterns(resolver=None, space=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}", pattern


# Other systems show a credential with each request; their walls: tests/desk/test_interface_credentials.py.
EVERY = {name: pattern for name, pattern in patterns() if not name.startswith("api:")}
# Roles with the same permissions meet the same walls: one of each is walked.
DISTINCT = {role.permissions: role.id for role in current_profile().roles.values()}.values()
OF_A_RECORD = sorted(set(EVERY) - OPEN - OWN - set(FUNCTION) - OF_A_CHECK - OF_A_REGISTER - OF_OVERSIGHT)


def address(name, code):
    arguments = EVERY[name].pattern.converters
    return reverse(name, kwargs={key: 1 if key == "number" else code for key in arguments})


@pytest.fixture
def records(office):
    return one_of_each(office)


def one_of_each(office):
    """A record of every kind, none of them the visitor's."""
    case, ended = office.case_with_panel(), office.case_ready_to_decide()
    ruling = declined(ended, office.lead)
    appeal = an_appeal(ended, office.lead)
    waiting = a_referral(office.inspector)
    draft = a_screening(office.inspector)
    told = a_statement(case, office.lead)
    asked = ask_for(told, purpose="help", by=office.members[0])
    said = determine(case, Said("police", "deferred", today_here()), by=office.lead)
    return {
        "screening": [draft.code, case.referral.screening.code],
        "referral": [waiting.code, case.referral.code, draft.code],
        "case": [case.code],
        "site": [a_site(office.inspector).code, a_call(a_line("line")).code],
        "decision": [case.decision.code, ended.decision.code, ruling.code],
        "statement": [told.code],
        "telling": [a_booking(case, office.lead, again=Again("other")).code],
        "request": [asked.code],
        "determination": [said.code],
        "attachment": [an_attachment(case, office.lead).code],
        "appeal": [appeal.code],
        "paper_of_appeal": [appeal.code],
        "hotline": [a_call(a_line()).code],
        "paper_of_ruling": [ruling.code],
        "duty": another_office(),
        "match": [a_match(waiting, case).code],
        "task": [a_task(case, office.lead).code],
        "conference": [a_conference(case, office.lead).code],
        "own_request": [a_wish(case, office.lead)],
        "booking": [an_interpreter_booked(case, office.lead).code],
        **kept(ended, office.lead),
    }


def kept(case, lead):
    """What is decided about keeping a file: it is of the file's team and of those who look after every file."""
    hold = retention.place_hold(case.file_code, reason="complaint", words="", until=None, by=lead)
    place = {"file_code": case.file_code, "key_owner": case.key_owner}
    proposed = begin(Erasure(**place, ground="period_over", proposed_by=lead), by=lead)
    asked = retention.request_erasure(case.person, by=lead, how="spoken")
    return {
        "retention": [case.file_code, hold.code],
        "erasure": [proposed.code],
        "erasure_request": [asked.code],
    }


def a_wish(case, lead):
    """Something that the person asked for on her own page."""
    her = she_enters(case, lead)
    her.send("my_ask", wish="talk")
    return OwnRequest.unscoped.get(case=case).code


def a_match(referral, case):
    """Somebody else's file that perhaps is of the same person, asked about."""
    place = {"file_code": case.file_code, "key_owner": case.key_owner}
    return PossibleMatch.unscoped.create(referral=referral, other=case.person, sign="name", asked_at=now(), **place)


def another_office():
    """The codes of an office in which no visitor works, and of a shift there."""
    other = register_agency(kind="centre", name="Second office centre", by=SYSTEM)
    account = register_account(sign_in="elsewhere", name="Uzor", by=SYSTEM)
    appoint(account, other, "centre_case_manager", by=SYSTEM)
    hours = {"starts_at": now(), "ends_at": now() + timedelta(hours=8)}
    return [other.code, add_shift(other, account, **hours, by=account).code]


def codes_for(name, records):
    return records[name.partition(":")[0]]


@pytest.mark.parametrize("roles", [sorted(DISTINCT)[n::4] for n in range(4)], ids="{0[0]} and others".format)
def test_a_stranger_of_any_role_finds_no_page_of_anybodys_record(client, records, roles):
    for role in roles:
        client.force_login(staff(role, f"stranger-{role}"))
        # The intake of the office sees that a referral waits and may take it over; that is its post, not a leak.
        post = (
            {"referral:detail", "referral:acknowledge", "site:detail", "site:take_up"}
            if role == "centre_intake_officer"
            else set()
        )
        administers = "on_call.administer" in current_profile().roles[role].permissions
        keeps = "retention.list" in current_profile().roles[role].permissions
        for name in OF_A_RECORD:
            if administers and name.startswith("duty:"):
                continue  # the lists of all offices are the administrator's work
            if keeps and name.startswith(("retention:", "erasure")):
                continue  # every file's codes are the officer's work: tests/retention/test_pages.py
            never_was = {m: getattr(client, m)(address(name, new_code())) for m in ("get", "post")}
            for code in codes_for(name, records):
                if name in post and code == codes_for(name, records)[0]:
                    continue
                for method, unknown in never_was.items():
                    answer = getattr(client, method)(address(name, code))
                    # 405: no such method, said without looking at the code
                    assert answer.status_code in {404, 405}, (role, name, method)
                    assert (answer.status_code, answer.content) == (unknown.status_code, unknown.content)


def test_pages_of_a_role_open_for_that_role_only(client, office):
    for role in current_profile().roles:
        client.force_login(staff(role, f"visitor-{role}"))
        for name, permission in FUNCTION.items():
            is_figure = name.startswith("figure_") or name == "figure"
            measure = {"measure_id": "persons_referred_and_identified"} if is_figure else {}
            address_of = reverse(name, kwargs=A_LIST if name in OF_A_LIST else measure)
            if name == "figure_cases":
                address_of += "?cell=*&cell=*"
            expected = 200 if permission in current_profile().roles[role].permissions else 404
            assert client.get(address_of).status_code == expected, (role, name)


def test_nobody_who_is_not_signed_in_sees_anything_but_the_sign_in_page(client, records):
    for name in set(EVERY) - OPEN:
        answer = client.get(address(name, "7KQ4-RM2X") if EVERY[name].pattern.converters else reverse(name))
        assert answer.status_code in {302, 405}, name
        if answer.status_code == 302:
            assert answer["Location"].startswith("/sign-in"), name


def test_a_colleague_kept_out_finds_no_page_although_she_had_access(client, office):
    from opennrm.access.actions import block

    case = office.case()
    client.force_login(office.lead)
    assert client.get(reverse("case", args=[case.code])).status_code == 200

    block(case.file_code, office.lead, reason="relative", by=office.duty)

    assert client.get(reverse("case", args=[case.code])).status_code == 404
