import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from opennrm.console.main import main
from tests.statistics.estimation.published import DATA

Run = Callable[..., tuple[int, str, str]]
QUICK = ("--replicates", "60", "--no-sensitivity")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["opennrm", "estimate", *map(str, arguments)])
        try:
            main()
            code = 0
        except SystemExit as left:
            code = int(left.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return command


def a_file(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("table", "method", "printed"),
    [
        ("new_orleans_8list", "stepwise", "1,184"),  # Chan, Silverman and Vincent 2021
        ("new_orleans_5list", "stepwise", "1,034"),
        ("uk_2013_6list", "stepwise", "11,418"),
        ("uk_2013_5list", "stepwise", "11,313"),
        ("uk_2013_5list", "bic", "25,311"),
        ("kosovo_4list", "stepwise", "14,342"),
        ("kosovo_4list", "bic", "10,357"),
        ("rome_hiv_4list", "average", "11,220"),
    ],
)
def test_published_figures_come_out_as_printed(run: Run, table: str, method: str, printed: str) -> None:
    code, out, _ = run(DATA / f"{table}.csv", "--methods", method, *QUICK)

    assert code == 0
    assert printed in out
    assert "persons on" in out


def test_the_home_office_range_is_the_stepwise_model_taken_as_known(run: Run, tmp_path: Path) -> None:
    code, _, _ = run(
        DATA / "uk_2013_6list.csv", "--methods", "stepwise", *QUICK, "--coverage", "0", "--report", tmp_path / "uk.md"
    )

    assert code == 0
    said = (tmp_path / "uk.md").read_text(encoding="utf-8")
    assert "the profile likelihood would give 10,000 to 13,000" in said


def test_kosovo_bootstrap_agrees_with_the_published_table(run: Run) -> None:
    code, out, _ = run(DATA / "kosovo_4list.csv", "--methods", "bic", "--no-sensitivity", "--json")

    assert code == 0
    admitted = {row["models"]: row["bca"] for row in json.loads(out)["results"]["admitted"]}
    for models, (low, high) in {1: (9_100, 12_000), 5: (8_500, 17_000), 10: (6_900, 18_000)}.items():
        assert admitted[models]["low"] == pytest.approx(low, rel=0.05)  # own random numbers
        assert admitted[models]["high"] == pytest.approx(high, rel=0.05)


def test_json_holds_what_makes_it_again(run: Run, tmp_path: Path) -> None:
    code, out, _ = run(DATA / "kosovo_4list.csv", *QUICK, "--json", "--seed", "7")
    data = json.loads(out)
    kept = tmp_path / "kosovo.json"
    kept.write_text(out, encoding="utf-8")

    again, said, _ = run(kept)

    assert (code, again) == (0, 0)
    assert data["settings"]["seed"] == 7
    assert "every number is the same" in said


def test_a_result_that_does_not_come_again_exits_with_one(run: Run, tmp_path: Path) -> None:
    _, out, _ = run(DATA / "kosovo_4list.csv", *QUICK, "--json")
    changed = json.loads(out)
    changed["results"]["estimates"][0]["population"] += 5
    kept = tmp_path / "kosovo.json"
    kept.write_text(json.dumps(changed), encoding="utf-8")

    code, said, _ = run(kept)

    assert code == 1
    assert "1 values differ" in said
    assert "estimates[0].population" in said


def test_a_result_without_its_table_asks_for_it(run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "kosovo.json"
    run(DATA / "kosovo_4list.csv", *QUICK, "--result", kept, "--no-with-table")

    code, _, err = run(kept)
    held, said, _ = run(kept, "--table", DATA / "kosovo_4list.csv", "--json")

    assert (code, held) == (2, 0)
    assert "Name the table with --table." in err
    assert json.loads(said)["table"]["sha256"] == json.loads(kept.read_text())["table"]["sha256"]


def test_reports_and_plots_are_written(run: Run, tmp_path: Path) -> None:
    code, _, _ = run(
        DATA / "kosovo_4list.csv",
        *("--replicates", "60", "--coverage", "4", "--lang", "sr-Latn"),
        *("--plots", tmp_path / "plots", "--report", tmp_path / "report.html"),
    )

    assert code == 0
    assert {path.name for path in (tmp_path / "plots").iterdir()} == {
        f"{name}.svg"
        for name in (
            *("estimates", "overlaps", "leave-one-out", "merged-lists"),
            *("bootstrap-stepwise", "bootstrap-bic", "coverage"),
        )
    }
    assert "Šta bi promenilo broj" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_an_event_is_named_by_column_or_by_number(run: Run, tmp_path: Path) -> None:
    rows = "event,Police,Centre,NGO,count\nno,1,0,0,90\nno,0,1,0,60\nno,0,0,1,50\nno,1,1,0,12\nno,0,1,1,9\nno,1,0,1,8\n"
    table = a_file(tmp_path, rows + "raid,1,0,0,480\n")
    plain = tmp_path / "plain.csv"
    plain.write_text("Police,Centre,NGO,count\n1,0,0,570\n0,1,0,60\n0,0,1,50\n1,1,0,12\n0,1,1,9\n1,0,1,8\n")

    _, by_column, _ = run(table, *QUICK, "--exclude-event", "event=raid", "--json")
    _, by_number, _ = run(plain, *QUICK, "--exclude-event", "Police=480", "--json")
    _, clustered, _ = run(table, *QUICK, "--cluster-event", "event=raid")

    one, two = (json.loads(out)["results"] for out in (by_column, by_number))
    assert one["observed"] == two["observed"] == 709
    assert one["estimates"][0]["population"] == pytest.approx(two["estimates"][0]["population"])
    assert [row["treatment"] for row in one["by_event"]] == ["as counted", "exclude", "cluster"]
    assert one["by_event"][0]["population"] > one["by_event"][1]["population"]
    assert "Counted as one finding" in clustered


def test_strata_drop_and_merge_change_the_table(run: Run) -> None:
    table = DATA / "spina_bifida_3list_by_ethnicity.csv"

    _, by, _ = run(table, "--by", "eth", *QUICK)
    _, dropped, _ = run(DATA / "kosovo_4list.csv", "--drop", "HRW", *QUICK)
    _, merged, _ = run(DATA / "uk_2013_6list.csv", "--merge", "PF+NCA", "--methods", "stepwise", *QUICK)

    assert "By eth" in by
    assert "No total: there is no estimate for other." in by
    assert "22,301" in dropped
    assert "11,313" in merged


def test_records_and_links_run_over_thresholds(run: Run, tmp_path: Path) -> None:
    records = "record,list\n" + "".join(f"{x}{n},{x}\n" for x in "PCN" for n in range(60))
    links = "left,right,probability\n" + "".join(f"P{n},C{n},{0.55 + 0.02 * n}\n" for n in range(20))
    links += "".join(f"C{n},N{n},{0.5 + 0.03 * (n - 15)}\n" for n in range(15, 30))
    (tmp_path / "links.csv").write_text(links)

    code, out, _ = run(a_file(tmp_path, records), "--links", tmp_path / "links.csv", *QUICK, "--methods", "stepwise")

    assert code == 0
    assert "How sure a link must be" in out
    assert all(f"\n  {threshold} " in out for threshold in ("0.5", "0.7", "0.9", "0.95"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The table is empty."),
        ("A,count\n1,5\n", "at least two lists"),
        ("A,B,count\n1,0,5\n0,1,4\n1,1,2\n", "Two lists alone"),
        ("A,B,C,count\n1,0,0,5\n1,0,0,6\n", "line 3: the same capture history as line 2"),
        ("A,B,C,count\n2,0,0,5\n", "line 2: “2” under A is neither 0 nor 1"),
        ("A,B,C,count\n1,0,0,5.5\n", "“5.5” is not a whole number of persons"),
        ("A,B,C,count\n1,0,0,-3\n", "“-3” is not a whole number of persons"),
        ("A,B,C,count\n1,0,0,many\n", "“many” is not a whole number"),
        ("A,B,C,count\n0,0,0,50\n1,0,0,5\n", "a person on none of the lists cannot have been counted"),
        ("A,B,C,count\n1,0,0\n", "3 cells, the header has 4"),
        ("A,A,C,count\n1,0,0,5\n", "“a” is the name of 2 lists"),
        ("A,B,C,count\n1,0,0,0\n", "Nobody is on any list."),
    ],
)
def test_bad_tables_are_refused_in_words(run: Run, tmp_path: Path, text: str, said: str) -> None:
    code, out, err = run(a_file(tmp_path, text), *QUICK)

    assert code == 2
    assert said in err
    assert out == ""
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A,B,C,count\n1,0,0,5\n0,1,0,6\n0,0,1,7\n", "No estimate is possible: Nobody is on two lists"),
        ("A,B,C,count\n1,0,0,9\n0,0,1,7\n1,1,0,4\n1,0,1,3\n1,1,1,2\n", "Everybody on B is also on A"),
        ("A,B,C,count\n1,1,0,9\n0,0,1,7\n1,1,1,2\n", "A and B name the same persons"),
        ("A,B,C,count\n1,0,0,9\n0,1,0,8\n1,1,0,3\n", "Nobody is on C; leave the list out."),
        ("Моја листа,List two,C,count\n1,0,0,30\n0,1,0,20\n0,0,1,9\n1,1,0,6\n0,1,1,4\n1,0,1,3\n", "Моја листа"),
    ],
)
def test_doubtful_tables_are_answered_with_a_warning(run: Run, tmp_path: Path, text: str, said: str) -> None:
    code, out, _ = run(a_file(tmp_path, text), "--replicates", "60")

    assert code == 0
    assert said in out


