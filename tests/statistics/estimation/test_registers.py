from datetime import UTC, date, datetime

import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.estimation.registers import capture_histories_of_facts
from opennrm.statistics.model import FactTable

AT = datetime(2025, 3, 1, tzinfo=UTC)


def a_fact(person: str | None, agency: str | None, **more: object) -> dict[str, object]:
    return {
        "unit": "person",
        "event": "referral.sent",
        "event_date": date(2025, 3, 1),
        "recorded_at": AT,
        "unit_key": f"{person}-{agency}",
        "person_key": person,
        "agency": agency,
        **more,
    }


FACTS = FactTable.of(
    [
        a_fact("p1", "police", sex="female"),
        a_fact("p1", "police", sex="female"),
        a_fact("p1", "ngo", sex="female"),
        a_fact("p2", "ngo", sex="male"),
        a_fact("p2", "centre", sex="female"),
        a_fact("p3", "centre", sex=None),
        a_fact("p3", "centre", sex=None),
        a_fact("p3", "police", sex=None, superseded_at=AT),
        a_fact("p4", "police", sex="male", event="case.opened"),
        a_fact(None, "police", sex="male"),
        a_fact("p5", "not_known", sex="male"),
    ]
)


def test_capture_histories_of_facts_counts_each_person_once_by_list() -> None:
    table = capture_histories_of_facts(FACTS, "agency", events=["referral.sent"])

    assert table.lists == ("centre", "ngo", "police")
    assert table.counts == {1: 1, 3: 1, 6: 1}
    assert "left out: 2" in str(table.warnings[0])
    assert capture_histories_of_facts(FACTS, "agency").observed == 4


def test_capture_histories_of_facts_puts_nobody_in_two_strata() -> None:
    table = capture_histories_of_facts(FACTS, "agency", covariates=["sex"])

    persons = {value: part.observed for value, part in table.by_stratum("sex").items()}
    assert persons == {"female": 1, "several": 1, "not_known": 1, "male": 1}


def test_capture_histories_of_facts_refuses_a_column_that_is_not_there() -> None:
    with pytest.raises(SourceProblem, match="no column colour"):
        capture_histories_of_facts(FACTS, "colour")


def test_capture_histories_of_facts_without_note_when_nothing_was_left_out() -> None:
    table = capture_histories_of_facts(FactTable.of([a_fact("p1", "police"), a_fact("p1", "ngo")]), "agency")

    assert table.notes == ()
