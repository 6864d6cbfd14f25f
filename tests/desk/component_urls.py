"""The few addresses that the shells need, so that the look is tested without any room's tables."""

from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import include, path

from opennrm.desk.views import components, leaving

sent: list[dict[str, str]] = []
signed_in = {"now": True}


def receive(request: HttpRequest) -> HttpResponse:
    sent.append(request.POST.dict())
    return HttpResponse("<title>Received</title>Received")


def sealed(request: HttpRequest) -> HttpResponse:
    return render(request, "tests/sealed.html", {"facts": [{"label": "Name", "value": "Mira Probić"}]})


def draft(request: HttpRequest) -> HttpResponse:
    return render(request, "tests/draft.html")


def still_signed_in(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"signed_in": signed_in["now"], "account": "abc", "token": "fresh"})


def template(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, name)


urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("components", components.show, name="components"),
    path("close", leaving.close, name="close"),
    path("still-signed-in", still_signed_in, name="still_signed_in"),
    path("sign-in", LoginView.as_view(), name="sign_in"),
    path("sign-in/", include("opennrm.desk.signing_in.urls")),
    path("receive", receive, name="receive"),
    path("sealed", sealed, name="sealed"),
    path("draft", draft, name="draft"),
    path("page/<path:name>", template, name="page"),
]
