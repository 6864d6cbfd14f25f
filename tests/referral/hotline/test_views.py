from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localtime

from opennrm.kernel.clock import now
from opennrm.kernel.codes import Answer
from opennrm.kernel.public_code import new_code
from opennrm.referral.hotline.actions import Contact, Outcome, add_outcomes, give_word
from opennrm.referral.hotline.models import CallBack, CallOutcome, HotlineCall
from opennrm.referral.hotline.queries import PAGE
from opennrm.referral.hotline.rules import LedTo
from tests.factories import a_line, a_screening, an_agency, staff
from tests.house.walk import Visitor
from tests.referral.hotline.calls import SAFE_TO_CALL, a_call, call_fields

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def operator(db):
    return a_line()


def visitor(account):
    return Visitor(account, [])


def minute(**away):
    return localtime(now() + timedelta(**away)).strftime("%Y-%m-%dT%H:%M")


def take(account, **more):
    return visitor(account).post(reverse("hotline:take"), call_fields(began_at=minute(minutes=-3)) | more)


def test_a_call_sent_twice_is_kept_once_and_other_words_under_its_key_are_refused(operator):
    fields = {"key": "made-when-opened", "began_at": minute(minutes=-3), "device_at": "2026-11-17T14:20:00.000Z"}

    first, again = (take(operator, **fields) for _ in range(2))
    other = take(operator, **fields, notes="second")

    assert first["Location"] == again["Location"]
    assert other.status_code == 400
    assert "Something else was already sent from this form" in other.content.decode()
    assert HotlineCall.unscoped.get().device_at.isoformat() == "2026-11-17T14:20:00+00:00"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"began_at": minute(days=1)}, "in the future"),
        ({"began_at": minute(days=-8)}, "within seven days"),
        ({"began_at": "2026-02-31T10:00"}, "valid date"),
        ({"began_at": "0001-01-01T00:00"}, "within seven days"),
        ({"ended_at": minute(days=1)}, "in the future"),
        ({"ended_at": minute(hours=-2)}, "before it began"),
        ({"is_safe": ""}, "“Is the caller safe at this moment?” is not answered yet"),
        ({"subjects": []}, "“What is it about?” is not answered yet"),
        ({"subjects": ["nothing-like-it"]}, "not one of the available choices"),
        ({"channel": "pigeon"}, "not one of the available choices"),
        ({"code_word": "mango robot"}, "A code word is three words"),
        ({"code_word": "mamgo robot lama"}, "The first word is not one of ours. Was it: mango"),
        ({"code_word": "mango mango mango"}, "do not belong together"),
        ({"code_word": "akvarel akvarel akvarel"}, "no caller was given them"),
        ({"call_back_from": "18:00"}, "both safe hours"),
        ({"call_back_how": "a contact"}, "kept only where calling back is safe"),
        ({"led_to": ["nothing", "information"]}, "Leave “Nothing” out"),
        ({"led_to": ["screening"]}, "not one of the available choices"),
        ({"notes": "a\0b"}, "Null characters"),
    ],
)
def test_a_call_with_a_fault_is_not_kept_and_says_which(operator, more, said):
    sent = take(operator, **({"notes": "what was written"} | more))

    page = sent.content.decode()
    assert sent.status_code == 400
    assert said in page
    assert "what was written" in page or "notes" in more
    assert not HotlineCall.unscoped.exists()


def test_a_device_clock_that_is_none_is_left_out(operator):
    for said in ("", "soon", "2026-11-17T14:20:00", "0001-01-01T00:00:00+14:00"):
        assert take(operator, device_at=said).status_code == 302

    assert not HotlineCall.unscoped.exclude(device_at=None).exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"led_to": []}, "is not answered yet"),
        ({"led_to": ["referred_elsewhere"]}, "Name the agency"),
        ({"led_to": ["screening"]}, "Give the code of your screening"),
        ({"led_to": ["screening"], "screening": "7KQ4-RM2W"}, "not a complete code"),
        ({"led_to": ["screening"], "screening": new_code()}, "No screening of yours"),
        ({"led_to": ["call_back"]}, "Say when to call back"),
        ({"led_to": ["call_back"], "call_back_at": minute(days=1)}, "did not say that calling back is safe"),
        ({"led_to": ["information", "nothing"]}, "Leave “Nothing” out"),
    ],
)
def test_an_outcome_with_a_gap_is_not_kept(operator, more, said):
    call = a_call(operator)

    sent = visitor(operator).post(reverse("hotline:led_to", args=[call.code]), {"key": "k"} | more)

    assert sent.status_code == 400
    assert said in sent.content.decode()
    assert not CallOutcome.objects.exists()


