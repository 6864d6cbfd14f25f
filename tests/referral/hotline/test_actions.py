from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from opennrm.audit.models import Entry
from opennrm.desk.notices import listed, place_of
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.codes import Answer
from opennrm.kernel.errors import NotAllowed
from opennrm.referral.hotline.actions import (
    Contact,
    Outcome,
    add_outcomes,
    attempt_call_back,
    begin_screening,
    forget,
    give_word,
    mark_same_caller,
    remind,
    take_call,
    withdraw,
)
from opennrm.referral.hotline.models import CallBack, CallerThread, CallOutcome, HotlineCall
from opennrm.referral.hotline.queries import Asked, calls, to_call_back
from opennrm.referral.hotline.rules import Certainty, Hours, LedTo, Reached
from opennrm.screening.actions import Situation
from opennrm.screening.models import Screening
from opennrm.vault.rules import Erased
from opennrm.workflow.queries import notices
from tests.factories import a_line, an_agency, staff
from tests.referral.hotline.calls import SAFE_TO_CALL, a_call, told

pytestmark = [pytest.mark.django_db, pytest.mark.both]

SITUATION = Situation(indicator_set="ilo-11", age_band="adult", place="online")


@pytest.fixture
def operator(db):
    return a_line()


def test_take_call_keeps_it_once_for_one_key(operator):
    call = told(notes="first")

    first, again = (take_call(call, by=operator, key="k", content=b"same") for _ in range(2))

    assert first == again
    assert HotlineCall.unscoped.count() == 1
    with pytest.raises(NotAllowed, match="Something else was already sent"):
        take_call(told(), by=operator, key="k", content=b"other")


def test_take_call_is_audited_in_codes_and_seals_its_words(operator):
    call = a_call(operator, notes="a window with a blue lamp", contact=SAFE_TO_CALL)

    entry = Entry.objects.get(verb="call.take")
    assert entry.subject == call.ref
    kept = HotlineCall.unscoped.get(pk=call.pk)
    assert (kept.notes, kept.call_back_how) == ("a window with a blue lamp", "only after the second ring")


@pytest.mark.parametrize(
    ("more", "because"),
    [
        ({"began_at": now() + timedelta(hours=1)}, "in the future"),
        ({"began_at": now() - timedelta(days=8)}, "seven days"),
        ({"ended_at": now() - timedelta(days=1)}, "before it began"),
        ({"subjects": ()}, "what the call is about"),
        ({"subjects": ("nothing-like-it",)}, "what the call is about"),
        ({"code_word": "mango"}, "three words"),
        ({"code_word": "akvarel akvarel akvarel"}, "no caller was given them"),
        ({"contact": Contact(hours=Hours(now().time(), None))}, "both safe hours"),
        ({"led_to": (LedTo.NOTHING, LedTo.INFORMATION)}, "Leave “Nothing” out"),
        ({"led_to": (LedTo.SCREENING,)}, "No screening of yours"),
        ({"led_to": (LedTo.CALL_BACK,)}, "did not say that calling back is safe"),
    ],
)
def test_take_call_refuses_and_keeps_nothing(operator, more, because):
    with pytest.raises(NotAllowed, match=because):
        a_call(operator, **more)

    assert not HotlineCall.unscoped.exists()
    assert not CallerThread.objects.exists()


@pytest.mark.parametrize("role", ["labour_inspector", "hotline_supervisor", "centre_intake_officer"])
def test_take_call_is_for_operators(role):
    with pytest.raises(NotAllowed):
        a_call(staff(role))


def test_a_code_word_joins_calls_of_two_lines_to_one_caller(operator):
    first = a_call(operator)
    words = give_word(first, by=operator)

    second = a_call(operator, code_word=words.upper())
    third = a_call(a_line("another"), code_word=words)

    assert first.thread == second.thread == third.thread
    assert give_word(second, by=operator) == words, "said again, not drawn anew"
    listed = calls(operator, Asked())
    assert (listed.count, listed.callers, listed.at_least) == (2, 1, 1)


