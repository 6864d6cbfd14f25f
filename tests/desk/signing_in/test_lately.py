"""The list of what was done lately, the notice and the mail that say nothing of it, and “this was not me”."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from opennrm.access.actions import set_work_address
from opennrm.access.actor import SYSTEM
from opennrm.access.models import Account
from opennrm.access.signing_in.disowning import open_reports
from opennrm.access.signing_in.factors import factors, new_codes
from opennrm.access.signing_in.lately import TOLD, lately, take_news
from opennrm.access.staffing import give_password
from opennrm.audit.models import Entry
from opennrm.desk.signing_in.lately import words_of
from opennrm.desk.ticking import act
from opennrm.kernel.clock import frozen, now
from opennrm.workflow.wording import worded
from tests.access.signing_in.codes import an_app, code_of, secret_of
from tests.factories import PASSWORD, staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]
FIREFOX = "Mozilla/5.0 (Linux; Android 15; rv:140.0) Gecko/140.0 Firefox/140.0 Mobile"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0"
NEW = "seven tin kettles sing"


@pytest.fixture
def account():
    made = staff("labour_inspector", "m.uzor", with_password=True)
    set_work_address(made, "m.uzor@example.org", by=SYSTEM)
    signed_in(made)
    made.refresh_from_db()
    return made


@pytest.fixture
def admin():
    made = staff("administrator", "admin")
    set_work_address(made, "admin@example.org", by=SYSTEM)
    return made


def signed_in(account, agent=FIREFOX, password=PASSWORD):
    client = Client(headers={"User-Agent": agent})
    client.post(reverse("sign_in"), {"username": account.sign_in, "password": password})
    return client


def staff_named(sign_in):
    return Account.objects.get(sign_in=sign_in)


def page(client, name="own_sign_in", **query):
    return re.sub(r"\s+", " ", client.get(reverse(name, query=query)).content.decode())


def to_say(client):
    """The links by which one says that it was not oneself, the latest first."""
    return re.findall(r'href="([^"]+not-me\?of=\d+)"', page(client))


def is_in(client):
    return client.get(reverse("notices")).status_code == 200


def test_a_notice_and_a_mail_say_that_something_waits_and_the_page_says_what(account):
    here = signed_in(account, EDGE)

    act()
    act()

    [message] = mail.outbox
    assert message.to == ["m.uzor@example.org"]
    said = f"{message.subject} {message.body}".casefold()
    assert not [word for word in ("edge", "windows", "device", "passkey", "opennrm", "http") if word in said]
    notices = page(here, "notices")
    assert notices.count("Something about signing in waits for you") == 1
    assert "another kind" not in notices
    [opens] = re.findall(r'name="open" value="(\d+)"', notices)
    assert here.post(reverse("notices"), {"open": opens})["Location"] == reverse("own_sign_in")
    assert "First sign-in from another kind of device: Computer, Windows, Edge" in page(here)


def test_what_was_usual_is_not_told():
    signed_in(staff("labour_inspector", "other", with_password=True))
    here = signed_in(staff_named("other"))

    act()

    assert mail.outbox == []
    assert "nothing about your signing in was unusual" in page(here)
    assert to_say(here) == []


def test_a_former_address_is_told_as_well(account):
    set_work_address(account, "elsewhere@example.org", by=SYSTEM)

    act()

    assert sorted(message.to[0] for message in mail.outbox) == ["elsewhere@example.org", "m.uzor@example.org"]
    assert "m.uzor@example.org" not in repr(list(account.alerts.values()))
    assert "The work address for messages was changed" in page(signed_in(account))


def test_who_stays_half_way_is_told_and_who_comes_through_is_not(account):
    secret = an_app(account)
    take_news()
    somebody = signed_in(account)
    for _ in range(2):
        somebody.post(reverse("sign_in_second"), {"code": "000000"})
    here = signed_in(account)
    here.post(reverse("sign_in_second"), {"code": code_of(secret)})

    act(now() + timedelta(minutes=7))

    assert len(mail.outbox) == 1
    shown = page(here)
    assert "The first step of signing in was right; the second was wrong 2 times, and nobody got in" in shown
    assert is_in(here)
    assert not is_in(somebody)


def test_a_right_password_after_wrong_ones_is_told(account):
    for _ in range(4):
        Client().post(reverse("sign_in"), {"username": "m.uzor", "password": "wrong"})

    here = signed_in(account)

    assert "Signed in after 4 wrong attempts" in page(here)


def test_what_an_administrator_did_is_said_to_be_hers(account, admin):
    give_password(account, NEW, by=admin)

    entry = lately(account)[0]
    here = signed_in(account, password=NEW)
    here.post(reverse("own_password"), {"new": PASSWORD, "again": PASSWORD})

    assert entry.by == admin.ref
    shown = page(here)
    assert "by an administrator" in shown
    assert admin.name not in shown


def test_this_was_not_me_ends_everything_and_asks_for_new_ways(account, admin, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    secret = an_app(account)
    new_codes(account)
    here, there = signed_in(account), signed_in(account, EDGE)
    here.post(reverse("sign_in_second"), {"code": code_of(secret)})
    with frozen(now() + timedelta(minutes=1)):
        there.post(reverse("sign_in_second"), {"code": code_of(secret)})
        assert is_in(there)
        link = to_say(here)[0]
        assert "First sign-in from another kind of device" in here.get(link).content.decode()
        answer = here.post(link)
    assert answer["Location"] == reverse("sign_in_begin")
    assert not is_in(there)

    # now, in this session
    assert here.get(reverse("notices"))["Location"] == reverse("sign_in_begin")
    assert here.get(reverse("sign_in_begin"))["Location"] == reverse("own_password")

    # or, where she leaves, at the next sign-in: with what she had, and then anew
    again = signed_in(account)
    with frozen(now() + timedelta(minutes=2)):
        assert again.post(reverse("sign_in_second"), {"code": code_of(secret)})["Location"] == reverse("sign_in_begin")
        assert again.post(reverse("own_password"), {"new": NEW, "again": NEW})["Location"] == reverse("sign_in_begin")
        assert "Set up a new second factor" in page(again, "sign_in_begin")
        again.get(reverse("own_app"))
        from opennrm.access.signing_in.adapter import opened

        newer = opened(again.session["new_app"])
        assert again.post(reverse("own_app"), {"code": code_of(newer)})["Location"] == reverse("own_codes")
        again.post(reverse("own_codes"))
        again.post(reverse("own_codes"), {"written": "yes"})
        assert is_in(again)
    assert secret_of(account) == newer != secret
    assert factors(account).codes_left == 10

    # and those who look after accounts are told, without a word of what
    act()
    assert "admin@example.org" in {message.to[0] for message in mail.outbox}
    assert len({(message.subject, message.body) for message in mail.outbox}) == 1
    helper = Client()
    settings.SECOND_FACTOR_REQUIRED = False
    helper.force_login(admin)
    [opens] = re.findall(r'name="open" value="(\d+)"', page(helper, "notices"))
    assert helper.post(reverse("notices"), {"open": opens})["Location"] == reverse("offices")
    shown = page(helper, "offices")
    assert "Primer m.uzor (m.uzor)" in shown
    [report] = re.findall(r'name="report" value="([^"]+)"', shown)
    assert helper.post(reverse("colleague_settled"), {"report": report}).status_code == 302
    assert "Colleagues who said" not in page(helper, "offices")
    assert helper.post(reverse("colleague_settled"), {"report": report}).status_code == 409
    assert Entry.objects.get(verb="account.disown").facts["what"] == "account.new_device"


def test_the_only_administrator_is_looked_after_by_who_oversees_the_trail():
    only, auditor = staff("administrator", "only", with_password=True), staff("auditor", "auditor")
    set_work_address(auditor, "auditor@example.org", by=SYSTEM)
    helper = Client()
    helper.force_login(auditor)
    assert "Nothing is to be looked at" in page(helper, "sign_in_reports")
    here, _ = signed_in(only), signed_in(only, EDGE)
    here.post(to_say(here)[0])

    act()

    assert "auditor@example.org" in {message.to[0] for message in mail.outbox}
    [opens] = re.findall(r'name="open" value="(\d+)"', page(helper, "notices"))
    assert helper.post(reverse("notices"), {"open": opens})["Location"] == reverse("sign_in_reports")
    assert reverse("sign_in_reports") in page(helper, "readings")
    [report] = re.findall(r'name="report" value="([^"]+)"', page(helper, "sign_in_reports"))
    settled = helper.post(reverse("colleague_settled"), {"report": report})
    assert settled["Location"] == reverse("sign_in_reports")
    assert open_reports() == []


def test_it_is_said_of_the_own_list_only(account):
    other = staff("labour_inspector", "other", with_password=True)
    signed_in(other)
    theirs = signed_in(other, EDGE)
    here = signed_in(account)
    [link] = to_say(theirs)

    assert here.get(link).status_code == 404
    for wrong in ("", "x", "-1", "9" * 40, "²"):
        assert here.post(reverse("own_disown", query={"of": wrong})).status_code == 404
    assert is_in(theirs)


def test_only_who_looks_after_accounts_settles(account):
    assert signed_in(account).post(reverse("colleague_settled"), {"report": "x"}).status_code == 404


@pytest.mark.parametrize("language", ["en", "sr", "sr-latn"])
def test_everything_that_is_told_has_words(language):
    facts = {
        "factor": "passkey",
        "device": "phone.ios.safari",
        "days": 60,
        "count": 3,
        "is_set": True,
        "provider": "ministry",
    }
    with override(language):
        said = {verb: worded(words_of(verb, facts)) for verb in TOLD}
        unknown = worded(words_of("account.unheard_of", facts))

    assert unknown not in said.values()
    assert len(set(said.values())) == len(TOLD)
