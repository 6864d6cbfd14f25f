import random

import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.estimation.table import CaptureTable, capture_histories

THREE = "Police,Centre,NGO,count\n1,0,0,40\n0,1,0,30\n0,0,1,20\n1,1,0,6\n0,1,1,2\n1,1,1,1\n"


def a_table() -> CaptureTable:
    return CaptureTable.from_csv(THREE)


def test_from_csv_reads_histories_as_bitmasks() -> None:
    table = a_table()

    assert table.lists == ("Police", "Centre", "NGO")
    assert table.counts == {1: 40, 2: 30, 3: 6, 4: 20, 6: 2, 7: 1}
    assert table.observed == 99
    assert table.cells().tolist() == [0, 40, 30, 6, 20, 0, 2, 1]
    assert table.totals() == {"Police": 47, "Centre": 39, "NGO": 23}
    assert table.overlaps() == {("Police", "Centre"): 7, ("Police", "NGO"): 1, ("Centre", "NGO"): 3}
    assert table.captures() == (90, 8, 1)


def test_from_csv_reads_its_own_text_back() -> None:
    table = CaptureTable.from_csv("sex,A,B,count\nf,1,0,3\nm,1,0,2\nf,1,1,1\n", strata=("sex",))

    assert CaptureTable.from_csv(table.to_csv(), strata=("sex",)) == table
    assert len(table.digest()) == 64


def test_from_csv_reads_persons_and_pairs_alike() -> None:
    persons = "person,A,B\np1,1,0\np2,1,1\np3,0,1\np1,1,0\n"
    pairs = "person;list\np1;A\np2; A \np2;B\np3;B\np1;A\n"

    by_person, by_pair = CaptureTable.from_csv(persons), CaptureTable.from_csv(pairs)

    assert by_person == by_pair
    assert by_person.counts == {1: 1, 2: 1, 3: 1}
    assert "Repeated rows: 1" in str(by_person.warnings[0])
    assert "Repeated rows: 1" in str(by_pair.warnings[0])


def test_from_csv_keeps_names_with_spaces_and_cyrillic() -> None:
    table = CaptureTable.from_csv("Полиција,Центар за заштиту,count\nда,не,3\nне,да,4\nда,да,2\n")

    assert table.lists == ("Полиција", "Центар за заштиту")
    assert table.counts == {1: 3, 2: 4, 3: 2}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("\n", "empty"),
        ("A,count\n1,3\n", "at least two lists"),
        ("A,a,count\n1,0,3\n", "“a” is the name of 2 lists"),
        ("A,,count\n1,0,3\n", "column 2 has no name"),
        ("A,B,count\n1,0,3\n1,0,3\n", "line 3: the same capture history as line 2"),
        ("A,B,count\n2,0,3\n", "line 2: “2” under A is neither 0 nor 1"),
        ("A,B,count\n1,0,3.5\n", "“3.5” is not a whole number"),
        ("A,B,count\n1,0,-3\n", "“-3” is not a whole number"),
        ("A,B,count\n1,0,1.000\n", "“1.000” is not a whole number"),
        ("A,B,count\n1,0,99999999999999\n", "cannot be"),
        ("A,B,count\n0,0,3\n", "line 2: a person on none of the lists"),
        ('A,B,count\n1,0,3\n"' + "x" * 200_000 + "\n", "Line 3 of the table is not CSV"),
        ("A,B,count\n1,3\n", "line 2: 2 cells, the header has 3"),
        ("A,B,sex,count\n1,0,f,3\n", "“f” under sex is neither 0 nor 1"),
        ("person,A,B\n,1,0\n", "has no key"),
        ("person,A,B\nx,0,0\n", "on no list"),
        ("person,A,B\nx\n", "line 2: 1 cells"),
        ("person,list\nx,\n", "line 2: the list is not named"),
        ("person,list\nx\n", "line 2: 1 cells"),
    ],
)
def test_from_csv_refuses_and_names_the_place(text: str, said: str) -> None:
    with pytest.raises(SourceProblem) as refusal:
        CaptureTable.from_csv(text)

    assert said in f"{refusal.value} {refusal.value.problems}"


