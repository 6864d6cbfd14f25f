import inspect
from datetime import date, timedelta

import pytest

from opennrm.audit.queries import trail
from opennrm.audit.verify import verify_all
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.codes import AgeBand, BusinessKind, NotScreened, NotTalked, Sex, SiteKind
from opennrm.kernel.errors import NotAllowed
from opennrm.parties.actions import register_business, register_worksite
from opennrm.parties.queries import attributes
from opennrm.referral.models import AnonymousCount, Referral
from opennrm.screening.models import Screening
from opennrm.sites import actions, facts, met, queries
from opennrm.sites.actions import Place, Report
from opennrm.sites.models import Incident, RosterEntry
from opennrm.sites.rules.roster import Row
from opennrm.sites.rules.standing import Standing
from opennrm.vault.keys import destroy_key
from opennrm.vault.rules import Erased
from opennrm.workflow.actions import tick
from opennrm.workflow.queries import clocks_of
from tests.factories import a_letter, a_site, staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]

ADULTS = "ilo-ec-adult-labour"


def rows(n, **more):
    return [Row(line=i + 1, number=i, sex=Sex.MALE, age_band=AgeBand.ADULT, **more) for i in range(1, n + 1)]


def a_list(office, n=3, **more):
    site = a_site(office.inspector)
    met.list_persons(site, rows(n, **more), by=office.inspector)
    return site


def one(site, number=1):
    return queries.person(site, number).entry


# --- the report


def test_report_is_received_by_the_centre_and_its_clock_runs(office):
    site = a_site(office.inspector, present=500)

    assert (site.state, site.to_agency.kind, site.present_max) == ("received", "centre", 500)
    clock = clocks_of(site.file_code)[0]
    assert clock.run.due_at - clock.run.started_at == timedelta(hours=24)
    assert "Design rule" in clock.basis["en"]
    assert [e.verb for e in trail(site.ref)] == ["site.report", "site.receive"]


def test_report_sent_twice_is_one_report(office):
    seen = Report(Place(SiteKind.FACTORY), 3, date(2026, 3, 12))

    first, again = (actions.report(seen, by=office.inspector, key="k", content=b"same") for _ in range(2))

    assert first == again
    assert Incident.unscoped.count() == 1
    with pytest.raises(NotAllowed, match="Something else"):
        actions.report(seen, by=office.inspector, key="k", content=b"other")


@pytest.mark.parametrize("role", ["centre_case_manager", "statistician", "prosecutor"])
def test_report_needs_a_post_that_screens(office, role):
    with pytest.raises(NotAllowed):
        actions.report(Report(Place(SiteKind.FACTORY), 3, date(2026, 3, 12)), by=staff(role, "other"))
    assert Incident.unscoped.count() == 0


def test_the_same_address_is_one_site_and_the_same_registry_number_one_business(office):
    first, again, other = (
        register_worksite(SiteKind.FARM, address=address, by=office.inspector)
        for address in ("Primer 1", "ПРИМЕР 1", "Primer 2")
    )
    nowhere = [register_worksite(SiteKind.FARM, by=office.inspector) for _ in range(2)]
    firms = [register_business(BusinessKind.EMPLOYER, name="Uzor", registry_no="123", by=office.duty) for _ in "ab"]

    assert first == again != other
    assert nowhere[0] != nowhere[1]
    assert firms[0] == firms[1]


def test_a_site_is_forgotten_with_its_own_key_and_nobody_who_worked_there(office):
    site = a_list(office, name="Primer Ogled")
    begun = met.talk(one(site), indicator_set=ADULTS, by=office.inspector)
    destroy_key(site.worksite.key_owner)

    with pytest.raises(Erased):
        _ = Incident.unscoped.get(pk=site.pk).notes
    with pytest.raises(Erased):
        _ = one(site, 2).name
    assert begun.person.identity.name == "Primer Ogled"


# --- the office's answer


def test_taking_up_gives_the_officer_access_and_the_clock_runs_on(office):
    site = a_site(office.inspector)
    assert queries.incident(site.code, office.duty, permission="site.read") is None

    actions.take_up(site, by=office.duty)

    assert queries.incident(site.code, office.duty, permission="site.read") == site
    assert clocks_of(site.file_code)[0].run.stopped_at is None


@pytest.mark.parametrize(("reason", "why"), [("", "Nobody."), ("nobody_there", " "), ("", "")])
def test_not_screening_needs_a_code_and_a_line(office, reason, why):
    site = a_site(office.inspector)
    actions.take_up(site, by=office.duty)

    with pytest.raises(NotAllowed, match="Choose the reason"):
        actions.decline_talks(site, reason=reason, why=why, by=office.duty)
    assert Incident.unscoped.get().state == "taken_up"