def test_what_is_sure_joins_callers_and_what_is_likely_is_counted_apart(operator):
    one, two, three = (a_call(operator) for _ in range(3))

    mark_same_caller(one, two, certainty=Certainty.SURE, by=operator)
    mark_same_caller(three, one, certainty=Certainty.LIKELY, by=operator)
    mark_same_caller(three, two, certainty=Certainty.LIKELY, by=operator)

    listed = calls(operator, Asked())
    assert (listed.count, listed.callers, listed.at_least) == (3, 2, 1)


def test_mark_same_caller_refuses_itself_twice_and_two_code_words(operator):
    one, two = (a_call(operator) for _ in range(2))
    with pytest.raises(NotAllowed, match="the same call"):
        mark_same_caller(one, one, certainty=Certainty.SURE, by=operator)
    for call in (one, two):
        give_word(call, by=operator)
    with pytest.raises(NotAllowed, match="code word of their own"):
        mark_same_caller(one, two, certainty=Certainty.SURE, by=operator)


def test_of_two_joined_callers_the_code_word_stays(operator):
    one, two = (a_call(operator) for _ in range(2))
    words = give_word(two, by=operator)

    mark_same_caller(two, one, certainty=Certainty.SURE, by=operator)

    assert a_call(operator, code_word=words).thread == HotlineCall.unscoped.get(pk=one.pk).thread
    with pytest.raises(NotAllowed, match="remarked already"):
        mark_same_caller(two, one, certainty=Certainty.SURE, by=operator)


def test_add_outcomes_adds_and_takes_none_away(operator):
    call = a_call(operator, led_to=(LedTo.INFORMATION,))
    office = an_agency("csw")

    add_outcomes(call, [Outcome(LedTo.REFERRED_ELSEWHERE, agency=office), Outcome(LedTo.EMERGENCY)], by=operator)

    assert [o.led_to for o in CallOutcome.objects.order_by("pk")] == ["information", "referred_elsewhere", "emergency"]
    assert CallOutcome.objects.get(led_to="referred_elsewhere").agency == office
    for wrong in ([Outcome(LedTo.NOTHING)], [Outcome(LedTo.REFERRED_ELSEWHERE)], [Outcome(LedTo.SCREENING)], []):
        with pytest.raises(NotAllowed):
            add_outcomes(call, wrong, by=operator)
    assert CallOutcome.objects.count() == 3


def test_begin_screening_begins_one_and_the_call_keeps_which(operator):
    call = a_call(operator)

    begun, again = (begin_screening(call, SITUATION, by=operator, key="k", content=b"same") for _ in range(2))

    assert begun == again
    assert Screening.unscoped.count() == 1
    assert CallOutcome.objects.get(led_to=LedTo.SCREENING).screening == begun


def test_a_call_back_keeps_to_the_hours_and_its_contact_is_erased_when_it_is_over(operator):
    tomorrow = now().astimezone(ZoneInfo("Europe/Belgrade")) + timedelta(days=1)  # the post is given now
    noon = tomorrow.replace(hour=12, minute=0, second=0, microsecond=0)
    with frozen(noon):
        contact = Contact(may=Answer.YES, hours=Hours(time(18), time(19)), how="a contact")
        call = a_call(operator, contact=contact)
        with pytest.raises(NotAllowed, match="from 18:00 to 19:00 only"):
            add_outcomes(call, [Outcome(LedTo.CALL_BACK, call_back_at=noon + timedelta(hours=2))], by=operator)
        add_outcomes(call, [Outcome(LedTo.CALL_BACK, call_back_at=noon + timedelta(hours=6))], by=operator)
    seen = []
    for hours in (5, 6, 8):
        with frozen(noon + timedelta(hours=hours)):
            seen += [(one.is_due, one.is_safe_now) for one in to_call_back(operator)]
    assert seen == [(False, False), (True, True), (True, False)]

    (waiting,) = to_call_back(operator)
    attempt_call_back(waiting.call_back, result=Reached.NOT_REACHED, by=operator)
    assert HotlineCall.unscoped.get().call_back_how == "a contact"
    attempt_call_back(waiting.call_back, result=Reached.REACHED, by=operator)

    assert HotlineCall.unscoped.get().call_back_how == ""
    assert to_call_back(operator) == []
    with pytest.raises(NotAllowed, match="over already"):
        attempt_call_back(waiting.call_back, result=Reached.REACHED, by=operator)