def test_from_csv_names_every_bad_row_up_to_a_page() -> None:
    with pytest.raises(SourceProblem) as refusal:
        CaptureTable.from_csv("A,B,count\n" + "3,0,1\n" * 1000)

    assert len(refusal.value.problems) == 201
    assert refusal.value.problems[-1] == "and 800 more"


def test_from_csv_refuses_what_is_no_text_table(tmp_path) -> None:
    missing, binary, latin, zeros = (tmp_path / name for name in ("no.csv", "b.csv", "l.csv", "z.csv"))
    binary.write_bytes(b"\xff\xfe\x00")
    latin.write_bytes("Ž,B,count\n1,0,2\n".encode("cp1250"))
    zeros.write_bytes(b"A,B,count\n1,\x000,2\n")

    for path in (missing, binary, latin, zeros):
        with pytest.raises(SourceProblem):
            CaptureTable.from_csv(path)


def test_from_csv_reads_what_spreadsheets_write(tmp_path) -> None:
    path = tmp_path / "table.csv"

    path.write_bytes("\ufeffA;B;count\r\n1;0;3.0\r\n\r\n1;1; 2\r\n0;0;NA\r\n".encode())
    marked = CaptureTable.from_csv(path)
    path.write_bytes("A\tB\tcount\n1\t0\t3\n1\t1\t2\n".encode("utf-16"))

    assert CaptureTable.from_csv(path) == marked
    assert marked.counts == {1: 3, 3: 2}
    assert "none of the lists was left out" in str(marked.warnings[0])


def test_from_csv_refuses_a_stratum_that_is_missing_empty_or_contradicted() -> None:
    for text, said in [
        ("A,B,count\n1,0,2\n", "no column “sex”"),
        ("A,B,sex,count\n1,0,,2\n", "line 2: sex is empty"),
        ("person,A,B,sex\np,1,0,f\np,0,1,m\n", "line 3: the same person was in another stratum"),
        ("person,list,sex\np,A,f\np,B,m\n", "line 3: the same person was in another stratum"),
    ]:
        with pytest.raises(SourceProblem) as refusal:
            CaptureTable.from_csv(text, strata=("sex",))
        assert said in str(refusal.value.problems)


def test_by_stratum_divides_the_persons() -> None:
    table = CaptureTable.from_csv(
        "sex,age,A,B,count\nf,child,1,0,3\nf,adult,1,1,2\nm,adult,0,1,4\n", strata=("sex", "age")
    )

    by_sex = table.by_stratum("sex")

    assert list(by_sex) == ["f", "m"]
    assert by_sex["f"].counts == {1: 3, 3: 2}
    assert by_sex["f"].by_stratum("age")["adult"].counts == {3: 2}
    assert sum(part.observed for part in by_sex.values()) == table.observed
    with pytest.raises(SourceProblem, match="no stratum called colour"):
        table.by_stratum("colour")


@pytest.mark.parametrize("layout", ["person,A,B,sex\np,1,0,f\nq,1,1,m\n", "person,list,sex\np,A,f\nq,A,m\nq,B,m\n"])
def test_by_stratum_of_persons_counts_each_once(layout: str) -> None:
    parts = CaptureTable.from_csv(layout, strata=("sex",)).by_stratum("sex")

    assert {value: part.counts for value, part in parts.items()} == {"f": {1: 1}, "m": {3: 1}}


def test_drop_list_forgets_who_was_only_there() -> None:
    table = a_table().drop_list("Centre")

    assert table.lists == ("Police", "NGO")
    assert table.counts == {1: 46, 2: 22, 3: 1}


def test_merge_lists_joins_at_the_place_of_the_first() -> None:
    table = a_table().merge_lists(["NGO", "Centre"], into="Help")

    assert table.lists == ("Police", "Help")
    assert table.counts == {1: 40, 2: 52, 3: 7}
    assert a_table().merge_lists(["NGO", "Centre"]).lists == ("Police", "Centre+NGO")


