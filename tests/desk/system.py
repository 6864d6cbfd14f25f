"""Another system that sends referrals over the interface, and what it sends."""

import json
from datetime import timedelta

from opennrm.access.actor import SYSTEM
from opennrm.access.credentials import give_credential
from opennrm.kernel.clock import now
from tests.factories import an_agency

ANSWERS = {"ILO11-07": {"answer": "yes", "note": "In a locked drawer."}}
SCREENING = {"indicator_set": "ilo-11.2026-1", "age_band": "adult", "answers": ANSWERS}
LETTER = {"basis": "consent", "is_safe_tonight": "no", "name": "Primer Thi Ogled", "channel": "through_sender"}
BODY = {"screening": SCREENING, "letter": LETTER}


class System:
    """Another system with a credential of its own agency."""

    def __init__(self, client, kind="labour_inspectorate", **given):
        self.client = client
        until = given.pop("until", now() + timedelta(days=30))
        agency = given.pop("agency", None) or an_agency(kind)
        self.credential, self.secret = give_credential(agency, label="Files", until=until, by=SYSTEM, **given)

    def get(self, address, **headers):
        return self.client.get(f"/api/v1{address}", headers={"Authorization": f"Bearer {self.secret}", **headers})

    def post(self, address, body, *, key="made-when-sent", content_type="application/json", **headers):
        sent = body if isinstance(body, (str, bytes)) else json.dumps(body)
        known = {"Authorization": f"Bearer {self.secret}", "Idempotency-Key": key, **headers}
        return self.client.post(f"/api/v1{address}", sent, content_type=content_type, headers=known)

    def send(self, body=BODY, **how):
        return self.post("/referrals", body, **how)


def changed(section, **values):
    return {**BODY, section: {**BODY[section], **values}}


def faults(answer):
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert all(fault["what"] and fault["remedy"] for fault in problem["faults"])
    return {fault["field"] for fault in problem["faults"]}
