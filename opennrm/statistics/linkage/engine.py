"""The thin adapter to Splink: our model in, trained parameters and scored pairs out. Nothing else imports Splink."""

import copy
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.linkage.backends import quiet
from opennrm.statistics.linkage.blocking import RuleCount, form_pairs
from opennrm.statistics.linkage.encode import RULES as ENCODED_RULES
from opennrm.statistics.linkage.model import Comparison, Level, Model

SEED = 20260101
_U_PAIRS = 4e5
_EM_PAIRS = 4e5
# Pairs that agree on what a rule names are mostly one person; they train every comparison the rule does not use.
TRAINING = (
    "l.document = r.document",
    "l.sound_key = r.sound_key AND l.born_year = r.born_year",
    "l.phone = r.phone",
)
_TINY = 1e-9
_USED = {"mid", "name_family", "n_parts", "document", "phone", "sound_key", "born_year"}  # by training, beside a model
_BLOCKING: dict[bool, dict[str, Any]] = {False: {}, True: {"rules": ENCODED_RULES, "budget": 12.0}}
_BESIDE = 20_000  # mentions from which blocking and training run side by side

# How rare a part of a name is: bits of its share inside its family of spellings, written before the part.
CODES_SQL = """
CREATE TABLE coded AS
WITH part AS (SELECT DISTINCT mid, name_family, {each} AS sound FROM mention),
size AS (SELECT name_family, greatest(count(DISTINCT mid), 50) AS n FROM part GROUP BY name_family),
share AS (
    SELECT sound, max(c / n) AS f
    FROM (SELECT sound, name_family, CAST(count(*) AS DOUBLE) AS c FROM part GROUP BY sound, name_family) AS counted
    JOIN size USING (name_family) GROUP BY sound
)
SELECT mid, {collect}(concat(lpad(CAST(CAST(round(least(-log2(f), 15)) AS INT) AS {text}), 2, '0'), sound)) AS codes
FROM part JOIN share USING (sound) GROUP BY mid
"""


@dataclass(frozen=True)
class Scored:
    """Pairs scored by the model: table `scored` (mid_l, mid_r, weight, probability, one number per comparison)."""

    backend: Any
    model: Model
    rules: tuple[RuleCount, ...]
    pairs: int


def score(
    backend: Any,
    model: Model,
    *,
    mentions: int,
    train: bool = True,
    keep_above: float = -12.0,
    encoded: bool = False,
) -> Scored:
    """Block, train and score the table `mention` of a backend; leaves the table `scored`.

    keep_above: pairs with a match weight at or below it (in bits) are dropped; they cannot change a person.
    encoded: the mentions are encodings (`encode.build_encoded`).
    Raises SourceProblem when no two mentions share any blocking key.
    """
    with quiet():
        if encoded:
            backend.run("CREATE TABLE linkable AS SELECT *, name_bits AS rare FROM mention")
        else:
            backend.run(
                CODES_SQL.format(
                    each=backend.each.format("sounds"),
                    collect="list" if backend.name == "duckdb" else "collect_list",
                    text="VARCHAR" if backend.name == "duckdb" else "STRING",
                ).strip()
            )
            columns = ", ".join(f"mention.{name}" for name in sorted(_columns(model)))
            backend.run(
                f"CREATE TABLE linkable AS SELECT {columns}, nrm_bits(codes, codes) AS rare, coded.codes "  # noqa: S608
                "FROM mention LEFT JOIN coded USING (mid)"
            )
        how = _BLOCKING[encoded]
        if mentions < _BESIDE or not hasattr(backend, "beside"):
            rules = form_pairs(backend, mentions, each=backend.each, **how)
            _some(rules)
            trained, linker, api = _trained(backend, model, train=train)
        else:  # pairs are formed while the model is trained: neither waits for the other
            with ThreadPoolExecutor(1) as pool:
                formed = pool.submit(form_pairs, backend.beside(), mentions, each=backend.each, **how)
                trained, linker, api = _trained(backend, model, train=train)
                rules = formed.result()
            _some(rules)
        scored = _predict(backend, trained, linker, api, keep_above)
    return Scored(backend, trained, tuple(rules), scored)


def _columns(model: Model) -> set[str]:
    conditions = [c.missing for c in model.comparisons] + [own.when for c in model.comparisons for own in c.levels]
    used = {name for text in conditions for name in re.findall(r"(\w+)_[lr]\b", text)}
    rarities = {own.rarity for c in model.comparisons for own in c.levels if own.rarity}
    return (used | rarities | _USED) - {"codes"}