@pytest.mark.parametrize("names", [["NGO"], ["NGO", "NGO"], ["NGO", "Church"]])
def test_merge_lists_refuses_what_is_no_merge(names: list[str]) -> None:
    with pytest.raises(SourceProblem):
        a_table().merge_lists(names)


def test_two_lists_are_the_fewest() -> None:
    with pytest.raises(SourceProblem, match="at least two"):
        a_table().merge_lists(["NGO", "Centre", "Police"])
    with pytest.raises(SourceProblem, match="at least two"):
        a_table().drop_list("NGO").drop_list("Centre")
    with pytest.raises(SourceProblem, match="too many"):
        CaptureTable(tuple(f"L{i}" for i in range(17)), {})


def test_reorder_changes_no_person() -> None:
    table = a_table().reorder(["NGO", "Police", "Centre"])

    assert table.overlaps() == {("NGO", "Police"): 1, ("NGO", "Centre"): 3, ("Police", "Centre"): 7}
    assert table.reorder(["Police", "Centre", "NGO"]) == a_table()
    assert hash(table) != hash(a_table())


@pytest.mark.parametrize("counts", [{0: 3}, {8: 1}, {1: -1}, {1: 1.5}])
def test_capture_table_refuses_impossible_counts(counts: dict[int, int]) -> None:
    with pytest.raises(SourceProblem):
        CaptureTable(("A", "B", "C"), counts)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({}, "Nobody is on any list"),
        ({1: 5, 2: 4}, "Nobody is on two lists"),
        ({1: 5, 2: 4, 3: 1, 4: 2}, "Nobody on C is on any other list"),
        ({1: 5, 2: 4, 3: 1}, "Nobody is on C"),
        ({1: 5, 3: 4, 4: 1, 5: 2}, "Everybody on B is also on A"),
        ({2: 5, 3: 4, 4: 1, 5: 2, 6: 1}, "B"),
        ({3: 4, 4: 1, 7: 2}, "A and B name the same persons"),
    ],
)
def test_warnings_say_what_is_wrong_with_the_lists(counts: dict[int, int], said: str) -> None:
    warnings = " ".join(str(w) for w in CaptureTable(("A", "B", "C"), counts).warnings)

    assert (said in warnings) != (said == "B")


def test_capture_histories_counts_each_person_once() -> None:
    pairs = [("p1", "Police"), ("p1", "Centre"), ("p1", "Police"), ("p2", "Centre")]

    table = capture_histories(pairs)

    assert table.lists == ("Police", "Centre")
    assert table.counts == {2: 1, 3: 1}
    assert "Police names persons it had named before" in str(table.warnings[0])
    assert capture_histories([*pairs, ("p2", " Centre ")]).counts == table.counts
    assert capture_histories({"Police": ["p1"], "Centre": ["p1", "p2"]}) == table
    assert capture_histories(pairs, ["Centre", "Police"]).counts == {1: 1, 3: 1}


def test_capture_histories_divides_by_covariates() -> None:
    records = {"A": [1, 2], "B": [2, 3]}

    table = capture_histories(records, covariates={"sex": {1: "f", 2: "f", 3: "m"}})

    assert table.by_stratum("sex")["f"].counts == {1: 1, 3: 1}
    with pytest.raises(SourceProblem, match="no stratum"):
        capture_histories(records, covariates={"sex": {1: "f"}})


@pytest.mark.parametrize(
    "records", [[(None, "A")], [("", "A")], [(float("nan"), "A")], [("p", "C")], [("p", "")]], ids=str
)
def test_capture_histories_refuses_records_that_name_nobody(records: list[tuple[object, str]]) -> None:
    with pytest.raises(SourceProblem) as refusal:
        capture_histories(records, ["A", "B"])

    assert refusal.value.problems[0].startswith("record 1")


def test_capture_histories_takes_a_million_records() -> None:
    draw = random.Random(3)
    records = [(draw.randrange(300_000), draw.choice("ABCD")) for _ in range(1_000_000)]

    table = capture_histories(records)

    assert table.observed == len({person for person, _ in records})
    assert sum(table.totals().values()) == len(set(records))
