"""Weights count as official only once an administrator compared exactly this list with the instrument."""

from dataclasses import replace

import pytest
from django.urls import reverse

from opennrm.access.country import current_profile
from opennrm.access.queries import sight_of
from opennrm.audit.models import Entry
from opennrm.kernel.codes import AgeBand, Answer, Strength
from opennrm.kernel.errors import NotAllowed
from opennrm.screening import actions, weights
from opennrm.screening.delivery import delivered, plain
from opennrm.screening.queries import comparison, confirmation, reading_of
from opennrm.screening.rules import NOT_CONFIRMED, Standing
from opennrm.screening.shown import CONFIRMED, seen_screening, weights_words
from tests.factories import staff
from tests.house.walk import Visitor, hidden

pytestmark = [pytest.mark.django_db, pytest.mark.both]

KEY = "ilo-ec-adult-labour.2026-1"
SIGN = "DEL-AL-D1-DEC_WAGES"


@pytest.fixture
def used():
    return current_profile().indicator_set(KEY)


@pytest.fixture
def admin():
    return staff("administrator")


def confirmed(used, admin):
    return weights.confirm_weights(used, digest=used.digest, edition="Geneva 2009", is_independent=True, by=admin)


def a_weighted_screening(office):
    situation = actions.Situation(indicator_set=KEY, age_band=AgeBand.ADULT)
    noticed = actions.start(situation, by=office.inspector)
    actions.answer(noticed, SIGN, Answer.YES, by=office.inspector)
    return noticed


def test_before_anybody_compared_every_result_says_so(office):
    noticed = a_weighted_screening(office)

    reading = reading_of(noticed)

    assert reading.weights == Standing.NOT_CONFIRMED
    assert NOT_CONFIRMED in reading.reasons
    assert plain(reading)["weights"] == "not_confirmed"
    assert seen_screening(noticed, sight_of(office.inspector, noticed)).weights == NOT_CONFIRMED
    page = Visitor(office.inspector, []).page("screening:result", noticed.code).content.decode()
    assert str(NOT_CONFIRMED) in page


def test_after_the_confirmation_it_is_said_no_more(office, used, admin):
    noticed = a_weighted_screening(office)

    confirmed(used, admin)

    reading = reading_of(noticed)
    assert reading.weights == Standing.CONFIRMED
    assert NOT_CONFIRMED not in reading.reasons
    assert seen_screening(noticed, sight_of(office.inspector, noticed)).weights == CONFIRMED
    page = Visitor(office.inspector, []).page("screening:result", noticed.code).content.decode()
    assert str(NOT_CONFIRMED) not in page
    assert "weights.confirmed" in set(
        Entry.objects.filter(subject="list:ilo-ec-adult-labour_2026-1").values_list("verb", flat=True)
    )


def test_a_list_that_changes_loses_its_confirmation(used, admin):
    confirmed(used, admin)
    first, *rest = used.indicators
    changed = replace(used, indicators=(replace(first, strength=Strength.WEAK), *rest))
    reworded = replace(used, indicators=(replace(first, question=rest[0].question), *rest))

    assert confirmation(used)
    assert confirmation(changed) is None
    assert confirmation(reworded) is None
    assert weights_words(changed) == NOT_CONFIRMED
    assert delivered(changed)["digest"] != delivered(used)["digest"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"digest": "0" * 64}, "changed since"),
        ({"is_independent": False}, "Whoever entered"),
        ({"edition": "  "}, "which edition"),
    ],
)
def test_a_confirmation_without_its_conditions_is_refused(used, admin, given, said):
    whole = {"digest": used.digest, "edition": "Geneva 2009", "is_independent": True}

    with pytest.raises(NotAllowed, match=said):
        weights.confirm_weights(used, **(whole | given), by=admin)

    assert comparison(used).history == []


def test_nobody_but_an_administrator_confirms(used, office):
    for account in (office.inspector, office.lead, staff("statistician")):
        with pytest.raises(NotAllowed):
            confirmed(used, account)
    assert confirmation(used) is None


def test_a_list_without_weights_has_nothing_to_confirm(admin):
    with pytest.raises(NotAllowed, match="no weights"):
        confirmed(current_profile().indicator_set("ilo-11"), admin)


