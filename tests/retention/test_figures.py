"""What is counted after an erasure: as many persons as before, of a past day too, by region and not by district."""

import pytest

from opennrm.access.country import current_profile, today_here
from opennrm.desk.figure_words import MEASURES, word
from opennrm.kernel.clock import now
from opennrm.registers import keeping
from opennrm.registers.models import Fact
from opennrm.registers.queries import reports_of
from opennrm.registers.reporting import report
from opennrm.registers.rules import Recipient
from opennrm.retention import actions
from opennrm.retention.rules.classes import CLASSES
from opennrm.screening.models import Screening
from opennrm.statistics.measures.counting import count
from opennrm.statistics.measures.period import Period
from tests.factories import staff
from tests.retention.keeping import a_closed_file, officer

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def by_district(as_of):
    measure = MEASURES.measures["referrals"].by("district")
    return count(keeping.kept_facts(), measure, Period.year(today_here().year), as_of)


def test_figures_keep_their_number_and_lose_the_district(office):
    case = a_closed_file(office)
    Screening.unscoped.filter(file_code=case.file_code).update(district="borski")
    then = current_profile().calendar.local(now())
    before = by_district(then)
    kept = report(before, version=MEASURES.version, recipient=Recipient.PARLIAMENT, by=staff("statistician"))

    actions.propose_erasure(case.file_code, CLASSES, ground="period_over", by=officer())

    after = by_district(then)
    assert before.cells["borski",].value == after.cells["south_east",].value == 1
    assert before.cells["*",] == after.cells["*",]
    assert word("district", "south_east") == "Southern and Eastern Serbia (district erased)"
    (seen,) = reports_of(before.measure, before.period, after)
    assert seen.is_changed
    assert seen.then.cells["borski",].value == 1, "what was reported stays what it was"
    assert kept.digest == seen.row.digest
    assert set(Fact.objects.filter(file=case.file_code).values_list("district", flat=True)) <= {"south_east", None}
