"""How I sign in: the password, second factors, recovery codes, and where I am signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from opennrm.access.queries import account as account_by_code
from opennrm.access.signing_in.disowning import disown, to_disown
from opennrm.access.signing_in.factors import (
    add_app,
    address_for_app,
    factors,
    new_codes,
    new_secret,
    remove_factor,
)
from opennrm.access.signing_in.lockout import Locked, attempt, failed, succeeded
from opennrm.access.signing_in.outside import links_of
from opennrm.access.signing_in.passkeys import add_passkey
from opennrm.access.signing_in.providers import providers
from opennrm.access.signing_in.rules import RECOVERY_CODES_FEW, Factor, Kind, Must
from opennrm.access.signing_in.sessions import end_session, end_sessions, is_own, mark_of, sessions_of
from opennrm.access.staffing import choose_password
from opennrm.desk.drafts import kept
from opennrm.desk.signing_in.confirming import confirmed_now
from opennrm.desk.signing_in.enter import TOO_MANY, WRONG, state_for
from opennrm.desk.signing_in.entering import address_of, also, done, must_first, origin_of
from opennrm.desk.signing_in.forms import AppForm, PasswordForm
from opennrm.desk.signing_in.lately import device_words, lately_lines, line_of
from opennrm.kernel.errors import NotAllowed, SourceProblem
from opennrm.kernel.text import Sentence
from opennrm.workflow.pages import found, in_language, viewer
from opennrm.workflow.wording import worded

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

LONGEST = 9  # digits of the number of an entry
SECRET = "new_app"  # noqa: S105 - the name under which the session keeps it, sealed


@require_http_methods(["GET"])
def mine(request: HttpRequest) -> HttpResponse:
    """How I sign in, and where I am signed in."""
    account = viewer(request)
    held = factors(account)
    linked = [in_language(providers()[one].label) for one in links_of(account) if one in providers()]
    page = {
        "held": held,
        "has_password": account.has_usable_password(),
        "linked": linked,
        "sessions": sorted(_places(request), key=lambda one: not one["is_this"]),
        "may_remove": not (settings.SECOND_FACTOR_REQUIRED and held.is_last),
        "are_few": held.is_any and held.codes_left <= RECOVERY_CODES_FEW,
        "lately": lately_lines(account),
    }
    return render(request, "signing_in/mine.html", page)


@require_http_methods(["GET"])
def begin(request: HttpRequest) -> HttpResponse:
    """What must be done before anything else: a new password, a second factor, recovery codes."""
    must = must_first(request.session)
    if not must:
        return redirect("resume" if kept(viewer(request)) else "home")
    if must[0] == Must.PASSWORD:
        return redirect("own_password")
    if must[0] == Must.CODES:
        return redirect("own_codes")
    return render(request, "signing_in/begin.html", {"is_renewal": _is_renewal(request)})


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Choose a password. Every other session ends."""
    account = viewer(request)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            choose_password(account, form.cleaned_data["new"])
        except SourceProblem as refusal:
            form.refuse(worded(refusal.what), "new")
        else:
            update_session_auth_hash(request, account)
            end_sessions(account, by=account, but=request.session.session_key)
            confirmed_now(request.session)
            return _onward(request, Must.PASSWORD, _("Your new password holds. Everywhere else you were signed out."))
    page = {"form": form, "is_must": Must.PASSWORD in must_first(request.session)}
    return render(request, "signing_in/password.html", page, status=WRONG if form.is_bound else 200)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def app(request: HttpRequest) -> HttpResponse:
    """Add an authenticator app: read the picture, type the code that it shows."""
    account, session = viewer(request), request.session
    if (refusal := _refused_second(request)) is not None:
        return refusal
    secret = session.get(SECRET) or new_secret()
    session[SECRET] = secret
    form = AppForm(request.POST if request.method == "POST" else None)
    status = WRONG if form.is_bound else 200
    if form.is_valid():
        try:
            trying = attempt(Kind.SECOND, account.sign_in, address=address_of(request))
            is_added = add_app(account, secret, form.cleaned_data["code"], instead=_is_renewal(request))
        except Locked as locked:
            form.lock(locked)
            status = TOO_MANY
        except NotAllowed as refused:
            form.refuse(refused.reason)
        else:
            if is_added:
                succeeded(trying)
                del session[SECRET]
                return _added(request, Factor.APP)
            failed(trying, account=account)
            form.wrong()
    url, picture, typed = address_for_app(account, secret, issuer=request.get_host())
    page = {"form": form, "url": url, "picture": mark_safe(picture[picture.index("<svg") :]), "typed": typed}  # noqa: S308 - made by the library of a text of ours
    return render(request, "signing_in/app.html", page, status=status)


@require_http_methods(["GET", "POST"])
def passkey(request: HttpRequest) -> HttpResponse:
    """Add a passkey, which this device or another one makes."""
    account = viewer(request)
    if (refusal := _refused_second(request)) is not None:
        return refusal
    reason: str | Sentence = ""
    if request.method == "POST":
        try:
            answer, state = request.POST.get("answer", ""), state_for(request, "add")
            add_passkey(account, answer, state, origin=origin_of(request), instead=_is_renewal(request))
        except NotAllowed as refused:
            reason = refused.reason
        else:
            return _added(request, Factor.PASSKEY)
    return render(request, "signing_in/passkey.html", {"reason": reason}, status=WRONG if reason else 200)


