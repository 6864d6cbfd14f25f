from pathlib import Path

import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.estimation.links import read_links, read_records, tables_by_threshold

RECORDS = "record,list\np1,Police\np2,Police\nc1,Centre\nc2,Centre\nn1,NGO\n"
LINKS = "left,right,probability\np1,c1,0.99\nc1,n1,0.8\np2,c2,0.6\n"


def test_tables_by_threshold_join_fewer_records_the_higher_it_is() -> None:
    tables = tables_by_threshold(read_records(RECORDS), read_links(LINKS), (0.5, 0.7, 0.9))

    assert list(tables) == [0.5, 0.7, 0.9]
    assert [table.observed for table in tables.values()] == [2, 3, 4]
    assert tables[0.5].counts == {0b111: 1, 0b011: 1}
    assert tables[0.9].counts == {0b001: 1, 0b010: 1, 0b011: 1, 0b100: 1}


def test_read_links_takes_splinks_names() -> None:
    assert read_links("unique_id_l,unique_id_r,match_probability\na,b,0.5\n") == [("a", "b", 0.5)]


@pytest.mark.parametrize(
    ("records", "links", "reason"),
    [
        ("record,agency\np1,Police\n", LINKS, "Columns are missing"),
        ("record,list\np1,\n", LINKS, "Records cannot be used"),
        ("record,list\np1,Police\np1,NGO\n", LINKS, "Records cannot be used"),
        (RECORDS, "left,right\np1,c1\n", "Columns are missing"),
        (RECORDS, "left,right,probability\np1,c1,high\n", "Links cannot be used"),
        (RECORDS, "left,right,probability\np1,c1,1.2\n", "Links cannot be used"),
        (RECORDS, "left,right,probability\np1,x9,0.9\n", "Links cannot be used"),
    ],
)
def test_unusable_records_and_links_are_refused(records: str, links: str, reason: str) -> None:
    with pytest.raises(SourceProblem, match=reason):
        tables_by_threshold(read_records(records), read_links(links))


def test_thresholds_and_files_are_checked(tmp_path: Path) -> None:
    with pytest.raises(SourceProblem, match="Thresholds"):
        tables_by_threshold(read_records(RECORDS), read_links(LINKS), (0.0,))
    with pytest.raises(SourceProblem, match="cannot be read"):
        read_links(tmp_path / "none.csv")