def test_somebody_elses_screening_is_not_linked(operator):
    call, foreign = a_call(operator), a_screening(staff("labour_inspector"))

    sent = visitor(operator).post(
        reverse("hotline:led_to", args=[call.code]), {"led_to": ["screening"], "screening": foreign.code}
    )

    assert sent.status_code == 400
    assert not CallOutcome.objects.exists()


def test_outcomes_a_call_back_and_its_end_stand_on_the_page_of_the_call(operator):
    call = a_call(operator, contact=Contact(may=Answer.YES, how="the second ring"))
    page = visitor(operator)
    fields = {
        "led_to": ["referred_elsewhere", "call_back"],
        "agency": an_agency("csw").code,
        "call_back_at": minute(hours=3),
    }
    page.send("hotline:led_to", call.code, **fields)

    agreed = CallBack.objects.get()
    assert "the second ring" in page.page("hotline:call", call.code).content.decode()
    assert "Later" in page.page("hotline:calls").content.decode()
    page.send("hotline:attempt", call.code, agreed.pk, result="reached")
    shown = page.page("hotline:call", call.code).content.decode()
    assert "Referred to another service: Office csw" in shown
    assert "the second ring" not in shown
    assert "Over." in shown
    assert page.get(reverse("hotline:attempt", args=[a_call(operator).code, agreed.pk])).status_code == 404


def test_same_caller_by_code_and_what_it_refuses(operator):
    one, two, foreign = a_call(operator), a_call(operator), a_call(a_line("another"))
    page = visitor(operator)

    for other, said in ((foreign.code, "no call with this code"), (one.code, "the same call"), ("\0", "Null")):
        refused = page.post(reverse("hotline:same_caller", args=[one.code]), {"other": other, "certainty": "sure"})
        assert refused.status_code == 400
        assert said in refused.content.decode()
    page.send("hotline:same_caller", one.code, other=two.code.lower(), certainty="likely")

    assert two.code in page.page("hotline:call", one.code).content.decode()


def test_the_list_is_filtered_paged_and_never_breaks(operator):
    for _ in range(PAGE + 1):
        a_call(operator, language="tr")
    a_call(operator, language="vi", subjects=("missing_person",))
    page = visitor(operator)

    def listed(**query):
        return page.page("hotline:calls", **query).content.decode()

    assert listed().count('<tr><th scope="row">') == PAGE
    assert "52 calls" in listed()
    assert listed().count('data-head="Subject"') == PAGE, "on a phone each cell says what it is"
    assert listed(language="vi").count('<tr><th scope="row">') == 1
    assert listed(subject="missing_person").count('<tr><th scope="row">') == 1
    after = listed().split("after=")[1].split('"')[0]
    rest = page.get(f"{reverse('hotline:calls')}?after={after}").content.decode()
    assert rest.count('<tr><th scope="row">') == 2
    odd = {"first": "2026-12-31", "last": "2026-01-01", "language": "\0", "subject": "x", "after": "x_y", "back": "on"}
    assert "would end before it begins" in listed(**odd)
    assert "There is no such call" in listed(back="on")
    for day in ("0001-01-01", "9999-12-31", "2026-02-31"):
        assert "error" in listed(first=day, last=day)


def test_the_supervisor_sees_the_list_and_neither_words_nor_a_call(operator):
    call = a_call(operator, notes="a window with a blue lamp", contact=SAFE_TO_CALL)
    words = give_word(call, by=operator)
    add_outcomes(call, [Outcome(LedTo.CALL_BACK, call_back_at=now() + timedelta(hours=1))], by=operator)
    supervisor = visitor(staff("hotline_supervisor"))

    shown = supervisor.page("hotline:calls").content.decode()

    assert call.code in shown
    assert reverse("hotline:call", args=[call.code]) not in shown
    assert not [secret for secret in (words, "lamp", "second ring") if secret in shown]
    assert supervisor.page("hotline:call", call.code).status_code == 404
    assert supervisor.page("hotline:take").status_code == 404


def test_in_danger_the_numbers_stand_on_the_page(operator):
    call = a_call(operator, is_safe=Answer.NO)

    assert "192" in visitor(operator).page("hotline:call", call.code).content.decode()
    assert "192" in visitor(operator).page("hotline:take").content.decode()
    assert "192" not in visitor(operator).page("hotline:call", a_call(operator).code).content.decode()
