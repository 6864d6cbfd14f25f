"""What matters most asks anew who sits here, and costs nothing that was written."""

import re
from datetime import timedelta

import pytest
from django.urls import NoReverseMatch, get_resolver, reverse

from opennrm.access.country import today_here
from opennrm.audit.models import Entry
from opennrm.desk.models import KeptDraft
from opennrm.desk.signing_in.confirming import ASKED_ANEW
from opennrm.identification.models import Decision
from opennrm.kernel.clock import frozen, now
from tests.access.signing_in.codes import an_app, code_of
from tests.factories import PASSWORD
from tests.house.test_walls import EVERY
from tests.house.walk import Visitor, hidden

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture(autouse=True)
def ten_minutes(settings):
    settings.OPENNRM_CONFIRM_MINUTES = 10


@pytest.fixture
def lead(office):
    from opennrm.access.actions import set_password

    set_password(office.lead, PASSWORD)
    visitor = Visitor(office.lead, [])
    visitor.post(reverse("close"))
    visitor.post(reverse("sign_in"), {"username": "lead", "password": PASSWORD})
    return visitor


def confirm(visitor, **fields):
    return visitor.post(reverse("sign_in_confirm"), fields)


def test_every_name_of_the_table_is_an_address():
    assert set(EVERY) >= ASKED_ANEW


def test_who_just_signed_in_is_not_asked(lead, office):
    case = office.case()

    assert lead.get(reverse("case:reveal", args=[case.code])).status_code == 200


@pytest.mark.parametrize("how", ["password", "app"])
def test_a_name_is_opened_by_who_shows_again_who_she_is(lead, office, how):
    case = office.case()
    page = reverse("case:reveal", args=[case.code])
    secret = an_app(office.lead) if how == "app" else ""

    with frozen(now() + timedelta(minutes=11)):
        asked = lead.get(page)
        assert asked["Location"] == reverse("sign_in_confirm", query={"next": page})
        assert "Is it you?" in lead.get(asked["Location"]).content.decode()
        assert confirm(lead, password="wrong", next=page).status_code == 400
        assert lead.get(page).status_code == 302
        before = lead.session.session_key
        shown = {"password": PASSWORD} if how == "password" else {"code": code_of(secret)}
        assert confirm(lead, **shown, next=page)["Location"] == page
        assert lead.get(page).status_code == 200
        assert lead.session.session_key != before

    assert Entry.objects.get(verb="account.confirm").facts == {"how": how}


def test_what_was_being_written_is_kept_and_sent_afterwards(lead, office):
    case = office.case_ready_to_decide()
    page = reverse("decision:defer", args=[case.decision.code])
    fields = hidden(lead.get(page)) | {"until": (today_here() + timedelta(days=9)).isoformat(), "questions": "Where?"}

    with frozen(now() + timedelta(minutes=11)):
        asked = lead.post(page, fields)
        assert asked["Location"].startswith(reverse("sign_in_confirm"))
        assert Decision.unscoped.get().state == "individual_opinions"
        assert confirm(lead, password=PASSWORD)["Location"] == reverse("resume")
        offered = lead.page("resume")
        assert re.findall(r'<form class="form" method="post" action="([^"]+)"', offered.content.decode()) == [page]
        assert lead.post(page, hidden(offered)).status_code == 302

    assert Decision.unscoped.get().state != "individual_opinions"
    assert not KeptDraft.objects.exists()


def test_a_draft_that_is_sent_too_late_again_is_kept_once(lead, office):
    case = office.case_ready_to_decide()
    page = reverse("decision:defer", args=[case.decision.code])

    with frozen(now() + timedelta(minutes=11)):
        lead.post(page, {"questions": "Where?"})
        confirm(lead, password=PASSWORD)
        offered = hidden(lead.page("resume"))
    with frozen(now() + timedelta(minutes=22)):
        lead.post(page, offered)

    assert [draft.fields["questions"] for draft in KeptDraft.objects.all()] == [["Where?"]]


def test_of_what_is_typed_where_one_signs_in_nothing_is_kept(lead):
    with frozen(now() + timedelta(minutes=11)):
        lead.post(reverse("own_password"), {"new": PASSWORD, "again": PASSWORD})

    assert not KeptDraft.objects.exists()


def test_guesses_are_counted(lead):
    for _ in range(5):
        assert confirm(lead, password="wrong").status_code == 400

    assert confirm(lead, password=PASSWORD).status_code == 429


def test_other_pages_do_not_ask(lead):
    with frozen(now() + timedelta(hours=5)):
        assert lead.get(reverse("worklist")).status_code == 200


def test_of_the_own_addresses_none_is_missing():
    assert get_resolver()
    for name in ASKED_ANEW:
        try:
            reverse(name)
        except NoReverseMatch:
            assert EVERY[name].pattern.converters, name
