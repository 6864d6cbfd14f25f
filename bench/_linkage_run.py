"""One linkage in a process of its own, so that its time and memory are its own: `python -m bench._linkage_run WHO DIR`.

WHO is `ours`, `plain` (Splink on raw names, as its documentation teaches it) or `encoded`. Prints one line of JSON.
The thresholds were fixed before the data were made: ours as delivered, plain Splink's at its usual 0.95.
"""

import importlib
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

REGISTERS = ("police", "prosecutor", "court", "centre", "ngo")


def main() -> None:
    who, folder = sys.argv[1], Path(sys.argv[2])
    start = time.perf_counter()
    result = {"ours": ours, "plain": plain, "encoded": encoded}[who](folder)
    result["seconds"] = result.get("seconds") or time.perf_counter() - start - result.pop("not_counted", 0.0)
    result["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(result), flush=True)
    os._exit(0)  # DuckDB's binding complains at exit about nothing


def _processor_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _load_libraries() -> None:
    # Timed on neither side; some are loaded by Splink or by us only when they are first needed.
    for name in (
        "duckdb", "splink", "splink.comparison_library", "splink.internals.expectation_maximisation",
        "sqlglot.dialects.duckdb", "pyarrow.compute", "pyarrow.csv", "scipy.sparse.csgraph", "numpy.ma",
    ):  # fmt: skip
        importlib.import_module(name)


def ours(folder: Path) -> dict[str, Any]:
    _load_libraries()
    from opennrm.statistics.linkage import output, registers
    from opennrm.statistics.linkage.link import VERY_LIKELY, link

    begun, spent = time.perf_counter(), _processor_seconds()
    links = link(registers.read(registers.find_sources(folder)))
    with tempfile.TemporaryDirectory() as out:
        output.write(links, Path(out))
    seconds, spent = time.perf_counter() - begun, _processor_seconds() - spent
    con = links.backend.connection
    truth = _truth(con, folder, "SELECT register, record_id, mid FROM member")
    labels = links.persons.labels
    same = truth["person"][links.left] == truth["person"][links.right]
    top = links.weight >= VERY_LIKELY
    return {
        **_scores(labels, truth),
        "very_likely": float(same[top].mean()),
        "very_likely_pairs": int(top.sum()),
        "persons": len(np.unique(truth["person"])),
        "persons_linked": links.counts.linked,
        "persons_corrected": links.counts.corrected,
        "persons_low": links.counts.low,
        "persons_high": links.counts.high,
        "registers_held": _registers_held(links, truth),
        "seconds": seconds,
        "processor_seconds": spent,
    }


def plain(folder: Path) -> dict[str, Any]:
    _load_libraries()
    import duckdb
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    from opennrm.statistics.linkage.backends import quiet

    begun, spent = time.perf_counter(), _processor_seconds()
    con = duckdb.connect(config={"threads": 2})
    union = " UNION ALL BY NAME ".join(
        f"SELECT '{name}' AS register, * FROM read_csv('{folder}/{name}.csv', all_varchar=true)" for name in REGISTERS
    )
    con.execute(f"CREATE TABLE line AS {union}")
    con.execute(
        "CREATE TABLE mention AS SELECT row_number() OVER (ORDER BY register, event_no, subject_no) AS unique_id, "
        "register, event_no, subject_no, lower(any_value(given_name)) AS given, "
        "lower(any_value(family_name)) AS family, "
        "any_value(birth_date) AS born, any_value(document_no) AS document, any_value(phone) AS phone, "
        "any_value(place) AS place, any_value(citizenship) AS citizenship, any_value(sex) AS sex "
        "FROM line GROUP BY register, event_no, subject_no"
    )
    with quiet():
        api = DuckDBAPI(con)
        table = api.register("mention")
        linker = Linker(
            table,
            SettingsCreator(
                link_type="dedupe_only",
                blocking_rules_to_generate_predictions=[
                    block_on("document"),
                    block_on("phone"),
                    block_on("given", "family", "place"),
                    block_on("given", "born"),
                    block_on("family", "born"),
                    block_on("born", "place"),
                ],
                comparisons=[
                    cl.JaroWinklerAtThresholds("given", [0.92, 0.8]).configure(term_frequency_adjustments=True),
                    cl.JaroWinklerAtThresholds("family", [0.92, 0.8]).configure(term_frequency_adjustments=True),
                    cl.LevenshteinAtThresholds("born", [1, 2]),
                    cl.ExactMatch("document"),
                    cl.ExactMatch("phone"),
                    cl.ExactMatch("place").configure(term_frequency_adjustments=True),
                    cl.ExactMatch("citizenship").configure(term_frequency_adjustments=True),
                    cl.ExactMatch("sex"),
                ],
            ),
            log_level=60,
        )
        linker.training.estimate_probability_two_random_records_match([block_on("document")], recall=0.4)
        linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
        for rule in (block_on("document"), block_on("given", "born")):
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        predicted = linker.inference.predict(threshold_match_probability=0.5)
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, 0.95)
    with tempfile.TemporaryDirectory() as out:  # as ours: the pairs, and the person of every row
        con.execute(
            f"COPY (SELECT unique_id_l, unique_id_r, match_weight, match_probability FROM {predicted.physical_name} "
            f"ORDER BY unique_id_l, unique_id_r) TO '{out}/links.csv'"
        )
        con.execute(
            f"COPY (SELECT register, record_id, cluster_id FROM line JOIN {clusters.physical_name} "
            f"USING (register, event_no, subject_no) ORDER BY register, record_id) TO '{out}/persons.csv'"
        )
    seconds, spent = time.perf_counter() - begun, _processor_seconds() - spent
    labels = con.execute(f"SELECT cluster_id FROM {clusters.physical_name} ORDER BY unique_id").fetchnumpy()[
        "cluster_id"
    ]
    truth = _truth(
        con,
        folder,
        "SELECT register, record_id, unique_id AS mid FROM line JOIN mention USING (register, event_no, subject_no)",
    )
    return {**_scores(np.unique(labels, return_inverse=True)[1], truth), "seconds": seconds, "processor_seconds": spent}