def _some(rules: list[RuleCount]) -> None:
    if not any(rule.pairs_kept for rule in rules):
        raise SourceProblem(
            "No two records share a document, a telephone, a birth date or parts of a name.",
            remedy="Check that the registers are of the same people and that their columns are mapped.",
        )


def _trained(backend: Any, model: Model, *, train: bool) -> tuple[Model, Any, Any]:
    api = backend.splink_api()
    table = api.register("linkable")
    if not train:
        return model, _linker(table, model), api
    linker = _linker(table, model, blank=True)
    linker.training.estimate_u_using_random_sampling(
        max_pairs=_U_PAIRS, seed=SEED, min_count_per_level=None, num_chunks=1
    )
    for rule in TRAINING:
        matches = backend.rows(
            "SELECT count(*) FROM (SELECT 1 FROM linkable AS l JOIN linkable AS r "  # noqa: S608 - our own rules
            f"ON {rule} AND l.mid < r.mid LIMIT 30) AS t"
        )
        if matches[0][0] < 30:
            continue
        _learn(linker, rule)
    trained = _read_back(linker, model)
    trained = replace(trained, prior=_prior(backend, trained))
    trained = _without_matches(trained, model)
    trained = _name_chances(backend, trained)
    return trained, _linker(table, trained), api


def _learn(linker: Any, rule: str) -> None:
    # In a small register a level that no true pair shows sinks below what a float holds, which Splink refuses; fewer
    # rounds stop short of that. A rule that cannot be used at all is left to the others and to the model file.
    for rounds in (20, 6, 2):
        before = copy.deepcopy(linker._settings_obj)  # a refused training leaves the linker half changed
        settings = linker._settings_obj
        settings.training_settings = replace(settings.training_settings, max_iterations=rounds)
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(
                rule, estimate_without_term_frequencies=True, max_pairs=_EM_PAIRS
            )
        except ValueError:
            linker._settings_obj = before
            continue
        return


def _linker(table: Any, model: Model, *, blank: bool = False) -> Any:
    from splink import Linker

    settings = {
        "link_type": "dedupe_only",
        "unique_id_column_name": "mid",
        "probability_two_random_records_match": model.prior,
        "comparisons": [_settings_of(comparison, blank=blank) for comparison in model.comparisons],
        "blocking_rules_to_generate_predictions": [],
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": False,
        "additional_columns_to_retain": [],
        "max_iterations": 20,
        "em_convergence": 0.001,
    }
    return Linker(table, settings, log_level=logging.CRITICAL + 1, validate_settings=False)


def _settings_of(comparison: Comparison, *, blank: bool) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": comparison.missing, "label_for_charts": "missing", "is_null_level": True}
    ]
    for level in comparison.levels:
        entry: dict[str, Any] = {"sql_condition": level.when or "ELSE", "label_for_charts": level.id}
        if not blank:
            entry |= {"m_probability": level.m, "u_probability": level.u}
        if level.rarity:
            entry |= {"tf_adjustment_column": level.rarity, "tf_adjustment_weight": 1.0}
        levels.append(entry)
    return {"output_column_name": comparison.id, "comparison_levels": levels}


def _read_back(linker: Any, model: Model) -> Model:
    saved = linker.misc.save_model_to_json(out_path=None)
    by_name = {entry["output_column_name"]: entry["comparison_levels"] for entry in saved["comparisons"]}
    comparisons = []
    for comparison in model.comparisons:
        found = {entry["label_for_charts"]: entry for entry in by_name[comparison.id]}
        levels = []
        for level in comparison.levels:
            m, u = (_number(found[level.id].get(key)) for key in ("m_probability", "u_probability"))
            levels.append(
                replace(
                    level,
                    # A few hundred pairs cannot show that something never happens: no lower than a tenth of the file's.
                    m=max(m, level.m / 10) if m is not None else level.m,
                    u=max(u, level.u / 10) if u is not None else level.u,
                    trained=m is not None and u is not None,
                )
            )
        comparisons.append(replace(comparison, levels=tuple(levels)))
    return replace(model, comparisons=tuple(comparisons))


