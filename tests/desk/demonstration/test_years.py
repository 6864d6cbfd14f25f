"""The two invented years, before anything is written: they add up as published."""

from collections import Counter

import pytest

from opennrm.desk.demonstration.years import YEARS, End, planned
from opennrm.kernel.codes import FormOfExploitation as Form

REFERRED, IDENTIFIED = {2023: 168, 2024: 184}, {2023: 58, 2024: 64}


@pytest.mark.parametrize("year", YEARS)
def test_planned_adds_up_to_the_published_totals_in_every_month(year):
    persons = planned(year)

    assert len(persons) == REFERRED[year]
    assert sum(p.group.end == End.IDENTIFIED for p in persons) == IDENTIFIED[year]
    assert [Counter(p.on.month for p in persons)[m] for m in range(1, 13)] == list(YEARS[year].referred)
    assert {p.on.year for p in persons} == {year}
    assert [p.number for p in persons] == list(range(1, REFERRED[year] + 1))
    assert persons == planned(year)


def test_planned_has_the_published_breakdown_of_those_identified_in_2024():
    groups = [p.group for p in planned(2024) if p.group.end == End.IDENTIFIED]
    single = Counter(g.forms[0] for g in groups if len(g.forms) == 1)

    assert single[Form.SEXUAL] == 24
    assert single[Form.LABOUR] + single[Form.DOMESTIC_SERVITUDE] + single[Form.BEGGING] + single[Form.CRIMINALITY] == 37
    assert (single[Form.BEGGING], single[Form.CRIMINALITY]) == (13, 8)
    assert sum(len(g.forms) > 1 for g in groups) == 3
    sex_and_age = Counter((g.sex.value, g.age_band.value) for g in groups)
    assert sex_and_age == {
        ("female", "adult"): 24,
        ("male", "adult"): 11,
        ("female", "child"): 20,
        ("male", "child"): 9,
    }
    assert sum(g.citizenship != "RS" for g in groups) == 11


def test_every_district_and_sender_of_a_plan_exists():
    from opennrm.access.country import current_profile
    from opennrm.desk.demonstration.staff import STAFF

    persons = [*planned(2023), *planned(2024)]

    assert {p.district for p in persons} <= {"", *current_profile().districts}
    assert {p.sender for p in persons} <= {sign_in for sign_in, *_ in STAFF}
