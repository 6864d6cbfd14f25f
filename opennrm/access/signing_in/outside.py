"""Signing in at one's own agency (OpenID Connect Core 1.0): code flow with PKCE, every claim checked, nobody enrolled.

The way there and back is allauth's (state, PKCE, exchange of the code). What came back is checked here and more
strictly: allauth takes an identity that came over TLS without its signature, asks for no nonce, makes accounts and
keeps what the agency says of a person. Here the signature binds, and nothing of it is kept.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt
import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from opennrm.access.actor import Actor
from opennrm.access.models import Account, OutsideSubject
from opennrm.access.queries import posts
from opennrm.access.signing_in.lately import noted
from opennrm.access.signing_in.providers import Provider
from opennrm.access.signing_in.rules import has_second_factor
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed, SourceProblem
from opennrm.kernel.text import say
from opennrm.vault.seal import blind_index

# Asymmetric only: with a shared secret, or none, anybody could sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
CLAIMS = ("iss", "sub", "aud", "exp", "iat", "nonce")
LEEWAY = timedelta(minutes=1)
SILENT = say("The sign-in of your agency does not answer as it should. Try again later, or use another way.")
FORGED = say("What the sign-in of your agency answered cannot be trusted. Nobody was signed in.")
TOO_LATE = say("This sign-in was begun too long ago, or in another window. Begin again.")
CANCELLED = say("Signing in at your agency was broken off.")
UNKNOWN = say("Nobody here is linked with this sign-in of your agency. Ask the administrator of your office.")
ONE_FACTOR = say(
    "The sign-in of your agency did not ask you for a second factor, which is needed here. Ask your agency for one."
)
OLD = say("The sign-in of your agency did not ask you anew. Use another way.")
SOMEBODY_ELSE = say("Somebody else signed in at your agency than is signed in here. Nothing was confirmed.")


@dataclass(frozen=True, slots=True)
class Shown:
    """Who signed in at an agency, whether with a second factor, and where she wanted to go.

    is_fresh: she was sent there to be asked anew, and was.
    """

    account: Account
    has_second_factor: bool
    next: str
    is_fresh: bool = False


class _Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    def __init__(self, request: HttpRequest, chosen: Provider) -> None:
        super().__init__(request, chosen.id)
        self.chosen = chosen

    def get_provider(self) -> _Way:
        return _Way(self.request, self.chosen)

    @property
    def openid_config(self) -> dict[str, Any]:
        """The provider's own description; refused where it is of another issuer."""
        config: dict[str, Any] = super().openid_config
        if config.get("issuer") != self.chosen.issuer:
            raise OAuth2Error("another issuer")
        return config

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("outside_back", args=[self.chosen.id]))


class _Way(OpenIDConnectProvider):  # type: ignore[misc]
    pkce_enabled_default = True

    def __init__(self, request: HttpRequest, chosen: Provider) -> None:
        app = SocialApp(provider="openid_connect", provider_id=chosen.id, name=chosen.id, client_id=chosen.client_id)
        app.secret, app.settings = chosen.secret, {"server_url": chosen.issuer, "oauth_pkce_enabled": True}
        super().__init__(request=request, app=app)
        self.chosen = chosen

    def get_oauth2_adapter(self, request: HttpRequest) -> _Adapter:
        return _Adapter(request, self.chosen)


def go(request: HttpRequest, chosen: Provider, *, next_page: str = "", is_fresh: bool = False) -> HttpResponse:
    """Send the browser to the agency's sign-in. Raises NotAllowed.

    is_fresh: it has to ask anew who she is (Core 1.0, 3.1.2.1: prompt and max_age), whatever session it has with her.
    """
    nonce = secrets.token_urlsafe(24)
    wanted = {"nonce": nonce}
    if chosen.acr:
        wanted["acr_values"] = " ".join(chosen.acr)
    if is_fresh:
        wanted |= {"prompt": "login", "max_age": "0"}
    asked_at = now().timestamp() if is_fresh else 0
    try:
        way: HttpResponse = _Way(request, chosen).redirect(
            request, "login", next_page, scope=["openid"], auth_params=wanted, nonce=nonce, asked_at=asked_at
        )
    except (requests.RequestException, OAuth2Error, ValueError, KeyError):
        raise NotAllowed(SILENT) from None
    return way


