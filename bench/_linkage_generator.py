# ruff: noqa: SIM905 - the names of the columns read better unbroken
"""Writes five invented registers with their truth: more people, other names, other noise than any example.

One person has rows in several registers under different spellings, scripts, dates and documents. Deterministic for
a seed. The columns are those `opennrm link` reads; `truth.csv` says who is who.
"""

import csv
import random
from datetime import date, timedelta
from pathlib import Path

from bench._linkage_people import HABITS, ORIGINS, Person
from bench._linkage_stock import STOCK

COMMON = (
    "record_id event_no subject_no role event_date given_name middle_name family_name parent_name alias sex birth_date "
    "birth_year age citizenship place document_no phone"
).split()
OWN = {
    "police": "complaint_no complaint_date offence".split(),
    "prosecutor": "case_no year stage outcome".split(),
    "court": "case_no charge_no offence verdict verdict_date final_date sentence_months restitution_rsd".split(),
    "centre": "referral_no referred_by status decision_date".split(),
    "ngo": "client_code service".split(),
}
_PREFIX = {"police": "PO", "prosecutor": "PR", "court": "CO", "centre": "CE", "ngo": "NG"}


def write(folder: Path, *, rows: int, seed: int) -> int:
    """Write the registers into a folder until about `rows` rows exist; returns the number of rows."""
    office = _Office(random.Random(seed), rows)
    folder.mkdir(parents=True, exist_ok=True)
    while office.written < rows:
        office.incident()
    for name in HABITS:
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(COMMON + OWN[name])
            writer.writerows(office.rows[name])
    with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["register", "record_id", "person_id", "event_id", "role", "origin"])
        writer.writerows(office.truth)
    return office.written


class _Office:
    def __init__(self, rng: random.Random, rows: int) -> None:
        self.rng = rng
        self.rows: dict[str, list[list[object]]] = {name: [] for name in HABITS}
        self.truth: list[tuple[str, str, str, str, str, str]] = []
        self.written = self.events = self.people = 0
        self.numbers = dict.fromkeys(HABITS, 0)
        self.known: dict[str, list[Person]] = {"suspect": [], "victim": []}
        self.passport = rng.randrange(100_000, 900_000)

    def incident(self) -> None:
        rng = self.rng
        self.events += 1
        when = date(2019, 1, 1) + timedelta(days=rng.randrange(6 * 365))
        place = rng.choice(STOCK["PLACES"]).replace("_", " ")
        cohort = rng.choices(list(ORIGINS), ORIGINS.values())[0]
        suspects = [
            self.person("suspect", cohort if rng.random() < 0.3 else None, place)
            for _ in range(rng.choice((0, 1, 1, 2, 3, 5)))
        ]
        many = rng.random() < 0.06
        count = rng.randrange(6, 25) if many else rng.choice((0, 1, 1, 1, 2, 3))
        victims = [self.person("victim", cohort if rng.random() < 0.8 else None, place) for _ in range(count)]
        self.suspects(list(dict.fromkeys(suspects)), when)  # nobody twice in one file
        self.victims(list(dict.fromkeys(victims)), when)

    def person(self, role: str, origin: str | None, place: str) -> Person:
        rng = self.rng
        if rng.random() < 0.13 and self.known[role]:
            return rng.choice(self.known[role][-4000:])
        if rng.random() < 0.03 and role == "suspect" and self.known["victim"]:
            return rng.choice(self.known["victim"][-4000:])
        self.people += 1
        self.passport += 1
        origin = origin or rng.choices(list(ORIGINS), ORIGINS.values())[0]
        person = Person(rng, f"P{self.people:07d}", origin, place, self.passport, role)
        self.known[role].append(person)
        return person

    def suspects(self, people: list[Person], when: date) -> None:
        rng = self.rng
        police = self.event("police")
        offence = rng.choice(("388/1", "388/3", "185", "184", "350"))
        for number, person in enumerate(people, 1):
            known_to_police = rng.random() < 0.9
            if known_to_police:
                self.mention(
                    "police",
                    person,
                    f"KU-{police}/{when.year}",
                    number,
                    "suspect",
                    when,
                    [[f"KU-{police}/{when.year}", when, offence]],
                )
            if rng.random() > (0.92 if known_to_police else 1.0):
                continue
            start = when + timedelta(days=rng.randrange(15, 200))
            case, years = self.event("prosecutor"), rng.choice((1, 1, 2, 2, 3, 4))
            tale = rng.choices(("indicted", "dismissed", "transferred", "open"), (0.6, 0.18, 0.04, 0.18))[0]
            own = [
                [
                    f"KTO-{case}/{start.year}",
                    start.year + y,
                    "carried over" if y else "new",
                    tale if y == years - 1 else "open",
                ]
                for y in range(years)
            ]
            days = [start if y == 0 else date(start.year + y, 1, 1) for y in range(years)]
            self.mention("prosecutor", person, f"KTO-{case}/{start.year}", 1, "suspect", start, own, days)
            if tale == "indicted" and rng.random() < 0.85:
                end = days[-1] + timedelta(days=rng.randrange(90, 700))
                trial = self.event("court")
                charges = [
                    [
                        f"K-{trial}/{end.year}",
                        c + 1,
                        offence,
                        rng.choice(("convicted", "convicted", "acquitted")),
                        end,
                        "",
                        rng.randrange(6, 140),
                        "",
                    ]
                    for c in range(rng.choice((1, 1, 1, 2, 3)))
                ]
                self.mention("court", person, f"K-{trial}/{end.year}", 1, "suspect", end, charges)

    def victims(self, people: list[Person], when: date) -> None:
        rng = self.rng
        police = self.event("police")
        for number, person in enumerate(people, 1):
            first = rng.choices(("police", "centre", "ngo"), (0.5, 0.35, 0.15))[0]
            if first == "police" or rng.random() < 0.6:
                day = when + timedelta(days=0 if first == "police" else rng.randrange(5, 90))
                self.mention(
                    "police",
                    person,
                    f"KU-{police}/{day.year}V",
                    number,
                    "victim",
                    day,
                    [[f"KU-{police}/{day.year}V", day, "388/1"]],
                )
            if first == "centre" or rng.random() < 0.75:
                for _ in range(1 if rng.random() < 0.85 else 2):
                    day = when + timedelta(days=rng.randrange(1, 80))
                    file = self.event("centre")
                    self.mention(
                        "centre",
                        person,
                        f"C-{file}/{day.year}",
                        1,
                        "victim",
                        day,
                        [[f"C-{file}/{day.year}", "police", "identified", ""]],
                    )
            if first == "ngo" or rng.random() < 0.42:
                day = when + timedelta(days=rng.randrange(0, 110))
                client = self.event("ngo")
                self.mention(
                    "ngo",
                    person,
                    f"N{client}",
                    1,
                    "victim",
                    day,
                    [[f"N{client}", rng.choice(("shelter", "legal aid"))]],
                )

    def event(self, register: str) -> int:
        self.numbers[register] += 1
        return self.numbers[register]

    def mention(
        self,
        register: str,
        person: Person,
        event: str,
        subject: int,
        role: str,
        when: date,
        own: list[list[object]],
        days: list[date] | None = None,
    ) -> None:
        written = person.written_by(self.rng, register, when)
        for place, extra in enumerate(own):
            record = f"{_PREFIX[register]}{len(self.rows[register]) + 1:07d}"
            day = days[place] if days else when
            self.rows[register].append([record, event, subject, role, day, *written, *extra])
            self.truth.append((register, record, person.id, f"E{self.events:06d}", role, person.origin))
            self.written += 1
