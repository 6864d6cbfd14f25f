import pytest

from opennrm.audit.queries import trail
from opennrm.kernel.codes import AgeBand, Sex
from opennrm.kernel.errors import NotAllowed
from opennrm.parties.actions import Known, correct_attributes, record_consent, reveal_identity, seal_identity
from opennrm.parties.models import Attributes
from opennrm.parties.queries import agrees, attributes

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def case(office):
    return office.case()


def test_correct_attributes_keeps_the_earlier_row(case, office):
    earlier = attributes(case.person)
    known = Known(sex=Sex.MALE, age_band=AgeBand.ADULT)

    corrected = correct_attributes(case.person, known, by=office.lead)
    again = correct_attributes(case.person, known, by=office.lead)

    rows = list(Attributes.objects.filter(person=case.person).order_by("pk"))
    assert [row.pk for row in rows] == [earlier.pk, corrected.pk] == [earlier.pk, again.pk]
    assert rows[0].sex == Sex.FEMALE
    assert rows[0].superseded_at == rows[1].recorded_at


def test_consent_withdrawn_ends_the_agreement_and_stays_readable(case, office):
    assert agrees(case.person, "referral")

    record_consent(case.person, purpose="referral", given=False, by=office.lead)

    assert not agrees(case.person, "referral")
    assert case.person.consents.filter(purpose="referral", given=True, withdrawn_at__isnull=False).exists()


def test_reveal_identity_is_recorded_with_its_purpose(case, office):
    seal_identity(case.person, name="Primer Thi Ogled", by=office.lead)

    seen = reveal_identity(case.person, by=office.lead, purpose="arrange_safety")

    assert seen.name == "Primer Thi Ogled"
    last = list(trail(case.person.ref))[-1]
    assert (last.verb, last.by, last.facts["purpose"]) == ("identity.reveal", office.lead.ref, "arrange_safety")


def test_reveal_identity_refuses_a_stranger_and_says_nothing(case, office):
    before = len(list(trail(case.person.ref)))

    with pytest.raises(NotAllowed, match="no access to the name"):
        reveal_identity(case.person, by=office.stranger, purpose="arrange_safety")

    assert len(list(trail(case.person.ref))) == before