def encoded(folder: Path) -> dict[str, Any]:
    """Police and prosecutor, suspects only: in clear and encoded, the same mentions."""
    import duckdb
    import pyarrow.compute as pc

    from opennrm.statistics.linkage import mentions, registers
    from opennrm.statistics.linkage.encode import Key, encode_mentions, write_encoded
    from opennrm.statistics.linkage.link import link, link_encoded
    from opennrm.statistics.linkage.registers import Registers

    sources = [s for s in registers.find_sources(folder) if s.name in {"police", "prosecutor"}]
    read = registers.read(sources)
    tables = {name: table.filter(pc.equal(table["role"], "suspect")) for name, table in read.tables.items()}
    clear = link(Registers(tables, ()))
    truth = _truth(clear.backend.connection, folder, "SELECT register, record_id, mid FROM member")
    result = {"clear": _between(clear.persons.labels, truth)}
    key = Key(b"the key of a benchmark, not of an agency")
    with tempfile.TemporaryDirectory() as out:
        files = {}
        begun = time.perf_counter()
        for name, table in tables.items():
            made = mentions.build(duckdb.connect(), Registers({name: table}, ()))
            files[name] = Path(out) / f"{name}.csv"
            write_encoded(encode_mentions(made.connection, key), files[name])
        result["encoding_seconds"] = time.perf_counter() - begun
        begun = time.perf_counter()
        hidden = link_encoded(files)
        result["seconds"] = time.perf_counter() - begun
    truth = _truth(hidden.backend.connection, folder, "SELECT register, record_id, mid FROM member")
    return {**result, "encoded": _between(hidden.persons.labels, truth)}


def _truth(con: Any, folder: Path, member: str) -> dict[str, Any]:
    rows = con.execute(
        "SELECT mid, any_value(person_id) AS person, any_value(origin) AS origin, any_value(role) AS role, "
        f"any_value(register) AS register FROM ({member}) AS m "
        f"JOIN read_csv('{folder}/truth.csv', all_varchar=true) AS t USING (register, record_id) "
        "GROUP BY mid ORDER BY mid"
    ).fetchnumpy()
    found = {name: np.asarray(rows[name], dtype=str) for name in ("person", "origin", "role", "register")}
    return {**found, "person": np.unique(found["person"], return_inverse=True)[1].astype(np.int64)}


def _registers_held(links: Any, truth: dict[str, Any]) -> str:
    """Of how many registers the interval of distinct persons holds the truth, and how far the worst count is off."""
    true = {name: len(np.unique(truth["person"][truth["register"] == name])) for name in links.by_register}
    held = sum(count.low <= true[name] <= count.high for name, count in links.by_register.items())
    worst = max(abs(count.corrected / true[name] - 1) for name, count in links.by_register.items())
    return f"{held} of {len(true)}, the worst count off by {100 * worst:.1f} %"


def _scores(labels: Any, truth: dict[str, Any]) -> dict[str, Any]:
    everyone = np.ones(len(labels), dtype=bool)
    suspects = (truth["role"] == "suspect") & np.isin(truth["register"], ["police", "prosecutor"])
    return {
        "all": _f1(labels, truth["person"], everyone),
        "origins": {str(o): _f1(labels, truth["person"], truth["origin"] == o) for o in np.unique(truth["origin"])},
        "police_prosecutor": _between(labels, truth, suspects),
    }


def _between(labels: Any, truth: dict[str, Any], mask: Any = None) -> list[float]:
    """Precision, recall and F1 of the pairs between police and prosecutor."""
    mask = np.ones(len(labels), dtype=bool) if mask is None else mask
    police = mask & (truth["register"] == "police")
    both = labels.astype(np.int64) * (int(truth["person"].max()) + 1) + truth["person"]

    def cross(groups: Any) -> int:
        return _pairs(groups[mask]) - _pairs(groups[police]) - _pairs(groups[mask & ~police])

    return _rates(cross(both), cross(labels), cross(truth["person"]))


def _f1(labels: Any, person: Any, mask: Any) -> list[float]:
    both = labels.astype(np.int64) * (int(person.max()) + 1) + person
    return _rates(_pairs(both[mask]), _pairs(labels[mask]), _pairs(person[mask]))


def _pairs(groups: Any) -> int:
    counts = np.unique(groups, return_counts=True)[1].astype(np.int64)
    return int((counts * (counts - 1) // 2).sum())


def _rates(right: int, said: int, true: int) -> list[float]:
    precision, recall = right / max(said, 1), right / max(true, 1)
    return [precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)]


if __name__ == "__main__":
    main()