def come_back(request: HttpRequest, chosen: Provider) -> Shown:
    """Who came back from the agency's sign-in. Raises NotAllowed with the reason; nothing of what was said is kept."""
    state = statekit.unstash_state(request, provider_id=chosen.id, state_id=request.GET.get("state", "")[:100])
    if state is None:
        raise NotAllowed(TOO_LATE)
    if "error" in request.GET or "code" not in request.GET:
        raise NotAllowed(CANCELLED)
    adapter = _Adapter(request, chosen)
    try:
        client = adapter.get_client(request, _Way(request, chosen).app)
        answer = adapter.get_access_token_data(request, None, client, state.get("pkce_code_verifier"))
        claims = _checked(adapter, answer["id_token"], state["nonce"])
    except jwt.PyJWTError:
        raise NotAllowed(FORGED) from None
    except (requests.RequestException, OAuth2Error, ValueError, KeyError, TypeError):
        raise NotAllowed(SILENT) from None
    asked_at = state.get("asked_at") or 0
    if asked_at and not _was_asked_since(asked_at, claims.get("auth_time")):
        raise NotAllowed(OLD)
    account = _linked(chosen, claims)
    is_second = has_second_factor(claims, chosen.acr, chosen.amr)
    if not is_second and chosen.second_factor == "agency":
        raise NotAllowed(ONE_FACTOR)
    return Shown(account, is_second, state.get("next", ""), is_fresh=bool(asked_at))


@transaction.atomic
def link(account: Account, chosen: Provider, subject: str, *, by: Actor) -> None:
    """Link an account with who she is at her agency's sign-in. Raises SourceProblem where one of the two is taken."""
    subject = subject.strip()
    if not 0 < len(subject) <= 255:
        raise SourceProblem("The subject is empty or too long.", remedy="Ask the agency for the value of its claim.")
    if chosen.agency not in {post.agency.code for post in posts(account)}:
        raise SourceProblem("This person holds no post at the agency of this sign-in.", where=account.sign_in)
    held = OutsideSubject.objects.filter(provider=chosen.id)
    if held.filter(subject=_digest(chosen, subject)).exclude(account=account).exists():
        raise SourceProblem("Somebody else is linked with this subject.", remedy="Unlink that account first.")
    OutsideSubject.objects.update_or_create(
        account=account, provider=chosen.id, defaults={"subject": _digest(chosen, subject), "linked_at": now()}
    )
    noted(account, "account.link", by=by, provider=chosen.id)


@transaction.atomic
def unlink(account: Account, provider: str, *, by: Actor) -> bool:
    """End such a link. False where there is none."""
    ended, _ = OutsideSubject.objects.filter(account=account, provider=provider).delete()
    if ended:
        noted(account, "account.unlink", by=by, provider=provider)
    return bool(ended)


def links_of(account: Account) -> list[str]:
    """The ids of the sign-ins of agencies with which an account is linked."""
    return list(OutsideSubject.objects.filter(account=account).order_by("provider").values_list("provider", flat=True))


def _checked(adapter: _Adapter, token: str, nonce: str) -> dict[str, Any]:
    """The claims of an identity whose signature, issuer, audience, time and nonce are right (Core 1.0, 3.1.3.7)."""
    header = jwt.get_unverified_header(token)
    if header.get("alg") not in ALGORITHMS:
        raise jwt.InvalidAlgorithmError
    with get_adapter().get_requests_session() as session:
        answer = session.get(adapter.openid_config["jwks_uri"])
        answer.raise_for_status()
    keys = [one for one in jwt.PyJWKSet.from_dict(answer.json()).keys if one.public_key_use in {None, "sig"}]
    fitting = [one for one in keys if one.key_id == header.get("kid")] or (keys if len(keys) == 1 else [])
    if not fitting:
        raise jwt.InvalidKeyError
    claims: dict[str, Any] = jwt.decode(
        token,
        fitting[0],
        algorithms=[header["alg"]],
        audience=adapter.chosen.client_id,
        issuer=adapter.chosen.issuer,
        leeway=LEEWAY,
        options={"require": list(CLAIMS)},
    )
    if not constant_time_compare(str(claims["nonce"]), nonce):
        raise jwt.InvalidTokenError
    if claims.get("azp", adapter.chosen.client_id) != adapter.chosen.client_id:
        raise jwt.InvalidAudienceError
    return claims


def _linked(chosen: Provider, claims: dict[str, Any]) -> Account:
    subject = claims.get(chosen.subject_claim)
    found = (
        OutsideSubject.objects.filter(provider=chosen.id, subject=_digest(chosen, subject)).select_related("account")
        if isinstance(subject, str) and subject
        else OutsideSubject.objects.none()
    ).first()
    if found is None or not found.account.is_active:
        raise NotAllowed(UNKNOWN)
    if chosen.agency not in {post.agency.code for post in posts(found.account)}:
        raise NotAllowed(UNKNOWN)
    return found.account


def _was_asked_since(asked_at: float, auth_time: object) -> bool:
    """Whether the agency says that she showed who she is after she was sent there, and not in the future."""
    if not isinstance(auth_time, int | float) or isinstance(auth_time, bool):
        return False
    return asked_at - LEEWAY.total_seconds() <= auth_time <= now().timestamp() + LEEWAY.total_seconds()


def _digest(chosen: Provider, subject: str) -> str:
    return blind_index(f"x{subject.encode(errors='replace').hex()}", f"sign_in.subject.{chosen.id}")