def _without_matches(trained: Model, model: Model) -> Model:
    # A random pair is one person now and then, and in small registers that is most of what agrees by a document:
    # what chance alone gives is u = (sampled - prior m) / (1 - prior). Numbers issued once keep the file's u.
    def corrected(comparison: Comparison, level: Level) -> Level:
        start = next(own for own in model.comparison(comparison.id).levels if own.id == level.id)
        if (comparison.id, level.id) in {("document", "same"), ("document", "number_slip"), ("telephone", "same")}:
            return replace(level, u=start.u)
        if not level.trained:
            return level
        u = (level.u - trained.prior * level.m) / (1 - trained.prior)
        return replace(level, u=max(u, level.u / 20, start.u / 10))

    return replace(
        trained,
        comparisons=tuple(
            replace(c, levels=tuple(corrected(c, level) for level in c.levels)) for c in trained.comparisons
        ),
    )


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and value > 0 else None


def _name_chances(backend: Any, model: Model) -> Model:
    # Random pairs hardly ever share a rare name, so a sample cannot say how rarely. The chance that another record
    # bears a name of b bits is 2 to the -b within its family of spellings; averaged over the records of each level.
    comparison = next((c for c in model.comparisons if c.id == "name"), None)
    if comparison is None or not comparison.levels[0].id.startswith("same"):
        return model
    floors = {"same_rarest": 22, "same_rare": 17, "same_known": 13, "same": 9, "same_common": 0}
    rows = backend.rows(
        "SELECT bits, share, count(*) "
        "FROM (SELECT rare AS bits, name_family, n_parts FROM linkable) AS l "
        "JOIN (SELECT name_family, CAST(count(*) AS DOUBLE) / (SELECT count(*) FROM linkable) AS share FROM linkable "
        "GROUP BY name_family) AS f USING (name_family) WHERE n_parts > 1 GROUP BY bits, share"
    )
    total = sum(count for *_, count in rows) or 1
    chances = dict.fromkeys(floors, 0.0)
    for bits, share, count in rows:
        level = next(name for name, floor in floors.items() if bits >= floor)
        chances[level] += count / total * share * 2.0**-bits
    levels = tuple(
        replace(level, u=max(chances[level.id], _TINY)) if level.id in chances else level for level in comparison.levels
    )
    return replace(
        model,
        comparisons=tuple(replace(c, levels=levels) if c is comparison else c for c in model.comparisons),
    )


def _prior(backend: Any, model: Model) -> float:
    # Pairs with one document, over the share of all true pairs that could show one (both sides have a document).
    (row,) = backend.rows("SELECT count(*), sum(CASE WHEN document IS NOT NULL THEN 1 ELSE 0 END) FROM linkable")
    total, documented = int(row[0]), int(row[1] or 0)
    ((agree,),) = backend.rows(
        "SELECT coalesce(sum(n * (n - 1) / 2), 0) FROM (SELECT CAST(count(*) AS DOUBLE) AS n FROM linkable "
        "WHERE document IS NOT NULL GROUP BY document) AS t"
    )
    if documented < 100 or agree < 20:
        return model.prior
    pairs = documented * (documented - 1) / 2
    level = model.comparison("document").levels[0]
    return min(max(float(agree) / level.m / pairs, 1.0 / total / total), 0.1)


def _predict(backend: Any, model: Model, linker: Any, api: Any, keep_above: float) -> int:
    backend.run("CREATE TABLE blocked AS SELECT '0' AS match_key, mid_l AS join_key_l, mid_r AS join_key_r FROM pair")
    linker.table_management.register_blocked_pairs_for_predict(api.register("blocked"))
    predicted = linker.inference.predict(threshold_match_weight=keep_above, warning_mode="never")
    gammas = ", ".join(f"gamma_{c.id} AS {c.id}" for c in model.comparisons)
    backend.run(
        "CREATE TABLE scored AS SELECT p.mid_l, p.mid_r, p.match_weight AS weight, "  # noqa: S608
        f"p.match_probability AS probability, pair.by_document, {gammas} FROM {predicted.physical_name} AS p "
        "JOIN pair ON pair.mid_l = p.mid_l AND pair.mid_r = p.mid_r"
    )
    return int(backend.rows("SELECT count(*) FROM scored")[0][0])


def level_of(model: Model, comparison: str, gamma: int) -> Level | None:
    """The level of a comparison behind its number in `scored`; None when either side lacked it."""
    return model.comparison(comparison).level(gamma)
