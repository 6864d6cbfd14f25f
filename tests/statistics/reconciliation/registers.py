"""Registers for the tests: the example with its truth, links as a linkage might estimate them, random small ones."""

import csv
import itertools
from collections import defaultdict
from functools import cache
from pathlib import Path
from random import Random

from opennrm.statistics.reconciliation.sources import Link, Record, read_registers, read_rows

EXAMPLE = Path(__file__).parent / "data" / "example"
Key = tuple[str, str]


@cache
def example():
    return read_registers_of(EXAMPLE)


def read_registers_of(folder):
    return read_registers(folder)


@cache
def true_persons():
    """Person and role of every record of the example."""
    return {(r["register"], r["record_id"]): (r["person_id"], r["role"]) for r in read_rows(EXAMPLE / "truth.csv")}


@cache
def printed_counts():
    return {(r["measure"], r["year"]): int(r["value"]) for r in read_rows(EXAMPLE / "counts.csv")}


@cache
def true_links() -> list[Link]:
    """Every person's records in a chain, certain."""
    groups: dict[object, list[Key]] = defaultdict(list)
    for key, person in true_persons().items():
        groups[person].append(key)
    return [Link(a, b, 1.0) for keys in groups.values() for a, b in itertools.pairwise(keys)]


def estimated_links(seed: int, registers=None, persons=None, *, found: float = 0.88) -> list[Link]:
    """Links as a linkage with F1 of about 0.9 gives them: some missing, some unsure, some between strangers."""
    random = Random(seed)
    registers, persons = registers or example(), persons or true_persons()
    mentions: dict[object, dict[object, Key]] = defaultdict(dict)
    for records in registers.values():
        for record in records:
            mentions[persons[record.key]].setdefault(record.mention, record.key)
    links = []
    for own in mentions.values():
        for one, other in itertools.combinations(own.values(), 2):
            luck = random.random()
            if luck < found:
                links.append(Link(one, other, round(random.uniform(0.93, 1), 4)))
            elif luck < found + 0.07:
                links.append(Link(one, other, round(random.uniform(0.1, 0.9), 4)))
    everybody = [(person, key) for person, own in mentions.items() for key in own.values()]
    for _ in range(len(everybody) // 5):
        (person, one), (stranger, other) = random.sample(everybody, 2)
        if person != stranger and person[1] == stranger[1]:
            links.append(Link(one, other, round(random.betavariate(1, 5), 4)))
    return links


def random_registers(seed: int) -> tuple[dict[str, list[Record]], dict[Key, tuple[str, str]]]:
    """A small invented country: matters that begin at the police or not, go to the prosecutor and the court, or not."""
    random = Random(seed)
    rows: dict[str, list[dict[str, str]]] = {"police": [], "prosecutor": [], "court": []}
    persons: dict[Key, tuple[str, str]] = {}

    def add(register: str, person: int, event: str, **fields: str) -> None:
        record = f"{register[:2].upper()}{len(rows[register]):05}"
        base = {"record_id": record, "event_no": event, "subject_no": str(person), "role": "suspect"}
        rows[register].append({**base, "given_name": f"N{person}", "family_name": f"F{person % 7}", **fields})
        persons[register, record] = (f"P{person}", "suspect")

    for matter in range(random.randint(1, 60)):
        person, year = random.randint(1, 40), random.randint(2019, 2024)
        day = f"{random.randint(1, 12):02}-{random.randint(1, 28):02}"
        if random.random() < 0.8:
            offence = random.choice(["388/1", "184"])
            add(
                "police",
                person,
                f"K{matter}",
                complaint_date=f"{year}-{day}",
                event_date=f"{year}-{day}",
                offence=offence,
            )
        if random.random() < 0.2:
            continue
        year += random.random() < 0.3
        length = random.randint(1, 3)
        for place in range(length):
            stage = "carried over" if place else "new"
            outcome = "open" if place < length - 1 else random.choice(["open", "indicted", "dismissed"])
            when = f"{year + place}-01-01" if place else f"{year}-{day}"
            add(
                "prosecutor",
                person,
                f"T{matter}",
                event_date=when,
                year=str(year + place),
                stage=stage,
                outcome=outcome,
            )
        if outcome == "indicted":
            verdict = random.choice(["convicted", "acquitted"])
            final = random.choice(["", f"{year + length}-06-01"])
            for _ in range(random.randint(1, 3)):
                when = f"{year + length - 1}-12-01"
                add(
                    "court", person, f"S{matter}", event_date=when, verdict_date=when, final_date=final, verdict=verdict
                )
    return {name: [Record(name, r["record_id"], r) for r in found] for name, found in rows.items() if found}, persons


def write_csv(path: Path, header: list[str], rows) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def write_links(path: Path, links: list[Link]) -> Path:
    header = ["register_a", "record_id_a", "register_b", "record_id_b", "weight", "probability"]
    return write_csv(path, header, [(*link.one, *link.other, 1, link.probability) for link in links])
