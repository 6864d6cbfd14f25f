"""Leaving a page quickly, and finding out whether one is still signed in."""

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from opennrm.desk.templatetags.parts import account_mark


@csrf_exempt  # leaving must never fail; the worst that another site can do with it is to sign somebody out
@require_POST
@never_cache
def close(request: HttpRequest) -> HttpResponse:
    """End the session and show a page that says nothing. The Close control of phone pages posts here."""
    logout(request)
    response = render(request, "closed.html")
    response["Clear-Site-Data"] = '"cache"'
    return response


@require_GET
@never_cache
def still_signed_in(request: HttpRequest) -> JsonResponse:
    """Asked by forms.js before it sends a form, so that an expired session never costs what was written."""
    if not request.user.is_authenticated:
        return JsonResponse({"signed_in": False})
    return JsonResponse({"signed_in": True, "account": account_mark(request.user.pk), "token": get_token(request)})


for _view in (close, still_signed_in):
    _view.login_required = False  # type: ignore[attr-defined]
