"""The commands on files, the manual's example, the price of a plan, and what they refuse."""

import json
import re
import runpy
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from opennrm.console.main import run
from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.disclosure.codebook import Codebook, Dimension
from opennrm.statistics.disclosure.periods import every, months
from opennrm.statistics.disclosure.plan import read_plan

MANUAL = Path(__file__).resolve().parents[3] / "docs" / "statisticians" / "disclosure.md"


def command(name: str, *arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        run(name, list(arguments))
    return int(ended.value.code or 0)


@pytest.fixture
def example(tmp_path, monkeypatch) -> Path:
    """The files of the manual's example."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENNRM_DISCLOSURE_SECRET", "a secret of this test")
    for name, text in re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", MANUAL.read_text(), re.DOTALL):
        (tmp_path / name).write_text(text)
    runpy.run_path("make_persons.py")
    return tmp_path


def test_the_manuals_example_runs_from_64_persons_to_a_certified_release(example, capsys):
    script = re.search(r"<!-- run -->\n```sh\n(.*?)```", MANUAL.read_text(), re.DOTALL)
    assert script
    for line in script[1].strip().splitlines():
        program, *rest = line.split()
        if program == "opennrm":
            assert command(*rest) == 0

    said = capsys.readouterr().out
    certificate = json.loads((example / "annual-2025" / "certificate.json").read_text())
    assert certificate["status"] == "certified"
    assert certificate["attacks"] == [
        {"by": by, "exposed": 0} for by in ("any reader", "ngo, who knows its own cases", "a reader who knows the rule")
    ]
    assert "0 exposed to any reader" in said
    assert "Add: citizenship each month" in (example / "price" / "price.svg").read_text()
    assert len((example / "ledger.jsonl").read_text().splitlines()) == 1


PUBLISHED = Path(__file__).resolve().parents[1] / "consistency" / "data" / "serbia_2024_figures.csv"


def test_g10_figures_that_contradict_one_another_refuse_the_release(example):
    """64 identified, "the 51 victims", and parts that add to 64 one way and to 65 another: each is named."""
    with pytest.raises(SourceProblem) as refused:
        run("protect", ["PLAN.toml", "--ledger", "ledger.jsonl", "--out", "refused", "--figures", str(PUBLISHED)])

    said = " ".join(refused.value.problems)
    assert all(number in said for number in ("64", "51", "65"))
    assert len(refused.value.problems) >= 3
    assert not Path("refused").exists()
    assert not Path("ledger.jsonl").exists()


def test_g10_consistent_figures_do_not_stand_in_the_way(example):
    Path("text.csv").write_text(
        "id,topic,actor,measure,unit,year,value,breakdown,source,quote\n"
        "1,identification,centre,identified,persons,2025,64,total,report,64\n"
        "2,identification,centre,identified_by_sex,persons,2025,45,women,report,45\n"
        "3,identification,centre,identified_by_sex,persons,2025,19,men,report,19\n"
    )

    assert command("protect", "PLAN.toml", "--ledger", "l.jsonl", "--out", "passed", "--figures", "text.csv") == 0


def test_price_draws_every_number_as_one_equal_square_with_words_beside_it(example):
    plan = Path("PLAN.toml")
    plan.write_text(plan.read_text().split("[[alternative]]")[0])  # this plan alone

    assert command("price", "PLAN.toml", "--out", "price", "--lang", "sr-Latn") == 0

    picture = ET.parse("price/price.svg").getroot()
    squares = [r for r in picture.iter("{http://www.w3.org/2000/svg}rect") if r.get("width") == "14"]
    assert picture.get("role") == "img"
    assert picture[0].tag.endswith("title")
    assert picture[1].tag.endswith("desc")
    assert len(squares) == 12 + 49 + 12 + 2
    assert {(s.get("width"), s.get("height")) for s in squares} == {("14", "14")}
    assert "Zajedno" in Path("price/price.svg").read_text()
    assert "style=" not in Path("price/price.svg").read_text()


def test_protect_takes_tables_counted_elsewhere_and_parquet(example):
    import duckdb

    plan = Path("PLAN.toml").read_text().split("[[alternative]]")[0]
    duckdb.execute("COPY (SELECT * FROM read_csv('persons.csv', all_varchar=true)) TO 'persons.parquet'")
    Path("P.toml").write_text(plan.replace("persons.csv", "persons.parquet"))
    head = "table,measure,period,form,value\n"
    rows = (
        "t,identified,2025,,30\nt,identified,2025,sexual,20\nt,identified,2025,labour,6\nt,identified,2025,begging,4\n"
    )
    Path("cells.csv").write_text(head + rows + "t,identified,2025,crime,0\nt,identified,2025,marriage,0\n")
    tables = re.sub(r"\[records\].*?\n\n", '[tables]\nfile = "cells.csv"\n\n', plan, flags=re.DOTALL)
    Path("T.toml").write_text(tables.split("[[table]]")[0])

    assert command("protect", "PLAN.toml", "--ledger", "l1", "--out", "from-csv") == 0
    assert command("protect", "P.toml", "--ledger", "l2", "--out", "from-parquet") == 0
    assert command("protect", "T.toml", "--ledger", "l3", "--out", "from-tables") == 0

    files = [path.name for path in Path("from-csv").iterdir()]
    assert all(Path("from-csv", f).read_bytes() == Path("from-parquet", f).read_bytes() for f in files)
    assert "[c]" in Path("from-tables/figures.csv").read_text()


def test_attack_finds_what_a_careless_release_gives_away(example, capsys):
    plan = Path("PLAN.toml")
    plan.write_text(plan.read_text().split("[[alternative]]")[0])
    assert command("protect", "PLAN.toml", "--ledger", "ledger", "--out", "out", "--record") == 0
    text = Path("out/figures.csv").read_text().splitlines()
    hidden = next(row.split(",") for row in text if "[c]" in row and "woman" in row and "sexual" not in row)
    names = text[0].split(",")
    where = {d: c for d, c in zip(names, hidden, strict=True) if d in ("sex_age", "form") and c}
    figure = {"id": "press-1", "measure": "identified", "period": "2025", "where": where, "value": 3}
    Path("outside.json").write_text(json.dumps([figure]))

    refused = (
        command(
            "protect",
            "PLAN.toml",
            "--ledger",
            "ledger2",
            "--out",
            "out2",
            "--outside",
            "outside.json",
            "--source",
            "the press",
        )
        if counted(where) == 3
        else 1
    )

    assert refused == 1
    capsys.readouterr()
    assert command("attack", "out", "--ledger", "ledger", "--json") == 0
    assert json.loads(capsys.readouterr().out)["exposed"] == []


def counted(where: dict[str, str]) -> int:
    import csv

    with open("persons.csv", newline="") as file:
        return sum(all(row[d] == c for d, c in where.items()) for row in csv.DictReader(file))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('file = "persons.csv"', 'file = "nobody.csv"', "There is no such file"),
        ("k = 5 ", "k = 1 ", "makes no sense"),
        ('by = ["sex_age", "form"]', 'by = ["sex_age", "colour"]', "'colour', which is not a dimension"),
        ('citizenship = ["RS", "foreign"]', 'citizenship = ["RS", "abroad"]', "codes are not known"),
        ('adult = ["woman", "man"], child = ["girl"', 'adult = ["child", "man"], child = ["adult"', "form a loop"),
        ('every = "month"', 'every = "moon"', "no rhythm called 'moon'"),
        ("year = 2025", "", "no id or year"),
        ("[rule]", "[rules]", "not understood"),
        ('codes = ["RS", "BA"', 'codes = ["RS", "RS", "BA"', "listed twice"),
        ("[[table]]", "[[table", "cannot be read"),
    ],
)
def test_protect_refuses_a_plan_with_the_place_and_the_remedy(example, old, new, says):
    plan = Path("PLAN.toml")
    assert old in plan.read_text()
    plan.write_text(plan.read_text().replace(old, new, 1))

    with pytest.raises(SourceProblem) as refusal:
        run("protect", ["PLAN.toml", "--ledger", "ledger", "--out", "out"])

    assert says in f"{refusal.value} {' '.join(refusal.value.problems)}"
    assert refusal.value.remedy
    assert not Path("out").exists()


def test_protect_refuses_records_with_unknown_codes_listing_every_row(example):
    rows = Path("persons.csv").read_text().splitlines()
    rows[3] = rows[3].replace(rows[3].split(",")[1], "person")
    rows[5] = "yesterday," + rows[5].split(",", 1)[1]
    Path("persons.csv").write_text("\n".join(rows) + "\n")

    with pytest.raises(SourceProblem) as refusal:
        run("protect", ["PLAN.toml", "--ledger", "ledger", "--out", "out"])

    assert [problem[:5] for problem in refusal.value.problems] == ["row 6", "row 4"]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("t,identified,2025,labour,-6", "-6 is below zero"),
        ("t,identified,2025,labour,2.5", "2.5 is not a whole number"),
        ("t,identified,2025,labour,", "empty is not a whole number"),
        ("t,identified,2025,labor,6", "form has no code 'labor'"),
        ("t,referred,2025,labour,6", "no measure 'referred'"),
        ("t,identified,2025,,31", "31, but 30 in a row above"),
    ],
)
def test_protect_refuses_counted_tables_with_the_row(example, row, says):
    plan = re.sub(
        r"\[records\].*?\n\n", '[tables]\nfile = "cells.csv"\n\n', Path("PLAN.toml").read_text(), flags=re.DOTALL
    )
    Path("T.toml").write_text(plan.split("[[table]]")[0])
    Path("cells.csv").write_text(f"table,measure,period,form,value\nt,identified,2025,,30\n{row}\n")

    with pytest.raises(SourceProblem) as refusal:
        run("protect", ["T.toml", "--ledger", "ledger", "--out", "out"])

    assert "row 3" in refusal.value.problems[0]
    assert says in refusal.value.problems[0]


def test_price_says_what_citizenship_by_district_in_one_year_would_cost(example, capsys):
    plan = Path("PLAN.toml").read_text().split("[[alternative]]")[0]
    districts = ", ".join(f'"d{i:02d}"' for i in range(25))
    plan = plan.replace("[dimension.form]", f"[dimension.district]\ncodes = [{districts}]\n\n[dimension.form]")
    plan += (
        '[[alternative]]\nid = "Add: citizenship by district"\n[[alternative.add]]\nid = "cd"\nmeasure = "identified"\n'
        'by = ["district", "citizenship"]\ncodes = { citizenship = ["BA", "CN", "NG", "TR", "other", "foreign"] }\n'
    )
    Path("PLAN.toml").write_text(plan)
    rows = Path("persons.csv").read_text().splitlines()
    rows = [rows[0] + ",district", *(f"{row},d{i % 25:02d}" for i, row in enumerate(rows[1:]))]
    Path("persons.csv").write_text("\n".join(rows) + "\n")

    assert command("price", "PLAN.toml", "--json") == 0

    last = json.loads(capsys.readouterr().out)[-1]
    assert last["plan"] == "Add: citizenship by district"
    assert "would survive. Pool several years, or print totals only." in last["effect"]


@pytest.mark.parametrize(
    ("code", "count"),
    [("2024", 12), ("2024-Q1", 3), ("2024-H2", 6), ("2024-03", 1), ("2024-01..2024-03", 3), ("2023..2024", 24)],
)
def test_months_counts_them(code, count):
    assert len(months(code)) == count


@pytest.mark.parametrize("code", ["24", "2024-13", "2024-Q5", "2024..2023", "", "2024-1"])
def test_months_refuses_what_is_no_period(code):
    with pytest.raises(SourceProblem):
        months(code)


def test_every_rhythm_fills_the_year():
    for rhythm in ("month", "quarter", "half-year", "year"):
        assert frozenset().union(*map(months, every(rhythm, 2024))) == months("2024")
    assert every("years", 2024, pool=2) == ("2023..2024",)
    assert every("year-to-date", 2024)[2] == "2024-01..2024-03"


def test_codebook_refuses_a_measure_with_an_unknown_code():
    with pytest.raises(SourceProblem, match="no code 'maybe'"):
        Codebook({"outcome": Dimension("outcome", ("yes", "no"))}, {"identified": {"outcome": ("maybe",)}})


def test_read_plan_takes_thresholds_and_alternatives(example):
    plan = read_plan(Path("PLAN.toml"))

    assert plan.thresholds == (3,)
    assert [alternative.id for alternative in plan.alternatives] == ["three-forms", "citizenship-months"]
