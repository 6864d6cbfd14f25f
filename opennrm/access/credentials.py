"""Credentials of other systems: given, shown once, checked, revoked. The secret itself is kept nowhere."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Case, F, When

from opennrm.access.actions import appoint, register_account
from opennrm.access.actor import Actor
from opennrm.access.country import current_profile, today_here
from opennrm.access.models import Account, Agency, Credential
from opennrm.access.queries import TECHNICAL, roles
from opennrm.audit.actions import record
from opennrm.kernel.clock import now
from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.public_code import is_valid, normalise

PREFIX = "onrm"
SECRET_BYTES = 32  # 256 bits: a plain digest is enough, as there is nothing to guess
LONGEST_LABEL = 80
LONGEST_VALIDITY = timedelta(days=2 * 366)
NEEDED = frozenset({"screening.record", "referral.submit", "referral.status"})
# What a system's account never does, whatever its agency: take over, lead, decide, open a name.
NEVER = ("case.", "decision.", "opinion.", "identity.", "grant.", "referral.acknowledge", "referral.decide")
_NO_DIGEST = hashlib.sha256(b"").hexdigest()


class Scope(StrEnum):
    """What a credential is good for."""

    SEND = "referrals.send"
    STATUS = "referrals.status"
    ANSWER = "referrals.answer"


def sender_roles(agency: Agency) -> list[str]:
    """The roles of an agency's kind in which a system may send: those that send and never take over or decide."""
    return [
        role.id
        for role in current_profile().roles.values()
        if agency.kind in role.agency_kinds
        and role.permissions >= NEEDED
        and not any(permission.startswith(NEVER) for permission in role.permissions)
    ]


@transaction.atomic
def give_credential(
    agency: Agency,
    *,
    label: str,
    until: datetime,
    by: Actor,
    role: str = "",
    scopes: Iterable[Scope] = tuple(Scope),
) -> tuple[Credential, str]:
    """A new credential and its secret, which can be shown now and never again. Recorded.

    Systems of one agency and role share one technical account, so that a renewed credential finds what the old one
    sent. Raises SourceProblem for a role that may not send, and for a label or an end that cannot be.
    """
    label = " ".join(label.split())
    if not 0 < len(label) <= LONGEST_LABEL:
        raise SourceProblem(f"The label must have 1 to {LONGEST_LABEL} characters.", remedy="Say which system it is.")
    if not now() < until <= now() + LONGEST_VALIDITY:
        raise SourceProblem("A credential ends in the future, at most two years from now.", remedy="Give another day.")
    kept = sorted(set(scopes))
    if not kept:
        raise SourceProblem("A credential is good for something.", remedy=f"Choose of: {', '.join(Scope)}.")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    credential = Credential.objects.create(
        account=_technical_account(agency, _role(agency, role), by=by),
        agency=agency,
        label=label,
        digest=_digest(secret),
        scopes=" ".join(kept),
        until=until,
    )
    record("credential.give", _ref(credential), by=by.ref, agency=agency.code, account=credential.account.code)
    return credential, f"{PREFIX}_{credential.code.replace('-', '')}_{secret}"


@transaction.atomic
def revoke_credential(code: str, *, by: Actor) -> Credential:
    """End a credential at once. Revoking twice changes nothing. Raises SourceProblem for an unknown code."""
    found = Credential.objects.select_for_update().filter(code=normalise(code)).first()
    if found is None:
        raise SourceProblem("There is no such credential.", remedy="`opennrm api-key list` shows them.")
    if found.revoked_at is None:
        found.revoked_at = now()
        found.save(update_fields=["revoked_at"])
        record("credential.revoke", _ref(found), by=by.ref, agency=found.agency.code)
    return found


def credentials() -> list[Credential]:
    """Every credential that was given, the newest first, with its agency."""
    return list(Credential.objects.select_related("agency", "account").order_by("-given_at", "-pk"))


def credential_of(shown: str) -> Credential | None:
    """The live credential that a secret belongs to, or None. Takes as long for a wrong secret as for a right one."""
    prefix, _, rest = shown.partition("_")
    code, _, secret = rest.partition("_")
    found = None
    if prefix == PREFIX and is_valid(code):
        found = Credential.objects.select_related("account", "agency").filter(code=normalise(code)).first()
    is_right = hmac.compare_digest(_digest(secret), found.digest if found else _NO_DIGEST)
    if found is None or not is_right or not is_live(found):
        return None
    _note_use(found)
    return found


def count_request(credential: Credential, *, most: int, at: datetime) -> bool:
    """Count one request in the minute of `at`, whichever server process it came to. False where the share is used up.

    One statement and no transaction around it, so that requests at the same moment are each counted; a request that is
    refused for its number writes nothing.
    """
    minute = at.replace(second=0, microsecond=0)
    in_it = When(asked_in=minute, then=F("asked") + 1)
    left = Credential.objects.filter(pk=credential.pk).exclude(asked_in=minute, asked__gte=most)
    return bool(left.update(asked=Case(in_it, default=1), asked_in=minute))


def is_live(credential: Credential) -> bool:
    """Whether it holds now: neither revoked nor over, its account active."""
    return credential.revoked_at is None and now() < credential.until and credential.account.is_active


def _note_use(credential: Credential) -> None:
    """Keep the day, not the moment: enough to find credentials that nobody uses, and one write a day."""
    today = today_here()
    if credential.last_used_on != today:
        Credential.objects.filter(pk=credential.pk).update(last_used_on=today)


def _role(agency: Agency, wanted: str) -> str:
    fitting = sender_roles(agency)
    if wanted in fitting:
        return wanted
    if not fitting:
        raise SourceProblem("Agencies of this kind send no referrals through the interface.", where=agency.kind)
    if wanted or len(fitting) > 1:
        raise SourceProblem("Name the role in which the system acts.", remedy=f"--role, one of: {', '.join(fitting)}.")
    return fitting[0]


def _technical_account(agency: Agency, role: str, *, by: Actor) -> Account:
    sign_in = f"{TECHNICAL}{agency.code}:{role}"
    account = Account.objects.filter(sign_in=sign_in).first()
    if account is None:
        account = register_account(sign_in=sign_in, name=f"System ({agency.code})", by=by)
    if role not in roles(account):
        appoint(account, agency, role, by=by)
    return account


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _ref(credential: Credential) -> str:
    return f"credential:{credential.code}"
