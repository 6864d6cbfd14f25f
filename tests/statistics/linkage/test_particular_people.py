"""A few people written down for one question each: who is kept apart, left out or counted."""

import pyarrow as pa
import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.linkage import output
from opennrm.statistics.linkage.explain import outcome
from opennrm.statistics.linkage.link import link
from opennrm.statistics.linkage.mapping import COLUMNS
from opennrm.statistics.linkage.model import standard_model
from opennrm.statistics.linkage.registers import Registers


def people(*rows):
    nothing = dict.fromkeys(COLUMNS)
    full = [
        {**nothing, "role": "victim", "event_date": "2024-03-01", "sex": "F", "subject_no": "1", **row} for row in rows
    ]
    tables = {}
    for register in sorted({row["register"] for row in full}):
        own = [row for row in full if row["register"] == register]
        tables[register] = pa.table({c: pa.array([row[c] for row in own], pa.string()) for c in COLUMNS})
    return Registers(tables, ())


def person_of(links, record):
    rows = [r for (r,) in links.backend.connection.execute("SELECT record_id FROM mention ORDER BY mid").fetchall()]
    return int(links.persons.labels[rows.index(record)])


def test_link_leaves_out_who_bears_any_document_of_a_protected_file():
    rows = [
        {"register": "court", "record_id": "1", "event_no": "K1", "given_name": "Ana", "family_name": "Ilić",
         "document_no": "A1", "protected": "yes"},
        {"register": "court", "record_id": "2", "event_no": "K1", "given_name": "Ana", "family_name": "Ilić",
         "document_no": "B2"},
        {"register": "police", "record_id": "3", "event_no": "P1", "given_name": "Ana", "family_name": "Ilić",
         "document_no": "B-2"},
        *({"register": name, "record_id": f"{name}4", "event_no": f"{name}4", "given_name": "Mira",
           "family_name": "Bošković", "document_no": "C3"} for name in ("court", "police")),
    ]  # fmt: skip

    found = link(people(*rows), model=standard_model(), train=False)

    assert found.excluded == 2
    assert found.backend.connection.execute("SELECT record_id FROM member ORDER BY 1").fetchall() == [
        ("court4",),
        ("police4",),
    ]


def test_link_keeps_passports_with_consecutive_numbers_apart():
    cohort = [
        {"register": register, "record_id": f"{register}{n}", "event_no": f"{register}-{n}", "given_name": given,
         "family_name": "Nguyễn", "birth_date": f"199{n}-0{n + 1}-1{n}", "citizenship": "VNM", "place": "Bor",
         "document_no": f"C000123{n}"}
        for register in ("police", "centre") for n, given in enumerate(["Văn Hùng", "Văn Dũng", "Văn Long"])
    ]  # fmt: skip

    found = link(people(*cohort), model=standard_model(), train=False)

    labels = [person_of(found, f"police{n}") for n in range(3)]
    assert len(set(labels)) == 3
    assert [person_of(found, f"centre{n}") for n in range(3)] == labels


def test_link_keeps_twins_apart():
    twins = [
        {"register": register, "record_id": f"{register}{given}", "event_no": f"{register}-{given}",
         "given_name": given, "family_name": "Ristić", "birth_date": "2001-05-06", "citizenship": "SRB",
         "place": "Užice"}
        for register in ("police", "centre") for given in ("Jelena", "Sofija")
    ]  # fmt: skip

    found = link(people(*twins), model=standard_model(), train=False)

    assert person_of(found, "policeJelena") == person_of(found, "centreJelena")
    assert person_of(found, "policeJelena") != person_of(found, "policeSofija")
    assert found.facts["twins"] > 0
    told = outcome(found, ("police", "policeJelena"), ("centre", "centreSofija"))
    assert "look like twins" in told
    assert "one person" in outcome(found, ("police", "policeJelena"), ("centre", "centreJelena"))


def test_link_refuses_when_nobody_but_protected_people_is_there():
    rows = [
        {"register": register, "record_id": "1", "event_no": "1", "given_name": "Ana", "family_name": "Ilić",
         "protected": "yes"}
        for register in ("police", "court")
    ]  # fmt: skip

    with pytest.raises(SourceProblem, match="not two people left") as refused:
        link(people(*rows), model=standard_model(), train=False)

    assert refused.value.remedy == "Protected people are left out first."


def test_link_counts_everybody_apart_where_registers_share_nothing(tmp_path):
    strangers = [
        {"register": register, "record_id": register, "event_no": register, "given_name": given, "family_name": family}
        for register, given, family in (("police", "Ana", "Ilić"), ("court", "Wei", "Zhang"))
    ]

    found = link(people(*strangers))
    output.write(found, tmp_path, review=5)

    assert (found.counts.linked, found.counts.low, found.counts.high) == (2, 2, 2)
    assert "no two records share" in found.notes[-1]
    assert (tmp_path / "links.csv").read_text(encoding="utf-8").splitlines()[1:] == []
