"""What the verification standard asks of what is served: headers, cookies, scripts, addresses."""

import re
import runpy

import pytest
from django.test import Client
from django.urls import reverse

from opennrm.access.actions import set_password
from opennrm.kernel.public_code import new_code
from opennrm.screening.models import Screening
from tests.factories import PASSWORD, staff
from tests.house.test_walls import EVERY, address
from tests.house.verified.sources import EVIL, PACKAGE, SCRIPTS, THREATS, at_the_door, importing, signed_in


def answers(office):
    """An answer of every kind: pages, refusals, files, the interface, a static file."""
    visitor, lead = Client(), signed_in(office.lead)
    case = office.case()
    yield visitor.get(reverse("sign_in"))
    yield visitor.get("/nothing-here")
    yield visitor.get(reverse("worklist"))
    yield visitor.post(reverse("close"))
    yield visitor.get("/api/v1/openapi.json")
    yield visitor.get("/api/v1/referrals")
    yield lead.get(reverse("case", args=[case.code]))
    yield lead.get(reverse("case", args=[new_code()]))
    yield lead.post(reverse("find"), {"code": "x"})
    yield signed_in(office.lead, enforce_csrf_checks=True).post(reverse("find"), {"code": "x"})
    yield signed_in(staff("statistician")).get(reverse("figure_csv", args=["persons_referred_and_identified"]))


@pytest.mark.django_db
def test_every_answer_carries_what_keeps_a_browser_safe(office):
    for answer in answers(office):
        where = (answer.request["PATH_INFO"], answer.status_code)
        policy = answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff", where
        assert answer["Referrer-Policy"] == "same-origin", where
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin", where
        assert "no-store" in answer["Cache-Control"], where
        for part in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert part in policy, where
        assert "script-src 'self'" in policy, where
        assert "require-trusted-types-for 'script'" in policy, where
        assert "trusted-types 'none'" in policy, where
        assert "unsafe" not in policy, where
        kind = answer.headers.get("Content-Type", "")
        assert not answer.content or kind, where
        assert not kind.startswith("text/") or "charset=utf-8" in kind, where


@pytest.mark.django_db
def test_no_other_origin_is_let_in(office):
    for address_ in (reverse("sign_in"), "/api/v1/openapi.json", reverse("home")):
        for method in ("get", "options"):
            answer = getattr(Client(headers={"Origin": EVIL}), method)(address_)
            assert not [name for name in answer.headers if name.lower().startswith("access-control")]


@pytest.mark.django_db
def test_no_form_of_another_site_is_taken(office):
    client = signed_in(office.inspector, enforce_csrf_checks=True)
    fields = {"age_band": "adult", "indicator_set": "ilo-11"}

    plain = client.post(reverse("screening:new"), fields)
    foreign = client.post(reverse("screening:new"), fields, headers={"Origin": EVIL})

    assert (plain.status_code, foreign.status_code) == (403, 403)
    assert not Screening.unscoped.exists()


def test_cookies_of_a_production_service_are_bound_to_host_and_tls(production):
    for kind in ("SESSION", "CSRF", "LANGUAGE"):
        assert production[f"{kind}_COOKIE_NAME"].startswith("__Host-")
        assert production[f"{kind}_COOKIE_SECURE"] is True
        assert production[f"{kind}_COOKIE_SAMESITE"] in {"Lax", "Strict"}
        assert production.get(f"{kind}_COOKIE_DOMAIN") is None
        assert production.get(f"{kind}_COOKIE_PATH", "/") == "/"
    assert production["SESSION_COOKIE_HTTPONLY"]
    assert production["CSRF_COOKIE_HTTPONLY"]


@pytest.mark.django_db
def test_the_session_is_sent_as_the_settings_say(office, settings, production):
    names = ("SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE")
    for name in names:
        setattr(settings, name, production[name])
    set_password(office.lead, PASSWORD)

    _, answer = at_the_door(office.lead)

    cookie = answer.cookies["__Host-session"]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert (cookie["path"], cookie["domain"]) == ("/", "")


@pytest.mark.django_db
def test_a_production_service_asks_for_tls_for_a_year(settings, production):
    settings.SECURE_HSTS_SECONDS = production["SECURE_HSTS_SECONDS"]
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = production["SECURE_HSTS_INCLUDE_SUBDOMAINS"]

    answer = Client().get(reverse("sign_in"), secure=True)

    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


