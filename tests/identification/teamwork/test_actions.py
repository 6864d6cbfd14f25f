from datetime import timedelta

import pytest
from django.urls import reverse

from opennrm.access.actions import block
from opennrm.access.country import current_profile
from opennrm.access.queries import data_classes, sight_of, team
from opennrm.access.rules import BLIND
from opennrm.audit.queries import trail
from opennrm.identification.appeals import actions as appeals
from opennrm.identification.models import Case, GrantReason
from opennrm.identification.rules.team import GRANTABLE, grantable
from opennrm.identification.teamwork import actions, queries
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.errors import NotAllowed
from opennrm.workflow.queries import notices
from tests.factories import declined, staff
from tests.identification.teamwork.work import DAY, a_task, day, need

pytestmark = [pytest.mark.django_db, pytest.mark.both]


# --- letting in


def test_let_in_opens_what_was_ticked_until_the_day_ends_and_says_so(office, case, helper):
    given = actions.let_in(case, helper, need("protection_plan", "service_records", until=day(10)), by=office.lead)

    assert data_classes(helper, case.file_code) == {"protection_plan", "service_records"}
    assert [entry.verb for entry in trail(f"file:{case.file_code}")][-1] == "grant.give"
    assert list(trail(case.ref))[-1].verb == "case.let_in"
    assert "plan." not in str([(e.verb, e.facts) for e in trail(case.ref)])
    assert GrantReason.objects.get(grant=given).words == "Needed for the plan."
    assert [one.verb for one in notices(helper)] == ["case.let_in"]
    calendar = current_profile().calendar
    last = calendar.local(given.until - timedelta(seconds=1))
    assert (last.date(), last.hour) == (day(10), 23)
    with frozen(given.until):
        assert data_classes(helper, case.file_code) == frozenset()


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (need("account_of_exploitation"), "does not include one of these"),
        (need("shelter_address"), "does not include one of these"),
        (need("aggregate_statistics"), "does not include one of these"),
        (need("no_such_class"), "does not include one of these"),
        (need(purpose="lead"), "for what"),
        (need(until=day(-1)), "in the past"),
        (need(until=day(500)), "a year at most"),
        (need(reason=" "), "reason in one line"),
    ],
)
def test_let_in_refuses_more_than_the_role_may_have_and_what_has_no_end(office, case, helper, given, reason):
    with pytest.raises(NotAllowed, match=reason):
        actions.let_in(case, helper, given, by=office.lead)

    assert data_classes(helper, case.file_code) == frozenset()
    assert notices(helper) == []


def test_let_in_needs_an_end_and_a_class_and_is_never_for_oneself(office, case, helper):
    for given, who, reason in (
        (actions.Need(["person_identity"], "case", None, "Why."), helper, "without an end"),
        (actions.Need([], "case", day(), "Why."), helper, "at least one class"),
        (need(), office.lead, "oneself"),
    ):
        with pytest.raises(NotAllowed, match=reason):
            actions.let_in(case, who, given, by=office.lead)


def test_let_in_is_for_who_may_give_access_to_this_file(office, case, helper):
    for by in (office.stranger, office.duty, helper):
        with pytest.raises(NotAllowed):
            actions.let_in(case, office.members[0], need(), by=by)


def test_a_colleague_kept_out_is_not_let_in(office, case, helper):
    block(case.file_code, helper, reason="relative", by=office.lead)

    with pytest.raises(NotAllowed, match="conflict of interest"):
        actions.let_in(case, helper, need(), by=office.lead)


def test_grantable_takes_the_letters_of_the_matrix_and_no_class_without_a_file():
    for role in current_profile().roles.values():
        able = grantable([role])
        assert set(able.values()) <= GRANTABLE
        assert not set(able) & {"aggregate_statistics", "audit_log", "own_submissions"}
    assert "shelter_address" not in grantable([current_profile().roles["centre_case_manager"]]), "break-glass only"


