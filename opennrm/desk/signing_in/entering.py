"""From the first proof of who somebody is to the first page: a second proof, what must be done first, the session."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from opennrm.access.queries import account as account_by_code
from opennrm.access.signing_in.disowning import to_renew
from opennrm.access.signing_in.factors import factors
from opennrm.access.signing_in.lately import arrived, came_through, stands_half_way, wrong_half_way
from opennrm.access.signing_in.rules import PENDING_FOR, Factor, Must, device_class, is_too_old
from opennrm.access.signing_in.sessions import forget_ended
from opennrm.access.signing_in.store import DEVICE, SINCE
from opennrm.audit.actions import record
from opennrm.desk.drafts import kept
from opennrm.desk.signing_in.confirming import confirmed_now
from opennrm.kernel.clock import now

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

    from opennrm.access.models import Account

PENDING, SECOND, MUST = "pending", "second", "must"
SENT, KEPT, LOST, LATE = "sent", "kept", "lost", "late"
BACKEND = "django.contrib.auth.backends.ModelBackend"
# What one may open while something must be done first.
MEANWHILE = frozenset(
    {"sign_in_begin", "own_password", "own_app", "own_passkey", "own_codes", "passkey_options"}
    | {"sign_out", "close", "set_language", "still_signed_in"}
)


def first_proof(
    request: HttpRequest,
    account: Account,
    *,
    how: str,
    next_page: str = "",
    must: tuple[Must, ...] = (),
    failed: int = 0,
) -> HttpResponse:
    """Somebody showed one thing: a password, or a sign-in of her agency. Where she has a second factor it is asked now.

    Nothing is open until then: the session knows who is asked, and nobody is signed in. failed: attempts before it.
    """
    if factors(account).is_any:
        pending = {"account": account.code, "at": now().timestamp(), "how": how, "next": next_page, "must": list(must)}
        pending |= {"failed": failed, "half_way": stands_half_way(account, how=how)}
        request.session.cycle_key()
        request.session[PENDING] = pending
        return redirect("sign_in_second")
    if settings.SECOND_FACTOR_REQUIRED:
        must = (*must, Must.FACTOR)
    return enter(request, account, how=how, next_page=next_page, must=must, failed=failed)


def pending(session: SessionBase) -> tuple[Account, dict[str, Any]] | None:
    """Whose second factor is asked in this session, with what was said of the first; None for nobody, and too late."""
    said = session.get(PENDING)
    if not said or is_too_old(datetime.fromtimestamp(said["at"], UTC), now(), PENDING_FOR):
        return None
    account = account_by_code(said["account"])
    return (account, said) if account else None


def second_proof(request: HttpRequest, second: Factor, *, failed: int = 0) -> HttpResponse:
    """The second factor of the pending sign-in was shown. failed: wrong ones before it."""
    asked = pending(request.session)
    assert asked is not None, "asked before"
    account, said = asked
    came_through(said["half_way"])
    must, failed = tuple(Must(one) for one in said["must"]), failed + said["failed"]
    how, next_page = said["how"], said["next"]
    return enter(request, account, how=how, next_page=next_page, must=must, second=second, failed=failed)


def second_was_wrong(session: SessionBase) -> None:
    """A wrong second factor was shown in the pending sign-in."""
    asked = pending(session)
    if asked is not None:
        wrong_half_way(asked[1]["half_way"])


def enter(
    request: HttpRequest,
    account: Account,
    *,
    how: str,
    next_page: str = "",
    must: tuple[Must, ...] = (),
    second: Factor | None = None,
    failed: int = 0,
) -> HttpResponse:
    """Sign in: a new session with nothing of the one before, noted in the trail; then to what must be done or waits.

    failed: how many attempts failed before this one.
    """
    request.session.flush()
    device = device_class(request.headers.get("User-Agent", ""))
    must = tuple(one for one in Must if one in (*must, *to_renew(account)))
    with transaction.atomic():
        arrived(account, device, how=how, failed=failed)
        record("account.sign_in", account.ref, by=account.ref, how=how, second=second.value if second else "none")
        login(request, account, backend=BACKEND)
        forget_ended()
    session = request.session
    session[SINCE] = now().timestamp()
    session[DEVICE] = device
    session[MUST] = [one.value for one in must]
    if second:
        session[SECOND] = second.value
    confirmed_now(session)
    if must:
        return redirect("sign_in_begin")
    return redirect("resume" if kept(account) else safe(request, next_page) or "home")


def must_first(session: SessionBase) -> tuple[Must, ...]:
    """What has to be done before anything else, in order. Where a second factor is needed and none was shown, that."""
    said = [Must(one) for one in session.get(MUST, [])]
    if settings.SECOND_FACTOR_REQUIRED and not session.get(SECOND) and Must.FACTOR not in said:
        said.append(Must.FACTOR)
    return tuple(one for one in Must if one in said)


def done(session: SessionBase, what: Must, *, second: Factor | None = None) -> None:
    """It was done."""
    session[MUST] = [one.value for one in must_first(session) if one != what]
    if second:
        session[SECOND] = second.value


def also(session: SessionBase, what: Must) -> None:
    """This must be done as well before anything else."""
    session[MUST] = [*(one.value for one in must_first(session)), what.value]


def is_over(session: SessionBase) -> bool:
    """Whether a session has lasted as long as any may. One that does not know since when it lasts begins now."""
    since = session.get(SINCE)
    if since is None:
        session[SINCE] = now().timestamp()
        return False
    return is_too_old(datetime.fromtimestamp(since, UTC), now(), timedelta(hours=settings.OPENNRM_SESSION_HOURS))


def safe(request: HttpRequest, next_page: str) -> str:
    """The page somebody wanted, where it is one of this service; empty otherwise."""
    is_ours = url_has_allowed_host_and_scheme(
        next_page, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return next_page if is_ours and next_page.startswith("/") else ""


def address_of(request: HttpRequest) -> str:
    """From where somebody comes: behind a proxy what the proxy wrote last, since a visitor can write before it."""
    if settings.SECURE_PROXY_SSL_HEADER:
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def origin_of(request: HttpRequest) -> str:
    """The address of the service as the browser knows it: to this, and no other, a passkey belongs."""
    return f"{request.scheme}://{request.get_host()}"


def to_sign_in(next_page: str) -> str:
    """The sign-in page, and where to go on afterwards."""
    return reverse("sign_in", query={"next": next_page} if next_page not in {"", "/"} else {})


def to_sign_in_again(*, is_kept: bool) -> str:
    """The sign-in page after something was sent without being signed in any more; it says whether that was kept."""
    return reverse("sign_in", query={SENT: KEPT if is_kept else LOST})