def test_the_line_is_told_once_when_it_is_time_to_call_back_and_no_more_when_it_is_over(operator):
    call = a_call(operator, contact=SAFE_TO_CALL)
    add_outcomes(call, [Outcome(LedTo.CALL_BACK, call_back_at=now() + timedelta(hours=1))], by=operator)
    stranger = a_line("another")

    assert remind() == 0
    with frozen(now() + timedelta(hours=1)):
        assert remind() == 1
        assert remind() == 0
        assert [(one.verb, one.subject) for one in notices(operator)] == [("call.back_due", call.ref)]
        assert not notices(stranger)
        [line] = listed(operator).lines
        assert str(line.words) == "It is time to call back"
        assert place_of(line.notice, operator) == reverse("hotline:call", args=[call.code])
        assert place_of(line.notice, stranger) == ""
        attempt_call_back(CallBack.objects.get(), result=Reached.REACHED, by=operator)

    assert not notices(operator)


def test_nobody_is_told_of_a_call_that_was_a_mistake(operator):
    call = a_call(operator, contact=SAFE_TO_CALL)
    add_outcomes(call, [Outcome(LedTo.CALL_BACK, call_back_at=now() + timedelta(hours=1))], by=operator)
    withdraw(call, by=operator)

    assert remind(now() + timedelta(hours=2)) == 0


def test_a_withdrawn_call_stays_and_is_listed_and_called_back_no_more(operator):
    call = a_call(operator, contact=SAFE_TO_CALL)
    add_outcomes(call, [Outcome(LedTo.CALL_BACK, call_back_at=now() + timedelta(hours=1))], by=operator)

    withdraw(call, by=operator)
    withdraw(call, by=operator)

    assert HotlineCall.unscoped.count() == 1
    assert calls(operator, Asked()).count == 0
    assert not CallBack.objects.filter(ended_at=None).exists()
    assert Entry.objects.filter(verb="call.withdraw").count() == 1


def test_forget_destroys_the_words_when_their_time_is_over_and_keeps_the_facts(operator, client):
    call = a_call(operator, notes="a window with a blue lamp", contact=SAFE_TO_CALL)
    words = give_word(call, by=operator)
    add_outcomes(call, [Outcome(LedTo.CALL_BACK, call_back_at=now() + timedelta(hours=1))], by=operator)

    assert forget(now() + timedelta(days=729)) == 0
    with frozen(now() + timedelta(days=731)):
        assert forget() == 1
        assert forget() == 0
        with pytest.raises(NotAllowed, match="no caller was given them"):
            a_call(operator, code_word=words)

    kept = HotlineCall.unscoped.get()
    with pytest.raises(Erased):
        assert kept.notes
    assert kept.channel == "phone"
    assert not CallBack.objects.filter(ended_at=None).exists()
    for act in (
        lambda: give_word(kept, by=operator),
        lambda: add_outcomes(kept, [Outcome(LedTo.CALL_BACK, call_back_at=now())], by=operator),
    ):
        with pytest.raises(NotAllowed, match="kept no longer"):
            act()
    client.force_login(operator)
    page = client.get(reverse("hotline:call", args=[kept.code]))
    assert page.status_code == 200
    assert "were destroyed" in page.content.decode()
    withdraw(kept, by=operator)


def test_another_line_neither_lists_nor_continues_a_call(operator):
    call = a_call(operator)
    other = a_line("another")

    assert calls(other, Asked()).count == 0
    assert calls(staff("labour_inspector"), Asked()).count == 0
    assert calls(staff("hotline_supervisor"), Asked()).count == 1
    for act in (
        lambda: add_outcomes(call, [Outcome(LedTo.INFORMATION)], by=other),
        lambda: give_word(call, by=other),
        lambda: withdraw(call, by=other),
        lambda: mark_same_caller(a_call(other), call, certainty=Certainty.SURE, by=other),
        lambda: begin_screening(call, SITUATION, by=other, key="", content=b""),
    ):
        with pytest.raises(NotAllowed):
            act()
