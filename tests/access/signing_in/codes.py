"""What an authenticator app shows."""

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from opennrm.access.signing_in.adapter import opened
from opennrm.access.signing_in.factors import add_app, new_secret
from opennrm.kernel.clock import now


def code_of(secret, *, steps=0):
    """The code of a plain secret, now or some half-minutes away."""
    return format_hotp_value(hotp_value(secret, int(now().timestamp()) // 30 + steps))


def an_app(account):
    """Give an account an authenticator app; returns its plain secret. The code of the step before was used with it."""
    secret = new_secret()
    assert add_app(account, secret, code_of(opened(secret), steps=-1))
    return opened(secret)


def secret_of(account):
    """The plain secret of an account's app."""
    return opened(Authenticator.objects.get(user=account, type="totp").data["secret"])
