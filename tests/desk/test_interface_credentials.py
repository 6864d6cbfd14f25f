"""Who asks at the interface for other systems: credentials, what each is good for, and its share of requests."""

import json
from datetime import timedelta

import pytest

from opennrm.access.actor import SYSTEM
from opennrm.access.country import today_here
from opennrm.access.credentials import Scope, revoke_credential
from opennrm.access.models import Credential
from opennrm.audit.models import Entry
from opennrm.kernel.clock import now
from tests.desk.system import System
from tests.factories import staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer x", "Basic x", "Bearer onrm_7KQ4RM2X_x", "Bearer onrm__", "Bearer ћ"]
)
def test_without_a_credential_there_is_nothing(system, client, shown):
    sent = system.send().json()["code"]

    for address in ("/indicator-lists", "/referrals", f"/referrals/{sent}"):
        answer = client.get(f"/api/v1{address}", headers={"Authorization": shown.encode().decode("latin-1")})
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_who_is_signed_in_on_pages_is_nobody_here(system, client):
    client.force_login(staff("labour_inspector", "signed-in"))

    assert client.get("/api/v1/referrals").status_code == 401
    assert "sessionid" not in client.get("/api/v1/openapi.json").cookies


def test_a_secret_of_one_credential_does_not_open_another(system, client):
    other = System(client, "ngo")
    prefix, _, rest = other.secret.partition("_")
    forged = f"{prefix}_{system.credential.code.replace('-', '')}_{rest.partition('_')[2]}"

    assert client.get("/api/v1/referrals", headers={"Authorization": f"Bearer {forged}"}).status_code == 401


def test_a_credential_ends_and_can_be_revoked(system, monkeypatch):
    assert system.get("/referrals").status_code == 200

    revoke_credential(system.credential.code, by=SYSTEM)
    assert system.get("/referrals").status_code == 401
    assert Entry.objects.filter(verb="credential.revoke").count() == 1
    revoke_credential(system.credential.code, by=SYSTEM)
    assert Entry.objects.filter(verb="credential.revoke").count() == 1


def test_a_credential_that_is_over_is_none(system):
    Credential.objects.update(given_at=now() - timedelta(days=9), until=now() - timedelta(days=1))

    assert system.get("/referrals").status_code == 401


def test_a_credential_does_only_what_it_is_good_for(client, system):
    reader = System(client, scopes=[Scope.STATUS])

    assert reader.get("/referrals").status_code == 200
    assert reader.send().status_code == 403
    assert reader.get("/indicator-lists").status_code == 200


def test_the_secret_is_kept_nowhere(system):
    kept = Credential.objects.get()

    assert system.secret.rpartition("_")[2] not in json.dumps(list(Credential.objects.values()), default=str)
    assert len(kept.digest) == 64
    assert kept.last_used_on is None
    system.get("/referrals")
    assert Credential.objects.get().last_used_on == today_here()


def test_each_credential_has_its_share_of_requests(system, client, monkeypatch):
    monkeypatch.setattr("opennrm.workflow.api.REQUESTS_A_MINUTE", 2)
    other = System(client, "ngo")

    answers = [system.get("/referrals") for _ in range(4)]

    assert {a.status_code for a in answers[2:]} <= {200, 429}, "a minute may begin between them"
    refused = [a for a in answers if a.status_code == 429]
    assert refused
    assert all(0 < int(a["Retry-After"]) <= 60 for a in refused)
    assert other.get("/referrals").status_code == 200
    assert Credential.objects.get(pk=system.credential.pk).asked <= 2, "counted in the database, for every process"