@require_http_methods(["GET", "POST"])
def codes(request: HttpRequest) -> HttpResponse:
    """Recovery codes, shown once. With `written` they are written down."""
    account = viewer(request)
    if (refusal := _refused_second(request)) is not None:
        return refusal
    if not factors(account).is_any:
        return redirect("sign_in_begin" if must_first(request.session) else "own_sign_in")
    if "written" in request.POST:
        return _onward(request, Must.CODES, _("Keep the codes where nobody else finds them."))
    shown = new_codes(account) if request.method == "POST" else []
    page = {
        "codes": [" ".join(one[n : n + 4] for n in range(0, len(one), 4)) for one in shown],
        "is_must": Must.CODES in must_first(request.session),
        "left": factors(account).codes_left,
    }
    return render(request, "signing_in/codes.html", page)


@require_http_methods(["GET", "POST"])
def disowned(request: HttpRequest) -> HttpResponse:
    """“This was not me”, said of something in the list: what that does, and doing it."""
    account = viewer(request)
    said = request.GET.get("of", "")
    entry = found(to_disown(account, int(said)) if said.isascii() and said.isdigit() and len(said) < LONGEST else None)
    if request.method == "POST":
        must = disown(account, entry.number, session_key=request.session.session_key)
        update_session_auth_hash(request, found(account_by_code(account.code)))
        for what in must:
            also(request.session, what)
        return redirect("sign_in_begin" if must else "own_sign_in")
    page = {"line": line_of(entry, account), "has_factors": factors(account).is_any}
    return render(request, "signing_in/disowned.html", page)


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest) -> HttpResponse:
    """Remove one of the own second factors: first what that brings, then it is done."""
    account = viewer(request)
    held = factors(account)
    every = {str(one.pk): one for one in (*held.passkeys, held.app) if one is not None}
    chosen = found(every.get((request.POST or request.GET).get("factor", "")))
    if request.method == "GET":
        return render(request, "signing_in/remove.html", {"chosen": chosen, "held": held})
    try:
        remove_factor(account, chosen, is_demanded=settings.SECOND_FACTOR_REQUIRED)
    except NotAllowed as refused:
        messages.error(request, worded(refused.reason))
    else:
        messages.success(request, _("It was removed."))
    return redirect("own_sign_in")


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest) -> HttpResponse:
    """Sign out elsewhere: in one place, or in all. First what that brings, then it is done."""
    account = viewer(request)
    mark = (request.POST or request.GET).get("session", "")
    if request.method == "GET":
        others = [one for one in _places(request) if not one["is_this"] and mark in {"", one["mark"]}]
        return render(request, "signing_in/end.html", {"places": found(others or None), "mark": mark})
    if mark:
        end_session(account, mark, by=account)
        messages.success(request, _("You are signed out there."))
    else:
        end_sessions(account, by=account, but=request.session.session_key)
        messages.success(request, _("You are signed in here only."))
    return redirect("own_sign_in")


def _is_renewal(request: HttpRequest) -> bool:
    """Whether what is added now takes the place of all that was before."""
    return Must.RENEWAL in must_first(request.session)


def _places(request: HttpRequest) -> list[dict[str, Any]]:
    """Where one is signed in."""
    return [
        {
            "mark": mark_of(one),
            "device": device_words(one.device),
            "since": one.since,
            "last_used_at": one.last_used_at,
            "is_this": is_own(one, request.session.session_key),
        }
        for one in sessions_of(viewer(request))
    ]


def _refused_second(request: HttpRequest) -> HttpResponse | None:
    """While something must be done first: that first, and whoever has a second factor already shows it instead."""
    must = must_first(request.session)
    if Must.PASSWORD in must:
        return redirect("own_password")
    if Must.FACTOR in must and factors(viewer(request)).is_any:
        request.session.flush()
        return redirect("sign_in")
    return None


def _added(request: HttpRequest, factor: Factor) -> HttpResponse:
    """A second factor was added, and with it shown: the session gets a new key."""
    is_first = factors(viewer(request)).codes_left == 0
    session: SessionBase = request.session
    session.cycle_key()
    was_must = bool({Must.FACTOR, Must.RENEWAL} & set(must_first(session)))
    done(session, Must.FACTOR, second=factor)
    done(session, Must.RENEWAL)
    confirmed_now(session)
    if is_first:
        if was_must:
            also(session, Must.CODES)
        return redirect("own_codes")
    messages.success(request, _("It was added."))
    return redirect("own_sign_in")


def _onward(request: HttpRequest, what: Must, said: Any) -> HttpResponse:
    is_must = bool(must_first(request.session))
    done(request.session, what)
    if is_must:
        return redirect("sign_in_begin")
    messages.success(request, said)
    return redirect("own_sign_in")