SINKS = {
    "text that becomes HTML": r"(inner|outer|set)HTML|insertAdjacent|document\.write|DOMParser|srcdoc|createContext",
    "text that becomes code": r"\beval\(|new Function|set(Timeout|Interval)\(\s*['\"`]|importScripts|javascript:",
    "an address of a script": r"\.src\s*=|createElement\(['\"]script|new Worker|serviceWorker\.register",
    "a policy of its own": r"createPolicy|trustedTypes",
    "messages between windows": r"postMessage|addEventListener\(['\"]message|onmessage",
    "a prototype": r"__proto__|(?<!HTMLFormElement\.)\bprototype\b",
    "storage": r"localStorage|indexedDB|document\.cookie",
}


@pytest.mark.parametrize("what", SINKS)
def test_scripts_use_no_dangerous_place(what):
    assert len(SCRIPTS) > 3
    for name, source in SCRIPTS.items():
        assert not re.search(SINKS[what], source), name


@pytest.mark.django_db
@pytest.mark.parametrize("to", [EVIL, "//evil.example", "https:evil.example", "javascript:alert(1)", "/\\evil.example"])
def test_no_redirect_leads_to_another_host(office, to):
    set_password(office.lead, PASSWORD)
    client = Client()

    fields = {"username": office.lead.sign_in, "password": PASSWORD, "next": to}
    entered = client.post(reverse("sign_in", query={"next": to}), fields)
    language = client.post(reverse("set_language"), {"language": "sr", "next": to})

    for answer in (entered, language):
        assert answer.status_code == 302
        assert re.match(r"/(?![/\\])", answer["Location"]), answer["Location"]


def test_the_service_calls_nobody_but_whom_the_operator_named():
    """The mail server, through Django; a provider for signing in, where one is configured. Nobody else."""
    libraries = (
        "urllib.request",
        "http.client",
        "requests",
        "httpx",
        "aiohttp",
        "urllib3",
        "smtplib",
        "ftplib",
        "socket",
    )

    callers = importing(*libraries)

    assert all(name.startswith(("desk/sign", "access/sign", "access/oidc", "desk/oidc")) for name in callers), callers
    assert all(word in THREATS for word in ("mail server", "key program", "sign-in provider", "database"))


@pytest.mark.django_db
def test_nothing_is_served_but_pages_and_static_files(office):
    client = signed_in(office.lead)
    for path in (
        "/.git/config",
        "/.git/HEAD",
        "/.env",
        "/var/opennrm.sqlite3",
        "/static/",
        "/static/desk/",
        "/server-status",
    ):
        assert client.get(path).status_code == 404, path
    for path in ("/static/../settings.py", "/static/%2e%2e/settings.py", "/static/desk/../../settings.py"):
        assert client.get(path).status_code in {400, 404}, path


def test_debug_is_off_and_cannot_be_switched_on(monkeypatch, production):
    for name in ("DEBUG", "DJANGO_DEBUG", "OPENNRM_DEBUG"):
        monkeypatch.setenv(name, "1")

    again = runpy.run_path(str(PACKAGE / "desk" / "settings.py"))

    assert production["DEBUG"] is again["DEBUG"] is False
    assert "*" not in production["ALLOWED_HOSTS"]


@pytest.mark.django_db
def test_trace_is_answered_by_no_page(office):
    client = signed_in(office.lead, headers={"X-Secret": "primer"})
    for name, pattern in EVERY.items():
        if pattern.pattern.converters and "key" in pattern.pattern.converters:
            continue
        answer = client.trace(address(name, new_code()) if pattern.pattern.converters else reverse(name))
        assert answer.status_code in {404, 405}, name
        assert b"primer" not in answer.content


@pytest.mark.django_db
def test_an_address_that_looks_like_a_static_file_shows_no_page(office):
    case = office.case()
    client = signed_in(office.lead)
    whole = reverse("case", args=[case.code])
    for path in (
        f"{whole}.css",
        f"{whole}/style.css",
        f"{whole}%00.js",
        f"{whole};a.js",
        "/worklist.css",
        "/worklist/a.js",
    ):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert answer["Cache-Control"] == "no-store"
        assert case.code.encode() not in answer.content
