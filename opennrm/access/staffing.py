"""Offices and who works there, as an administrator keeps them. What cannot be is refused and changes nothing."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from opennrm.access.actions import appoint as give_post
from opennrm.access.actions import (
    end_grants,
    name_head,
    register_account,
    register_agency,
    serve_districts,
    set_password,
)
from opennrm.access.actions import set_work_address as keep_address
from opennrm.access.actor import Actor
from opennrm.access.country import current_profile
from opennrm.access.models import Account, Agency, Grant, Membership
from opennrm.access.offices import staff_of
from opennrm.access.queries import is_technical, live
from opennrm.access.signing_in.factors import reset_factors
from opennrm.access.signing_in.lately import noted
from opennrm.access.signing_in.lockout import unlock
from opennrm.access.signing_in.rules import ONE_TIME_FOR
from opennrm.access.signing_in.sessions import end_sessions
from opennrm.audit.actions import record
from opennrm.kernel.clock import now
from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import say

SIGN_IN = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,60}[a-z0-9])?")
LONGEST = {"name": 150, "office": 200, "place": 120, "duty_contact": 200}


@transaction.atomic
def add_agency(
    *, kind: str, by: Actor, name: str = "", place: str = "", districts: Iterable[str] = (), duty_contact: str = ""
) -> Agency:
    """Register an office. Raises SourceProblem for a kind or district that the country has not."""
    kinds = current_profile().agency_kinds
    if kind not in kinds:
        raise SourceProblem(
            say("The country has no such kind of office."), where=kind, remedy=say("Use one of:"), problems=tuple(kinds)
        )
    agency = register_agency(kind=kind, name=_line(name, "office"), place=_line(place, "place"), by=by)
    change_agency(agency, districts=districts or None, duty_contact=duty_contact or None, by=by)
    return agency


@transaction.atomic
def change_agency(
    agency: Agency,
    *,
    by: Actor,
    name: str | None = None,
    place: str | None = None,
    districts: Iterable[str] | None = None,
    duty_contact: str | None = None,
) -> Agency:
    """Change what is named, and leave the rest. No districts at all means the whole country. Recorded."""
    given = {
        "name": None if name is None else _line(name, "office"),
        "place": None if place is None else _line(place, "place"),
        "duty_contact": None if duty_contact is None else _line(duty_contact, "duty_contact"),
    }
    changed = {field: value for field, value in given.items() if value is not None and value != getattr(agency, field)}
    for field, value in changed.items():
        setattr(agency, field, value)
    if changed:
        agency.save(update_fields=list(changed))
        record("agency.change", f"agency:{agency.code}", by=by.ref, fields=",".join(sorted(changed)))
    if districts is not None:
        _check_districts(wanted := sorted(set(districts)))
        serve_districts(agency, wanted, by=by)
    return agency


def choose_head(agency: Agency, account: Account | None, *, by: Actor) -> None:
    """Name who answers for an office, one of those who work there; None leaves it open."""
    name_head(agency, account, by=by)


@transaction.atomic
def add_account(*, sign_in: str, name: str, by: Actor, language: str = "en", email: str = "") -> Account:
    """Register a member of staff, who cannot sign in until a password is set. A sign-in name is used only once."""
    if not SIGN_IN.fullmatch(sign_in):
        raise SourceProblem(
            say("A sign-in name has small letters, digits, dots and dashes, at most 62 of them."),
            where=sign_in[:80],
            remedy=say("For example: m.uzor"),
        )
    if Account.objects.filter(sign_in=sign_in).exists():
        raise SourceProblem(say("This sign-in name is taken."), where=sign_in, remedy=say("Choose another one."))
    if not _line(name, "name"):
        raise SourceProblem(say("The name is missing."), remedy=say("Give it as colleagues read it."))
    if language not in dict(settings.LANGUAGES):
        raise SourceProblem(
            say("The service does not speak this language."),
            where=language,
            remedy=say("Use one of:"),
            problems=tuple(dict(settings.LANGUAGES)),
        )
    account = register_account(sign_in=sign_in, name=_line(name, "name"), by=by)
    account.language = language
    account.save(update_fields=["language"])
    if email.strip():
        keep_address(account, email, by=by)
    return account


@transaction.atomic
def end_account(account: Account, *, by: Actor) -> list[str]:
    """End an account at once: posts, access to files, heading an office. What was written by it stays.

    Returns the codes of the files that nobody leads any more: their office has to hand them over.
    """
    held = Grant.objects.filter(account=account)
    held = held.filter(live(held))
    led = sorted(set(held.filter(purpose__in=("lead", "intake")).values_list("file_code", flat=True)))
    for post in live_posts(account):
        end_post(post, by=by)
    for agency in Agency.objects.filter(head=account):
        name_head(agency, None, by=by)
    for file_code in sorted(set(held.values_list("file_code", flat=True))):
        end_grants(file_code, account, by=by)
    account.is_active = False
    account.save(update_fields=["is_active"])
    end_sessions(account, by=by)
    record("account.end", account.ref, by=by.ref, led=len(led))
    return led


@transaction.atomic
def add_post(account: Account, agency: Agency, role: str, *, by: Actor, discipline: str = "") -> Membership:
    """Give somebody a post. Raises SourceProblem where the office has no such role, or the panel no such discipline."""
    profile = current_profile()
    fitting = [one.id for one in profile.roles.values() if agency.kind in one.agency_kinds]
    if role not in fitting:
        raise SourceProblem(
            say("This office has no such role."), where=role, remedy=say("Use one of:"), problems=tuple(fitting)
        )
    disciplines = profile.roles[role].disciplines
    if discipline not in (disciplines or ("",)):
        raise SourceProblem(
            say("The discipline of this post must be named.") if disciplines else say("This post has no discipline."),
            where=discipline,
            remedy=say("Use one of:") if disciplines else "",
            problems=tuple(disciplines),
        )
    return give_post(account, agency, role, discipline=discipline, by=by)


@transaction.atomic
def end_post(post: Membership, *, by: Actor) -> None:
    """End a post at once; who headed the office by it heads it no longer. Ending twice changes nothing."""
    held = Membership.objects.select_for_update().get(pk=post.pk)
    if held.ended_at is not None:
        return
    held.ended_at = now()
    held.save(update_fields=["ended_at"])
    end_sessions(held.account, by=by)  # what stands open was opened with the rights of before
    record("post.end", held.account.ref, by=by.ref, agency=held.agency.code, role=held.role)
    if held.agency.head_id == held.account_id and held.account not in staff_of(held.agency):
        name_head(held.agency, None, by=by)


@transaction.atomic
def give_password(account: Account, password: str, *, by: Actor) -> None:
    """Set a password for somebody: good for three days, and the first thing to do with it is to choose another.

    It must pass the service's rules. Sessions end, and who was locked out may try at once. The trail says that, and
    nothing of it.
    """
    _check_password(account, password)
    set_password(account, password)
    account.password_until, account.renew_password = now() + ONE_TIME_FOR, False
    account.save(update_fields=["password_until", "renew_password"])
    end_sessions(account, by=by)
    unlock(account, by=by)
    noted(account, "account.password", by=by)


@transaction.atomic
def reset_sign_in(account: Account, password: str, *, by: Actor) -> None:
    """For somebody who lost her second factors: they are removed, and a password is set as in `give_password`."""
    reset_factors(account, by=by)
    give_password(account, password, by=by)


@transaction.atomic
def choose_password(account: Account, password: str) -> None:
    """Set the password that somebody chose herself. Raises SourceProblem for one that the rules refuse, and the same.

    Every session ends but the one that carries on with it (`update_session_auth_hash`).
    """
    _check_password(account, password)
    if account.check_password(password):
        raise SourceProblem(say("This is the password of before. Choose another one."))
    set_password(account, password)
    account.password_until, account.renew_password = None, False
    account.save(update_fields=["password_until", "renew_password"])
    noted(account, "account.password", by=account)


def _check_password(account: Account, password: str) -> None:
    try:
        validate_password(password, account)
    except ValidationError as refusal:
        raise SourceProblem(" ".join(refusal.messages), remedy=say("Nothing was changed.")) from None


def new_password() -> str:
    """A random password, easy to read out: 72 bits."""
    return "-".join(secrets.token_hex(3) for _ in range(3))


def live_posts(account: Account) -> list[Membership]:
    """The posts that somebody holds now, read afresh."""
    held = Membership.objects.filter(account=account).select_related("agency", "account")
    return list(held.filter(live(held)).order_by("pk"))


def members() -> list[Account]:
    """Every account of a person, by sign-in name, ended ones too; other systems have none of these."""
    return [account for account in Account.objects.order_by("sign_in") if not is_technical(account)]


def _check_districts(wanted: list[str]) -> None:
    known = current_profile().districts
    if unknown := [name for name in wanted if name not in known]:
        raise SourceProblem(
            say("The country has no such district; nothing was changed."),
            where=", ".join(unknown)[:80],
            remedy=say("Use these:"),
            problems=tuple(known),
        )


def _line(written: str, what: str) -> str:
    """One line of text, of a length that fits. Raises SourceProblem for a longer one."""
    line = " ".join(written.split())
    if len(line) > LONGEST[what]:
        raise SourceProblem(say("This is too long: at most %(most)s characters.", most=LONGEST[what]), where=line[:40])
    return line
