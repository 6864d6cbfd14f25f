"""How I sign in: seen, added, removed, ended; nobody else's."""

import pytest
from django.test import Client
from django.urls import reverse

from opennrm.access.models import AccountSession
from opennrm.access.signing_in.factors import factors, new_codes
from opennrm.audit.models import Entry
from tests.access.signing_in.codes import an_app, code_of
from tests.factories import PASSWORD, staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]
FIREFOX = "Mozilla/5.0 (Linux; Android 15; rv:140.0) Gecko/140.0 Firefox/140.0 Mobile"
NEW = "seven tin kettles sing"


@pytest.fixture
def account():
    return staff("labour_inspector", "m.uzor", with_password=True)


def signed_in(account, agent=FIREFOX):
    client = Client(headers={"User-Agent": agent})
    client.post(reverse("sign_in"), {"username": account.sign_in, "password": PASSWORD})
    return client


def is_in(client):
    return client.get(reverse("notices")).status_code == 200


def marks(client):
    import re

    return re.findall(r'name="session" value="([^"]+)"', client.get(reverse("own_sign_in")).content.decode())


def test_the_page_shows_kinds_of_devices_and_no_address(account):
    here = signed_in(account)

    shown = here.get(reverse("own_sign_in")).content.decode()

    assert "Phone, Android, Firefox" in shown
    assert "There is none yet." in shown
    assert "127.0.0.1" not in shown
    assert FIREFOX not in repr(list(AccountSession.objects.values()))


def test_one_session_is_ended_and_the_others_stay(account):
    here, there = signed_in(account), signed_in(account, "Mozilla/5.0 (Windows NT 10.0) Chrome/141.0 Safari/537.36")
    [mark] = marks(here)

    here.post(reverse("own_sessions_end"), {"session": mark})

    assert is_in(here)
    assert not is_in(there)
    assert Entry.objects.filter(verb="account.sessions_end", subject=account.ref).count() == 1


def test_all_others_are_ended(account):
    here, *others = [signed_in(account) for _ in range(3)]

    here.post(reverse("own_sessions_end"))

    assert is_in(here)
    assert not [one for one in others if is_in(one)]


def test_a_session_of_somebody_else_is_not_ended(account):
    other = staff("labour_inspector", "other", with_password=True)
    here, theirs, theirs_too = signed_in(account), signed_in(other), signed_in(other)

    here.post(reverse("own_sessions_end"), {"session": marks(theirs)[0]})
    here.post(reverse("own_sessions_end"), {"session": "x" * 5000})

    assert is_in(theirs)
    assert is_in(theirs_too)


def test_a_new_password_ends_every_other_session(account):
    here, there = signed_in(account), signed_in(account)
    before = here.session.session_key

    sent = here.post(reverse("own_password"), {"new": NEW, "again": NEW})

    assert sent["Location"] == reverse("own_sign_in")
    assert is_in(here)
    assert here.session.session_key != before
    assert not is_in(there)


def test_what_ends_or_removes_asks_on_its_own_page_also_after_being_asked_anew(account, settings):
    secret = an_app(account)
    here, there = signed_in(account), signed_in(account)
    for client in (here, there):
        client.post(reverse("sign_in_second"), {"code": code_of(secret, steps=int(client is there))})
    settings.OPENNRM_CONFIRM_MINUTES = -1

    wanted = [
        reverse("own_sessions_end"),
        reverse("own_sessions_end", query={"session": marks(here)[0]}),
        reverse("own_factor_remove", query={"factor": str(factors(account).app.pk)}),
    ]
    asked = [here.get(page)["Location"] for page in wanted]
    settings.OPENNRM_CONFIRM_MINUTES = 10

    for page, location in zip(wanted, asked, strict=True):
        led = here.post(location, {"password": PASSWORD, "next": page})
        assert led["Location"] == page
        assert here.get(page).status_code == 200, page
    assert is_in(there)
    assert factors(account).is_any
    assert here.get(reverse("own_sessions_end"), {"session": "x"}).status_code == 404


def test_factors_are_shown_and_removed(account):
    an_app(account)
    new_codes(account)
    here = Client()
    here.force_login(account)
    shown = here.get(reverse("own_sign_in")).content.decode()
    assert "10 codes are left" in shown

    here.post(reverse("own_factor_remove"), {"factor": factors(account).app.pk})

    assert not factors(account).is_any


def test_a_factor_of_somebody_else_is_none(account):
    other = staff("labour_inspector", "other")
    an_app(other)
    here = signed_in(account)

    assert here.post(reverse("own_factor_remove"), {"factor": factors(other).app.pk}).status_code == 404
    assert here.post(reverse("own_factor_remove"), {"factor": "x"}).status_code == 404

    assert factors(other).is_any


def test_the_last_factor_stays_where_one_is_demanded(account, settings):
    secret = an_app(account)
    settings.SECOND_FACTOR_REQUIRED = True
    here = signed_in(account)
    here.post(reverse("sign_in_second"), {"code": code_of(secret)})

    here.post(reverse("own_factor_remove"), {"factor": factors(account).app.pk})

    assert factors(account).is_any
    assert "This is the last one" in here.get(reverse("own_sign_in")).content.decode()


def test_an_administrator_helps_a_colleague_and_sees_the_password_once(account):
    admin = staff("administrator", "admin")
    an_app(account)
    there = signed_in(account)
    page, helper = reverse("colleague_sign_in"), Client()
    helper.force_login(admin)

    kept = helper.post(page, {"account": account.code, "what": "password"}).content.decode()
    assert factors(account).is_any
    reset = helper.post(page, {"account": account.code, "what": "factors"}).content.decode()

    assert "Password for once" in kept
    assert "Password for once" in reset
    assert not factors(account).is_any
    assert not is_in(there)
    verbs = set(Entry.objects.filter(subject=account.ref, by=admin.ref).values_list("verb", flat=True))
    assert {"account.password", "account.factors_reset"} <= verbs


@pytest.mark.parametrize("what", ["unlock", "sessions"])
def test_an_administrator_unlocks_and_signs_out(account, what):
    helper = Client()
    helper.force_login(staff("administrator", "admin"))
    there = Client()
    there.force_login(account)

    assert helper.post(reverse("colleague_sign_in"), {"account": account.code, "what": what}).status_code == 200

    assert is_in(there) == (what == "unlock")


def test_an_administrator_helps_neither_herself_nor_another_administrator(account):
    admin, other = staff("administrator", "admin"), staff("administrator", "other")
    helper = Client()
    helper.force_login(admin)

    for one in (admin, other):
        refused = helper.post(reverse("colleague_sign_in"), {"account": one.code, "what": "factors"})
        assert refused.status_code == 400
    assert helper.post(reverse("colleague_sign_in"), {"account": account.code, "what": "everything"}).status_code == 400
