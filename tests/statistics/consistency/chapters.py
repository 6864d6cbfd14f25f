"""Chapters written for the tests: rows as text, and random ones that are consistent by construction."""

import csv
import io
from pathlib import Path
from random import Random

from opennrm.statistics.consistency.check import check
from opennrm.statistics.consistency.figures import Figure, figures_from_rows
from opennrm.statistics.consistency.findings import Finding

DATA = Path(__file__).parent / "data"
Row = dict[str, str]


def figures(text: str, **shared: str) -> list[Figure]:
    """Figures of lines `measure | unit | year | value | breakdown | actor | source | quote`; missing cells empty."""
    names = ("measure", "unit", "year", "value", "breakdown", "actor", "source", "quote", "topic")
    rows = []
    for number, line in enumerate(filter(str.strip, text.splitlines()), start=1):
        cells = [cell.strip() for cell in line.split("|")]
        row = {"id": f"R{number}", "actor": "office", "source": "Report 2025", **shared}
        row |= {name: cell for name, cell in zip(names, cells, strict=False) if cell}
        rows.append(row)
    return figures_from_rows(rows)


def found(text: str, **shared: str) -> list[tuple[str, str]]:
    """Level and rule of every finding."""
    return [(finding.level, finding.rule) for finding in check(figures(text, **shared))]


def errors(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level == "error"]


def read(name: str) -> list[Row]:
    return list(csv.DictReader(io.StringIO((DATA / name).read_text(encoding="utf-8"))))


NOUNS = ("zork", "palim", "quenth", "brast", "vimel", "torrig", "lasden", "hoxu", "merrit", "dulan")
CATEGORIES = ("amber", "birch", "cedar", "dune", "elm", "fjord", "grove", "heath", "islet", "jetty")


