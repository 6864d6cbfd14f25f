from datetime import timedelta

import pytest
from django.urls import reverse

from opennrm.identification.teamwork import actions as teamwork
from opennrm.identification.teamwork.actions import finish_task
from opennrm.kernel.clock import frozen, now
from tests.factories import staff
from tests.identification.teamwork.work import a_conference, a_task, need

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def timeline(client, account, case):
    client.force_login(account)
    page = client.get(reverse("case", args=[case.code])).content.decode()
    return page[page.index('id="timeline-title"') :]


def test_tasks_and_conferences_stand_in_the_timeline_in_the_order_in_which_they_happened(client, office):
    case = office.case()
    task = a_task(case, office.lead)
    with frozen(now() + timedelta(minutes=1)):
        a_conference(case, office.lead)
    with frozen(now() + timedelta(minutes=2)):
        finish_task(task, by=office.lead)
        said = timeline(client, office.lead, case)

    places = [said.index(words) for words in ("A task is done", "A conference was planned", "A task was given")]
    assert places == sorted(places)


def test_a_conference_to_which_one_was_not_asked_is_not_in_ones_timeline(client, office):
    case = office.case_with_panel()
    member = office.members[0]
    a_conference(case, office.lead)

    assert "A conference was planned" in timeline(client, office.lead, case)
    assert "A conference was planned" not in timeline(client, member, case)

    helper = staff("ngo_case_worker", "helper")
    teamwork.let_in(case, helper, need("protection_plan"), by=office.lead)
    client.force_login(helper)
    assert client.get(reverse("case", args=[case.code])).status_code == 404
