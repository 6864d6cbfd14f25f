"""Second factors of an account: an authenticator app, recovery codes, passkeys. Kept in allauth's table, sealed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.mfa import app_settings as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.db import transaction
from django.utils.crypto import constant_time_compare

from opennrm.access.actor import Actor
from opennrm.access.models import Account
from opennrm.access.signing_in.adapter import opened, sealed
from opennrm.access.signing_in.lately import noted
from opennrm.access.signing_in.rules import Factor
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say

PASSKEY, APP, CODES = Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES
_LAST_STEP = "last_step"


@dataclass(frozen=True, slots=True)
class Held:
    """What an account can show besides its password."""

    passkeys: tuple[Authenticator, ...]
    app: Authenticator | None
    codes_left: int

    @property
    def is_any(self) -> bool:
        """Whether there is a second factor. Recovery codes alone are none: they stand in for one that was lost."""
        return bool(self.passkeys) or self.app is not None

    @property
    def is_last(self) -> bool:
        """Whether there is one, and one only."""
        return len(self.passkeys) + (self.app is not None) == 1


def factors(account: Account) -> Held:
    """The second factors of an account."""
    found = list(Authenticator.objects.filter(user=account).order_by("created_at", "pk"))
    codes = next((one for one in found if one.type == CODES), None)
    return Held(
        passkeys=tuple(one for one in found if one.type == PASSKEY),
        app=next((one for one in found if one.type == APP), None),
        codes_left=len(RecoveryCodes(codes).get_unused_codes()) if codes else 0,
    )


def new_secret() -> str:
    """The secret of an app that is being added, sealed for the session: it is kept when the first code was right."""
    return sealed(generate_totp_secret())


@transaction.atomic
def add_app(account: Account, secret: str, code: str, *, instead: bool = False) -> bool:
    """Keep an authenticator app, once it has shown a right code. secret: as `new_secret` gave it. Recorded.

    instead: in the place of every second factor of before. Raises NotAllowed where there is an app already.
    """
    if Authenticator.objects.select_for_update().filter(user=account, type=APP).exists() and not instead:
        raise NotAllowed(say("There is an authenticator app already. Remove it first."))
    step = _step_of(opened(secret), code, after=0)
    if step is None:
        return False
    if instead:
        end_factors_of_before(account)
    kept = TOTP.activate(account, opened(secret)).instance
    kept.data[_LAST_STEP] = step
    kept.save(update_fields=["data"])
    noted(account, "account.factor_add", by=account, factor=Factor.APP.value)
    return True


def end_factors_of_before(account: Account) -> None:
    """Remove every second factor and code, since a new one takes their place. Recorded."""
    removed, _ = Authenticator.objects.filter(user=account).delete()
    account.renew_factors = False
    account.save(update_fields=["renew_factors"])
    noted(account, "account.factors_renew", by=account, count=removed)


@transaction.atomic
def show_code(account: Account, code: str) -> Factor | None:
    """Which factor a typed code is of: the app's of these minutes, or an unused recovery code. None for neither.

    Each is good once, also when it is sent twice at the same moment.
    """
    typed = "".join(code.split()).replace("-", "")
    if len(typed) == mfa.TOTP_DIGITS:
        app = Authenticator.objects.select_for_update().filter(user=account, type=APP).first()
        if app is None:
            return None
        step = _step_of(opened(app.data["secret"]), typed, after=app.data.get(_LAST_STEP, 0))
        if step is None:
            return None
        app.data[_LAST_STEP], app.last_used_at = step, now()
        app.save(update_fields=["data", "last_used_at"])
        return Factor.APP
    kept = Authenticator.objects.select_for_update().filter(user=account, type=CODES).first()
    if kept is None or len(typed) != mfa.RECOVERY_CODE_DIGITS or not RecoveryCodes(kept).validate_code(typed):
        return None
    Authenticator.objects.filter(pk=kept.pk).update(last_used_at=now())
    noted(account, "account.recovery_code", by=account)
    return Factor.CODE


@transaction.atomic
def new_codes(account: Account) -> list[str]:
    """Make recovery codes; those of before are good no longer. They can be shown now and never again. Recorded."""
    Authenticator.objects.filter(user=account, type=CODES).delete()
    made: list[str] = RecoveryCodes.activate(account).generate_codes()
    noted(account, "account.recovery_codes", by=account, count=len(made))
    return made


@transaction.atomic
def remove_factor(account: Account, factor: Authenticator, *, is_demanded: bool) -> None:
    """Remove one of the own second factors. Raises NotAllowed for the last one where one is demanded. Recorded."""
    held = factors(account)
    if factor not in (*held.passkeys, held.app):
        raise NotAllowed(say("This was removed already."))
    if is_demanded and held.is_last:
        raise NotAllowed(say("This is the last one. Add another one first, then remove this."))
    what = Factor.APP if factor.type == APP else Factor.PASSKEY
    factor.delete()
    if held.is_last:
        Authenticator.objects.filter(user=account).delete()  # recovery codes stand in for nothing any more
    noted(account, "account.factor_remove", by=account, factor=what.value)


@transaction.atomic
def reset_factors(account: Account, *, by: Actor) -> int:
    """Remove every second factor of somebody who lost them: new ones are set up at the next sign-in. Recorded."""
    removed, _ = Authenticator.objects.filter(user=account).delete()
    account.renew_factors = False
    account.save(update_fields=["renew_factors"])
    noted(account, "account.factors_reset", by=by, count=removed)
    return int(removed)


def _step_of(secret: str, code: str, *, after: int) -> int | None:
    """The time step whose code this is (RFC 6238, 30 seconds, one step of tolerance); none up to one that was used."""
    current: int = int(now().timestamp()) // mfa.TOTP_PERIOD
    typed = "".join(code.split())
    for step in range(current - mfa.TOTP_TOLERANCE, current + mfa.TOTP_TOLERANCE + 1):
        if step > after and constant_time_compare(typed, format_hotp_value(hotp_value(secret, step))):
            return int(step)
    return None


def address_for_app(account: Account, secret: str, *, issuer: str) -> Any:
    """The address that an app reads from the picture, and the secret in groups of four for typing."""
    from allauth.mfa.adapter import get_adapter

    adapter = get_adapter()
    plain = opened(secret)
    url = adapter.build_totp_url(account, plain)
    return url, adapter.build_totp_svg(url), " ".join(plain[n : n + 4] for n in range(0, len(plain), 4))