def test_not_screening_is_counted_stops_the_clock_and_the_sender_learns_only_the_end(office):
    site = a_site(office.inspector)
    actions.take_up(site, by=office.duty)

    actions.decline_talks(site, reason=NotScreened.NOBODY_THERE, why="Gate closed, Primer was told.", by=office.duty)

    assert clocks_of(site.file_code)[0].run.stopped_at is not None
    counted = [fact for fact in facts.reports(current_calendar()) if fact["event"] == "site.not_screened"]
    assert [(fact["reason"], fact["amount"]) for fact in counted] == [("nobody_there", 14)]
    assert "Primer" not in str([entry.facts for entry in trail(site.ref)])
    assert queries.incident(site.code, office.inspector, permission="screening.record") is None
    assert queries.incident(site.code, office.inspector, permission="referral.status") == site


def test_that_nobody_is_exploited_is_no_reason(office):
    assert not {"no_exploitation", "no_sign", "not_trafficking"} & {reason.value for reason in NotScreened}


def test_nobody_decides_over_a_list_of_persons(office):
    site = a_list(office)
    actions.take_up(site, by=office.duty)

    with pytest.raises(NotAllowed, match="nobody decides for all of them"):
        actions.decline_talks(site, reason="nobody_there", why="x", by=office.duty)


def test_a_clock_that_was_missed_stays_and_a_late_answer_does_not_hide_it(office):
    site = a_site(office.inspector)
    with frozen(now() + timedelta(hours=30)):
        assert tick() == 1
        actions.take_up(site, by=office.duty)
        actions.begin_talks(site, by=office.duty)

        assert clocks_of(site.file_code)[0].standing == "late"


def current_calendar():
    from opennrm.access.country import current_profile

    return current_profile().calendar


# --- the list


def test_a_list_arrives_whole_once_and_sealed(office):
    site = a_site(office.inspector)

    sent = [met.list_persons(site, rows(14, name="Primer"), by=office.inspector, key="k") for _ in range(2)]

    assert sent == [14, 0]
    assert RosterEntry.objects.count() == 14
    assert one(site).name == "Primer"
    assert [e.facts for e in trail(site.ref) if e.verb == "site.list"] == [{"count": 14, "file": site.file_code}]


def test_a_number_that_came_in_between_saves_nothing(office):
    site = a_list(office, 2)

    with pytest.raises(NotAllowed, match="changed in the meantime"):
        met.list_persons(site, rows(5), by=office.inspector)
    assert RosterEntry.objects.count() == 2


def test_a_talk_is_each_persons_own_and_again_the_same(office):
    site = a_list(office, name="Primer Ogled", language="hi", citizenship="IN", birth_year=1990)

    begun = met.talk(one(site), indicator_set=ADULTS, by=office.inspector)

    assert met.talk(one(site), indicator_set=ADULTS, by=office.inspector) == begun
    known = attributes(begun.person)
    assert (known.citizenship, known.citizenship_group, known.birth_year) == ("IN", "foreign", 1990)
    assert begun.key_owner == begun.person.code != site.key_owner
    assert (one(site).name, one(site).is_named) == ("", False)
    assert begun.person.identity.name == "Primer Ogled"
    assert [p.standing for p in queries.persons(site)] == [Standing.BEGUN, Standing.PRESENT, Standing.PRESENT]
    assert Screening.unscoped.count() == 1


def test_the_first_talk_answers_the_report(office):
    site = a_list(office)
    met.talk(one(site), indicator_set=ADULTS, by=office.inspector)
    site.refresh_from_db()

    assert site.state == "screening"
    assert clocks_of(site.file_code)[0].standing == "met"


def test_a_child_is_not_asked_with_a_list_for_adults(office):
    site = a_site(office.inspector)
    met.list_persons(site, [Row(2, 1, age_band=AgeBand.CHILD)], by=office.inspector)

    with pytest.raises(NotAllowed, match="another age"):
        met.talk(one(site), indicator_set=ADULTS, by=office.inspector)
    offered = [used.id for used in queries.fitting_lists(site, AgeBand.CHILD)]
    assert "ilo-ec-child-labour" in offered
    assert not {ADULTS, "worksite"} & set(offered)


