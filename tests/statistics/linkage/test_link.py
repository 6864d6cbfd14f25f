import csv
import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.linkage import output
from opennrm.statistics.linkage.explain import NotCompared, explain, outcome, weight_in_words
from opennrm.statistics.linkage.link import band, link
from opennrm.statistics.linkage.model import standard_model
from opennrm.statistics.linkage.quality import judged_quality, sample_for_review
from opennrm.statistics.linkage.registers import Registers, find_sources, read

SMALL = Path(__file__).parent / "data" / "small"


@pytest.fixture(scope="module")
def registers():
    return read(find_sources(SMALL))


@pytest.fixture(scope="module")
def links(registers):
    return link(registers)


@pytest.fixture(scope="module")
def truth(links):
    rows = csv.DictReader((SMALL / "truth.csv").open(encoding="utf-8"))
    person = {(row["register"], row["record_id"]): row["person_id"] for row in rows}
    first = links.backend.connection.execute("SELECT register, record_id FROM mention ORDER BY mid").fetchall()
    return np.array([person[row] for row in first])


def trained(links):
    return {"model": links.model, "train": False}


def pairs_of(labels):
    counts = np.unique(labels, return_counts=True)[1]
    return int((counts * (counts - 1) // 2).sum())


def test_link_finds_the_persons_of_invented_registers(links, truth):
    both = [f"{label} {person}" for label, person in zip(links.persons.labels, truth, strict=True)]

    right, said, true = pairs_of(both), pairs_of(links.persons.labels), pairs_of(truth)

    assert 2 * right / (said + true) > 0.9
    assert right / said > 0.93


def test_link_counts_persons_with_an_interval_that_holds_the_truth(links, truth):
    persons = len(set(truth))

    assert links.counts.low <= links.counts.corrected <= links.counts.high
    assert abs(links.counts.corrected / persons - 1) < 0.03


def test_link_counts_the_persons_of_each_register_with_intervals_that_mostly_hold_the_truth(links, truth):
    of = np.array(links.backend.connection.execute("SELECT register FROM mention ORDER BY mid").fetchall())[:, 0]

    persons = {name: len(set(truth[of == name])) for name in links.by_register}

    held = [links.by_register[name].low <= n <= links.by_register[name].high for name, n in persons.items()]
    assert len(held) == 5
    assert sum(held) >= 4
    assert all(abs(links.by_register[name].corrected / n - 1) < 0.03 for name, n in persons.items())


def test_link_proposes_nothing_inside_one_case_file(links):
    con = links.backend.connection

    (inside,) = con.execute(
        "SELECT count(*) FROM scored JOIN mention l ON l.mid = mid_l JOIN mention r ON r.mid = mid_r "
        "WHERE l.register = r.register AND l.event_no = r.event_no"
    ).fetchone()

    assert inside == 0


def test_link_says_which_levels_it_could_not_train(links):
    untrained = links.model.untrained()

    assert all(": " in name for name in untrained)
    assert output.summary(links)["not_trained"] == untrained


def test_link_keeps_keys_over_deliveries(links, registers, tmp_path):
    output.write(links, tmp_path)
    before = {
        (row["register"], row["record_id"]): row["person_key"]
        for row in csv.DictReader((tmp_path / "persons.csv").open(encoding="utf-8"))
    }
    later = Registers({name: table.slice(0, table.num_rows - 5) for name, table in registers.tables.items()}, ())

    again = link(later, previous=before, **trained(links))

    keys = dict(zip(again.backend.connection.execute("SELECT register, record_id FROM mention ORDER BY mid").fetchall(),
                    (again.keys[label] for label in again.persons.labels), strict=True))  # fmt: skip
    kept = sum(before[row] == key for row, key in keys.items())
    assert kept / len(keys) > 0.99
    assert len(set(again.keys)) == len(again.keys)


def test_link_never_joins_known_persons_by_itself(links, registers):
    rows = links.backend.connection.execute("SELECT register, record_id FROM mention ORDER BY mid").fetchall()
    place = int(np.argmax(links.weight))
    one, other = rows[int(links.left[place])], rows[int(links.right[place])]

    again = link(registers, previous={one: "PAAA", other: "PBBB"}, **trained(links))

    labels = dict(zip(rows, again.persons.labels.tolist(), strict=True))
    assert labels[one] != labels[other]
    assert {"PAAA", "PBBB"} <= set(again.keys)


def test_link_leaves_out_excluded_people_and_who_shares_their_document(links, registers):
    con = links.backend.connection
    document, n = con.execute(
        "SELECT document, count(*) FROM mention WHERE document IS NOT NULL GROUP BY document ORDER BY 2 DESC, 1 LIMIT 1"
    ).fetchone()
    row = con.execute("SELECT register, record_id FROM mention WHERE document = ? LIMIT 1", [document]).fetchone()

    again = link(registers, excluded=[row], **trained(links))

    left = again.backend.connection.execute("SELECT count(*) FROM mention WHERE document = ?", [document]).fetchone()
    assert left == (0,)
    assert again.excluded == n
    assert again.mentions == links.mentions - n
    with pytest.raises(SourceProblem, match="excluded"):
        explain(again, row, row)


def test_link_leaves_out_nobody_else_with_one_who_has_no_document(links, registers):
    row = links.backend.connection.execute(
        "SELECT register, record_id FROM mention WHERE document IS NULL ORDER BY mid LIMIT 1"
    ).fetchone()

    again = link(registers, excluded=[row], **trained(links))

    assert again.excluded == 1
    assert again.mentions == links.mentions - 1


def test_link_obeys_judgements(links, registers, tmp_path):
    rows = links.backend.connection.execute("SELECT register, record_id FROM mention ORDER BY mid").fetchall()
    joined = next(
        i for i in range(len(links.left)) if links.persons.labels[links.left[i]] == links.persons.labels[links.right[i]]
    )
    apart = next(
        i for i in range(len(links.left)) if links.persons.labels[links.left[i]] != links.persons.labels[links.right[i]]
    )
    path = tmp_path / "judgements.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["register_a", "record_id_a", "register_b", "record_id_b", "verdict"])
        writer.writerow([*rows[int(links.left[joined])], *rows[int(links.right[joined])], "different"])
        writer.writerow([*rows[int(links.left[apart])], *rows[int(links.right[apart])], "same"])

    again = link(registers, judgements=path, **trained(links))

    labels = again.persons.labels
    assert labels[links.left[joined]] != labels[links.right[joined]]
    assert labels[links.left[apart]] == labels[links.right[apart]]
    assert "judged different by people" in outcome(again, rows[int(links.left[joined])], rows[int(links.right[joined])])
    assert "људи су оценили: иста особа" in outcome(
        again, rows[int(links.right[apart])], rows[int(links.left[apart])], "sr-Cyrl"
    )


def test_quality_from_a_judged_sample_holds_the_truth(links, registers, truth, tmp_path):
    rows = links.backend.connection.execute("SELECT register, record_id FROM mention ORDER BY mid").fetchall()
    sample = sample_for_review(links, 300)
    path = tmp_path / "review.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["register_a", "record_id_a", "register_b", "record_id_b", "verdict", "stratum"])
        for left, right, stratum in sample:
            verdict = "same" if truth[left] == truth[right] else "different"
            writer.writerow([*rows[left], *rows[right], verdict, stratum])

    again = link(registers, judgements=path, **trained(links))
    quality = judged_quality(again)

    same, linked = truth[links.left] == truth[links.right], links.weight >= 3
    assert quality[0].group == "all"
    assert quality[0].precision.low <= same[linked].mean() <= quality[0].precision.high
    assert quality[0].recall.low - 0.02 <= (same & linked).sum() / same.sum() <= quality[0].recall.high + 0.02
    assert {q.group.split(":")[0] for q in quality[1:]} == {"registers", "origin", "sex"}


def test_sample_for_review_is_random_and_repeatable(links):
    assert sample_for_review(links, 40) == sample_for_review(links, 40)
    assert sample_for_review(links, 40) != sample_for_review(links, 40, seed=1)


@pytest.mark.parametrize("language", ["en", "sr-Cyrl", "sr-Latn"])
def test_explain_adds_up_to_the_weight_in_every_language(links, language):
    rows = links.backend.connection.execute("SELECT register, record_id FROM mention ORDER BY mid").fetchall()
    place = int(np.argmax(links.weight))

    steps = explain(links, rows[int(links.left[place])], rows[int(links.right[place])], language)

    assert sum(step.weight for step in steps[:-1]) == pytest.approx(steps[-1].weight, abs=0.05)
    assert all(step.found and step.words for step in steps)


def test_explain_says_that_one_case_file_tells_its_people_apart(links):
    one, other = links.backend.connection.execute(
        "SELECT min(record_id), max(record_id) FROM mention WHERE register = 'police' GROUP BY event_no "
        "HAVING count(*) > 1 ORDER BY 1 LIMIT 1"
    ).fetchone()

    with pytest.raises(NotCompared, match="one case file"):
        explain(links, ("police", one), ("police", other))
    assert "two people of one case file" in outcome(links, ("police", one), ("police", other))


def test_outcome_of_two_rows_of_one_mention_says_that_they_are_one(links):
    one, other = links.backend.connection.execute(
        "SELECT min(record_id), max(record_id) FROM member WHERE register = 'prosecutor' GROUP BY mid "
        "HAVING count(*) > 1 ORDER BY 1 LIMIT 1"
    ).fetchone()

    said = outcome(links, ("prosecutor", one), ("prosecutor", other))

    assert "one person" in said
    assert "two people" not in said


def test_link_of_a_register_with_one_case_file_compares_nobody_and_counts_all(tmp_path):
    (tmp_path / "police.csv").write_text(
        "record_id,event_no,subject_no,role,event_date,given_name,family_name\n"
        "1,KU-1,1,suspect,2024-03-18,Мира,Пробић\n2,KU-1,2,suspect,2024-03-18,Мира,Пробић\n",
        encoding="utf-8",
    )

    found = link(read(find_sources(tmp_path)))

    assert (len(found.left), found.counts.linked) == (0, 2)


@pytest.mark.parametrize(
    ("weight", "words"),
    [(5.3, "40 times as likely one person"), (-3, "8 times less likely one person"), (0.1, "neither for nor against")],
)
def test_weight_in_words_says_how_many_times(weight, words):
    assert weight_in_words(weight) == words


def test_write_gives_the_files_in_their_exact_form(links, tmp_path):
    names = output.write(links, tmp_path, review=20)

    header = {name: (tmp_path / name).read_text(encoding="utf-8").split("\n")[0].replace('"', "") for name in names}
    assert header["links.csv"] == "register_a,record_id_a,register_b,record_id_b,weight,probability"
    assert header["persons.csv"] == "register,record_id,person_key"
    assert len((tmp_path / "persons.csv").read_text(encoding="utf-8").splitlines()) == links.rows + 1
    assert len((tmp_path / "review.csv").read_text(encoding="utf-8").splitlines()) == 21
    assert json.loads((tmp_path / "quality.json").read_text(encoding="utf-8"))["mentions"] == links.mentions
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_write_leaves_nothing_behind_when_it_fails(links, tmp_path):
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")

    with pytest.raises(SourceProblem, match="cannot be written"):
        output.write(links, tmp_path / "file" / "out")

    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_write_does_not_replace_judgements(links, tmp_path):
    output.write(links, tmp_path, review=20)
    before = (tmp_path / "review.csv").read_bytes()

    with pytest.raises(SourceProblem, match="may hold judgements"):
        output.write(links, tmp_path, review=10)

    assert (tmp_path / "review.csv").read_bytes() == before


def test_write_takes_away_what_an_earlier_run_left(links, tmp_path):
    for name in ("joins.csv", "kept.csv"):
        (tmp_path / name).write_text("of another run", encoding="utf-8")

    output.write(links, tmp_path)

    assert not (tmp_path / "joins.csv").exists()
    assert (tmp_path / "kept.csv").exists()


def test_write_touches_nothing_when_a_folder_is_in_the_way(links, tmp_path):
    (tmp_path / "quality.json").mkdir()

    with pytest.raises(SourceProblem, match=r"in the way of the file quality\.json"):
        output.write(links, tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["quality.json"]


def test_joins_are_judgements_to_be_filled_in(links, registers, tmp_path):
    rows = links.backend.connection.execute("SELECT register, record_id FROM mention ORDER BY mid").fetchall()
    place = int(np.argmax(links.weight))
    one, other = rows[int(links.left[place])], rows[int(links.right[place])]
    known = {one: "PAAA", other: "PBBB"}
    again = link(registers, previous=known, **trained(links))

    output.write(again, tmp_path)
    filled = (tmp_path / "joins.csv").read_text(encoding="utf-8").replace(",,,,,PAAA", ",same,,,,PAAA")
    (tmp_path / "filled.csv").write_text(filled, encoding="utf-8")
    joined = link(registers, previous=known, judgements=tmp_path / "filled.csv", **trained(links))

    labels = dict(zip(rows, joined.persons.labels.tolist(), strict=True))
    assert labels[one] == labels[other]
    assert joined.keys[labels[one]] == "PAAA"


def test_saved_model_gives_the_same_weights_again(links, registers):
    saved = json.loads(links.model.as_json())

    again = link(registers, model=standard_model().with_parameters(saved), train=False)

    assert np.allclose(again.weight, links.weight)
    assert all("duckdb" not in text.lower() for text in [links.model.as_json()])


def test_with_parameters_refuses_another_model(links):
    saved = {**json.loads(links.model.as_json()), "version": "other"}

    with pytest.raises(SourceProblem, match="saved model is version"):
        standard_model().with_parameters(saved)


@pytest.mark.parametrize("damage", [{"prior": "none"}, {"prior": None}, {"comparisons": 3}])
def test_with_parameters_refuses_a_damaged_model(links, damage):
    with pytest.raises(SourceProblem, match="damaged"):
        standard_model().with_parameters({**json.loads(links.model.as_json()), **damage})


def test_band_names_the_weights():
    assert [band(w) for w in (20, 5, 1, -3)] == ["very likely", "likely", "possible", "unlikely"]


def test_rules_of_blocking_are_counted_and_capped(links):
    assert all(0 <= rule.pairs_kept <= rule.pairs_possible for rule in links.rules)
    assert {"document", "telephone"} <= {rule.rule for rule in links.rules}
    assert dataclasses.asdict(links.rules[0])["largest_block"] > 1
