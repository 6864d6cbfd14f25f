from collections import Counter
from datetime import date, timedelta

import pytest

from opennrm.access.actions import grant
from opennrm.access.country import today_here
from opennrm.identification.actions import decide, open_case
from opennrm.kernel.clock import now
from opennrm.referral.actions import acknowledge
from opennrm.referral.hotline.actions import Outcome, add_outcomes, give_word, mark_same_caller, withdraw
from opennrm.referral.hotline.rules import Certainty, LedTo
from opennrm.referral.sending import submit
from opennrm.registers.actions import snapshot
from opennrm.statistics.measures.counting import count
from opennrm.statistics.measures.measure import catalogue
from opennrm.statistics.measures.period import Period
from tests.factories import a_letter, a_line, a_referral, a_screening, all_opinions, identified, with_panel
from tests.referral.hotline.calls import a_call

pytestmark = [pytest.mark.django_db, pytest.mark.both]

MEASURES = catalogue()


def facts():
    return snapshot(now() + timedelta(seconds=1)).facts


def counted(measure, by):
    year = today_here().year
    period = Period(date(year - 1, 1, 1), date(year, 12, 31))
    return count(facts(), MEASURES.measure(measure).by(by), period, now()).cell("*").value


def events():
    columns = facts().columns
    held = zip(columns["event"], columns["superseded_at"], strict=True)
    return Counter(event for event, superseded_at in held if event.startswith("call.") and superseded_at is None)


def test_calls_and_callers_are_counted_apart():
    operator = a_line()
    first = a_call(operator)
    words = give_word(first, by=operator)
    a_call(operator, code_word=words)
    other, unsure = a_call(operator), a_call(operator)
    mark_same_caller(unsure, other, certainty=Certainty.LIKELY, by=operator)
    a_call(operator, subjects=("silent",))
    withdrawn = a_call(operator)
    withdraw(withdrawn, by=operator)

    found = events()

    assert (found["call.received"], found["call.set_aside"]) == (4, 1), "a fifth is withdrawn since"
    assert (found["call.first"], found["call.first_likely"]) == (3, 2)
    assert counted("hotline_calls", "language") == 4


def test_a_call_counts_once_by_where_it_went_farthest_and_each_outcome_stands_for_itself():
    operator = a_line()
    call = a_call(operator, led_to=(LedTo.INFORMATION,), subjects=("information", "working_conditions"))
    add_outcomes(call, [Outcome(LedTo.EMERGENCY)], by=operator)

    columns = facts().columns
    rows = list(zip(columns["event"], columns["led_to"], columns["subject"], strict=True))

    assert ("call.received", "emergency", "information") in rows
    assert {led_to for event, led_to, _ in rows if event == "call.led_to"} == {"information", "emergency"}
    assert {subject for event, _, subject in rows if event == "call.subject"} == {"information", "working_conditions"}


def test_no_fact_of_a_call_says_which_or_whose_it_was():
    operator = a_line()
    call = a_call(operator, notes="a window with a blue lamp")
    words = give_word(call, by=operator)

    told = repr(facts().columns)

    assert not [secret for secret in (call.code, call.thread.code, words, "lamp", operator.code) if secret in told]


def test_persons_identified_through_the_hotline_are_counted_and_no_others(office):
    operator = a_line()
    call = a_call(operator)
    noticed = a_screening(operator)
    add_outcomes(call, [Outcome(LedTo.SCREENING, screening=noticed)], by=operator)
    for sent in (submit(noticed, a_letter(), by=operator), a_referral(office.inspector)):
        acknowledge(sent, by=office.duty)
        case = with_panel(open_case(sent, by=office.duty), office.duty, office.members)
        all_opinions(case, office.members)
        grant(case.file_code, office.lead, classes=["screening_answers"], purpose="lead", by=office.duty)
        decide(case.decision, identified(), by=office.lead)

    assert counted("persons_identified_through_hotline", "form") == 1
