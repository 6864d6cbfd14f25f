"""An agency's sign-in as a process of its own: the OpenID provider of allauth, with discovery, PKCE and signed tokens.

Run as `python -m tests.desk.signing_in.provider FOLDER REDIRECT_URI`; prints its address. Who sits at the browser there
says a cookie; what the agency then claims of her depends on who she is. A file `rogue` in the folder makes it sign with
a key that it does not publish.
"""

import sys
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings

FOLDER = Path(sys.argv[1])
CLIENT, SECRET = "nrm", "not a secret of anybody"
CLAIMS = {
    "her": {"amr": ["pwd", "otp"]},
    "phr": {"acr": "phr", "amr": ["pwd"]},
    "one": {"amr": ["pwd"]},
    "stranger": {"amr": ["mfa"]},
    "stale": {"amr": ["mfa"], "auth_time": 1},
    "replayed": {"amr": ["mfa"], "nonce": "of another time"},
    "elsewhere": {"amr": ["mfa"], "aud": "another service"},
    "party": {"amr": ["mfa"], "azp": "another service"},
    "expired": {"amr": ["mfa"], "exp": 1},
    "issuer": {"amr": ["mfa"], "iss": "https://evil.example.org"},
}


def new_pem():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


settings.configure(
    SECRET_KEY="x" * 50,
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="tests.desk.signing_in.provider_parts",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(FOLDER / "provider.sqlite3")}},
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.sessions",
        "allauth",
        "allauth.account",
        "allauth.idp.oidc",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "tests.desk.signing_in.provider_parts.WhoSitsThere",
        "allauth.account.middleware.AccountMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    IDP_OIDC_PRIVATE_KEY=new_pem(),
    IDP_OIDC_ADAPTER="tests.desk.signing_in.provider_parts.Agency",
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    FOLDER=FOLDER,
    ROGUE_KEY=new_pem(),
    CLAIMS=CLAIMS,
    LOGGING_CONFIG=None,
)


class Server(WSGIServer):
    """Answers one at a time."""


class Silent(WSGIRequestHandler):
    def log_message(self, *args):
        pass


def main():
    django.setup()
    from allauth.idp.oidc.models import Client
    from django.contrib.auth.models import User
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    for name in CLAIMS:
        User.objects.create(username=name)
    client = Client(id=CLIENT, name="NRM", redirect_uris=sys.argv[2], skip_consent=True)
    client.set_secret(SECRET)
    client.save()
    server = make_server("127.0.0.1", 0, WSGIHandler(), Server, Silent)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
