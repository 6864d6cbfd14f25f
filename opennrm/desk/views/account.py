"""Signing out, the language, and the draft that waited. Signing in: `desk/signing_in`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import LogoutView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from django.views.i18n import set_language as django_set_language

from opennrm.access.actions import choose_language
from opennrm.audit.actions import record
from opennrm.desk.drafts import forget, kept
from opennrm.workflow.pages import found, viewer


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


@require_http_methods(["GET"])
def resume(request: HttpRequest) -> HttpResponse:
    """The draft that waited: go on with it, or throw it away."""
    draft = found(kept(viewer(request)))
    fields = [(name, value) for name, values in draft.fields.items() for value in values]
    return render(request, "resume.html", {"draft": draft, "fields": fields})


@require_http_methods(["GET", "POST"])
def throw_away(request: HttpRequest) -> HttpResponse:
    """Throw the draft away, after a page that says what that means."""
    draft = found(kept(viewer(request)))
    if request.method == "POST":
        forget(draft)
        return redirect("home")
    return render(request, "throw_away.html")


@require_http_methods(["POST"])
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Choose the language; signed in, it is kept for the next time."""
    response = django_set_language(request)
    if request.user.is_authenticated:
        choose_language(viewer(request), request.POST.get("language", ""))
    return response


set_language.login_required = False  # type: ignore[attr-defined]
