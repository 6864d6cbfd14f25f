"""Signing in and out, the language, and the draft that waited."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django.views.i18n import set_language as django_set_language

from opennrm.access.actions import choose_language
from opennrm.audit.actions import record
from opennrm.desk.drafts import forget, kept
from opennrm.workflow.pages import found, viewer


class SignInForm(AuthenticationForm):
    """Sign-in name and password; the same answer for a wrong name and a wrong password."""

    error_messages = {  # noqa: RUF012 - Django's own form attribute
        "invalid_login": _("This sign-in name and password do not fit together. Check both."),
        "inactive": _("This sign-in name and password do not fit together. Check both."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Sign-in name")
        self.fields["password"].label = _("Password")


@method_decorator(sensitive_post_parameters(), name="dispatch")
class SignIn(LoginView):
    """A page like any other form: neutral title, no word of the subject."""

    authentication_form = SignInForm
    redirect_authenticated_user = True
    login_required = False

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign in, keep it in the trail, and go to the draft that waits, if one does."""
        account: Any = form.get_user()
        with transaction.atomic():
            record("account.sign_in", account.ref, by=account.ref)
        response = super().form_valid(form)
        if kept(account):
            return redirect("resume")
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Keep that somebody tried; never the name that was typed."""
        with transaction.atomic():
            record("account.sign_in_failed", "service:sign_in", by="system")
        return super().form_invalid(form)


class SignOut(LogoutView):
    """End the session."""

    login_required = False

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """Keep it in the trail."""
        if request.user.is_authenticated:
            account = viewer(request)
            with transaction.atomic():
                record("account.sign_out", account.ref, by=account.ref)
        return super().post(request, *args, **kwargs)


@require_http_methods(["GET", "POST"])
def resume(request: HttpRequest) -> HttpResponse:
    """The draft that waited: go on with it, or throw it away."""
    account = viewer(request)
    draft = found(kept(account))
    if request.method == "POST":
        forget(draft)
        return redirect("home")
    fields = [(name, value) for name, values in draft.fields.items() for value in values]
    return render(request, "resume.html", {"draft": draft, "fields": fields})


@require_http_methods(["POST"])
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Choose the language; signed in, it is kept for the next time."""
    response = django_set_language(request)
    if request.user.is_authenticated:
        choose_language(viewer(request), request.POST.get("language", ""))
    return response


set_language.login_required = False  # type: ignore[attr-defined]
