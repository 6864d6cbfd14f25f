"""The interface for other systems: sent once, faults named, nobody meets another's referral."""

import json

import pytest

from opennrm.access.actor import SYSTEM
from opennrm.access.credentials import revoke_credential
from opennrm.audit.models import Entry
from opennrm.identification.actions import open_case
from opennrm.kernel.public_code import new_code
from opennrm.referral.actions import acknowledge, ask
from opennrm.referral.models import Question, Referral
from opennrm.screening.models import GivenAnswer, Screening
from tests.desk.system import BODY, LETTER, SCREENING, System, changed, faults
from tests.factories import a_referral, staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]


# --- what a system learns


def test_a_system_learns_of_a_referral_from_a_worksite_its_receipt_and_no_more(system):
    duty = staff("centre_intake_officer")
    sent = {
        place: system.send(changed("screening", place=place), key=f"sent-{place}") for place in ("street", "workplace")
    }
    for one in sent.values():
        taken = acknowledge(Referral.unscoped.get(code=one.json()["code"]), by=duty)
        open_case(taken, by=duty)

    seen = {place: system.get(f"/referrals/{one.json()['code']}").json() for place, one in sent.items()}

    assert (seen["street"]["state"], bool(seen["street"]["ended_at"])) == ("accepted", True)
    assert (seen["workplace"]["state"], seen["workplace"]["ended_at"]) == ("acknowledged", "")
    assert "is not shared" in seen["workplace"]["says"]


# --- sending


def test_a_referral_that_is_sent_is_received_with_its_screening(system):
    sent = system.send()

    assert sent.status_code == 201
    referral = Referral.unscoped.get(code=sent.json()["code"])
    assert (referral.state, referral.is_safe_tonight, referral.basis) == ("received", "no", "consent")
    assert referral.screening.advice == "refer_now"
    assert GivenAnswer.objects.get().note == "In a locked drawer."
    assert referral.person.identity.name == "Primer Thi Ogled"
    assert referral.sender == system.credential.account
    assert referral.sender_agency == system.credential.agency
    assert Entry.objects.filter(verb="referral.submit", by=system.credential.account.ref).count() == 1


def test_the_same_sent_again_is_answered_the_same_and_arrives_once(system):
    answers = [system.send() for _ in range(3)]
    reordered = system.send(json.dumps({"letter": LETTER, "screening": SCREENING}, indent=3))

    assert {a.content for a in answers} == {reordered.content}
    assert {a.status_code for a in answers} == {201}
    assert Referral.unscoped.count() == Screening.unscoped.count() == 1


def test_the_same_sent_again_after_it_was_taken_over_is_answered_the_same(system):
    first = system.send()
    acknowledge(Referral.unscoped.get(), by=staff("centre_intake_officer"))

    assert system.send().content == first.content


def test_other_content_under_a_used_key_is_refused(system):
    system.send()

    other = system.send(changed("letter", name="Uzor"))

    assert other.status_code == 409
    assert "new key" in other.json()["detail"]
    assert Referral.unscoped.count() == 1


def test_the_same_key_of_two_systems_is_two_referrals(system, client):
    system.send()

    assert System(client, "police", role="police_investigator").send().status_code == 201
    assert Referral.unscoped.count() == 2


def test_a_renewed_credential_finds_what_the_old_one_sent(system, client):
    code = system.send().json()["code"]
    renewed = System(client)
    revoke_credential(system.credential.code, by=SYSTEM)

    assert system.get(f"/referrals/{code}").status_code == 401
    assert renewed.get(f"/referrals/{code}").status_code == 200
    assert renewed.send().json()["code"] == code


def test_a_refusal_by_the_rules_keeps_nothing(system):
    nothing = system.send(changed("screening", answers={}))
    no_child = system.send(changed("letter", basis="child", told="yes"))
    not_told = system.send(changed("letter", basis="immediate_danger"))
    born = system.send(changed("screening", born_on="2015-01-01"))

    assert {a.status_code for a in (nothing, no_child, not_told, born)} == {409}
    assert "why you refer" in nothing.json()["detail"]
    assert "does not apply" in no_child.json()["detail"]
    assert "told" in not_told.json()["detail"]
    assert faults(born) == {"screening.born_on"}
    assert Referral.unscoped.count() == Screening.unscoped.count() == 0
    assert system.send().status_code == 201, "a refusal uses no key up"


