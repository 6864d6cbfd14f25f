"""Signing in at one's agency, against a real provider over HTTP: who is linked gets in, and nothing else does."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
from django.test import Client
from django.urls import reverse

from opennrm.access.actor import SYSTEM
from opennrm.access.models import OutsideSubject
from opennrm.access.signing_in import providers as known
from opennrm.access.signing_in.outside import link, unlink
from opennrm.access.staffing import end_account
from opennrm.audit.models import Entry
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.errors import SourceProblem
from tests.access.signing_in.codes import an_app, code_of
from tests.factories import staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]
BACK = "http://testserver/sign-in/at/ministry/back"
CLIENT, SECRET = "nrm", "not a secret of anybody"


@pytest.fixture(scope="module")
def agency_server(tmp_path_factory):
    """The provider's address and folder."""
    folder = tmp_path_factory.mktemp("provider")
    command = [sys.executable, "-m", "tests.desk.signing_in.provider", str(folder), BACK]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3], text=True) as process:
        yield process.stdout.readline().strip(), folder
        process.terminate()


@pytest.fixture
def ministry(agency_server, settings, tmp_path):
    """Writes the operator's file; returns what changes it."""
    account = staff("labour_inspector", "m.uzor")
    office = account.memberships.get().agency
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)

    def written(*lines):
        file = tmp_path / f"providers-{len(lines)}.toml"
        kept = [
            "[[provider]]",
            'id = "ministry"',
            'label = {en = "The ministry", sr-Cyrl = "Министарство"}',
            f'issuer = "{agency_server[0]}"',
            f'client_id = "{CLIENT}"',
            f'client_secret_file = "{secret}"',
            f'agency = "{office.code}"',
            *lines,
        ]
        file.write_text("\n".join(kept))
        settings.OPENNRM_OIDC_FILE = str(file)
        known._read.cache_clear()
        return known.providers()["ministry"]

    written.account = account
    yield written
    known._read.cache_clear()


def at_the_agency(client, who, **asked):
    """There, and back; returns the last answer of this service."""
    there = client.get(reverse("outside_go", args=["ministry"]), asked)
    assert there.status_code == 302, there.content.decode()[-2000:]
    return client.get(back_from(there["Location"], who))


def back_from(there, who):
    """Where the agency sends the browser of somebody who sits there, once she has been asked."""
    while True:
        said = requests.get(there, cookies={"who": who}, allow_redirects=False, timeout=10)
        assert said.status_code == 302, said.text[-2000:]
        there = urljoin(there, said.headers["Location"])
        if there.startswith("http://testserver"):
            back = urlsplit(there)
            return f"{back.path}?{back.query}"


def is_in(client):
    return client.get(reverse("notices")).status_code == 200