def test_extend_ends_the_earlier_and_keeps_it_listed(office, case, helper):
    first = actions.let_in(case, helper, need(until=day(5)), by=office.lead)

    later = actions.extend(case, first, day(50), reason="The plan takes longer.", by=office.lead)

    seen = queries.team_of(case)
    assert [held.grant for held in seen.before if held.grant.account == helper] == [first]
    assert [held.grant for held in seen.now if held.grant.account == helper] == [later]
    assert seen.now[-1].reason == "The plan takes longer."
    for until, reason in ((day(40), "after the present end"), (day(500), "a year at most"), (None, "without an end")):
        with pytest.raises(NotAllowed, match=reason):
            actions.extend(case, later, until, reason="Why.", by=office.lead)
    with pytest.raises(NotAllowed, match="ended already"):
        actions.extend(case, first, day(60), reason="Why.", by=office.lead)
    [lead] = [held.grant for held in seen.now if held.grant.purpose == "lead"]
    with pytest.raises(NotAllowed, match="oneself"):
        actions.extend(case, lead, day(60), reason="Why.", by=office.lead)


def test_end_access_closes_the_file_at_once_but_not_to_its_lead(office, case, helper):
    given = actions.let_in(case, helper, need(), by=office.lead)

    actions.end_access(case, given, by=office.lead)

    assert data_classes(helper, case.file_code) == frozenset()
    with pytest.raises(NotAllowed, match="ended already"):
        actions.end_access(case, given, by=office.lead)
    [lead] = team(case.file_code)
    with pytest.raises(NotAllowed, match="handed over"):
        actions.end_access(case, lead, by=office.lead)


def test_another_files_grant_is_not_touched(office, case, helper):
    other = office.case()
    given = actions.let_in(other, helper, need(), by=office.lead)

    for act in (
        lambda: actions.end_access(case, given, by=office.lead),
        lambda: actions.extend(case, given, day(60), reason="Why.", by=office.lead),
    ):
        with pytest.raises(NotAllowed, match="another file"):
            act()


def test_everybodys_access_ends_with_the_case_but_the_leads_and_a_lawyers(office, helper):
    case = office.case_ready_to_decide()
    lawyer = staff("lawyer_of_victim", "lawyer")
    actions.let_in(case, helper, need("protection_plan"), by=office.lead)
    actions.let_in(case, lawyer, need("appeal_file", purpose="legal"), by=office.lead)
    declined(case, office.lead)
    assert {held.account for held in team(case.file_code)} == {office.lead, helper, lawyer}

    appeals.finalise(now() + 400 * DAY)

    assert Case.unscoped.get(pk=case.pk).state == "closed_not_identified"
    assert {held.account for held in team(case.file_code)} == {office.lead, lawyer}
    case.refresh_from_db()
    with pytest.raises(NotAllowed, match="closed"):
        actions.let_in(case, helper, need(), by=office.lead)
    with pytest.raises(NotAllowed, match="closed"):
        a_task(case, office.lead)


# --- narrowing and widening


def test_change_narrows_what_a_colleague_reads_and_the_earlier_access_stays_listed(office, case):
    second = staff("centre_case_manager", "second")
    given = actions.let_in(case, second, need("person_identity", "service_records"), by=office.lead)

    changed = actions.change(case, given, need("service_records", reason="The name is not needed."), by=office.lead)

    assert sight_of(second, case).reads == {"service_records"}
    assert (changed.until, changed.purpose) == (given.until, given.purpose)
    assert list(trail(case.ref))[-1].verb == "case.change_access"
    assert [held.reason for held in queries.team_of(case).now if held.grant == changed] == ["The name is not needed."]
    assert given in [held.grant for held in queries.team_of(case).before]


def test_the_lead_opens_more_than_the_role_includes_with_a_reason(office, case, helper):
    wanted = actions.Need(
        ["service_records"],
        "health",
        day(),
        "Accompanies her.",
        ["health_and_psychological"],
        "Takes her to the doctor.",
    )

    given = actions.let_in(case, helper, wanted, by=office.lead)

    assert sight_of(helper, case).reads == {"service_records", "health_and_psychological"}
    assert [e.facts["data_class"] for e in trail(f"file:{case.file_code}") if e.verb == "grant.beyond"] == [
        "health_and_psychological"
    ]
    assert GrantReason.objects.get(grant=given).words == "Accompanies her.\nTakes her to the doctor."
    held = next(one for one in queries.team_of(case).now if one.grant == given)
    assert [label.in_("en") for label in held.beyond] == ["Health and psychological data"]
    later = actions.extend(case, given, day(60), reason="Still.", by=office.lead)
    assert actions.covered(later) == ({"service_records"}, {"health_and_psychological"})


