"""Django settings. Everything an operator sets comes from the environment; docs/operator.md lists it."""

import os
import secrets
from pathlib import Path
from urllib.parse import quote

import dj_database_url
from django.utils.translation import gettext_lazy as _

DESK = Path(__file__).resolve().parent
HOME = Path(os.environ.get("OPENNRM_HOME", "var")).resolve()

# production | demonstration. Only `opennrm demo` sets the second.
MODE = os.environ.get("OPENNRM_MODE", "production")
DEMONSTRATION = MODE == "demonstration"
DEBUG = False

SECRET_KEY_FILE = Path(os.environ.get("OPENNRM_SECRET_FILE", HOME / "keys" / "session.key"))
OPENNRM_KEY_FILE = Path(os.environ.get("OPENNRM_KEY_FILE", HOME / "keys" / "deployment.key"))
OPENNRM_NEXT_KEY_FILE = os.environ.get("OPENNRM_NEXT_KEY_FILE", "")  # beside it, while keys are rotated
# A program that keeps the deployment key instead (HSM, key service): see `vault/keepers.py`.
OPENNRM_KEY_COMMAND = os.environ.get("OPENNRM_KEY_COMMAND", "")
OPENNRM_NEXT_KEY_COMMAND = os.environ.get("OPENNRM_NEXT_KEY_COMMAND", "")
# Outside the database and its backups: with it a restored backup is erased again.
OPENNRM_ERASURE_LEDGER = Path(os.environ.get("OPENNRM_ERASURE_LEDGER", HOME / "erasures.ledger"))
OPENNRM_COUNTRY = os.environ.get("OPENNRM_COUNTRY", "rs")
# Without the file each start signs with a new key: sessions end, nothing else. `opennrm setup` writes it.
SECRET_KEY = SECRET_KEY_FILE.read_text().strip() if SECRET_KEY_FILE.exists() else secrets.token_urlsafe(50)

ALLOWED_HOSTS = os.environ.get("OPENNRM_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if not host.startswith(("127.", "localhost", "["))]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "opennrm.vault",
    "opennrm.audit",
    "opennrm.access",
    "opennrm.workflow",
    "opennrm.duty",
    "opennrm.parties",
    "opennrm.screening",
    "opennrm.referral",
    "opennrm.sites",
    "opennrm.identification",
    "opennrm.retention",
    "opennrm.own",
    "opennrm.registers",
    "opennrm.desk",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "opennrm.desk.middleware.ForSystems",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "opennrm.desk.middleware.BehindTheWall",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "opennrm.desk.middleware.Discreet",
    "opennrm.desk.erased.ErasedWords",
    "opennrm.desk.middleware.SignedIn",
    "opennrm.desk.middleware.WholeCodes",
    "opennrm.desk.middleware.PlainRefusals",
]

ROOT_URLCONF = "opennrm.desk.urls"
WSGI_APPLICATION = "opennrm.desk.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "opennrm.desk.context.shell",
            ],
        },
    }
]
FORM_RENDERER = "opennrm.desk.renderer.Renderer"

# --- database: SQLite for one office and the demonstration, PostgreSQL for anything national
DEFAULT_DATABASE = f"sqlite:///{quote(str(HOME / 'opennrm.sqlite3'))}"
DATABASES = {"default": dj_database_url.parse(os.environ.get("DATABASE_URL", DEFAULT_DATABASE), conn_max_age=60)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"] |= {
        "ENGINE": "opennrm.desk.sqlite",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 10,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                "PRAGMA recursive_triggers=ON; PRAGMA secure_delete=ON; PRAGMA trusted_schema=OFF;"
                "PRAGMA temp_store=MEMORY;"
                "PRAGMA journal_size_limit=27262976;"
            ),
        },
    }