def test_declining_forgets_name_and_answers_and_can_be_taken_back(office):
    site = a_list(office, name="Primer Ogled")
    begun = met.talk(one(site), indicator_set=ADULTS, by=office.inspector)

    met.decline(one(site), by=office.inspector)
    met.decline(one(site, 2), by=office.inspector)

    assert not Screening.unscoped.filter(pk=begun.pk).exists()
    assert AnonymousCount.objects.count() == 1, "the one whose talk was begun; the other stands on the list alone"
    assert [p.standing for p in queries.persons(site)][:2] == [Standing.DECLINED, Standing.DECLINED]
    assert one(site, 2).name == ""
    met.talk(one(site, 2), indicator_set=ADULTS, by=office.inspector)
    assert queries.person(site, 2).standing == Standing.BEGUN


def test_a_talk_thrown_away_elsewhere_leaves_the_person_declined_not_forgotten(office):
    from opennrm.referral.sending import count_only

    site = a_list(office)
    begun = met.talk(one(site), indicator_set=ADULTS, by=office.inspector)

    count_only(begun, by=office.inspector)

    assert queries.person(site, 1).standing == Standing.DECLINED


def test_missing_needs_a_reason_and_no_talk(office):
    site = a_list(office)
    with pytest.raises(NotAllowed, match="Choose why"):
        met.miss(one(site), reason="", by=office.inspector)

    met.miss(one(site), reason=NotTalked.LEFT, by=office.inspector)

    assert queries.person(site, 1).standing == Standing.MISSED
    met.talk(one(site, 2), indicator_set=ADULTS, by=office.inspector)
    with pytest.raises(NotAllowed, match="begun already"):
        met.miss(one(site, 2), reason=NotTalked.LEFT, by=office.inspector)


def test_the_list_adds_up_and_becomes_referrals_of_each_person(office):
    from opennrm.referral.sending import submit

    site = a_list(office, 5)
    for number in (1, 2, 3):
        met.talk(one(site, number), indicator_set=ADULTS, by=office.inspector)
    submit(one(site, 1).screening, a_letter(reason="x"), by=office.inspector)
    met.end_talk(one(site, 2), by=office.inspector)
    met.decline(one(site, 4), by=office.inspector)
    met.miss(one(site, 5), reason="left", by=office.inspector)

    added = queries.list_in_numbers(site)
    assert (added.listed, added.talked_with, added.paused, added.open, added.never_listed) == (5, 2, 1, 1, 9)
    assert Referral.unscoped.count() == 1
    assert facts.standings() == {"referred": 1, "screened": 1, "begun": 1, "declined": 1, "missed": 1}


def test_a_visit_ends_when_everybody_is_settled_and_the_others_are_explained(office):
    site = a_list(office, 2, name="Primer Ogled")
    met.talk(one(site), indicator_set=ADULTS, by=office.inspector)
    site.refresh_from_db()
    with pytest.raises(NotAllowed, match="2 persons on the list"):
        actions.finish(site, reason="left", by=office.inspector)
    met.end_talk(one(site), by=office.inspector)
    met.miss(one(site, 2), reason="left", by=office.inspector)
    with pytest.raises(NotAllowed, match="why the others"):
        actions.finish(site, by=office.inspector)

    actions.finish(site, reason="no_interpreter", by=office.inspector)

    assert (site.state, site.never_listed, site.never_listed_reason) == ("done", 12, "no_interpreter")
    assert one(site, 2).name == ""
    with pytest.raises(NotAllowed):
        met.list_persons(site, rows(1), by=office.inspector)
    assert verify_all() == []


def test_somebody_elses_list_is_not_touched(office):
    site = a_list(office)
    other = staff("labour_inspector", "second")

    for act in (
        lambda: met.talk(one(site), indicator_set=ADULTS, by=other),
        lambda: met.decline(one(site), by=other),
        lambda: met.miss(one(site), reason="left", by=other),
        lambda: met.reveal_listed(one(site), by=other, purpose="find_at_site"),
        lambda: met.list_persons(site, rows(9), by=other),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_no_action_over_persons_takes_more_than_one():
    """Listing says nothing of anybody; each act that does takes one entry, and none takes several or the site."""
    over_persons = {"talk", "end_talk", "decline", "miss", "reveal_listed"}
    first = {
        name: next(iter(inspect.signature(f).parameters.values())).annotation
        for module in (actions, met)
        for name, f in inspect.getmembers(module, inspect.isfunction)
        if f.__module__ == module.__name__ and not name.startswith("_")
    }

    assert {name for name, kind in first.items() if kind == "RosterEntry"} == over_persons
    of_a_call = {"report_of_call", "name_for_call"}
    of_an_erased_file = {"coarsen_lines"}
    of_a_site = {"report", "take_up", "take_on", "begin_talks", "decline_talks", "finish", "list_persons"}
    of_a_site |= {"forget_names"}
    assert set(first) - over_persons == of_a_site | of_a_call | of_an_erased_file
