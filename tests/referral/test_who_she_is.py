"""The number of a document and the year of birth on a letter: optional, sealed or coded, and found again at intake."""

from datetime import date

import pytest
from django.urls import reverse

from opennrm.access.country import today_here
from opennrm.kernel.codes import AgeBand
from opennrm.kernel.errors import NotAllowed
from opennrm.parties.models import Identity
from opennrm.parties.queries import attributes
from opennrm.referral import actions, sending
from opennrm.referral.models import PossibleMatch, Referral
from opennrm.referral.rules import birth_year_contradicts
from opennrm.referral.sending import Contact, Letter
from tests.factories import CONSENT, a_screening
from tests.house.walk import Visitor, letter_fields

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def letter_of(office):
    """Post a letter on a fresh screening and return the response."""

    def post(*, age_band=AgeBand.ADULT, **fields):
        noticed = a_screening(office.inspector, age_band=age_band)
        address = reverse("referral:new", args=[noticed.code])
        basis = {} if age_band == AgeBand.ADULT else {"basis": "child", "told": "yes"}
        return Visitor(office.inspector, []).post(address, letter_fields() | basis | {"anyway_reason": "x"} | fields)

    return post


def test_a_document_and_a_year_written_on_two_letters_are_found_at_intake(office, letter_of):
    letter_of(document="AB 123-456", birth_year="1994")
    first = Referral.unscoped.get()
    actions.acknowledge(first, by=office.duty)
    letter_of(document="ab123456")
    second = Referral.unscoped.exclude(pk=first.pk).get()

    actions.acknowledge(second, by=office.duty)

    assert attributes(first.person).birth_year == 1994
    assert Identity.objects.get(person=first.person).document == "AB 123-456"
    assert [match.sign for match in PossibleMatch.unscoped.filter(referral=second)] == ["document"]


@pytest.mark.parametrize(
    ("age_band", "written", "said"),
    [
        (AgeBand.ADULT, "ninety", "Write four digits"),
        (AgeBand.ADULT, "94", "Write four digits"),
        (AgeBand.ADULT, "2999", "Write four digits"),
        (AgeBand.ADULT, str(today_here().year - 10), "is a child or may be one"),
        (AgeBand.CHILD, "1980", "is an adult"),
    ],
)
def test_a_year_that_cannot_be_is_refused_in_its_place_and_nothing_is_lost(letter_of, age_band, written, said):
    refused = letter_of(age_band=age_band, birth_year=written, document="AB 123-456")

    page = refused.content.decode()
    assert refused.status_code == 400
    assert said in page
    assert f'value="{written}"' in page
    assert 'value="AB 123-456"' in page
    opened = 2 if age_band == AgeBand.ADULT else 3  # a child’s duty to notify stands open from the beginning
    assert page.count('<details class="fold" open>') == opened
    assert not Referral.unscoped.exists()


def test_the_action_refuses_such_a_year_as_well(office):
    letter = Letter(agreement=CONSENT, contact=Contact(birth_year=today_here().year - 10))

    with pytest.raises(NotAllowed, match="correct the age"):
        sending.submit(a_screening(office.inspector), letter, by=office.inspector)
    assert not Referral.unscoped.exists()


@pytest.mark.parametrize(
    ("age_band", "year", "is_right"),
    [
        (AgeBand.ADULT, None, True),
        (AgeBand.ADULT, 2007, True),
        (AgeBand.ADULT, 2008, False),
        (AgeBand.ADULT, 1899, False),
        (AgeBand.CHILD, 2008, True),
        (AgeBand.CHILD, 2007, False),
        (AgeBand.UNCERTAIN, 1990, True),
        (AgeBand.UNCERTAIN, 2027, False),
    ],
)
def test_a_year_stands_beside_the_age_or_is_put_right_first(age_band, year, is_right):
    assert (not birth_year_contradicts(age_band, year, date(2026, 3, 1))) is is_right


def test_what_was_known_stays_when_the_year_is_noted(office, letter_of):
    letter_of(birth_year="1994")

    known = attributes(Referral.unscoped.get().person)
    assert (known.birth_year, known.sex, known.age_band) == (1994, "female", "adult")
