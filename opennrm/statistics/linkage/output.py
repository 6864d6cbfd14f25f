"""Writing a linkage: all files or none."""

import csv
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.linkage.explain import level_table, sentence_sql
from opennrm.statistics.linkage.judgements import CODE_OF
from opennrm.statistics.linkage.keys import Join
from opennrm.statistics.linkage.link import SEED, Links
from opennrm.statistics.linkage.quality import expected_by_band, judged_quality, links_by_group, sample_for_review

_OWN = ("links.csv", "persons.csv", "quality.json", "model.json", "explanations.csv", "review.csv", "joins.csv")
_TO_JUDGE = ("register_a", "record_id_a", "register_b", "record_id_b", "verdict", "reason", "by", "at")
EXPLAINED = 50_000  # links explained line by line unless all are asked for


def check_folder(folder: Path, *, review: int = 0) -> None:
    """Refuse a folder that the result cannot go into, before the work is done. Raises SourceProblem."""
    if folder.exists() and not folder.is_dir():
        raise SourceProblem("The result needs a folder, and this is a file.", where=str(folder))
    there = next(place for place in (folder, *folder.absolute().parents) if place.is_dir())
    if not os.access(there, os.W_OK | os.X_OK):
        raise SourceProblem("The folder cannot be written to: you may not write there.", where=str(there))
    for name in _OWN:
        if (folder / name).is_dir():
            raise SourceProblem(f"A folder is in the way of the file {name}.", where=str(folder))
    if review and (folder / "review.csv").exists():
        raise SourceProblem(
            "review.csv is there already and may hold judgements; it is not replaced.",
            where=str(folder),
            remedy="Give it another name, or leave out --review.",
        )


def write(
    links: Links, folder: Path, *, at_least: float = 0.5, review: int = 0, explain_all: bool = False
) -> list[str]:
    """Write links.csv, persons.csv, quality.json, model.json, explanations.csv (and review.csv) into a folder.

    at_least: the match probability from which a pair is written. Returns the names of the files. Nothing is left
    behind if one cannot be written, and joins.csv and explanations.csv of a run before do not stay beside this one's.
    """
    check_folder(folder, review=review)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".linkage-", dir=folder))
    except OSError as error:
        raise SourceProblem(f"The folder cannot be written to: {error.strerror}.", where=str(folder)) from error
    try:
        names = _write_all(links, made, at_least, review, explain_all)
        for name in names:
            (made / name).replace(folder / name)
        for name in {"joins.csv", "explanations.csv"} - set(names):
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise SourceProblem(f"The result cannot be written: {error.strerror}.", where=str(folder)) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return names


def _write_all(links: Links, made: Path, at_least: float, review: int, explain_all: bool) -> list[str]:
    import pyarrow as pa

    keep = links.probability >= at_least
    chosen = pa.table(
        {
            "mid_l": links.mids[links.left[keep]],
            "mid_r": links.mids[links.right[keep]],
            "weight": links.weight[keep].round(4),
            "probability": links.probability[keep].round(6),
        }
    )
    keys = pa.array(links.keys, pa.string())
    person = pa.table({"mid": links.mids, "key": keys.take(pa.array(links.persons.labels))})
    queries = {
        "persons.csv": (
            "SELECT register, record_id, key AS person_key FROM member JOIN person USING (mid) "
            "ORDER BY register, record_id"
        ),
    }
    if explain_all or len(chosen) <= EXPLAINED:
        queries["explanations.csv"] = (
            "SELECT l.register AS register_a, l.record_id AS record_id_a, r.register AS register_b, "  # noqa: S608
            f"r.record_id AS record_id_b, c.weight, {sentence_sql(links.model, 'en')} AS en, "
            f'{sentence_sql(links.model, "sr-Cyrl")} AS "sr-Cyrl", {sentence_sql(links.model, "sr-Latn")} AS "sr-Latn" '
            "FROM chosen AS c JOIN scored USING (mid_l, mid_r) JOIN mention AS l ON l.mid = mid_l "
            "JOIN mention AS r ON r.mid = mid_r ORDER BY mid_l, mid_r"
        )
    views = {"chosen": chosen, "person": person}
    with ThreadPoolExecutor(2) as pool:
        written = [pool.submit(_write_links, links, keep, chosen, made / "links.csv")]
        written += [pool.submit(_write_csv, links, views, query, made / name) for name, query in queries.items()]
        quality = json.dumps(summary(links), ensure_ascii=False, indent=1)
        for one in written:
            one.result()
    (made / "quality.json").write_text(quality, encoding="utf-8")
    model = {**json.loads(links.model.as_json()), "levels": level_table(links.model)}
    (made / "model.json").write_text(json.dumps(model, ensure_ascii=False, indent=1), encoding="utf-8")
    names = ["links.csv", *queries, "quality.json", "model.json"]
    if review:
        _write_review(links, made / "review.csv", review)
        names.append("review.csv")
    if links.joins:
        _write_joins(links, made / "joins.csv")
        names.append("joins.csv")
    return names


