from dataclasses import replace
from datetime import date, timedelta

import pytest

from opennrm.access.country import today_here
from opennrm.audit.models import Entry
from opennrm.identification.models import Determination
from opennrm.identification.statements import determining, queries
from opennrm.identification.statements.determining import Said
from opennrm.kernel.errors import NotAllowed
from tests.factories import identified, staff
from tests.identification.statements.telling import working_on

pytestmark = [pytest.mark.django_db, pytest.mark.both]
DAY = timedelta(days=1)


@pytest.fixture
def case(office):
    return office.case()


@pytest.fixture
def prosecutor():
    return staff("prosecutor")


def verbs(case):
    return list(Entry.objects.filter(subject=case.ref).order_by("number").values_list("verb", flat=True))


SAID = Said("police", "other_offence", date(2026, 1, 1), basis="kz-350", words="Smuggling, it says.")


def test_determine_stands_beside_the_ruling_and_differs(office, prosecutor):
    from opennrm.identification.actions import decide

    case = office.case_ready_to_decide()
    decide(case.decision, identified(), by=office.lead)

    determining.determine(case, replace(SAID, on=today_here()), by=office.lead)
    rows = queries.said_by_all(case, office.lead)

    assert {(row.body, row.outcome, row.differs) for row in rows} == {
        ("police", "other_offence", True),
        ("centre", "identified", True),
    }
    assert "case.determination" in verbs(case)


@pytest.mark.parametrize(
    ("wrong", "because"),
    [
        ({"on": -30}, "before the referral"),
        ({"on": 1}, "in the future"),
        ({"body": "circus"}, "which body"),
        ({"outcome": "guilty"}, "what the body answered"),
        ({"basis": "hearsay"}, "Choose an article"),
    ],
)
def test_determine_refuses_what_cannot_be(office, case, wrong, because):
    wrong = {k: today_here() + v * DAY if k == "on" else v for k, v in ({"on": 0} | wrong).items()}

    with pytest.raises(NotAllowed, match=because):
        determining.determine(case, replace(SAID, **wrong), by=office.lead)
    assert Determination.unscoped.count() == 0


def test_each_office_records_its_own_word_and_sees_no_other(office, case):
    police = working_on(case, office.stranger)
    determining.determine(case, replace(SAID, on=today_here(), body="ngo"), by=office.lead)

    own = determining.determine(case, replace(SAID, on=today_here()), by=police)

    with pytest.raises(NotAllowed, match="your own office"):
        determining.determine(case, replace(SAID, on=today_here(), body="court"), by=police)
    assert [row.body for row in queries.said_by_all(case, police)] == ["police"]
    assert queries.determination(own.code, police) == own
    assert len(queries.said_by_all(case, office.lead)) == 2


def test_a_correction_closes_the_earlier_row_and_both_are_shown(office, case):
    first = determining.determine(case, replace(SAID, on=today_here()), by=office.lead)
    said = replace(SAID, on=today_here(), outcome="identified")

    with pytest.raises(NotAllowed, match="why it is corrected"):
        determining.correct(first, said, reason="", by=office.lead)
    with pytest.raises(NotAllowed, match="same body"):
        determining.correct(first, replace(said, body="court"), reason="Typed wrong.", by=office.lead)
    determining.correct(first, said, reason="Typed wrong.", by=office.lead)

    rows = queries.said_by_all(case, office.lead)
    assert sorted((row.outcome, row.is_closed, str(row.because)) for row in rows) == [
        ("identified", False, "Typed wrong."),
        ("other_offence", True, ""),
    ]
    with pytest.raises(NotAllowed, match="corrected already"):
        determining.correct(first, said, reason="Again.", by=office.lead)
