"""What no page of ours sends: impossible codes, dates, choices, sizes, methods; forms replayed, tabs left open."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localtime

from opennrm.identification.models import Decision
from opennrm.kernel.clock import now
from opennrm.kernel.codes import Element
from opennrm.kernel.errors import NotAllowed, NrmError
from opennrm.referral.models import Referral
from opennrm.screening.actions import receive
from opennrm.screening.forms import SituationForm
from opennrm.screening.models import GivenAnswer, Screening
from opennrm.screening.rules import PLACES
from tests.factories import a_screening, an_open_case, staff
from tests.house.test_walls import EVERY, OF_A_RECORD, address
from tests.house.walk import Visitor, letter_fields

pytestmark = [pytest.mark.django_db, pytest.mark.both]

FIGURE = "persons_referred_and_identified"
SITUATION = {"age_band": "adult", "indicator_set": "ilo-11"}


def visitor(account):
    return Visitor(account, [])


# --- addresses


@pytest.mark.parametrize("code", ["%00", "7KQ4%00RM2X", "x" * 5000, "%ff%fe", "'", "%F0%9F%98%80", "7KQ4-RM2W"])
def test_an_address_with_a_code_that_is_none_has_no_page(office, code):
    lead = visitor(office.lead)

    for name in OF_A_RECORD:
        for method in (lead.get, lead.post):
            assert method(address(name, "CODE").replace("CODE", code)).status_code in {404, 405}, name


@pytest.mark.parametrize("number", [0, 12, 10**30])
def test_a_question_that_is_not_on_the_list_has_no_page(office, number):
    code = a_screening(office.inspector).code

    assert visitor(office.inspector).get(f"/notes/{code}/{number}").status_code == 404


@pytest.mark.parametrize("method", ["put", "delete", "patch", "head", "options", "trace"])
def test_no_other_method_does_anything(office, method):
    lead = visitor(office.lead)
    lead.raise_request_exception = True

    for name in EVERY:
        where = address(name, "7KQ4-RM2X") if EVERY[name].pattern.converters else reverse(name)
        assert getattr(lead, method)(where).status_code in {200, 302, 404, 405}, name


@pytest.mark.parametrize("year", ["²", "9" * 5000, "٢٠٢٦", "-1", "1999", "9999", "2026\0", "soon"])
def test_a_year_that_is_none_has_no_figure(office, year):
    asked = visitor(staff("statistician")).get(reverse("figure", args=[FIGURE]), {"year": year})

    assert asked.status_code == 404


@pytest.mark.parametrize("by", [["event", "event"], ["month", "month"], ["\0"], ["nothing"], ["form", "sex", "month"]])
def test_unknown_or_doubled_breakdowns_are_left_out(office, by):
    statistician = visitor(staff("statistician"))

    for name in ("figure", "figure_csv"):
        assert statistician.get(reverse(name, args=[FIGURE]), {"by": by}).status_code == 200
    assert statistician.get(reverse("figure_cases", args=[FIGURE]), {"by": by, "cell": "\0"}).status_code == 404


@pytest.mark.parametrize("moment", ["x", "\0", "2026-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_worklist_after_a_moment_that_never_was_is_a_worklist(office, moment):
    asked = visitor(office.duty).get(reverse("worklist"), {"after": f"{moment}_{'0' * 32}", "show": "\0"})

    assert asked.status_code == 200


@pytest.mark.parametrize("typed", ["", "\0", "7KQ4-RM2X\0", "x" * 100_000, "Primer Thi Ogled"])
def test_find_says_that_there_is_no_such_record(office, typed):
    assert visitor(office.lead).post(reverse("find"), {"code": typed}).status_code == 404


# --- dates


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00", "1900-01-01T00:00", "2026-02-31T10:00", "2026-03-29T02:30", "9999-12-31T23:59", "soon"]
)
def test_nobody_was_informed_at_an_impossible_moment(office, at):
    case = an_open_case(office.inspector, office.duty)
    fields = {"how_police": "telephone", "at_police": at}

    sent = visitor(office.duty).post(reverse("case:inform_participants", args=[case.code]), fields)

    assert sent.status_code == 400
    assert not case.notifications.exists()


def test_nobody_was_informed_tomorrow_or_before_the_referral_came(office):
    case = an_open_case(office.inspector, office.duty)
    duty = visitor(office.duty)

    for away, said in ((timedelta(days=1), "in the future"), (-timedelta(days=1), "before the referral arrived")):
        at = localtime(now() + away).strftime("%Y-%m-%dT%H:%M")
        fields = {"how_police": "telephone", "at_police": at}
        sent = duty.post(reverse("case:inform_participants", args=[case.code]), fields)
        assert sent.status_code == 400
        assert said in sent.content.decode()
    assert not case.notifications.exists()


@pytest.mark.parametrize("until", ["0001-01-01", "1900-01-01", "2026-02-31", "10000-01-01", "soon", ""])
def test_a_decision_is_not_deferred_to_an_impossible_day(office, until):
    case = office.case_ready_to_decide()

    sent = visitor(office.lead).post(
        reverse("decision:defer", args=[case.decision.code]), {"until": until, "questions": "Where?"}
    )

    assert sent.status_code == 400
    assert Decision.unscoped.get().state == "individual_opinions"


# --- fields


@pytest.mark.parametrize("field", ["age_band", "indicator_set", "sex", "district", "place", "person_language"])
@pytest.mark.parametrize("value", ["nothing-like-it", "a\0b", ""])
def test_an_unknown_choice_begins_nothing(office, field, value):
    optional = value == "" and field not in SITUATION

    sent = visitor(office.inspector).post(reverse("screening:new"), SITUATION | {field: value})

    offered = value == "" and field == "indicator_set"  # without a list the fitting ones are offered
    assert sent.status_code == (302 if optional else 200 if offered else 400)
    assert Screening.unscoped.count() == int(optional)


@pytest.mark.parametrize("fields", [{"notes": "x" * 20_001}, {"notes": "a\0b"}, {"key": "k" * 65}])
def test_words_beyond_the_limit_begin_nothing(office, fields):
    assert visitor(office.inspector).post(reverse("screening:new"), SITUATION | fields).status_code == 400
    assert Screening.unscoped.count() == 0


@pytest.mark.parametrize("missing", ["is_safe_tonight", "needs_doctor", "basis", "channel"])
def test_a_letter_with_a_gap_is_not_sent(office, missing):
    letter = {name: value for name, value in letter_fields().items() if name != missing}
    code = a_screening(office.inspector, yes=(7, 10)).code

    sent = visitor(office.inspector).post(reverse("referral:new", args=[code]), letter | {"anyway_reason": "x"})

    assert sent.status_code == 400
    assert "is not answered yet" in sent.content.decode()
    assert Referral.unscoped.count() == 0


def test_places_of_the_form_are_those_that_a_device_may_send():
    assert [code for code, _ in SituationForm.base_fields["place"].choices] == ["", *PLACES]


# --- a device


PAYLOAD = {"client_id": "made-on-the-device", "answers": {"ILO11-07": {"answer": "yes", "note": "Seen."}}} | SITUATION


def nested(depth):
    value = "x"
    for _ in range(depth):
        value = [value]
    return value


def test_receive_takes_the_same_screening_once(office):
    first = receive(PAYLOAD, by=office.inspector)

    assert receive(json.loads(json.dumps(PAYLOAD)), by=office.inspector) == first
    assert (Screening.unscoped.count(), GivenAnswer.objects.count()) == (1, 1)
    with pytest.raises(NotAllowed, match="Something else was already sent"):
        receive(PAYLOAD | {"notes": "other"}, by=office.inspector)


def test_receive_knows_the_same_id_of_two_senders_apart(office):
    office_two = staff("labour_inspector", "second")

    assert receive(PAYLOAD, by=office.inspector) != receive(PAYLOAD, by=office_two)


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": ""},
        {"client_id": "k" * 55},
        {"client_id": "Primer Thi Ogled"},
        {"client_id": None},
        {"indicator_set": "nothing-like-it"},
        {"indicator_set": ["ilo-11"]},
        {"age_band": {"a": 1}},
        {"sex": "a\0b"},
        {"district": "Primer"},
        {"place": "Primer Thi Ogled"},
        {"person_language": "Primer Thi Ogled"},
        {"notes": ["Primer"]},
        {"notes": "x" * 20_001},
        {"device_at": "2026-02-31T10:00:00+01:00"},
        {"device_at": "2026-02-01T10:00:00"},
        {"answers": ["yes"]},
        {"answers": {"ILO11-07": "yes"}},
        {"answers": {"ILO11-07": {"answer": "perhaps"}}},
        {"answers": {"ILO11-07": {"answer": "yes", "note": ["x"]}}},
        {"answers": {"ILO11-99": {"answer": "yes"}}},
        {"answers": nested(3000)},
        {"more": nested(3000)},
        {"more": "x" * 1_000_000},
        {"more": {1, 2}},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_receive_refuses_whole_what_it_does_not_understand(office, wrong):
    with pytest.raises(NrmError, match="not received") as refusal:
        receive(PAYLOAD | wrong, by=office.inspector)

    assert "Primer" not in str(refusal.value)
    assert Screening.unscoped.count() == 0


@pytest.mark.parametrize("payload", [None, [], "screening", nested(3000)], ids=["none", "list", "text", "deep"])
def test_receive_refuses_what_is_no_mapping(office, payload):
    with pytest.raises(NrmError, match="not received"):
        receive(payload, by=office.inspector)


def test_receive_keeps_half_a_letter_from_a_broken_keyboard(office):
    kept = receive(PAYLOAD | {"notes": "half a sign: \ud83d"}, by=office.inspector)

    assert Screening.unscoped.get(pk=kept.pk).situation == "half a sign: \ud83d"


# --- forms sent again, and tabs left open


def test_a_situation_sent_twice_begins_one_and_other_words_under_its_key_are_refused(office):
    inspector = visitor(office.inspector)
    fields = SITUATION | {"key": "made-when-opened", "notes": "first"}

    first, again = (inspector.post(reverse("screening:new"), fields) for _ in range(2))
    other = inspector.post(reverse("screening:new"), fields | {"notes": "second"})
    elsewhere = visitor(staff("labour_inspector", "second")).post(reverse("screening:new"), fields)

    assert first["Location"] == again["Location"] != elsewhere["Location"]
    assert other.status_code == 400
    assert "Something else was already sent from this form" in other.content.decode()
    assert Screening.unscoped.count() == 2


def test_a_situation_sent_again_after_it_was_thrown_away_says_so(office):
    inspector = visitor(office.inspector)
    fields = SITUATION | {"key": "made-when-opened"}
    code = inspector.post(reverse("screening:new"), fields)["Location"].split("/")[2]
    inspector.post(reverse("screening:discard", args=[code]))

    again = inspector.post(reverse("screening:new"), fields)

    assert again.status_code == 400
    assert "thrown away" in again.content.decode()


def test_a_letter_under_the_key_of_another_letter_is_refused(office):
    inspector = visitor(office.inspector)
    fields = letter_fields() | {"key": "made-when-opened", "anyway_reason": "x"}
    one, two = (a_screening(office.inspector, yes=(1, 2)).code for _ in range(2))

    first = inspector.post(reverse("referral:new", args=[one]), fields)
    again = inspector.post(reverse("referral:new", args=[one]), fields)
    other_words = inspector.post(reverse("referral:new", args=[one]), fields | {"name": "Uzor"})
    other_person = inspector.post(reverse("referral:new", args=[two]), fields)

    assert first["Location"] == again["Location"] == other_words["Location"], "what was sent is shown, not replaced"
    assert other_person.status_code == 400
    assert "Something else was already sent from this form" in other_person.content.decode()
    assert Referral.unscoped.count() == 1


def test_of_two_tabs_with_a_decision_the_second_gets_the_reason_and_changes_nothing(office):
    case = office.case_ready_to_decide()
    lead = visitor(office.lead)
    reasons = {f"reason_{element}": "Shown." for element in Element}
    decide = {name: reverse(f"decision:{name}", args=[case.decision.code]) for name in ("identify", "decline")}

    assert lead.post(decide["identify"], reasons | {"main_form": "labour"}).status_code == 302
    second = lead.post(decide["decline"], reasons)

    assert second.status_code == 409
    assert "Nothing was changed." in second.content.decode()
    decided = Decision.unscoped.get()
    assert (decided.ruling.outcome, decided.state) == ("identified", "decided_identified")


def test_an_answer_from_a_second_tab_does_not_replace_the_first(office):
    from opennrm.referral.actions import acknowledge, answer_question, ask
    from opennrm.referral.models import Question
    from tests.factories import a_referral

    sent = a_referral(office.inspector)
    acknowledge(sent, by=office.duty)
    ask(sent, question="When?", by=office.duty)
    one, two = (Question.objects.get() for _ in range(2))
    answer_question(one, answer="At noon", by=office.inspector)

    with pytest.raises(NotAllowed, match="answered already"):
        answer_question(two, answer="At night", by=office.inspector)
    assert Question.objects.get().answer == "At noon"
