"""The pages of signing in: name and password, the second factor, a passkey, and being asked anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from opennrm.access.signing_in.factors import factors, show_code
from opennrm.access.signing_in.lockout import Locked, attempt, failed, succeeded
from opennrm.access.signing_in.outside import links_of
from opennrm.access.signing_in.passkeys import options_to_add, options_to_show, show_passkey
from opennrm.access.signing_in.passwords import is_breached, is_over
from opennrm.access.signing_in.providers import providers
from opennrm.access.signing_in.rules import Factor, Kind, Must
from opennrm.audit.actions import record
from opennrm.desk.drafts import kept
from opennrm.desk.signing_in.confirming import WITH_DRAFT, confirmed_now
from opennrm.desk.signing_in.entering import (
    LATE,
    PENDING,
    SENT,
    address_of,
    enter,
    first_proof,
    must_first,
    origin_of,
    pending,
    safe,
    second_proof,
    second_was_wrong,
)
from opennrm.desk.signing_in.forms import CodeForm, ConfirmForm, SecretForm, SignInForm
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import Sentence, say
from opennrm.workflow.pages import in_language, viewer

if TYPE_CHECKING:
    from opennrm.access.models import Account

PASSKEY_STATE = "passkey"
OLD_PASSWORD = say("This password was good for three days, and they are over. Ask the administrator of your office.")
TOO_MANY, WRONG = 429, 400


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password, a passkey, or the sign-in of one's agency."""
    next_page = safe(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(next_page or "home")
    form = SignInForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            trying = attempt(Kind.PASSWORD, given["username"], address=address_of(request))
        except Locked as locked:
            form.lock(locked)
            return _sign_in_page(request, form, next_page, status=TOO_MANY)
        account: Any = authenticate(request, username=given["username"], password=given["password"])
        if account is None:
            failed(trying)
            form.wrong()
        elif is_over(account.password_until, now()):
            failed(trying, account=account)
            form.refuse(OLD_PASSWORD)
        else:
            before = succeeded(trying)
            is_new_needed = account.password_until is not None or is_breached(given["password"])
            must = (Must.PASSWORD,) if is_new_needed else ()
            return first_proof(request, account, how="password", next_page=next_page, must=must, failed=before)
    return _sign_in_page(request, form, next_page, status=WRONG if form.is_bound else 200)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """The second factor, after the password: a code of the app, a recovery code, or a passkey."""
    asked = pending(request.session)
    if request.user.is_authenticated:
        return redirect("sign_in")
    if asked is None:
        return redirect(reverse("sign_in", query={LATE: "1"}) if PENDING in request.session else "sign_in")
    account, _said = asked
    if request.method == "POST" and "answer" in request.POST:
        return _with_passkey(request, "second", account)
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = WRONG if form.is_bound else 200
    if form.is_valid():
        try:
            factor, before = _code_is_right(request, account, form)
        except Locked as locked:
            form.lock(locked)
            status = TOO_MANY
        else:
            if factor is not None:
                return second_proof(request, factor, failed=before)
            second_was_wrong(request.session)
    return _second_page(request, form, account, status=status)


@require_http_methods(["POST"])
def passkey(request: HttpRequest) -> HttpResponse:
    """A passkey instead of name and password: two factors in one."""
    if request.user.is_authenticated:
        return redirect("home")
    return _with_passkey(request, "sign_in", None)


@require_http_methods(["POST"])
def passkey_options(request: HttpRequest) -> JsonResponse:
    """What the browser asks before it makes or shows a passkey. Says of nobody whether she has one."""
    purpose = request.POST.get("purpose", "")
    origin = origin_of(request)
    account = viewer(request) if request.user.is_authenticated else None
    if purpose == "add" and account is not None:
        is_renewal = Must.RENEWAL in must_first(request.session)
        options, state = options_to_add(account, origin=origin, instead=is_renewal)
    elif purpose == "confirm" and account is not None:
        options, state = options_to_show(account, origin=origin)
    elif purpose == "second" and account is None and (asked := pending(request.session)):
        options, state = options_to_show(asked[0], origin=origin)
    elif purpose == "sign_in" and account is None:
        options, state = options_to_show(None, origin=origin)
    else:
        return JsonResponse({}, status=WRONG)
    request.session[PASSKEY_STATE] = state | {"purpose": purpose}
    return JsonResponse(options)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Who sits here, asked anew before something that matters: password, code or passkey."""
    account = viewer(request)
    next_page = safe(request, request.POST.get("next") or request.GET.get("next", ""))
    form: SecretForm = _confirm_form(request)
    status = WRONG if form.is_bound else 200
    if request.method == "POST":
        try:
            how = _confirmed_by(request, account, form)
        except Locked as locked:
            form.lock(locked)
            status = TOO_MANY
        except NotAllowed as refusal:
            form.refuse(refusal.reason)
        else:
            if how:
                return confirmed(request, account, how, next_page)
    return _confirm_page(request, account, form, next_page, status=status)


for _view in (sign_in, second, passkey, passkey_options):
    _view.login_required = False  # type: ignore[attr-defined]


def state_for(request: HttpRequest, purpose: str) -> dict[str, Any] | None:
    """What the answer of a passkey is checked with; good for one answer, and for what it was asked for."""
    state: dict[str, Any] | None = request.session.pop(PASSKEY_STATE, None)
    return state if state and state.pop("purpose", "") == purpose else None


def _with_passkey(request: HttpRequest, purpose: str, expected: Account | None) -> HttpResponse:
    name = expected.sign_in if expected else ""
    state = state_for(request, purpose)
    try:
        trying = attempt(Kind.PASSKEY, name, address=address_of(request))
        account = _shown(request, state, expected)
    except Locked as locked:
        return _refused_at(request, expected, locked=locked)
    except NotAllowed as refusal:
        failed(trying, account=expected)
        if expected is not None:
            second_was_wrong(request.session)
        return _refused_at(request, expected, reason=refusal.reason)
    succeeded(trying)
    if expected is not None:
        return second_proof(request, Factor.PASSKEY)
    next_page = safe(request, request.POST.get("next", ""))
    return enter(request, account, how="passkey", next_page=next_page, second=Factor.PASSKEY)


def _shown(request: HttpRequest, state: dict[str, Any] | None, expected: Account | None) -> Account:
    account = show_passkey(request.POST.get("answer", ""), state, origin=origin_of(request))
    if expected is not None and account != expected:
        raise NotAllowed(say("This passkey belongs to another account."))
    return account


def _refused_at(
    request: HttpRequest, expected: Account | None, *, reason: str | Sentence = "", locked: Locked | None = None
) -> HttpResponse:
    form: SecretForm = CodeForm({}) if expected else SignInForm({})
    form.full_clean()
    form.errors.clear()
    status = WRONG
    if locked:
        form.lock(locked)
        status = TOO_MANY
    else:
        form.refuse(reason)
    if expected:
        return _second_page(request, form, expected, status=status)
    return _sign_in_page(request, form, safe(request, request.POST.get("next", "")), status=status)


def _code_is_right(request: HttpRequest, account: Account, form: CodeForm) -> tuple[Factor | None, int]:
    """Which factor the code is of, and how many were wrong before it."""
    before, trying = 0, attempt(Kind.SECOND, account.sign_in, address=address_of(request))
    factor = show_code(account, form.cleaned_data["code"])
    if factor is None:
        failed(trying, account=account)
        form.wrong()
    else:
        before = succeeded(trying)
    return factor, before


def _confirm_form(request: HttpRequest) -> SecretForm:
    if request.method != "POST":
        return ConfirmForm()
    return CodeForm(request.POST) if "code" in request.POST else ConfirmForm(request.POST)


def _confirmed_by(request: HttpRequest, account: Account, form: SecretForm) -> str:
    """How somebody showed that it is her; empty where she did not, which stands at the form then."""
    if "answer" in request.POST:
        form.full_clean()
        form.errors.clear()
        trying = attempt(Kind.PASSKEY, account.sign_in, address=address_of(request))
        try:
            _shown(request, state_for(request, "confirm"), account)
        except NotAllowed:
            failed(trying, account=account)
            raise
        succeeded(trying)
        return Factor.PASSKEY.value
    if not form.is_valid():
        return ""
    if isinstance(form, CodeForm):
        factor, _before = _code_is_right(request, account, form)
        return factor.value if factor else ""
    assert isinstance(form, ConfirmForm)
    trying = attempt(Kind.PASSWORD, account.sign_in, address=address_of(request))
    if not account.check_password(form.cleaned_data["password"]):
        failed(trying, account=account)
        form.wrong()
        return ""
    succeeded(trying)
    return "password"


def confirmed(request: HttpRequest, account: Account, how: str, next_page: str) -> HttpResponse:
    """It was shown anew who sits here; on to what it was asked for."""
    with transaction.atomic():
        record("account.confirm", account.ref, by=account.ref, how=how)
    request.session.cycle_key()
    confirmed_now(request.session)
    if request.session.pop(WITH_DRAFT, False) and kept(account):
        return redirect("resume")
    return redirect(next_page or "home")


def _sign_in_page(request: HttpRequest, form: SecretForm, next_page: str, *, status: int) -> HttpResponse:
    ways = [{"id": one.id, "label": in_language(one.label)} for one in providers().values()]
    page = {
        "form": form,
        "next": next_page,
        "ways": ways,
        "sent": request.POST.get(SENT) or request.GET.get(SENT, ""),
        "is_late": LATE in request.GET,
    }
    return render(request, "registration/login.html", page, status=status)


def _second_page(request: HttpRequest, form: SecretForm, account: Account, *, status: int) -> HttpResponse:
    held = factors(account)
    return render(request, "signing_in/second.html", {"form": form, "held": held}, status=status)


def _confirm_page(
    request: HttpRequest, account: Account, form: SecretForm, next_page: str, *, status: int
) -> HttpResponse:
    code_form = form if isinstance(form, CodeForm) else CodeForm()
    password_form = form if isinstance(form, ConfirmForm) else ConfirmForm()
    linked = [providers()[one] for one in links_of(account) if one in providers()]
    page = {
        "form": form,
        "code_form": code_form,
        "password_form": password_form,
        "held": factors(account),
        "has_password": account.has_usable_password(),
        "ways": [{"id": one.id, "label": in_language(one.label)} for one in linked],
        "next": next_page,
        "is_kept": bool(request.session.get(WITH_DRAFT)),
        "why": _("This concerns something that must not happen by mistake, or by somebody who found the screen open."),
    }
    return render(request, "signing_in/confirm.html", page, status=status)