# --- what is wrong


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, {"screening", "letter"}),
        (changed("screening", colour="x"), {"screening.colour"}),
        (changed("screening", **{"Primer Thi": "x"}), {"screening.?"}),
        (changed("screening", sex="Primer"), {"screening.sex"}),
        (changed("screening", district="Primer", place="Primer"), {"screening.district", "screening.place"}),
        (changed("screening", noticed_at="2026-02-31T10:00:00+01:00"), {"screening.noticed_at"}),
        (changed("screening", noticed_at="2999-01-01T10:00:00+01:00"), {"screening.noticed_at"}),
        (changed("screening", answers={"ILO11-99": {"answer": "yes"}}), {"screening.answers.ILO11-99"}),
        (changed("screening", answers={"ILO11-07": {"answer": "si"}}), {"screening.answers.ILO11-07.answer"}),
        (changed("screening", born_on="31.3.2009.", noticed_at=5), {"screening.born_on", "screening.noticed_at"}),
        (changed("screening", born_on="1899-01-01", district="x"), {"screening.born_on", "screening.district"}),
        (changed("screening", notes="x" * 20_001), {"screening.notes"}),
        (changed("screening", notes=["Primer"]), {"screening.notes"}),
        (
            changed("screening", age_band="child", indicator_set="ilo-ec-adult-labour.2026-1", answers={}),
            {"screening.indicator_set"},
        ),
        (changed("letter", basis="custom", agreed=["Primer"]), {"letter.basis", "letter.agreed.0"}),
        (changed("letter", channel="Primer", nme="x"), {"letter.channel", "letter.nme"}),
        (
            {
                "screening": {**SCREENING, "sex": "?", "place": "?"},
                "letter": {"basis": "?", "nme": "x", "agreed": ["?"]},
            },
            {"screening.sex", "screening.place", "letter.basis", "letter.nme", "letter.agreed.0"},
        ),
        (changed("screening", indicator_set="x", age_band="x"), {"screening.indicator_set", "screening.age_band"}),
        (changed("letter", name="half a sign: \ud83d"), {"letter.name"}),
    ],
)
def test_every_fault_is_named_by_its_field_and_nothing_is_kept_or_repeated(system, body, named):
    answer = system.send(body)

    assert answer.status_code == 422
    assert faults(answer) == named
    assert "Primer" not in answer.content.decode()
    assert Screening.unscoped.count() == 0


def test_a_version_that_is_not_known_is_answered_with_those_that_are(system):
    answer = system.send(changed("screening", indicator_set="ilo-11.1999-1"))

    assert faults(answer) == {"screening.indicator_set"}
    assert "ilo-11.2026-1" in answer.json()["faults"][0]["remedy"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("[" * 3000 + "]" * 3000, 400),
        ('{"screening":' * 3000 + "1" + "}" * 3000, 400),
        ('{"a": 1', 400),
        (b"\xff\xfe{}", 400),
        ('{"letter": {}, "letter": {}}', 400),
        ('{"letter": NaN}', 400),
        ("[]", 400),
        ("x" * 1_000_001, 413),
        ("x" * 3_000_000, 413),
    ],
    ids=["deep list", "deep object", "cut off", "no utf-8", "a field twice", "no number", "a list", "large", "larger"],
)
def test_what_cannot_be_read_is_refused(system, sent, status):
    answer = system.send(sent)

    assert answer.status_code == status
    assert faults(answer) == set()


def test_another_content_type_another_method_and_no_key_are_refused(system, client):
    assert system.send(content_type="text/plain").status_code == 415
    assert faults(system.post("/referrals", BODY, key="short")) == {"Idempotency-Key"}
    headers = {"Authorization": f"Bearer {system.secret}"}
    for method in ("put", "delete", "patch", "options"):
        answer = getattr(client, method)("/api/v1/referrals", headers=headers)
        assert answer.status_code == 405
        assert set(answer["Allow"].split(", ")) == {"GET", "POST"}


