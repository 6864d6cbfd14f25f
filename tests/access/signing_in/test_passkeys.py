"""A passkey is good at the address where it was made, once for each question, and for its own account."""

import logging

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec

from opennrm.access.signing_in.factors import factors
from opennrm.access.signing_in.passkeys import add_passkey, options_to_add, options_to_show, show_passkey
from opennrm.audit.models import Entry
from opennrm.kernel.errors import NotAllowed
from tests.access.signing_in.device import ORIGIN, PRESENT, Device
from tests.factories import staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]
ELSEWHERE = "at another address than this service"
NOT_RIGHT = "was not accepted"


@pytest.fixture
def account():
    return staff("labour_inspector", "m.uzor")


@pytest.fixture
def device(account):
    made = Device()
    options, state = options_to_add(account, origin=ORIGIN)
    add_passkey(account, made.make(options), state, origin=ORIGIN)
    return made


def show(device, *, state=None, **wrong):
    options, own = options_to_show(None, origin=ORIGIN)
    return show_passkey(device.show(options, **wrong), own if state is None else state, origin=ORIGIN)


def test_a_passkey_shows_whose_it_is(account, device):
    assert show(device) == account
    assert show(device) == account
    assert factors(account).passkeys[0].last_used_at is not None


@pytest.mark.parametrize(
    "origin",
    [
        "https://testserver.evil.example.org",
        "https://evil.testserver",  # a sub-domain, which the library would take
        "http://testserver",
        "https://testserver:8443",
        "https://evil.example.org",
    ],
)
def test_a_passkey_from_another_origin_is_refused_with_the_reason(account, device, origin):
    with pytest.raises(NotAllowed, match=ELSEWHERE):
        show(device, origin=origin)

    options, state = options_to_add(account, origin=ORIGIN)
    with pytest.raises(NotAllowed, match=ELSEWHERE):
        add_passkey(account, Device().make(options, origin=origin), state, origin=ORIGIN)
    assert Authenticator.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [{"flags": PRESENT}, {"rp_id": "evil.example.org"}, {"key": "another"}, {"handle": b"7KQ4-RM2X"}, {"handle": b""}],
    ids=str,
)
def test_what_does_not_fit_is_refused(device, wrong):
    if "key" in wrong:
        wrong = {"key": ec.generate_private_key(ec.SECP256R1())}

    with pytest.raises(NotAllowed, match=NOT_RIGHT):
        show(device, **wrong)


def test_an_answer_is_good_for_its_question_only(device):
    options, state = options_to_show(None, origin=ORIGIN)
    answer = device.show(options)
    _, another = options_to_show(None, origin=ORIGIN)

    with pytest.raises(NotAllowed, match=NOT_RIGHT):
        show_passkey(answer, another, origin=ORIGIN)
    with pytest.raises(NotAllowed, match="too late"):
        show_passkey(answer, None, origin=ORIGIN)
    assert show_passkey(answer, state, origin=ORIGIN)


def test_a_copy_of_a_passkey_is_noticed(account, device):
    show(device)
    show(device)
    device.count = 0

    with pytest.raises(NotAllowed, match=NOT_RIGHT):
        show(device)


def test_a_passkey_of_an_ended_account_opens_nothing(account, device):
    account.is_active = False
    account.save()

    with pytest.raises(NotAllowed, match=NOT_RIGHT):
        show(device)


def test_a_passkey_is_registered_once(account, device):
    other = staff("labour_inspector", "other")
    options, state = options_to_add(other, origin=ORIGIN)

    with pytest.raises(NotAllowed, match="registered already"):
        add_passkey(other, device.make(options), state, origin=ORIGIN)


def test_a_passkey_without_its_owner_present_is_not_made(account):
    options, state = options_to_add(account, origin=ORIGIN)

    with pytest.raises(NotAllowed, match=NOT_RIGHT):
        add_passkey(account, Device().make(options, flags=PRESENT), state, origin=ORIGIN)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "x",
        "[]",
        "{}",
        "null",
        '{"id": 5}',
        '{"rawId": "AA", "response": {}}',
        "[" * 5000,
        "x" * 30_000,
        '"\\u0000"',
    ],
    ids=lambda answer: answer[:30],
)
def test_what_no_browser_sends_is_refused(account, answer):
    _, state = options_to_show(None, origin=ORIGIN)

    with pytest.raises(NotAllowed):
        show_passkey(answer, state, origin=ORIGIN)
    with pytest.raises(NotAllowed):
        add_passkey(account, answer, state, origin=ORIGIN)


def test_what_the_device_is_told_names_nobody(account):
    options, _ = options_to_add(account, origin=ORIGIN)

    assert options["rp"] == {"id": "testserver", "name": "testserver"}
    assert options["user"]["name"] == options["user"]["displayName"] == "m.uzor"
    assert account.name not in str(options)
    assert "allowCredentials" not in options_to_show(None, origin=ORIGIN)[0]


def test_that_one_was_added_is_in_the_trail(account, device):
    assert Entry.objects.get(verb="account.factor_add").facts == {"factor": "passkey"}


def test_no_log_says_which_passkey_was_shown(device, caplog):
    caplog.set_level(logging.INFO)

    show(device)

    assert device.id.hex() not in caplog.text
    assert [record for record in caplog.records if record.name.startswith("fido2")] == []
    assert not logging.getLogger("fido2.server").isEnabledFor(logging.INFO)