def test_many_individual_records_with_duplicates_are_joined_and_said(run: Run, tmp_path: Path) -> None:
    rows = [f"{n},{'ABC'[(n * k) % 3]}\n" for k in (1, 2, 4) for n in range(20_000)]

    code, out, _ = run(a_file(tmp_path, "person,list\n" + "".join(rows)), "--methods", "stepwise", *QUICK)

    assert code == 0
    assert "20,000 persons on 3 lists" in out
    assert "each person is counted once" in out


@pytest.mark.long
def test_a_million_records_are_read(run: Run, tmp_path: Path) -> None:
    rows = [f"{n},{'ABC'[(n * k) % 3]}\n" for k in (1, 2, 4) for n in range(400_000)]

    code, out, _ = run(a_file(tmp_path, "person,list\n" + "".join(rows)), "--methods", "stepwise", *QUICK)

    assert code == 0
    assert "400,000 persons on 3 lists" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("none.csv",), "cannot be opened"),
        (("none.json",), "cannot be read as a result"),
        (("KOSOVO", "--lang", "de"), "There is no language de"),
        (("KOSOVO", "--methods", "oracle"), "methods are of stepwise, bic, average"),
        (("KOSOVO", "--report", "report.pdf"), "a report ends in .html, .md, .txt"),
        (("KOSOVO", "--report", "nowhere/report.md"), "there is no folder nowhere"),
        (("KOSOVO", "--plots", "KOSOVO"), "is a file, not a folder"),
        (("KOSOVO", "--drop", "XYZ"), "There is no list called XYZ."),
        (("KOSOVO", "--merge", "EXH"), "A merge needs two different lists."),
        (("KOSOVO", "--by", "sex"), "no column “sex”"),
        (("KOSOVO", "--exclude-event", "raid"), "names no event"),
        (("KOSOVO", "--exclude-event", "event=raid"), "“event” is not a column"),
        (("KOSOVO", "--exclude-event", "HRW=480"), "480 persons on HRW alone is not in the table"),
        (("KOSOVO", "--exclude-event", "HRW=4", "--cluster-event", "HRW=4"), "not both"),
        (("KOSOVO", "--links", "KOSOVO"), "Columns are missing"),
        (("KOSOVO", "--link-thresholds", "a,b", "--links", "KOSOVO"), "Columns are missing"),
        (("KOSOVO", "--links", "KOSOVO", "--by", "sex"), "Records and links have no groups"),
        (("KOSOVO", "--table", "KOSOVO"), "--table belongs to a result file"),
        (("KOSOVO", "--max-order", "9"), "Terms of 9 lists cannot be."),
    ],
)
def test_bad_requests_are_refused_in_words(run: Run, arguments: tuple[str, ...], said: str) -> None:
    given = [DATA / "kosovo_4list.csv" if argument == "KOSOVO" else argument for argument in arguments]

    code, out, err = run(*given, *QUICK)

    assert code == 2
    assert said in err
    assert out == ""


def test_a_result_of_something_else_is_refused(run: Run, tmp_path: Path) -> None:
    other, later = tmp_path / "other.json", tmp_path / "later.json"
    other.write_text('{"kind": "else"}')
    later.write_text('{"kind": "opennrm.estimate", "format": 99}')

    assert "not the result of an estimate" in run(other)[2]
    assert "another version (format 99)" in run(later)[2]


def test_help_loads_neither_numbers_nor_the_web() -> None:
    code = (
        "import sys; sys.argv = ['opennrm', 'estimate', '--help']\n"
        "from opennrm.console.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('scipy', 'numpy', 'django') if name in sys.modules], file=sys.stderr)"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stderr.strip() == "[]"
    assert "--exclude-event" in found.stdout


def test_the_command_never_loads_django() -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from opennrm.console.estimate import estimate\n"
        f"estimate(Path({str(DATA / 'kosovo_4list.csv')!r}), replicates=20, sensitivity=False)\n"
        "assert 'django' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