def test_a_fault_of_ours_is_a_problem_too(system, client, monkeypatch):
    monkeypatch.setattr("opennrm.referral.from_systems.send", lambda *a, **k: 1 / 0)
    client.raise_request_exception = False

    answer = system.send()

    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:opennrm:problem:our-fault"


def test_problems_speak_the_language_that_is_asked_for(system):
    assert "Није" in system.get("/nothing", **{"Accept-Language": "sr"}).json()["title"]


# --- one's own


def test_nobody_elses_referral_exists(system, client, office):
    theirs = system.send().json()["code"]
    on_a_page = a_referral(office.inspector).code
    other = System(client, "ngo")
    of_another_kind = System(client, "border_police")

    for stranger in (other, of_another_kind):
        never_was = stranger.get(f"/referrals/{new_code()}")
        for code in (theirs, on_a_page, "7KQ4-RM2W", "%00", "x" * 500):
            met = stranger.get(f"/referrals/{code}")
            assert (met.status_code, met.content) == (404, never_was.content)
        assert stranger.post(f"/referrals/{theirs}/answers", {"answer": "x"}).status_code == 404
        assert stranger.get("/referrals").json() == {"referrals": [], "next": ""}
        assert stranger.get(f"/referrals?after={theirs}").status_code == 404
    assert system.get(f"/referrals/{on_a_page}").status_code == 404


def test_pages_of_ones_own_referrals_follow_each_other(system):
    codes = [system.send(key=f"referral-{n:03}").json()["code"] for n in range(5)]

    address, met = "/api/v1/referrals?limit=2", []
    while address:
        page = system.get(address.removeprefix("/api/v1")).json()
        met += [one["code"] for one in page["referrals"]]
        address = page["next"]

    assert met == codes[::-1]
    for wrong in ("limit=0", "limit=101", "limit=x", "after=x", "page=2"):
        assert system.get(f"/referrals?{wrong}").status_code == 422


def test_a_question_is_seen_and_answered_once(system):
    code = system.send().json()["code"]
    duty = staff("centre_intake_officer")
    referral = acknowledge(Referral.unscoped.get(), by=duty)
    assert system.post(f"/referrals/{code}/answers", {"answer": "At noon"}).status_code == 409
    ask(referral, question="When?", by=duty)

    status = system.get(f"/referrals/{code}").json()
    answered = [system.post(f"/referrals/{code}/answers", {"answer": "At noon"}) for _ in range(2)]
    other = system.post(f"/referrals/{code}/answers", {"answer": "At night"})

    assert (status["state"], status["open_question"]["question"]) == ("info_requested", "When?")
    assert [a.status_code for a in answered] == [200, 200]
    assert answered[0].json()["open_question"] is None
    assert other.status_code == 409
    assert Question.objects.get().answer == "At noon"


# --- lists


def test_lists_come_with_versions_and_are_not_sent_twice(system):
    all_of_them = system.get("/indicator-lists")
    keys = [one["key"] for one in all_of_them.json()["lists"]]
    one = system.get("/indicator-lists/ilo-11.2026-1")

    assert "ilo-11.2026-1" in keys
    assert [q["id"] for q in one.json()["questions"]][:2] == ["ILO11-01", "ILO11-02"]
    assert {"en", "sr-cyrl"} <= one.json()["questions"][0]["question"].keys()
    for answer, address in ((all_of_them, "/indicator-lists"), (one, "/indicator-lists/ilo-11.2026-1")):
        again = system.get(address, **{"If-None-Match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert system.get(address, **{"If-None-Match": '"old"'}).status_code == 200
    assert system.get("/indicator-lists/ilo-11.1999-1").status_code == 404


def test_the_document_names_the_countrys_codes_and_asks_nobody_for_a_credential(client):
    document = client.get("/api/v1/openapi.json").json()

    schemas = document["components"]["schemas"]
    assert "ILO11-07" in json.dumps(schemas["Screening_ilo-11_2026-1"])
    assert "child" in schemas["LetterIn"]["properties"]["basis"]["enum"]
    assert document["paths"]["/api/v1/referrals"]["post"]["responses"]["422"]["content"].keys() == {
        "application/problem+json"
    }