def test_a_discrepancy_ends_a_confirmation_until_it_is_settled(used, admin):
    confirmed(used, admin)

    noted = weights.note_discrepancy(used, SIGN, edition="Geneva 2009, p. 4", note="Printed as strong.", by=admin)

    assert confirmation(used) is None
    assert [d.note for d in comparison(used).discrepancies] == ["Printed as strong."]
    with pytest.raises(NotAllowed, match="discrepancy is open"):
        confirmed(used, admin)

    weights.settle_discrepancy(used, noted.code, note="I read the line below.", by=admin)

    assert confirmation(used)
    with pytest.raises(NotAllowed, match="settled already"):
        weights.settle_discrepancy(used, noted.code, note="Again.", by=admin)


def test_a_confirmation_can_be_taken_back_and_given_again(used, admin):
    confirmed(used, admin)
    with pytest.raises(NotAllowed, match="confirmed already"):
        confirmed(used, admin)

    weights.take_confirmation_back(used, note="A page was missing.", by=admin)

    assert confirmation(used) is None
    with pytest.raises(NotAllowed, match="not confirmed"):
        weights.take_confirmation_back(used, note="Again.", by=admin)
    assert confirmed(used, admin) == confirmation(used)


def test_refusals_of_a_note_without_words_or_of_another_list(used, admin):
    for note, sign in (("", SIGN), ("Strong.", "ILO11-01")):
        with pytest.raises(NotAllowed):
            weights.note_discrepancy(used, sign, edition="", note=note, by=admin)
    noted = weights.note_discrepancy(used, SIGN, edition="", note="Strong.", by=admin)
    with pytest.raises(NotAllowed, match="reason"):
        weights.settle_discrepancy(used, noted.code, note=" ", by=admin)


def test_the_pages_lead_an_administrator_through(used, admin):
    visitor = Visitor(admin, [])
    assert visitor.get(reverse("home"))["Location"] == reverse("lists")
    assert "Adults, labour exploitation" in visitor.page("lists").content.decode()

    visitor.send("list_discrepancy", KEY, indicator=SIGN, note="Printed as strong.", edition="")
    noted = comparison(used).discrepancies[0]
    page = visitor.page("list", KEY).content.decode()
    assert "Printed as strong." in page
    assert reverse("list_confirm", args=[KEY]) not in page
    visitor.send("list_settle", KEY, noted.code, note="It is medium.")
    assert visitor.page("list_settle", KEY, noted.code).status_code == 404

    refused = visitor.post(
        reverse("list_confirm", args=[KEY]),
        hidden(visitor.page("list_confirm", KEY)) | {"edition": "Geneva 2009, pp. 4 to 9"},
    )
    assert refused.status_code == 400
    assert "Geneva 2009, pp. 4 to 9" in refused.content.decode()
    visitor.send("list_confirm", KEY, edition="Geneva 2009", is_independent="on")
    assert confirmation(used).edition == "Geneva 2009"
    visitor.send("list_take_back", KEY, note="A page was missing.")
    assert confirmation(used) is None


def test_a_confirmation_of_a_page_opened_before_a_change_is_refused(used, admin):
    visitor = Visitor(admin, [])
    stale = hidden(visitor.page("list_confirm", KEY)) | {"digest": "0" * 64, "edition": "x", "is_independent": "on"}

    answer = visitor.post(reverse("list_confirm", args=[KEY]), stale)

    assert answer.status_code == 400
    assert "The list changed since you opened the page" in answer.content.decode()
    assert confirmation(used) is None


def test_an_officer_reads_a_list_and_confirms_nothing(office):
    visitor = Visitor(office.inspector, [])

    page = visitor.page("list", KEY).content.decode()

    assert "transcribed by others" in page
    assert reverse("list_confirm", args=[KEY]) not in page
    assert visitor.page("list_confirm", KEY).status_code == 404
    assert visitor.page("list", "ilo-11").status_code == 404
    assert visitor.page("list", "never-was.1").status_code == 404
    assert visitor.page("list_confirm", "ilo-11.2026-1").status_code == 404
