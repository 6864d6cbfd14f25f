import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.estimation.events import event_in, event_on, treat_event
from opennrm.statistics.estimation.table import CaptureTable

ROWS = "event,Police,Centre,NGO,count\nnone,1,0,0,90\nnone,0,1,0,60\nnone,0,0,1,50\nnone,1,1,0,12\nnone,0,1,1,9\n"
ROWS += "none,1,0,1,8\nraid,1,0,0,470\nraid,1,1,0,10\n"


def a_table() -> CaptureTable:
    return CaptureTable.from_csv(ROWS, strata=("event",))


def test_excluding_an_event_adds_its_persons_back() -> None:
    table = a_table()

    treated = treat_event(table, event_in(table, "event", "raid"), "exclude")

    assert treated.add == 480
    assert treated.table.observed == table.observed - 480
    assert treated.table.counts == {1: 90, 2: 60, 3: 12, 4: 50, 5: 8, 6: 9}
    assert "480" in str(treated.table.notes[-1])


def test_a_clustered_event_is_one_finding() -> None:
    table = a_table()

    treated = treat_event(table, event_in(table, "event", "raid"), "cluster")

    assert treated.add == 479
    assert treated.table.counts[1] == 91
    assert treated.table.observed + treated.add == table.observed


def test_event_on_takes_persons_from_one_history() -> None:
    table = CaptureTable.from_csv(
        ROWS.replace("event,", "").replace("none,", "").replace("raid,1,0,0,470\nraid,1,1,0,10\n", "")
    )

    event = event_on(table, ("Police",), 80)

    assert event.counts == {1: 80}
    assert event.name == "Police = 80"
    assert treat_event(table, event, "exclude").table.counts[1] == 10


def test_an_event_that_is_not_there_is_refused() -> None:
    table = a_table()

    with pytest.raises(SourceProblem, match="900 persons on Police alone"):
        event_on(table, ("Police",), 900)
    with pytest.raises(SourceProblem, match="event = flood"):
        event_in(table, "event", "flood")
    with pytest.raises(SourceProblem, match="more persons than the table"):
        treat_event(CaptureTable(("Police", "Centre"), {1: 3, 3: 2}), event_on(table, ("Police",), 80), "exclude")
    with pytest.raises(ValueError, match="exclude or cluster"):
        treat_event(table, event_on(table, ("Police",), 80), "forget")  # type: ignore[arg-type]