def test_who_is_linked_gets_in_with_the_second_factor_of_her_agency(client, ministry, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    link(ministry.account, ministry(), "subject-of-her", by=SYSTEM)
    assert "The ministry" in client.get(reverse("sign_in")).content.decode()

    answer = at_the_agency(client, "her", next=reverse("notes"))

    assert answer["Location"] == reverse("notes")
    assert is_in(client)
    assert Entry.objects.get(verb="account.sign_in").facts == {"how": "ministry", "second": "agency"}
    assert "subject-of-her" not in repr(list(OutsideSubject.objects.values()))


def test_the_way_there_carries_pkce_state_and_nonce_and_asks_for_nothing_but_who_she_is(client, ministry):
    ministry('acr = ["phr"]')

    there = parse_qs(urlsplit(client.get(reverse("outside_go", args=["ministry"]))["Location"]).query)

    assert there["code_challenge_method"] == ["S256"]
    assert len(there["code_challenge"][0]) == 43
    assert there["scope"] == ["openid"]
    assert there["acr_values"] == ["phr"]
    assert there["redirect_uri"] == [BACK]
    assert {"state", "nonce"} <= set(there)


def test_a_code_without_the_browser_that_began_is_worth_nothing(client, ministry):
    link(ministry.account, ministry(), "subject-of-her", by=SYSTEM)
    there = client.get(reverse("outside_go", args=["ministry"]))["Location"]
    said = requests.get(there, cookies={"who": "her"}, allow_redirects=False, timeout=10).headers["Location"]

    token = requests.post(
        there.split("?")[0].replace("authorize", "api/token"),
        data={
            "grant_type": "authorization_code",
            "code": parse_qs(urlsplit(said).query)["code"][0],
            "redirect_uri": BACK,
            "client_id": CLIENT,
            "client_secret": SECRET,
        },
        timeout=10,
    )

    assert token.status_code == 400, "the provider asks for the verifier of PKCE"


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("stranger", "Nobody here is linked"),
        ("one", "did not ask you for a second factor"),
        ("replayed", "cannot be trusted"),
        ("elsewhere", "cannot be trusted"),
        ("party", "cannot be trusted"),
        ("expired", "cannot be trusted"),
        ("issuer", "cannot be trusted"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(client, ministry, who, why):
    chosen = ministry()
    if who != "stranger":
        link(ministry.account, chosen, f"subject-of-{who}", by=SYSTEM)

    answer = at_the_agency(client, who)

    assert answer.status_code == 400
    assert why in answer.content.decode()
    assert not is_in(client)
    assert Entry.objects.filter(verb="account.sign_in_failed").count() == 1


def test_a_signature_with_an_unknown_key_is_refused(client, ministry, agency_server):
    link(ministry.account, ministry(), "subject-of-her", by=SYSTEM)
    rogue = agency_server[1] / "rogue"
    rogue.touch()
    try:
        answer = at_the_agency(client, "her")
    finally:
        rogue.unlink()

    assert answer.status_code == 400
    assert "cannot be trusted" in answer.content.decode()


def test_an_agreed_class_counts_as_second_factor(client, ministry):
    link(ministry.account, ministry('acr = ["phr"]', "amr = []"), "subject-of-phr", by=SYSTEM)

    assert at_the_agency(client, "phr").status_code == 302
    assert is_in(client)


def test_where_the_agency_asks_for_one_factor_the_own_one_is_asked_here(client, ministry):
    link(ministry.account, ministry('second_factor = "here"'), "subject-of-one", by=SYSTEM)
    secret = an_app(ministry.account)

    assert at_the_agency(client, "one")["Location"] == reverse("sign_in_second")
    assert not is_in(client)
    assert client.post(reverse("sign_in_second"), {"code": code_of(secret)}).status_code == 302
    assert is_in(client)


def test_without_an_own_one_it_is_set_up_first(client, ministry, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    link(ministry.account, ministry('second_factor = "here"'), "subject-of-one", by=SYSTEM)

    assert at_the_agency(client, "one")["Location"] == reverse("sign_in_begin")


def test_a_state_is_good_once_and_in_its_own_browser(client, ministry):
    link(ministry.account, ministry(), "subject-of-her", by=SYSTEM)
    there = client.get(reverse("outside_go", args=["ministry"]))["Location"]
    said = requests.get(there, cookies={"who": "her"}, allow_redirects=False, timeout=10).headers["Location"]
    back = urlsplit(said)

    stolen = Client().get(f"{back.path}?{back.query}")
    assert "begun too long ago, or in another window" in stolen.content.decode()
    assert client.get(f"{back.path}?{back.query}").status_code == 302
    client.post(reverse("sign_out"))
    assert client.get(f"{back.path}?{back.query}").status_code == 400


def test_who_breaks_it_off_is_told_so(client, ministry):
    ministry()
    there = client.get(reverse("outside_go", args=["ministry"]))["Location"]
    state = parse_qs(urlsplit(there).query)["state"][0]

    answer = client.get(reverse("outside_back", args=["ministry"]), {"error": "access_denied", "state": state})

    assert "broken off" in answer.content.decode()


def test_an_ended_account_or_post_or_link_opens_nothing(client, ministry):
    chosen = ministry()
    link(ministry.account, chosen, "subject-of-her", by=SYSTEM)
    unlink(ministry.account, "ministry", by=SYSTEM)
    assert at_the_agency(client, "her").status_code == 400
    link(ministry.account, chosen, "subject-of-her", by=SYSTEM)
    end_account(ministry.account, by=SYSTEM)

    assert "Nobody here is linked" in at_the_agency(client, "her").content.decode()


def test_a_provider_that_is_not_there_costs_a_clear_sentence(client, ministry, settings):
    ministry()
    file = Path(settings.OPENNRM_OIDC_FILE)
    file.write_text(file.read_text().replace("http://127.0.0.1:", "http://127.0.0.1:1").replace(":11", ":1"))
    known._read.cache_clear()

    answer = client.get(reverse("outside_go", args=["ministry"]))

    assert answer.status_code == 400
    assert "does not answer as it should" in answer.content.decode()
    assert client.get(reverse("outside_go", args=["unknown"])).status_code == 404


def test_one_subject_is_one_account_of_that_agency(ministry):
    chosen = ministry()
    link(ministry.account, chosen, "subject-of-her", by=SYSTEM)
    colleague = staff("labour_inspector", "n")

    with pytest.raises(SourceProblem, match="Somebody else"):
        link(colleague, chosen, " subject-of-her ", by=SYSTEM)
    with pytest.raises(SourceProblem, match="no post"):
        link(staff("police_investigator", "p"), chosen, "x", by=SYSTEM)
    with pytest.raises(SourceProblem, match="empty"):
        link(colleague, chosen, "  ", by=SYSTEM)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('issuer = "http://idp.example.org"', "https"),
        ('second_factor = "none"', "`second_factor` is"),
        ('amr = "mfa"', "`amr` is a list"),
        ('claim = "x"', "`claim` is unknown"),
        ('id = "../x"', "`id` has small"),
        ('client_secret_file = "/nowhere"', "cannot be read"),
        ('agency = "AAAA"', "`agency` is the code"),
        ("client_id = 5", "`client_id` is no text"),
        ('label = "x"', "`label` is a text in each"),
    ],
)
def test_a_file_that_cannot_be_used_names_every_fault(ministry, settings, line, why):
    ministry()
    file = Path(settings.OPENNRM_OIDC_FILE)
    name = line.split(" ")[0]
    file.write_text("\n".join([one for one in file.read_text().split("\n") if not one.startswith(name)] + [line]))
    known._read.cache_clear()

    with pytest.raises(SourceProblem) as refused:
        known.providers()

    assert why in " ".join(refused.value.problems)


@pytest.mark.parametrize("content", ["", "x = ", "provider = 5", "[[provider]]\n[[provider]]"])
def test_a_file_that_is_none_is_refused(ministry, settings, content):
    ministry()
    Path(settings.OPENNRM_OIDC_FILE).write_text(content)
    known._read.cache_clear()

    with pytest.raises(SourceProblem):
        known.providers()


def test_a_secret_that_others_can_read_is_refused(ministry, tmp_path):
    (tmp_path / "secret").chmod(0o644)

    with pytest.raises(SourceProblem) as refused:
        ministry()

    assert "can be read by others" in refused.value.problems[0]


def asked_anew(client, who, **asked):
    """The way from the page that asks who sits here, to the agency and back; a quarter of an hour after signing in."""
    there = client.get(reverse("outside_go", args=["ministry"]), {"again": "1"} | asked)
    return client.get(back_from(there["Location"], who))


@pytest.fixture
def inside(client, ministry, settings):
    """Somebody who signs in at her agency only."""
    settings.OPENNRM_CONFIRM_MINUTES = 10
    link(ministry.account, ministry(), "subject-of-her", by=SYSTEM)
    assert at_the_agency(client, "her").status_code == 302
    return client


def test_who_sits_here_is_asked_anew_by_her_agency(inside, agency_server):
    page = reverse("own_password")
    asked = agency_server[1] / "asked"
    asked.unlink(missing_ok=True)
    with frozen(now() - timedelta(minutes=11)):
        session = inside.session
        session["confirmed"] = now().timestamp()
        session.save()
    way = inside.get(page)["Location"]
    assert way == reverse("sign_in_confirm", query={"next": page})
    shown = inside.get(way).content.decode()
    assert "Go on where you work: The ministry" in shown
    assert "neither a password" not in shown

    answer = asked_anew(inside, "her", next=page)

    assert answer["Location"] == page
    assert asked.exists(), "the agency was told to ask"
    assert inside.get(page).status_code == 200
    assert Entry.objects.get(verb="account.confirm").facts == {"how": "ministry"}
    assert Entry.objects.filter(verb="account.sign_in").count() == 1


@pytest.mark.parametrize(
    ("who", "why"), [("stale", "did not ask you anew"), ("phr", "Somebody else signed in"), ("stranger", "Nobody here")]
)
def test_what_confirms_nothing_is_refused_with_the_reason(inside, ministry, who, why):
    if who == "stale":
        unlink(ministry.account, "ministry", by=SYSTEM)
        link(ministry.account, known.providers()["ministry"], "subject-of-stale", by=SYSTEM)
    if who == "phr":
        colleague = staff("labour_inspector", "colleague")
        link(colleague, ministry('acr = ["phr"]'), "subject-of-phr", by=SYSTEM)
    before = inside.session["confirmed"]

    answer = asked_anew(inside, who)

    said = answer.content.decode()
    assert answer.status_code == 400
    assert why in said
    assert "It was not confirmed" in said
    assert inside.session["confirmed"] == before
    assert not Entry.objects.filter(verb="account.confirm").exists()
    assert is_in(inside)


def test_an_ordinary_way_there_confirms_nothing(inside, ministry):
    other = Client()
    there = other.get(reverse("outside_go", args=["ministry"]))["Location"]
    back = back_from(there, "her")
    other.force_login(ministry.account)

    assert other.get(back)["Location"] == reverse("home")
    assert inside.get(reverse("outside_go", args=["ministry"]))["Location"] == reverse("home")
    assert not Entry.objects.filter(verb="account.confirm").exists()


def test_who_is_not_linked_is_not_sent_there_to_be_asked(client, ministry):
    ministry()
    client.force_login(ministry.account)

    assert client.get(reverse("outside_go", args=["ministry"]), {"again": "1"})["Location"] == reverse("home")
