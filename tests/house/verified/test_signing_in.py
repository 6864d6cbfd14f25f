"""What the verification standard asks of passwords and sessions."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from opennrm.access.actions import set_password
from opennrm.kernel.clock import frozen, now
from tests.desk.sources import TEMPLATES
from tests.factories import PASSWORD
from tests.house.test_walls import EVERY
from tests.house.verified.sources import CODE, OPERATOR, SCRIPTS, at_the_door, calls, importing, imports

GOOD = [
    "twenty green parrots fly",
    "двадесет зелених папагаја",
    "0123456789 abcdefghij",
    "x" * 64 + "уверљиво дугачко 9",
]


@pytest.mark.django_db
def test_passwords_are_long_and_taken_as_they_are(office):
    account = office.lead
    for password in GOOD:
        validate_password(password, account)
        set_password(account, password)
        assert account.check_password(password)
        for other in (password.swapcase(), f"{password} ", password[:-1], password.strip("9x")):
            assert other == password or not account.check_password(other)
    for weak in ("fourteen signs", "1qaz2wsx3edc4rfv", "passwordpassword"):
        with pytest.raises(ValidationError):
            validate_password(weak, account)
    spaced = "  twenty green parrots  "
    set_password(account, spaced)
    assert at_the_door(account, spaced)[1].status_code == 302
    assert at_the_door(account, spaced.strip())[1].status_code != 302


@pytest.mark.django_db
def test_password_fields_are_masked_and_open_to_password_managers():
    page = Client().get(reverse("sign_in")).content.decode()

    [field] = re.findall(r"<input[^>]*type=\"password\"[^>]*>", page)
    assert 'autocomplete="current-password"' in field
    assert "onpaste" not in page
    assert not any("paste" in source for source in SCRIPTS.values())


@pytest.mark.django_db
def test_a_password_stays_good_until_there_is_a_cause(office):
    set_password(office.lead, PASSWORD)

    with frozen(now() + timedelta(days=5 * 365)):
        _, answer = at_the_door(office.lead)

    assert answer.status_code == 302


@pytest.mark.django_db
def test_no_code_goes_by_mail_or_telephone(office):
    names = " ".join(EVERY)
    page = Client().get(reverse("sign_in")).content.decode()
    set_password(office.lead, PASSWORD)
    at_the_door(office.lead)
    at_the_door(office.lead, "something else entirely")

    assert mail.outbox == []
    assert not re.search(r"password_reset|login_by_code|secret_question|sms|phone_verif", names)
    assert not re.search(r"type=\"email\"|password hint|secret question", page)
    assert not getattr(settings, "ACCOUNT_LOGIN_BY_CODE_ENABLED", False)
    assert set(getattr(settings, "MFA_SUPPORTED_TYPES", ())) <= {"totp", "webauthn", "recovery_codes"}


@pytest.mark.django_db
def test_passwords_are_kept_by_argon2(office):
    set_password(office.lead, PASSWORD)

    kind, name, _, costs, *_ = office.lead.password.split("$")

    cost = dict(part.split("=") for part in costs.split(","))
    assert (kind, name) == ("argon2", "argon2id")
    assert int(cost["m"]) >= 19_456
    assert int(cost["t"]) >= 2


@pytest.mark.django_db
def test_a_session_is_random_new_at_signing_in_and_gone_at_signing_out(office):
    set_password(office.lead, PASSWORD)
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted = "p" * 32

    client.post(reverse("sign_in"), {"username": office.lead.sign_in, "password": PASSWORD})
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    other, _ = at_the_door(office.lead)

    assert key != planted
    assert re.fullmatch(r"[a-z0-9]{32}", key), "32 of 36 signs: 165 bits"
    assert other.cookies[settings.SESSION_COOKIE_NAME].value != key
    client.post(reverse("sign_out"))
    assert not Session.objects.filter(session_key=key).exists()
    stolen = Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = key
    assert stolen.get(reverse("home")).status_code == 302


def test_every_page_of_the_desk_offers_signing_out():
    shell, phone = (
        next(p for p in TEMPLATES if p.name == name).read_text("utf-8") for name in ("shell.html", "phone.html")
    )
    assert '{% url "sign_out"' in shell
    assert "components/close_control.html" in phone
    for path in TEMPLATES:
        source = path.read_text("utf-8")
        assert path.name == "shell.html" or "{% block account %}" not in source, path.name
        taken = re.search(r"\{% block close %\}(.*?)\{% endblock", source, re.DOTALL)
        assert taken is None or "close_control" in taken[1], path.name


def test_no_outlived_hash_is_used():
    used = {called.partition("(")[0] for name in CODE for _, called in calls(name) if called.startswith("hashlib.")}
    taken = {one for name in CODE for one in imports(name) if one.startswith("hashlib.")}

    assert used | taken <= {
        "hashlib.sha256",
        "hashlib.sha512",
        "hashlib.blake2b",
        "hashlib.scrypt",
        "hashlib.file_digest",
    }
    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def test_nothing_secret_is_drawn_from_a_weak_source():
    """Seeded draws: of the demonstration, of statistics that can be repeated, and of codes while either is made."""
    drawn = importing("random")

    assert {name for name in drawn if not name.startswith(("statistics/", "desk/demonstration/"))} <= {
        "kernel/public_code.py",
        "referral/hotline/code_words.py",
        "referral/hotline/actions.py",
    }
    assert "SystemRandom" in CODE["referral/hotline/code_words.py"]
    assert "secrets" in imports("kernel/public_code.py")


def test_no_secret_stands_in_the_code():
    secret = re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY|(?i:secret|password|token|api_key)\w*\s*=\s*[\"'][A-Za-z0-9+/=_-]{16,}[\"']"
    )
    found = [(name, match[0]) for name, text in CODE.items() for match in secret.finditer(text)]

    assert found == []


def test_signing_in_is_written_down():
    section = OPERATOR.partition("## Signing in")[2].partition("\n## ")[0]

    for head in ("Second factors", "Too many attempts", "Somebody cannot get in", "Sessions", "Passwords"):
        assert f"### {head}" in section
    for words in (
        "not heard for",
        "from one address",
        "sign-in name",
        "name of this software",
        "30 minutes",
        "12 hours",
    ):
        assert words in section
    assert "at an agency" in section


def test_secrets_of_factors_are_drawn_from_a_secure_source():
    from allauth.mfa import app_settings
    from allauth.mfa.totp.internal.auth import generate_totp_secret
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    secrets_drawn = {generate_totp_secret() for _ in range(20)}
    state = Fido2Server(PublicKeyCredentialRpEntity(name="x", id="localhost")).authenticate_begin()[1]

    assert len(secrets_drawn) == 20
    assert all(len(one) == 32 for one in secrets_drawn), "160 bits in base 32"
    assert len(state["challenge"]) >= 22, "128 bits at least"
    assert app_settings.RECOVERY_CODE_DIGITS >= 7, "20 bits at least"
