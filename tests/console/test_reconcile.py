import csv
import json
import subprocess
import sys

import pytest

from tests.statistics.reconciliation.registers import EXAMPLE, true_links, write_links

COUNTS = ("--left", "police:suspects:2024", "--right", "prosecutor:suspects:2024")


def run(*arguments):
    command = [sys.executable, "-m", "opennrm", "reconcile", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture(scope="module")
def links(tmp_path_factory):
    return write_links(tmp_path_factory.mktemp("links") / "links.csv", true_links())


def test_reconcile_writes_the_bridge_and_what_changed_since(tmp_path, links):
    done = run(EXAMPLE, "--links", links, *COUNTS, "--out", tmp_path / "a", "--left-published", 54)
    again = run(
        EXAMPLE,
        "--links",
        links,
        *COUNTS,
        "--out",
        tmp_path / "b",
        "--previous",
        tmp_path / "a" / "bridge.json",
        "--json",
    )

    assert done.returncode == 0, done.stderr
    assert "is not a rate" in done.stdout
    data = json.loads(again.stdout)
    assert data == json.loads((tmp_path / "b" / "bridge.json").read_text(encoding="utf-8"))
    assert {change["part"] for change in data["changes"]} == {"left", "revision"}


def foreign(folder):
    """The example as the police might deliver it: other file, columns, words, encoding and dates."""
    folder.mkdir()
    with (EXAMPLE / "police.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["Uloga"] = {"suspect": "osumnjičeni", "victim": "oštećeni"}[row.pop("role")]
        row["Broj"] = row.pop("record_id")
        year, month, day = row.pop("complaint_date").split("-")
        row["Datum prijave"] = f"{day}/{month}/{year}"
        for name in ("given_name", "family_name", "parent_name", "alias"):
            row.pop(name)
    with (folder / "krivicne.csv").open("w", encoding="utf-16", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    (folder / "prosecutor.csv").write_bytes((EXAMPLE / "prosecutor.csv").read_bytes())
    mapping = folder / "mapping.toml"
    mapping.write_text(
        '[register.police]\nfile = "krivicne.csv"\nencoding = "utf-16"\ndates = "day first"\n'
        '[register.police.columns]\nrecord_id = "Broj"\nrole = "Uloga"\n'
        '[register.police.other_columns]\ncomplaint_date = "Datum prijave"\n'
        '[register.police.values.role]\n"osumnjičeni" = "suspect"\n"oštećeni" = "victim"\n'
        '[register.prosecutor]\nfile = "prosecutor.csv"\n',
        encoding="utf-8",
    )
    return mapping


def test_reconcile_reads_foreign_columns_through_the_mapping_of_link(tmp_path, links):
    mapping = foreign(tmp_path / "in")

    there = run(
        tmp_path / "in", "--links", links, *COUNTS, "--out", tmp_path / "out", "--mapping", mapping, "--json"
    )  # fmt: skip
    here = run(EXAMPLE, "--links", links, *COUNTS, "--out", tmp_path / "plain", "--json")

    assert there.returncode == 0, there.stderr
    found, expected = json.loads(there.stdout), json.loads(here.stdout)
    assert (found["left"]["value"], found["right"]["value"]) == (expected["left"]["value"], expected["right"]["value"])


def test_reconcile_says_which_mapped_column_is_missing(tmp_path, links):
    mapping = foreign(tmp_path / "in")
    mapping.write_text(mapping.read_text(encoding="utf-8").replace("Datum prijave", "Datum"), encoding="utf-8")

    done = run(tmp_path / "in", "--links", links, *COUNTS, "--out", tmp_path / "out", "--mapping", mapping)

    assert done.returncode == 2
    assert "krivicne.csv: there is no column Datum" in done.stderr
    assert not (tmp_path / "out").exists()


def test_reconcile_refuses_a_naive_ratio_and_offers_the_cohort_rate(tmp_path, links):
    done = run(EXAMPLE, "--links", links, *COUNTS, "--out", tmp_path / "out", "--ratio")

    assert done.returncode == 2
    assert "66/56" in done.stderr
    assert "have since been" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"--left": "police:souls:2024"}, "There is no measure"),
        ({"--left": "2024"}, "does not name a count"),
        ({"--links": "none.csv"}, "no such file for --links"),
        ({"--links": EXAMPLE}, "this is a folder"),
        ({"--quality": "none.json"}, "no such file for --quality"),
        ({"--previous": "none.json"}, "no such file for --previous"),
        ({"--left": "police:suspects:1999"}, "Its years are 2019 to 2025"),
        ({"--lang": "de"}, "no language"),
        ({"--measures": "none.toml"}, "cannot be opened"),
    ],
)
def test_reconcile_refuses_in_plain_words(tmp_path, links, change, said):
    options = {"--links": links, "--left": COUNTS[1], "--right": COUNTS[3], "--out": tmp_path / "out"} | change

    done = run(EXAMPLE, *[word for pair in options.items() for word in pair])

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.long
def test_reconcile_with_the_links_of_opennrm_link_leaves_nearly_nothing_unexplained(tmp_path):
    command = [sys.executable, "-m", "opennrm", "link", str(EXAMPLE), "--out", str(tmp_path / "linked")]
    subprocess.run(command, check=True, capture_output=True)
    for left, right in [
        COUNTS[1::2],
        ("police:victims:all", "ngo:clients:all"),
        ("centre:referred:2022", "ngo:clients:2022"),
    ]:
        done = run(
            EXAMPLE,
            "--links",
            tmp_path / "linked" / "links.csv",
            "--left",
            left,
            "--right",
            right,
            "--out",
            tmp_path,
            "--json",
        )
        data = json.loads(done.stdout)

        assert abs(data["unexplained"]) <= max(1, 0.02 * max(data["left"]["value"], data["right"]["value"]))