def _write_links(links: Links, keep: Any, chosen: Any, path: Path) -> None:
    # In order of their mentions already; which record a mention begins with is taken by its place.
    import pyarrow as pa
    from pyarrow import csv

    con = links.backend.connection.cursor()
    first = con.sql("SELECT register, record_id FROM mention ORDER BY mid").to_arrow_table()
    table: dict[str, Any] = {}
    for side, places in (("a", links.left[keep]), ("b", links.right[keep])):
        taken = first.take(pa.array(places))
        table |= {f"register_{side}": taken["register"], f"record_id_{side}": taken["record_id"]}
    table |= {name: chosen[name] for name in ("weight", "probability")}
    csv.write_csv(pa.table(table), path, csv.WriteOptions(quoting_style="needed"))


def _write_csv(links: Links, views: Mapping[str, Any], query: str, path: Path) -> None:
    from pyarrow import csv

    con = links.backend.connection.cursor()  # apart from whatever a caller has begun on the connection
    for name, table in views.items():
        con.register(name, table)
    csv.write_csv(con.sql(query).to_arrow_table(), path, csv.WriteOptions(quoting_style="needed"))


def _write_review(links: Links, path: Path, size: int) -> None:
    first = _first_rows(links)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*_TO_JUDGE, "stratum"])
        for left, right, stratum in sample_for_review(links, size, seed=SEED):
            writer.writerow(
                [*first[int(links.mids[left])], *first[int(links.mids[right])], "", "", "", "", CODE_OF[stratum]]
            )


def _write_joins(links: Links, path: Path) -> None:
    # In the form of judgements, so that a verdict can be written beside each and handed in.
    first = _first_rows(links)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*_TO_JUDGE, "person_key_a", "person_key_b", "weight"])
        for join in links.joins:
            ends = *first[int(links.mids[join.left])], *first[int(links.mids[join.right])]
            writer.writerow([*ends, "", "", "", "", *_keys_of(links, join), round(join.weight, 4)])


def _keys_of(links: Links, join: Join) -> tuple[str, str]:
    return (links.keys[links.persons.labels[join.left]], links.keys[links.persons.labels[join.right]])


def _first_rows(links: Links) -> dict[int, tuple[str, str]]:
    return {
        int(mid): (str(register), str(record))
        for mid, register, record in links.backend.connection.execute(
            "SELECT mid, register, record_id FROM mention"
        ).fetchall()
    }


def summary(links: Links) -> dict[str, Any]:
    """What quality.json holds: counts, persons with intervals, bands, groups, blocking, and what is not trained."""
    count = links.counts
    return {
        "model": links.model.version,
        "names": links.names_version,
        "rows": links.rows,
        "mentions": links.mentions,
        "mentions_by_register": dict(links.facts["by_register"]),
        "excluded_mentions": links.excluded,
        "persons": _count(count),
        "persons_by_register": {name: _count(value) for name, value in links.by_register.items()},
        "found_again": [
            {"register_a": a, "register_b": b, "proven_pairs": proven, "found_without_documents": found}
            for a, b, proven, found in links.facts["found_again"]
        ],
        "bands": expected_by_band(links),
        "groups": links_by_group(links),
        "judged": [_judged(quality) for quality in judged_quality(links)],
        "judgements": {
            verdict: sum(j.verdict == verdict for j in links.judgements.standing)
            for verdict in ("same", "different", "unsure")
        },
        "told_apart_as_twins": links.facts["twins"],
        "proposals_between_known_persons": len(links.joins),
        "links_refused_in_groups": len(links.persons.refused),
        "blocking": [asdict(rule) for rule in links.rules],
        "prior": links.model.prior,
        "not_trained": links.model.untrained(),
        "notes": list(links.notes),
    }


def _count(count: Any) -> dict[str, Any]:
    return {
        "linked": count.linked,
        "corrected": round(count.corrected, 1),
        "low": round(count.low, 1),
        "high": round(count.high, 1),
        "links_found_again_without_documents": round(count.found_again, 4),
        "proven_links": count.proven,
    }


def _judged(quality: Any) -> dict[str, Any]:
    def rate(value: Any) -> dict[str, Any] | None:
        return None if value is None else {name: round(number, 4) for name, number in asdict(value).items()}

    return {
        "group": quality.group,
        "pairs": quality.pairs,
        "precision": rate(quality.precision),
        "recall": rate(quality.recall),
    }
