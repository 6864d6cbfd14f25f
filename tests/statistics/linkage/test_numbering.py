import pyarrow as pa

from opennrm.statistics.linkage.numbering import numbering

COLUMNS = ("event_no", "subject_no", "role", "given_name", "family_name")


def of(*rows):
    return numbering({c: pa.array([row[i] for row in rows], pa.string()) for i, c in enumerate(COLUMNS)})


def test_numbering_refuses_suspects_and_victims_that_are_numbered_apart():
    found = of(("K1", "1", "suspect", "Ana", "Ilić"), ("K1", "1", "victim", "Mira", "Kostić"))

    assert "a suspect and a victim of different names in the case files K1." in found.faults[0]
    assert found.notes == []


def test_numbering_says_when_one_number_bears_several_names():
    rows = [(f"K{n}", "1", "suspect", given, family) for n in range(5) for given, family in (("A", "B"), ("C", "D"))]

    found = of(*rows)

    assert found.faults == []
    assert "in 5 case files" in found.notes[0]
    assert "K0, K1, K2 and 2 more" in found.notes[0]


def test_numbering_takes_charges_victims_who_are_suspects_and_missing_names():
    found = of(
        ("K1", "1", "suspect", "Ana", "Ilić"),
        ("K1", "1", "suspect", "ANA", "Petrov"),
        ("K1", "1", "victim", "Ilić", "Ana"),
        ("K1", "1", "suspect", None, None),
        ("K1", "2", "suspect", "Mira", "Kostić"),
        ("K2", "1", "suspect", "Mira", "Kostić"),
        ("K2", None, "suspect", "Vera", "Simić"),
    )

    assert (found.faults, found.notes) == ([], [])
