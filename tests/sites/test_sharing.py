"""A visit by two inspectors: one list, each talk by whoever began it, and nothing else of the report."""

from datetime import timedelta

import pytest
from django.urls import reverse

from opennrm.access.actions import block
from opennrm.audit.models import Entry
from opennrm.desk.notices import place_of
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.errors import NotAllowed
from opennrm.sites import actions, met, queries, sharing
from opennrm.sites.rules.standing import Standing
from opennrm.workflow.queries import notices
from tests.factories import a_site, staff
from tests.house.walk import Visitor
from tests.sites.test_actions import one, rows

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def colleague(office):
    return staff("labour_inspector", "second")


@pytest.fixture
def site(office):
    made = a_site(office.inspector, present=3)
    met.list_persons(made, rows(3), by=office.inspector)
    return made


def pages(site):
    return [reverse(f"site:{name}", args=[site.code]) for name in ("roster", "add", "send", "finish")]


def test_a_colleague_is_let_in_told_and_finds_the_list(office, colleague, site):
    first, second = Visitor(office.inspector, []), Visitor(colleague, [])
    assert {second.get(page).status_code for page in pages(site)} == {404}

    first.send("site:share", site.code, colleague=colleague.code)

    assert {second.get(page).status_code for page in pages(site)} <= {200, 409}
    assert site.code in second.page("sites").content.decode()
    (told,) = [notice for notice in notices(colleague) if notice.verb == "site.share"]
    assert place_of(told, colleague) == reverse("site:roster", args=[site.code])
    for hidden in ("receipt", "share", "detail"):
        assert second.page(f"site:{hidden}", site.code).status_code == 404
    assert Entry.objects.get(verb="site.share").facts["account"] == colleague.code


def test_each_talk_belongs_to_who_began_it(office, colleague, site):
    sharing.share(site, colleague, by=office.inspector)
    mine = met.talk(one(site, 1), indicator_set="ilo-11", by=office.inspector)
    theirs = met.talk(one(site, 2), indicator_set="ilo-11", by=colleague)
    page = Visitor(colleague, []).page("site:person", site.code, 1).content.decode()

    assert (mine.sender, theirs.sender) == (office.inspector, colleague)
    assert "A colleague began the talk" in page
    assert reverse("site:decline", args=[site.code, 1]) not in page
    with pytest.raises(NotAllowed, match="A colleague began the talk"):
        met.talk(one(site, 1), indicator_set="ilo-11", by=colleague)
    with pytest.raises(NotAllowed):
        met.decline(one(site, 1), by=colleague)
    assert [p.standing for p in queries.persons(site)] == [Standing.BEGUN, Standing.BEGUN, Standing.PRESENT]


def test_it_ends_by_hand_with_the_time_and_with_the_visit(office, colleague, site):
    second = Visitor(colleague, [])
    sharing.share(site, colleague, by=office.inspector)
    first = Visitor(office.inspector, [])
    first.post(reverse("site:share", args=[site.code]), {"end": colleague.code})
    assert second.page("site:roster", site.code).status_code == 404

    sharing.share(site, colleague, by=office.inspector)
    with frozen(now() + timedelta(days=15)):
        assert queries.incident(site.code, colleague, permission="screening.record") is None
    met.talk(one(site, 1), indicator_set="ilo-11", by=colleague)
    for number in (2, 3):
        met.miss(one(site, number), reason="left", by=colleague)
    met.end_talk(one(site, 1), by=colleague)
    finished = second.send("site:finish", site.code)

    assert finished == ""
    assert sharing.working_on(site) == []
    assert second.page("site:roster", site.code).status_code == 404


def test_only_the_sender_shares_and_only_with_colleagues_of_the_office(office, colleague, site):
    sharing.share(site, colleague, by=office.inspector)
    third = staff("labour_inspector", "third")
    block(site.file_code, third, reason="conflict", by=office.inspector)

    for who, by in ((third, office.inspector), (office.stranger, office.inspector), (third, colleague)):
        with pytest.raises(NotAllowed):
            sharing.share(site, who, by=by)
    with pytest.raises(NotAllowed):
        sharing.unshare(site, colleague, by=colleague)
    assert sharing.working_on(site) == [colleague]
    page = Visitor(office.inspector, []).page("site:share", site.code).content.decode()
    assert third.code not in page


def test_nobody_is_let_in_once_the_visit_has_ended(office, colleague):
    ended = a_site(office.inspector)
    actions.take_up(ended, by=office.duty)
    actions.decline_talks(ended, reason="other", why="Closed.", by=office.duty)

    with pytest.raises(NotAllowed):
        sharing.share(ended, colleague, by=office.inspector)