@pytest.mark.parametrize(
    ("beyond", "why", "reason"),
    [
        (["health_and_psychological"], " ", "why the colleague needs more"),
        (["shelter_address"], "Needed.", "cannot be opened"),  # the lead does not read it either
        (["aggregate_statistics"], "Needed.", "cannot be opened"),
        (["service_records"], "Needed.", "cannot be opened"),  # the role includes it: ticked there
    ],
)
def test_more_than_the_role_is_refused_without_reason_and_where_the_lead_reads_it_not(
    office, case, helper, beyond, why, reason
):
    wanted = actions.Need([], "case", day(), "Why.", beyond, why)

    with pytest.raises(NotAllowed, match=reason):
        actions.let_in(case, helper, wanted, by=office.lead)

    assert sight_of(helper, case) == BLIND


def test_nobody_but_the_lead_opens_more_and_nobody_to_who_counts(office, case, helper):
    second = staff("centre_case_manager", "second")
    actions.let_in(case, second, need("health_and_psychological"), by=office.lead)
    more = actions.Need([], "case", day(), "Why.", ["health_and_psychological"], "Why.")

    for who, by, reason in (
        (helper, second, "the lead of the case alone"),
        (staff("statistician"), office.lead, "cannot be opened"),
        (staff("administrator"), office.lead, "cannot be opened"),
    ):
        with pytest.raises(NotAllowed, match=reason):
            actions.let_in(case, who, more, by=by)


def test_change_refuses_what_changes_nothing_oneself_the_lead_and_a_closed_case(office, case, helper):
    given = actions.let_in(case, helper, need("service_records"), by=office.lead)
    second = staff("centre_case_manager", "second")
    own = actions.let_in(case, second, need("service_records"), by=office.lead)
    leads = next(one for one in team(case.file_code) if one.purpose == "lead")

    for held, wanted, by, reason in (
        (given, need("service_records"), office.lead, "as it is"),
        (given, need("shelter_address"), office.lead, "does not include"),
        (own, need("person_identity"), second, "oneself"),
        (leads, need("person_identity"), second, "They stay as they are"),
    ):
        with pytest.raises(NotAllowed, match=reason):
            actions.change(case, held, wanted, by=by)
    actions.end_access(case, given, by=office.lead)
    with pytest.raises(NotAllowed, match="has ended already"):
        actions.change(case, given, need("person_identity"), by=office.lead)
    Case.unscoped.filter(pk=case.pk).update(state="closed_completed")
    case.refresh_from_db()
    with pytest.raises(NotAllowed, match="closed"):
        actions.change(case, own, need("person_identity"), by=office.lead)


def test_the_page_of_an_access_shows_what_is_ticked_and_changes_it(office, case, helper, client):
    actions.let_in(case, helper, need("service_records"), by=office.lead)
    client.force_login(office.lead)
    number = next(one.number for one in queries.team_of(case).now if one.grant.account == helper)
    address = reverse("case:change_access", args=[case.code, number])

    page = client.get(address).content.decode()
    assert 'value="service_records" checked' in " ".join(page.split()) or page.count("checked") == 1
    refused = client.post(address, {"classes": ["service_records"], "beyond": ["appeal_file"], "reason": "Why."})
    assert refused.status_code == 400
    assert "why the colleague needs more" in refused.content.decode()
    sent = {"classes": [], "beyond": ["appeal_file"], "reason": "Why.", "beyond_reason": "Helps to appeal."}
    assert client.post(address, sent).status_code == 302
    assert sight_of(helper, case).reads == {"appeal_file"}
    shown = client.get(reverse("case:team", args=[case.code])).content.decode()
    assert "More than the role includes" in shown
    assert "File of the appeal" in shown
    client.force_login(office.stranger)
    assert client.get(address).status_code == 404
