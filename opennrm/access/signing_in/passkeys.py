"""Passkeys (W3C Web Authentication, level 2): made and shown by a browser, checked here, kept in allauth's table.

Each is bound to the address of the service. One that was made or shown at another address is refused by name, however
good its signature: it was perhaps lured there.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.db import transaction
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from opennrm.access.actor import SYSTEM
from opennrm.access.models import Account
from opennrm.access.queries import account as account_by_code
from opennrm.access.signing_in.factors import PASSKEY, end_factors_of_before
from opennrm.access.signing_in.lately import noted
from opennrm.access.signing_in.rules import Factor
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say

MOST = 10
LONGEST_ANSWER = 20_000
_COUNTER, _ID = "counter", "credential_id"
ELSEWHERE = say(
    "This passkey was used at another address than this service’s. Nothing was opened. If a link brought you there, "
    "tell your administrator."
)
NOT_RIGHT = say("The passkey was not accepted. Try again, or use another way.")
TOO_LATE = say("The passkey came too late. Try again.")


def options_to_add(account: Account, *, origin: str, instead: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the browser needs to make a passkey, and the state to check its answer with.

    instead: it takes the place of those of before, so that a device that holds one may make another.
    """
    # The device shows the sign-in name beside the passkey, so no other name stands there.
    user = PublicKeyCredentialUserEntity(id=account.code.encode(), name=account.sign_in, display_name=account.sign_in)
    options, state = _server(origin).register_begin(
        user,
        credentials=[] if instead else _credentials(account),
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options.public_key), _plain(state)


@transaction.atomic
def add_passkey(
    account: Account, answer: str, state: dict[str, Any] | None, *, origin: str, instead: bool = False
) -> None:
    """Keep a passkey that the browser made. Raises NotAllowed with the reason. Recorded.

    instead: in the place of every second factor of before.
    """
    said = _read(answer, RegistrationResponse, origin)
    held = list(Authenticator.objects.select_for_update().filter(user=account, type=PASSKEY))
    if len(held) >= MOST and not instead:
        raise NotAllowed(say("There are ten passkeys already. Remove one that you do not use."))
    made = _checked(state, lambda server, kept: server.register_complete(kept, said), origin)
    if _find(made.credential_data.credential_id) is not None:
        raise NotAllowed(say("This passkey is registered already."))
    if instead:
        end_factors_of_before(account)
    number = 1 if instead else len(held) + 1
    kept = WebAuthn.add(account, f"{number}", json.loads(answer)).instance
    kept.data |= {_COUNTER: made.counter, _ID: made.credential_data.credential_id.hex()}
    kept.save(update_fields=["data"])
    noted(account, "account.factor_add", by=account, factor=Factor.PASSKEY.value)


def options_to_show(account: Account | None, *, origin: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the browser needs to show a passkey: of this account, or whichever the person chooses."""
    options, state = _server(origin).authenticate_begin(
        _credentials(account) if account else None, user_verification=UserVerificationRequirement.REQUIRED
    )
    return dict(options.public_key), _plain(state)


def show_passkey(answer: str, state: dict[str, Any] | None, *, origin: str) -> Account:
    """Whose passkey was shown. Raises NotAllowed with the reason; for one that is unknown with the same as for a wrong
    one. Whoever shows one has unlocked her device with a finger, her face or a PIN: it is two factors in one.
    """
    said = _read(answer, AuthenticationResponse, origin)
    with transaction.atomic():
        account, is_copied = _shown(said, state, origin)
    if is_copied:  # kept, though nothing is opened
        raise NotAllowed(NOT_RIGHT)
    return account


def _shown(said: AuthenticationResponse, state: dict[str, Any] | None, origin: str) -> tuple[Account, bool]:
    """Whose passkey it is, and whether a copy of it was used elsewhere (level 2, 6.1.1)."""
    kept = _find(said.raw_id)
    account = account_by_code(_handle(said)) if kept else None
    if kept is None or account is None or account.pk != kept.user_id:
        raise NotAllowed(NOT_RIGHT)
    _checked(state, lambda server, begun: server.authenticate_complete(begun, [_credential(kept)], said), origin)
    counter = said.response.authenticator_data.counter
    if 0 < counter <= kept.data.get(_COUNTER, 0):
        noted(account, "account.passkey_copied", by=SYSTEM)
        return account, True
    kept.data[_COUNTER], kept.last_used_at = counter, now()
    kept.save(update_fields=["data", "last_used_at"])
    return account, False


def _server(origin: str) -> Fido2Server:
    host = urlsplit(origin).hostname or ""
    # Exactly this address: the library would also take one of a sub-domain.
    return Fido2Server(PublicKeyCredentialRpEntity(id=host, name=host), verify_origin=lambda said: said == origin)


def _read(answer: str, kind: Any, origin: str) -> Any:
    if len(answer) > LONGEST_ANSWER:
        raise NotAllowed(NOT_RIGHT)
    try:
        said = kind.from_dict(json.loads(answer))
        came_from = said.response.client_data.origin
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError):
        raise NotAllowed(NOT_RIGHT) from None
    if came_from != origin or said.response.client_data.cross_origin:
        raise NotAllowed(ELSEWHERE)
    return said


def _checked(state: dict[str, Any] | None, check: Any, origin: str) -> Any:
    if not state:
        raise NotAllowed(TOO_LATE)
    begun = dict(state) | {"user_verification": UserVerificationRequirement.REQUIRED}
    try:
        return check(_server(origin), begun)
    except ValueError:
        raise NotAllowed(NOT_RIGHT) from None


def _plain(state: dict[str, Any]) -> dict[str, Any]:
    return {"challenge": state["challenge"]}


def _handle(said: AuthenticationResponse) -> str:
    handle = said.response.user_handle
    return handle.decode(errors="replace") if handle else ""


def _credentials(account: Account) -> list[AttestedCredentialData]:
    return [_credential(one) for one in Authenticator.objects.filter(user=account, type=PASSKEY)]


def _credential(kept: Authenticator) -> AttestedCredentialData:
    data: AttestedCredentialData | None = kept.wrap().authenticator_data.credential_data
    assert data is not None, "what was kept was checked"
    return data


def _find(credential_id: bytes) -> Authenticator | None:
    """The passkey with this id, of whomever."""
    return Authenticator.objects.filter(type=PASSKEY, **{f"data__{_ID}": credential_id.hex()}).first()