class RandomChapter:
    """A consistent chapter of invented measures; `plant_...` spoils one thing and says which rows it touched."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.rows: list[Row] = []
        self.rate = self.random.uniform(80, 130)
        for noun in self.random.sample(NOUNS, 4):
            self._count(noun)
        self._stock(self.random.choice(NOUNS) + "_files")
        self._money()
        self._sentences()
        self._percent()
        self._bands()

    def plant(self, kind: str) -> set[str]:
        """Spoil one thing; the ids of rows of which at least one must stand in the finding."""
        return getattr(self, f"_plant_{kind}")()

    def _add(self, measure: str, unit: str, year: object, value: object, breakdown: str = "", **more: str) -> Row:
        row = {
            "id": f"Z{len(self.rows) + 1:03}",
            "topic": "things",
            "actor": "bureau",
            "measure": measure,
            "unit": unit,
            "year": str(year),
            "value": str(value),
            "breakdown": breakdown,
            "source": "Yearbook 2025",
            "quote": "",
        } | more
        self.rows.append(row)
        return row

    def _split(self, total: int, parts: int) -> list[int]:
        cuts = sorted(self.random.randint(0, total) for _ in range(parts - 1))
        return [high - low for low, high in zip([0, *cuts], [*cuts, total], strict=True)]

    def _count(self, noun: str) -> None:
        for year in (2023, 2024):
            total = self.random.randint(20, 400)
            self._add(noun, "persons", year, total, "total")
            for dimension, count in (("kind", 3), ("colour", 4)):
                parts = self.random.sample(CATEGORIES, count)
                for part, value in zip(parts, self._split(total, count), strict=True):
                    self._add(f"{noun}_by_{dimension}", "persons", year, value, part)
                    if value > 4 and self.random.random() < 0.3:
                        inner = self._split(value, 3)[:2]
                        for name, some in zip(("left", "right"), inner, strict=True):
                            self._add(f"{noun}_by_{dimension}", "persons", year, some, f"{part}>{name}")

    def _stock(self, noun: str) -> None:
        opening = self.random.randint(10, 60)
        for year in (2023, 2024):
            new = self.random.randint(5, 50)
            closed = self.random.randint(0, opening + new)
            lines = [("opening stock", opening), ("new", new), ("closed", closed)]
            opening = opening + new - closed
            for name, value in [*lines, ("closing stock", opening)]:
                self._add(noun, "cases", year, value, name)

    def _money(self) -> None:
        for place in range(4):
            amount = self.random.randint(200, 90_000) * 1_000
            year = 2024
            self._add(f"grant_{place}", "RSD", year, amount, "allocation")
            self._add(
                f"grant_{place}", "USD", year, round(amount / self.rate, -1), "allocation; as converted by source"
            )

    def _sentences(self) -> None:
        self._add("statutory_penalty", "years", "in_force", 2, "minimum")
        self._add("statutory_penalty", "years", "in_force", 12, "maximum")
        for low, high in ((24, 35), (36, 59), (60, 120)):
            self._add("sentenced_to_prison", "persons", 2024, self.random.randint(1, 9), f"{low}-{high} months")

    def _percent(self) -> None:
        total = self.random.randint(30, 90)
        part = self.random.randint(1, total)
        self._add("seen", "persons", 2024, total, "total")
        self._add("seen", "persons", 2024, part, "of which left-handed")
        self._add("seen", "percent", 2024, round(100 * part / total, 1), "of which left-handed")

    def _bands(self) -> None:
        for label in ("under 18", "18-25", "26-40", "41 and over"):
            self._add("met_by_age", "persons", 2024, self.random.randint(0, 20), label)

    # --- one contradiction each

    def _totals(self) -> list[Row]:
        return [row for row in self.rows if row["breakdown"] == "total" and row["measure"] in NOUNS]

    def _part(self) -> Row:
        return self.random.choice([r for r in self.rows if "_by_kind" in r["measure"] and ">" not in r["breakdown"]])

    def _plant_sum(self) -> set[str]:
        part = self._part()
        part["value"] = str(int(part["value"]) + self.random.randint(1, 9))
        return {part["id"]}

    def _plant_second_value(self) -> set[str]:
        total = self.random.choice(self._totals())
        again = self._add(
            total["measure"], "persons", total["year"], int(total["value"]) + self.random.randint(1, 9), "total"
        )
        return {again["id"]}

    def _plant_base(self) -> set[str]:
        total = self.random.choice(self._totals())
        name = f"{total['measure']}_denominator_of_breakdown"
        return {
            self._add(name, "persons", total["year"], int(total["value"]) - self.random.randint(1, 9), "total")["id"]
        }

    def _plant_inside(self) -> set[str]:
        part = self._part()
        inner = self._add(
            part["measure"], "persons", part["year"], int(part["value"]) + 1, f"{part['breakdown']}>whole"
        )
        return {inner["id"]}

    def _plant_twice(self) -> set[str]:
        part = self._part()
        row = {**part, "id": f"Z{len(self.rows) + 1:03}"}
        self.rows.append(row)
        return {row["id"]}

    def _plant_stock(self) -> set[str]:
        row = self.random.choice([r for r in self.rows if r["breakdown"] == "closed"])
        row["value"] = str(int(row["value"]) + 1)
        return {row["id"]}

    def _plant_carried(self) -> set[str]:
        row = next(r for r in self.rows if r["breakdown"] == "opening stock" and r["year"] == "2024")
        closing = next(r for r in self.rows if r["breakdown"] == "closing stock" and r["year"] == "2024")
        row["value"], closing["value"] = str(int(row["value"]) + 2), str(int(closing["value"]) + 2)
        return {row["id"]}

    def _plant_rate(self) -> set[str]:
        row = self.random.choice([r for r in self.rows if r["unit"] == "USD"])
        row["value"] = str(int(row["value"].split(".")[0]) * 2)
        return {row["id"]}

    def _plant_sentence(self) -> set[str]:
        return {self._add("sentenced_to_prison", "persons", 2024, 1, "150-162 months")["id"]}

    def _plant_share(self) -> set[str]:
        row = next(r for r in self.rows if r["unit"] == "percent")
        value = float(row["value"])
        row["value"] = str(round(value + 7 if value < 90 else value - 7, 1))
        return {row["id"]}

    def _plant_band(self) -> set[str]:
        row = next(r for r in self.rows if r["breakdown"] == "18-25")
        row["breakdown"] = "18-27"
        return {row["id"]}

    def _plant_period(self) -> set[str]:
        return {self._add("visits", "visits", "2024-2022", 5, "total")["id"]}

    def _plant_fraction(self) -> set[str]:
        return {self._add("walks", "persons", 2024, "12.5", "total")["id"]}

    def _plant_unit(self) -> set[str]:
        first = self._add("held", "persons", 2023, 11, "total")
        second = self._add("held", "cases", 2024, 12, "total")
        return {first["id"], second["id"]}

    def _plant_direction(self) -> set[str]:
        quote = "counted 41 runs, an increase from 52 in 2023"
        first = self._add("runs", "runs", 2023, 52, "total", quote=quote)
        second = self._add("runs", "runs", 2024, 41, "total", quote=quote)
        return {first["id"], second["id"]}

    def _plant_restated(self) -> set[str]:
        total = next(r for r in self._totals() if r["year"] == "2023")
        other = {
            **total,
            "id": f"Z{len(self.rows) + 1:03}",
            "source": "Yearbook 2024",
            "value": str(int(total["value"]) + 3),
        }
        self.rows.append(other)
        return {other["id"]}

    def _plant_part_of_year(self) -> set[str]:
        total = self.random.choice(self._totals())
        value = int(total["value"]) + self.random.randint(1, 9)
        return {self._add(total["measure"], "persons", f"{total['year']}-Q2", value, "total")["id"]}

    def _plant_bounds(self) -> set[str]:
        low = self._add("fee", "EUR", 2024, 900, "minimum")
        high = self._add("fee", "EUR", 2024, 400, "maximum")
        return {low["id"], high["id"]}

    def _plant_length(self) -> set[str]:
        first = self._add("stay", "years", 2024, 3, "permit")
        second = self._add("stay", "months", 2024, 24, "permit")
        return {first["id"], second["id"]}


PLANTS = {
    "sum": "parts_over",
    "second_value": "one_value",
    "base": "base_conflict",
    "inside": "part_over_total",
    "twice": "category_twice",
    "stock": "stock_flow",
    "carried": "stock_carried",
    "rate": "rate_far",
    "sentence": "sentence_over",
    "share": "share_mismatch",
    "band": "bands_overlap",
    "period": "period_reversed",
    "fraction": "not_whole",
    "unit": "units_mixed",
    "direction": "direction",
    "restated": "restated",
    "part_of_year": "part_period_over",
    "bounds": "minimum_over_maximum",
    "length": "conversion",
}
