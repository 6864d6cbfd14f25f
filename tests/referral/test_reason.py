"""The reason that the list does not give: one line, asked of whoever refers all the same."""

import pytest
from django.urls import reverse

from opennrm.kernel.codes import Answer
from opennrm.kernel.errors import NotAllowed
from opennrm.referral import sending
from opennrm.referral.models import Referral
from opennrm.screening.actions import answer, finish
from opennrm.screening.queries import reading_of
from opennrm.screening.rules import Advice
from tests.factories import a_letter, a_screening
from tests.house.walk import Visitor, letter_fields

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_a_letter_without_the_reason_is_refused_whoever_sends_it(office):
    noticed = a_screening(office.inspector, yes=())

    with pytest.raises(NotAllowed, match="Say in one line why you refer"):
        sending.submit(noticed, a_letter(), by=office.inspector)

    assert not Referral.unscoped.exists()
    assert sending.submit(noticed, a_letter(reason="One alarming fact."), by=office.inspector).code


def test_an_answer_that_changes_while_the_letter_is_written_brings_the_question_for_the_reason(office):
    noticed = a_screening(office.inspector, yes=(7, 8, 9))
    page, address = Visitor(office.inspector, []), reverse("referral:new", args=[noticed.code])
    opened = page.get(address).content.decode()
    for number in (7, 8, 9):
        answer(noticed, f"ILO11-{number:02}", Answer.NO, by=office.inspector)

    refused = page.post(address, letter_fields() | {"words": "Say that the library calls."})
    sent = page.post(address, letter_fields() | {"anyway_reason": "One alarming fact."})

    assert 'name="anyway_reason"' not in opened
    assert refused.status_code == 400
    assert 'name="anyway_reason"' in refused.content.decode()
    assert "Say that the library calls." in refused.content.decode(), "nothing that was written is lost"
    assert sent.status_code == 302


def test_an_answer_given_after_the_screening_was_finished_is_read_too(office):
    noticed = a_screening(office.inspector, yes=(7, 8, 9))
    finish(noticed, by=office.inspector)
    before = noticed.advice

    for number in (7, 8, 9):
        answer(noticed, f"ILO11-{number:02}", Answer.NO, by=office.inspector)

    noticed.refresh_from_db()
    assert before == Advice.REFER_NOW
    assert noticed.advice != Advice.REFER_NOW
    assert set(noticed.lines.values_list("dimension", flat=True)) == {
        line.dimension for line in reading_of(noticed).dimensions
    }