# As whom requests read and write on PostgreSQL: a role that owns no table (opennrm/access/guarding.py).
OPENNRM_REQUEST_ROLE = os.environ.get("OPENNRM_REQUEST_ROLE", "opennrm_request")
# In which role a database user who does not own the tables does what is no request: jobs, commands.
OPENNRM_JOBS_ROLE = os.environ.get("OPENNRM_JOBS_ROLE", "opennrm_jobs")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- signing in
AUTH_USER_MODEL = "access.Account"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "opennrm.access.signing_in.passwords.NotBreached"},
    {"NAME": "opennrm.access.signing_in.passwords.NotOwnName"},
]
# Outside the demonstration nobody opens a page without a second factor; there it is offered.
SECOND_FACTOR_REQUIRED = not DEMONSTRATION
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"
SESSION_ENGINE = "opennrm.access.signing_in.store"
SESSION_COOKIE_AGE = int(os.environ.get("OPENNRM_SESSION_MINUTES", "30")) * 60
# However busy it is: after so many hours a session is over. 0 minutes: nobody is asked anew who she is.
OPENNRM_SESSION_HOURS = int(os.environ.get("OPENNRM_SESSION_HOURS", "12"))
OPENNRM_CONFIRM_MINUTES = int(os.environ.get("OPENNRM_CONFIRM_MINUTES", "0" if DEMONSTRATION else "10"))
OPENNRM_OIDC_FILE = os.environ.get("OPENNRM_OIDC_FILE", "")  # the sign-ins of agencies, see `access/signing_in`
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# The prefix binds a cookie to this very host and to TLS (RFC 6265bis, 4.1.3.2); the demonstration has no TLS.
_BOUND = "" if DEMONSTRATION else "__Host-"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, LANGUAGE_COOKIE_NAME = f"{_BOUND}session", f"{_BOUND}form", f"{_BOUND}language"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not DEMONSTRATION
# allauth: its tables, its codes and its way to an agency. Its own pages, mails and sign-up have no address here.
ACCOUNT_ADAPTER = "opennrm.access.signing_in.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD, ACCOUNT_USER_MODEL_EMAIL_FIELD = "sign_in", "email"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "opennrm.access.signing_in.adapter.SealingAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODE_DIGITS = 12
SOCIALACCOUNT_STORE_TOKENS = False
CSRF_FAILURE_VIEW = "opennrm.desk.views.errors.csrf_failure"

# --- the browser
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"  # "no-referrer" makes browsers send Origin: null with every form
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 0 if DEMONSTRATION else 31536000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("OPENNRM_BEHIND_PROXY") else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["'none'"],  # no policy at all: our scripts need none, and nobody else makes one
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# In memory only: a list of names must never lie in a temporary file. What is larger does not arrive.
FILE_UPLOAD_HANDLERS = ["opennrm.desk.uploads.InMemory"]

# --- languages: Serbian Latin is derived from Cyrillic, never typed
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("sr", _("Serbian (Cyrillic)")), ("sr-latn", _("Serbian (Latin)"))]
LOCALE_PATHS = [DESK / "locale"]

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STORAGES = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
if os.environ.get("OPENNRM_PLAIN_STATIC"):  # tests: straight from the rooms' folders
    STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    WHITENOISE_USE_FINDERS = True

# --- logs: what happened and where in the code; never what was in a form, a record or a query
DEFAULT_EXCEPTION_REPORTER_FILTER = "opennrm.desk.quiet.Nothing"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"quiet": {"()": "opennrm.desk.quiet.QuietFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "quiet"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        # They write out what they read of a photo or a PDF: its tags, its properties.
        "PIL": {"level": "CRITICAL"},
        "pypdf": {"level": "CRITICAL"},
        "fido2": {"level": "WARNING"},  # at INFO it names each passkey that is shown: who signed in, and when
    },
}

# --- mail: neutral, see opennrm/desk/mail.py. The demonstration writes it to files and sends nothing
_MAIL_TO = "filebased" if DEMONSTRATION else "smtp"
EMAIL_BACKEND = os.environ.get("OPENNRM_EMAIL_BACKEND", f"django.core.mail.backends.{_MAIL_TO}.EmailBackend")
EMAIL_FILE_PATH = HOME / "mail"
EMAIL_HOST = os.environ.get("OPENNRM_EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("OPENNRM_EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("OPENNRM_EMAIL_USER", "")
_EMAIL_PASSWORD_FILE = os.environ.get("OPENNRM_EMAIL_PASSWORD_FILE", "")
EMAIL_HOST_PASSWORD = Path(_EMAIL_PASSWORD_FILE).read_text().strip() if _EMAIL_PASSWORD_FILE else ""
_EMAIL_SECURITY = os.environ.get("OPENNRM_EMAIL_SECURITY", "")  # starttls | tls | empty for a server on this machine
EMAIL_USE_TLS = _EMAIL_SECURITY == "starttls"
EMAIL_USE_SSL = _EMAIL_SECURITY == "tls"
EMAIL_TIMEOUT = int(os.environ.get("OPENNRM_EMAIL_SECONDS", "10"))
DEFAULT_FROM_EMAIL = os.environ.get("OPENNRM_EMAIL_FROM", "service@localhost")
ADMINS: list[tuple[str, str]] = []  # an error mail would carry what was in a form
