"""Signing in: one answer for all that is wrong, a second factor before anything is open, what must be done first."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from opennrm.access.actor import SYSTEM
from opennrm.access.models import AccountSession, Attempt
from opennrm.access.signing_in.factors import factors, new_codes
from opennrm.access.signing_in.store import digest
from opennrm.access.staffing import end_account, end_post, give_password, live_posts, reset_sign_in
from opennrm.audit.models import Entry
from opennrm.kernel.clock import frozen, now
from tests.access.signing_in.codes import an_app, code_of
from tests.factories import PASSWORD, staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]
NEW = "seven tin kettles sing"


@pytest.fixture
def account():
    return staff("labour_inspector", "m.uzor", with_password=True)


@pytest.fixture
def production(settings):
    settings.SECOND_FACTOR_REQUIRED = True


def sign_in(client, name="m.uzor", password=PASSWORD, **more):
    return client.post(reverse("sign_in"), {"username": name, "password": password} | more)


def second(client, code):
    return client.post(reverse("sign_in_second"), {"code": code})


def is_in(client):
    return client.get(reverse("notices")).status_code == 200


def words(answer):
    return re.sub(r'value="[^"]*"', "", answer.content.decode())


def test_the_answer_is_the_same_for_a_wrong_name_a_wrong_password_and_an_ended_account(client, account):
    ended = staff("labour_inspector", "ended", with_password=True)
    end_account(ended, by=SYSTEM)
    staff("labour_inspector", "without")

    answers = [
        sign_in(client, name, word)
        for name, word in (
            ("m.uzor", "wrong"),
            ("nobody", "wrong"),
            ("ended", PASSWORD),
            ("without", ""),
            ("without", "!"),
            ("m.uzor\0", PASSWORD),
        )
    ]

    said = {words(answer) for answer in answers[:3]}
    assert len(said) == 1
    assert "do not fit together" in said.pop()
    assert {answer.status_code for answer in answers} == {400}
    assert not is_in(client)


def test_too_many_are_not_heard_also_with_the_right_password_and_also_for_nobody(client, account):
    for name in ("m.uzor", "nobody"):
        for _ in range(5):
            assert sign_in(client, name, "wrong").status_code == 400

    known, unknown = sign_in(client), sign_in(client, "nobody")

    assert known.status_code == unknown.status_code == 429
    assert words(known) == words(unknown).replace("nobody", "m.uzor")
    assert "too many attempts" in known.content.decode()
    with frozen(now() + timedelta(minutes=16)):
        assert sign_in(client).status_code == 302


def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_wrote(client, account, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    for number in range(5):
        client.post(
            reverse("sign_in"),
            {"username": "m.uzor", "password": "wrong"},
            headers={"X-Forwarded-For": f"203.0.113.{number}, 192.0.2.7"},
        )

    assert len(set(Attempt.objects.values_list("address", flat=True))) == 1


def test_one_gets_a_new_session_and_goes_on_where_one_wanted(client, account):
    client.get(reverse("sign_in"))
    session = client.session
    session["planted"] = "x"
    session.save()
    before = session.session_key

    answer = sign_in(client, next=reverse("notes"))

    assert answer["Location"] == reverse("notes")
    assert client.session.session_key != before
    assert "planted" not in client.session
    assert not AccountSession.objects.filter(session_key=digest(before)).exists()
    kept = AccountSession.objects.get(account=account)
    assert kept.session_key != client.session.session_key, "the key itself is not kept"


@pytest.mark.parametrize(
    "wanted", ["https://evil.example.org/", "//evil.example.org", "javascript:alert(1)", "\\\\evil"]
)
def test_nobody_is_led_elsewhere(client, account, wanted):
    assert sign_in(client, next=wanted)["Location"] == reverse("home")


def test_with_a_second_factor_nothing_is_open_before_it(client, account):
    secret = an_app(account)

    first = sign_in(client)

    assert first["Location"] == reverse("sign_in_second")
    assert not is_in(client)
    refused = second(client, "000000")
    assert refused.status_code == 400
    assert "000000" not in refused.content.decode(), "what was typed is good no longer"
    assert not is_in(client)
    assert second(client, code_of(secret)).status_code == 302
    assert is_in(client)
    entry = Entry.objects.get(verb="account.sign_in")
    assert entry.facts == {"how": "password", "second": "app"}


def test_the_second_factor_is_asked_for_five_minutes_and_of_this_session_only(client, account):
    secret = an_app(account)
    sign_in(client)

    assert second(Client(), code_of(secret))["Location"] == reverse("sign_in")
    with frozen(now() + timedelta(minutes=6)):
        sent = second(client, code_of(secret))
        assert "More than five minutes passed" in client.get(sent["Location"]).content.decode()
        assert not is_in(client)


def test_a_recovery_code_lets_in_once(client, account):
    an_app(account)
    code = new_codes(account)[0]
    sign_in(client)

    assert second(client, code).status_code == 302
    assert is_in(client)
    other = Client()
    sign_in(other)
    assert second(other, code).status_code == 400


def test_codes_cannot_be_guessed_from_anywhere(client, account):
    secret = an_app(account)
    for number in range(5):
        guesser = Client(REMOTE_ADDR=f"203.0.113.{number}")
        sign_in(guesser)
        assert second(guesser, "000000").status_code == 400
    sign_in(client)

    assert second(client, code_of(secret)).status_code == 429
    assert not is_in(client)


def test_a_password_of_somebody_else_must_be_exchanged_first(client, account):
    give_password(account, NEW, by=SYSTEM)

    assert sign_in(client, password=NEW)["Location"] == reverse("sign_in_begin")

    for name in ("home", "notices", "screening:new", "own_sign_in", "sign_in_confirm"):
        assert client.get(reverse(name))["Location"] == reverse("sign_in_begin"), name
    page = reverse("own_password")
    assert client.get(reverse("sign_in_begin"))["Location"] == page
    assert client.post(page, {"new": NEW, "again": NEW}).status_code == 400
    assert client.post(page, {"new": PASSWORD, "again": "x"}).status_code == 400
    assert client.post(page, {"new": "passwordpassword", "again": "passwordpassword"}).status_code == 400
    assert client.post(page, {"new": PASSWORD, "again": PASSWORD})["Location"] == reverse("sign_in_begin")
    assert client.get(reverse("sign_in_begin"))["Location"] == reverse("home")
    assert is_in(client)
    assert sign_in(Client(), password=NEW).status_code == 400


def test_a_password_of_somebody_else_is_good_for_three_days(client, account):
    give_password(account, NEW, by=SYSTEM)

    with frozen(now() + timedelta(days=3, minutes=1)):
        late = sign_in(client, password=NEW)

    assert late.status_code == 400
    assert "three days" in late.content.decode()


def test_a_breached_password_must_be_exchanged_first(client, account):
    account.set_password("qwertyqwertyqwerty")
    account.save()

    assert sign_in(client, password="qwertyqwertyqwerty")["Location"] == reverse("sign_in_begin")
    assert client.get(reverse("sign_in_begin"))["Location"] == reverse("own_password")


def test_in_production_nothing_opens_without_a_second_factor(client, account, production):
    assert sign_in(client)["Location"] == reverse("sign_in_begin")
    for name in ("home", "notices", "screening:new", "own_sign_in", "resume"):
        assert client.get(reverse(name))["Location"] == reverse("sign_in_begin"), name
    assert client.post(reverse("screening:new"), {"notes": "x"})["Location"] == reverse("sign_in_begin")
    assert "passkey" in client.get(reverse("sign_in_begin")).content.decode()

    client.get(reverse("own_app"))
    from opennrm.access.signing_in.adapter import opened

    secret = opened(client.session["new_app"])
    assert client.post(reverse("own_app"), {"code": "000000"}).status_code == 400
    assert client.post(reverse("own_app"), {"code": code_of(secret)})["Location"] == reverse("own_codes")
    assert client.get(reverse("notices"))["Location"] == reverse("sign_in_begin"), "the codes first"
    shown = client.post(reverse("own_codes"))
    assert len(re.findall(r'<li class="code">', shown.content.decode())) == 10
    assert client.post(reverse("own_codes"), {"written": "yes"})["Location"] == reverse("sign_in_begin")
    assert client.get(reverse("sign_in_begin"))["Location"] == reverse("home")
    assert is_in(client)
    assert factors(account).codes_left == 10


def test_in_production_a_session_of_unknown_strength_opens_nothing(client, account, production):
    client.force_login(account)

    assert client.get(reverse("notices"))["Location"] == reverse("sign_in_begin")


def test_a_session_without_its_second_factor_adds_none_where_there_is_one(client, account, production):
    an_app(account)
    client.force_login(account)

    assert client.get(reverse("own_app"))["Location"] == reverse("sign_in")
    assert client.post(reverse("own_codes"))["Location"] == reverse("sign_in", query={"sent": "lost"})
    assert not is_in(client)


def test_who_lost_everything_sets_it_up_anew(client, account, production):
    an_app(account)
    new_codes(account)

    reset_sign_in(account, NEW, by=SYSTEM)

    assert not factors(account).is_any
    assert sign_in(client, password=NEW)["Location"] == reverse("sign_in_begin")
    assert client.get(reverse("sign_in_begin"))["Location"] == reverse("own_password")
    assert client.get(reverse("own_app"))["Location"] == reverse("own_password"), "the password first"


@pytest.mark.parametrize(
    "ending",
    [
        lambda account: end_account(account, by=SYSTEM),
        lambda account: end_post(live_posts(account)[0], by=SYSTEM),
        lambda account: give_password(account, NEW, by=SYSTEM),
        lambda account: reset_sign_in(account, NEW, by=SYSTEM),
    ],
    ids=["account", "post", "password", "reset"],
)
def test_what_ends_rights_ends_sessions(client, account, ending):
    sign_in(client)
    assert is_in(client)

    ending(account)

    assert client.get(reverse("notices"))["Location"].startswith(reverse("sign_in"))
    assert not AccountSession.objects.filter(account=account).exists()


def test_a_session_is_over_after_twelve_hours_and_keeps_what_was_being_written(client, account):
    sign_in(client)
    opened = client.get(reverse("screening:new")).content.decode()
    [mark] = re.findall(r'name="written_by" value="([^"]+)"', opened)

    with frozen(now() + timedelta(hours=12, minutes=1)):
        sent = client.post(reverse("screening:new"), {"written_by": mark, "notes": "Sleeps there."})
        assert sent["Location"] == reverse("sign_in", query={"sent": "kept"})
        assert sign_in(client)["Location"] == reverse("resume")


def test_what_was_sent_without_being_signed_in_is_said_to_be_lost_where_nobody_can_keep_it(client, account):
    sent = client.post(reverse("screening:new"), {"notes": "Sleeps there."})

    assert "was not saved" in client.get(sent["Location"]).content.decode()


def test_who_was_led_to_the_sign_in_page_is_told_why(client, account):
    led = client.get(reverse("notices"))

    assert "Who does nothing for a while is signed out" in client.get(led["Location"]).content.decode()


def test_a_session_without_a_page_for_half_an_hour_is_over(client, account, settings):
    settings.SESSION_COOKIE_AGE = 30 * 60
    sign_in(client)

    kept = AccountSession.objects.get(account=account)

    left = kept.expire_date - now()
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)
    AccountSession.objects.update(expire_date=now() - timedelta(seconds=1))
    assert not is_in(client)


def test_every_sign_in_is_in_the_trail(client, account):
    sign_in(client, password="wrong")
    sign_in(client)
    client.post(reverse("sign_out"))

    verbs = list(Entry.objects.filter(verb__startswith="account.sign").order_by("at").values_list("verb", flat=True))
    assert verbs == ["account.sign_in_failed", "account.sign_in", "account.sign_out"]
