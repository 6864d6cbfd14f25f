"""What the provider asks of its site: who sits there, and what the agency says of her."""

import time

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import PrivateKey
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpResponseRedirect
from django.urls import include, path


def asked_anew(request):
    """The agency asks who she is, and she answers: on from there."""
    (settings.FOLDER / "asked").touch()
    return HttpResponseRedirect(request.GET["next"])


urlpatterns = [
    path("", include("allauth.idp.urls")),
    path("again", asked_anew, name="account_login"),
    path("again", asked_anew, name="account_reauthenticate"),
]


class WhoSitsThere:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        found = User.objects.filter(username=request.COOKIES.get("who", "")).first()
        if found:
            request.user = found
        return self.get_response(request)


class Agency(DefaultOIDCAdapter):
    def get_user_sub(self, client, user):
        return f"subject-of-{user.username}"

    def get_user_by_sub(self, client, sub):
        return User.objects.filter(username=sub.removeprefix("subject-of-")).first()

    def populate_id_token(self, id_token, client, scopes, **kwargs):
        who = id_token["sub"].removeprefix("subject-of-")
        id_token["auth_time"] = int(time.time())
        id_token |= settings.CLAIMS[who]

    def get_signing_key(self):
        if (settings.FOLDER / "rogue").exists():
            return PrivateKey(pem=settings.ROGUE_KEY)
        return super().get_signing_key()
