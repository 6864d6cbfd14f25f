"""Offices and posts: the administrator's page. Who works where, a post given and ended; nobody's case."""

import pytest
from django.urls import reverse

from opennrm.access.models import Membership
from opennrm.audit.models import Entry
from tests.factories import an_agency, staff
from tests.house.walk import Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def admin():
    return staff("administrator", "admin")


def test_the_page_names_every_office_and_who_works_there(admin, office):
    shown = Visitor(admin, []).get(reverse("offices")).content.decode()

    assert "Office centre" in shown
    assert "Primer duty (duty)" in shown
    assert "The whole country" in shown


def test_a_post_is_given_and_ended_by_the_administrator(admin, office):
    page = Visitor(admin, [])
    fields = {"account": office.lead.code, "agency": an_agency("centre").code, "role": "centre_intake_officer"}

    given = page.post(reverse("post_give"), fields)
    post = Membership.objects.get(account=office.lead, role="centre_intake_officer")
    ended = page.post(reverse("post_end"), {"post": post.pk})

    assert (given.status_code, ended.status_code) == (302, 302)
    post.refresh_from_db()
    assert post.ended_at is not None
    verbs = Entry.objects.filter(subject=office.lead.ref, by=admin.ref).values_list("verb", flat=True)
    assert set(verbs) == {"post.give", "post.end"}


@pytest.mark.parametrize(
    "wrong",
    [{"role": "judge"}, {"role": "panel_member"}, {"role": ""}, {"account": "AAAA-AAAA"}, {"agency": "AAAA-AAAA"}],
    ids=str,
)
def test_a_post_that_cannot_be_is_refused_at_the_form(admin, office, wrong):
    fields = {"account": office.lead.code, "agency": an_agency("centre").code, "role": "centre_intake_officer"}

    refused = Visitor(admin, []).post(reverse("post_give"), fields | wrong)

    assert refused.status_code == 400
    assert not Membership.objects.filter(account=office.lead, role="centre_intake_officer").exists()


def test_nobody_gives_herself_a_post_or_ends_the_own(admin, office):
    own = Membership.objects.get(account=admin)
    fields = {"account": admin.code, "agency": an_agency("centre").code, "role": "centre_intake_officer"}
    assert Visitor(admin, []).post(reverse("post_give"), fields).status_code == 400

    refused = Visitor(admin, []).post(reverse("post_end"), {"post": own.pk})

    assert refused.status_code == 400
    own.refresh_from_db()
    assert own.ended_at is None


def test_others_find_no_such_page(office):
    for name in ("offices", "post_give", "post_end"):
        assert Visitor(office.duty, []).get(reverse(name)).status_code == 404
