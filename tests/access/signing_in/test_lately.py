"""What is noted of signing in, whom it concerns, and that it is said once."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator

from opennrm.access.actions import set_work_address
from opennrm.access.actor import SYSTEM
from opennrm.access.models import Disowned, HalfWay, KnownDevice, News
from opennrm.access.signing_in.disowning import disown, open_reports, reports_for, settle, to_disown, to_renew
from opennrm.access.signing_in.factors import factors, new_codes, remove_factor, reset_factors, show_code
from opennrm.access.signing_in.lately import (
    TOLD,
    arrived,
    came_through,
    lately,
    look_at_attempts,
    stands_half_way,
    take_news,
    wrong_half_way,
)
from opennrm.access.signing_in.lockout import attempt, failed
from opennrm.access.signing_in.passkeys import add_passkey, options_to_add, options_to_show, show_passkey
from opennrm.access.signing_in.rules import Arrival, Kind, Must, unusual
from opennrm.access.staffing import choose_password, give_password
from opennrm.audit.models import Entry
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.errors import NotAllowed
from tests.access.signing_in.codes import an_app
from tests.access.signing_in.device import ORIGIN, Device
from tests.factories import staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]
PHONE, COMPUTER = "phone.android.firefox", "computer.windows.edge"


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def account():
    made = staff("labour_inspector", "m.uzor", with_password=True)
    made.last_login = now() - timedelta(days=1)
    made.save()
    return made


def told():
    """What is to be told now, newest last; the box is empty afterwards."""
    return sorted({(one.account.sign_in, one.about.sign_in) for one in take_news()})


def verbs(account):
    return [entry.verb for entry in reversed(lately(account))]


@pytest.mark.parametrize(
    ("known", "device", "days", "wrong", "found"),
    [
        ({PHONE}, PHONE, 1, 0, []),
        ({PHONE}, PHONE, 44, 2, []),
        ({PHONE}, COMPUTER, 1, 0, ["account.new_device"]),
        (set(), COMPUTER, 1, 0, []),
        ({PHONE}, PHONE, 46, 0, ["account.after_pause"]),
        ({PHONE}, PHONE, 1, 3, ["account.after_failures"]),
        ({PHONE}, COMPUTER, 90, 9, ["account.new_device", "account.after_pause", "account.after_failures"]),
        ({PHONE}, COMPUTER, None, 9, []),
    ],
)
def test_unusual_sign_ins_are_told_and_usual_ones_are_not(known, device, days, wrong, found):
    last_at = None if days is None else now() - timedelta(days=days)

    said = unusual(Arrival(device, frozenset(known), last_at, wrong, now()))

    assert [verb for verb, _ in said] == found


def test_a_kind_of_device_is_known_for_half_a_year(account):
    arrived(account, PHONE, how="password", failed=0)
    arrived(account, COMPUTER, how="password", failed=0)
    arrived(account, COMPUTER, how="password", failed=0)
    assert verbs(account) == ["account.new_device"]

    with frozen(now() + timedelta(days=181)):
        account.last_login = now()
        KnownDevice.objects.filter(device=COMPUTER).update(last_used_at=now())
        arrived(account, PHONE, how="ministry", failed=0)
        assert verbs(account) == ["account.new_device"]

    assert Entry.objects.filter(verb="account.new_device").count() == 2
    assert told() == [("m.uzor", "m.uzor")]


def test_who_never_signed_in_is_being_set_up_and_is_told_nothing(account):
    account.last_login = None

    arrived(account, PHONE, how="password", failed=9)
    give_password(account, "seven tin kettles sing", by=SYSTEM)

    assert told() == []


def test_every_change_of_a_way_to_sign_in_is_told(account):
    admin = staff("administrator", "admin")

    def passkey():
        options, state = options_to_add(account, origin=ORIGIN)
        add_passkey(account, Device().make(options), state, origin=ORIGIN)

    changes = {
        "account.factor_add": passkey,
        "account.recovery_codes": lambda: codes.extend(new_codes(account)),
        "account.recovery_code": lambda: show_code(account, codes[0]),
        "account.factor_remove": lambda: remove_factor(account, factors(account).passkeys[0], is_demanded=False),
        "account.factors_reset": lambda: reset_factors(account, by=admin),
        "account.password": lambda: choose_password(account, "seven tin kettles sing"),
        "account.address": lambda: set_work_address(account, "office@example.org", by=SYSTEM),
    }
    codes = []
    for verb, change in changes.items():
        change()

        assert verbs(account)[-1] == verb
        assert told() == [("m.uzor", "m.uzor")], verb
    assert set(changes) < TOLD


def test_a_copied_passkey_is_refused_and_told(account):
    device = Device()
    options, state = options_to_add(account, origin=ORIGIN)
    add_passkey(account, device.make(options), state, origin=ORIGIN)
    for _ in range(2):
        options, state = options_to_show(None, origin=ORIGIN)
        show_passkey(device.show(options), state, origin=ORIGIN)
    device.count = 0
    options, state = options_to_show(None, origin=ORIGIN)

    with pytest.raises(NotAllowed):
        show_passkey(device.show(options), state, origin=ORIGIN)

    assert verbs(account)[-1] == "account.passkey_copied"


def test_a_password_guessed_at_is_told_once_a_day(account):
    staff("labour_inspector", "other")
    for number in range(6):
        failed(attempt(Kind.PASSWORD, " M.Uzor ", address=f"192.0.2.{number}"))
        failed(attempt(Kind.PASSWORD, "nobody", address=f"192.0.2.{number}"))
        failed(attempt(Kind.PASSKEY, "other", address=f"192.0.2.{number}"))

    assert [look_at_attempts(), look_at_attempts()] == [1, 0]

    [entry] = lately(account)
    assert (entry.verb, entry.by, entry.facts) == ("account.attempts", "system", {"count": 6})
    assert told() == [("m.uzor", "m.uzor")]


def test_four_wrong_ones_are_a_bad_morning(account):
    for _ in range(4):
        failed(attempt(Kind.PASSWORD, "m.uzor", address="192.0.2.7"))

    assert look_at_attempts() == 0


def test_a_half_way_is_noted_when_its_time_is_over(account):
    through, left = stands_half_way(account, how="password"), stands_half_way(account, how="password")
    wrong_half_way(left)
    wrong_half_way(left)
    came_through(through)

    assert look_at_attempts() == 0
    with frozen(now() + timedelta(minutes=7)):
        assert [look_at_attempts(), look_at_attempts()] == [1, 0]
        [entry] = lately(account)

    assert entry.facts == {"how": "password", "times": 1, "count": 2}
    assert not HalfWay.objects.exists()


def a_strange_passkey(account):
    """Something that was done, and its number in the trail."""
    options, state = options_to_add(account, origin=ORIGIN)
    add_passkey(account, Device().make(options), state, origin=ORIGIN)
    return lately(account)[0].number


def test_disown_removes_what_was_added_since_and_keeps_what_was_there(account):
    admin = staff("administrator", "admin")
    an_app(account)
    new_codes(account)
    Authenticator.objects.update(created_at=now() - timedelta(days=3))
    take_news()
    number = a_strange_passkey(account)

    must = disown(account, number, session_key=None)

    account.refresh_from_db()
    held = factors(account)
    assert (held.passkeys, held.codes_left) == ((), 0)
    assert held.app is not None
    assert must == to_renew(account) == (Must.PASSWORD, Must.RENEWAL)
    assert account.has_usable_password()
    assert ("admin", "m.uzor") in told()
    [report] = open_reports()
    assert (report.account, report.what) == (account, "account.factor_add")
    settle(report.code, by=admin)
    assert open_reports() == []
    assert Entry.objects.get(verb="account.disown_settle").by == admin.ref


def test_where_no_factor_is_left_the_password_is_good_no_longer(account):
    number = a_strange_passkey(account)

    must = disown(account, number, session_key=None)

    account.refresh_from_db()
    assert must == (Must.PASSWORD, Must.FACTOR)
    assert not account.has_usable_password()
    assert to_renew(account) == (Must.PASSWORD,)


def test_it_is_said_once_and_of_the_own_list_only(account):
    other = staff("labour_inspector", "other")
    other.last_login = now()
    number = a_strange_passkey(account)
    assert to_disown(other, number) is None
    disown(account, number, session_key=None)

    for wrong in (number, 0, 99, lately(account)[0].number):
        with pytest.raises(NotAllowed, match="already"):
            disown(account, wrong, session_key=None)
    assert Disowned.objects.count() == 1


def test_what_the_only_administrator_disowns_is_told_to_who_oversees_and_settled_there(account, caplog):
    admin = staff("administrator", "admin")
    overseers = [staff("auditor", "auditor"), staff("data_protection_officer", "privacy")]
    disown(admin, a_strange_passkey(admin), session_key=None)

    assert {pair for pair in told() if pair[0] != "admin"} == {("auditor", "admin"), ("privacy", "admin")}
    [report] = open_reports()
    assert [reports_for(one) for one in (*overseers, admin, account)] == [[report], [report], [], []]
    with pytest.raises(NotAllowed, match="An administrator looks"):
        settle(report.code, by=account)
    second = staff("administrator", "second")
    assert reports_for(overseers[0]) == []
    with pytest.raises(NotAllowed, match="An administrator looks"):
        settle(report.code, by=overseers[0])
    assert reports_for(second) == [report]
    settle(report.code, by=second)
    assert not caplog.records


def test_where_nobody_is_left_to_be_told_the_log_says_so_without_a_name(caplog):
    admin = staff("administrator", "admin")

    disown(admin, a_strange_passkey(admin), session_key=None)

    [line] = [one for one in caplog.records if one.name == "opennrm.signing_in"]
    assert line.levelname == "WARNING"
    assert line.account == admin.code
    assert "admin" not in line.getMessage()
    [report] = open_reports()
    settle(report.code, by=SYSTEM)
    assert open_reports() == []


def test_nobody_settles_what_is_about_oneself(account):
    disown(account, a_strange_passkey(account), session_key=None)
    [report] = open_reports()

    with pytest.raises(NotAllowed, match="own account"):
        settle(report.code, by=account)
    with pytest.raises(NotAllowed, match="already"):
        settle("7KQ4-RM2X", by=SYSTEM)

    assert open_reports() == [report]


def test_new_ways_end_what_was_asked_for(account):
    secret = an_app(account)
    Authenticator.objects.update(created_at=now() - timedelta(days=3))
    disown(account, a_strange_passkey(account), session_key=None)
    account.refresh_from_db()

    options, state = options_to_add(account, origin=ORIGIN, instead=True)
    add_passkey(account, Device().make(options), state, origin=ORIGIN, instead=True)
    choose_password(account, "seven tin kettles sing")

    account.refresh_from_db()
    assert to_renew(account) == ()
    assert secret
    assert factors(account).app is None
    assert len(factors(account).passkeys) == 1
    assert not News.objects.exclude(account=account).exists()
