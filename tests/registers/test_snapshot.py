from datetime import timedelta

import pytest

from opennrm.access.country import current_profile
from opennrm.desk.demonstration.filling import PERSONS, fill
from opennrm.desk.figure_words import MEASURES
from opennrm.identification.models import Case, Decision, Ruling
from opennrm.kernel.clock import now
from opennrm.parties.models import Person
from opennrm.referral.models import Referral
from opennrm.registers.actions import snapshot
from opennrm.screening.models import Screening
from opennrm.statistics.measures.counting import count
from opennrm.statistics.measures.period import Period

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def codes():
    kept = [*Screening.unscoped.all(), *Referral.unscoped.all(), *Case.unscoped.all(), *Decision.unscoped.all()]
    return sorted((record.kind, record.code, getattr(record, "state", "")) for record in kept)


def test_a_snapshot_names_nobody_and_its_keys_are_new_each_time():
    fill()
    one, two = snapshot(now()), snapshot(now())

    told = repr(one.facts.columns)
    public = [code for _, code, _ in codes()] + [p.code for p in Person.objects.all()]
    assert len(Person.objects.all()) >= len(PERSONS) == 12
    assert not [code for code in public if code in told]
    assert not {str(p.pk) for p in Person.objects.all()} & set(map(str, one.facts.columns["person_key"]))
    assert set(one.persons.values()) == set(two.persons.values())
    assert not set(one.persons) & set(two.persons)


def test_persons_identified_equal_a_count_by_hand_and_none_before_the_decision():
    fill()
    calendar = current_profile().calendar
    moment = calendar.local(now())
    measure = MEASURES.measure("persons_referred_and_identified").by("event", "month")
    decided = Ruling.objects.get(outcome="identified")

    def identified(as_of):
        years = {calendar.day(at).year for at in (decided.ruled_at, moment)}
        facts = snapshot(as_of).facts
        counted = [count(facts, measure, Period.year(y), as_of).cell("decision.identified", "*").value for y in years]
        return sum(number or 0 for number in counted)  # of a year that has not begun none is known

    assert identified(moment) == 1
    assert identified(calendar.local(decided.ruled_at) - timedelta(days=2)) == 0


def test_two_fills_give_the_same_codes_and_stages():
    from django.db import transaction

    filled = []
    for _ in range(2):
        with transaction.atomic():
            fill()
            filled.append(codes())
            transaction.set_rollback(True)

    assert filled[0] == filled[1]
    assert len(filled[0]) > 30
