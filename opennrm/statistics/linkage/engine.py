"""The thin adapter to Splink: our model in, trained parameters and scored pairs out. Nothing else imports Splink."""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from opennrm.statistics.linkage.backends import quiet
from opennrm.statistics.linkage.blocking import RuleCount, form_pairs
from opennrm.statistics.linkage.encode import RULES as ENCODED_RULES
from opennrm.statistics.linkage.model import Comparison, Level, Model
from opennrm.statistics.linkage.vectors import columns, rarities, vectors

_U_PAIRS = 200_000
_EM_PAIRS = 60_000
# Pairs that agree on some columns are mostly one person; they train every comparison but the one the columns settle.
TRAINING = ((("document",), "document"), (("sound_key", "born_year"), "birth"), (("phone",), "telephone"))
_ENOUGH = 30  # pairs from which training by a rule is tried
_TINY = 1e-9
_FEW = 1_000  # mentions, below which pairs taken at random teach little
_FILE_PAIRS = 5_000  # that the values of the model file are worth there
_PARTNERS = 1.0  # other mentions of one's own person, to begin with
_VECTORS = "__splink__df_comparison_vectors"  # what Splink calls the table that it reads vectors from
_BLOCKING: dict[bool, dict[str, Any]] = {False: {}, True: {"rules": ENCODED_RULES, "budget": 12.0}}
# Texts that are only ever asked whether they are equal: compared as numbers of 64 bits, which are half as wide.
_ONLY_EQUAL = {"full_key", "sound_key", "phone", "by_name", "place", "citizenship", "register", "sex"}
_BESIDE = 20_000  # mentions from which blocking and training run side by side

# How rare a part of a name is: bits of its share inside its family of spellings, kept with the part in one number.
CODES_SQL = """
CREATE TABLE coded AS
WITH called AS (
    SELECT sound_key, name_family, any_value(sounds) AS sounds, CAST(count(*) AS DOUBLE) AS n FROM mention
    WHERE sound_key IS NOT NULL GROUP BY sound_key, name_family
),
part AS (SELECT sound_key, name_family, n, {each} AS sound FROM called),
size AS (SELECT name_family, greatest(sum(n), 50) AS n FROM called GROUP BY name_family),
share AS (
    SELECT sound, max(c / n) AS f
    FROM (SELECT sound, name_family, sum(n) AS c FROM part GROUP BY sound, name_family) AS counted
    JOIN size USING (name_family) GROUP BY sound
),
code AS (
    SELECT sound, CAST(round(least(-log2(f), 15)) AS BIGINT) * 1000000000 + row_number() OVER (ORDER BY sound) AS code
    FROM share
)
SELECT sound_key, {collect}(DISTINCT code) AS codes FROM part JOIN code USING (sound) GROUP BY sound_key
"""
# Pairs of mentions taken at random: the mentions in a mixed order, each with those that stand some steps after it.
_RANDOM_PAIRS = """
(SELECT least(a.mid, b.mid) AS mid_l, greatest(a.mid, b.mid) AS mid_r FROM ({mixed}) AS a
CROSS JOIN (SELECT {each} AS step) AS s JOIN ({mixed}) AS b ON b.place = (a.place + s.step) % {size}
WHERE a.place < {first})
"""
# Squares, since multiples alone would put mentions of one register at regular distances.
_MIXED = (
    "SELECT mid, row_number() OVER (ORDER BY (x * x) % 2147483647, mid) - 1 AS place "
    "FROM (SELECT mid, (CAST(mid AS BIGINT) * 48271) % 2147483647 AS x FROM linkable) AS mixed"
)


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
    """
    with quiet():
        _make_linkable(backend, model, encoded=encoded)
        how = _BLOCKING[encoded]
        if mentions < _BESIDE or not hasattr(backend, "beside"):
            rules = form_pairs(backend, mentions, each=backend.each, hashed=backend.hashed, **how)
            _paired(backend, rules)
            trained = _trained(backend, model) if train else model
        else:  # pairs are formed while the model is trained: neither waits for the other
            with ThreadPoolExecutor(1) as pool:
                formed = pool.submit(
                    form_pairs, backend.beside(), mentions, each=backend.each, hashed=backend.hashed, **how
                )
                trained = _trained(backend, model) if train else model
                rules = formed.result()
            _paired(backend, rules)
        scored = _predict(backend, trained, keep_above)
    return Scored(backend, trained, tuple(rules), scored)


def learn(backend: Any, model: Model) -> Model:
    """Train the model on the table `mention` of a backend, and leave nothing there: to score elsewhere."""
    with quiet():
        _make_linkable(backend, model, encoded=False)
        trained = _trained(backend, model)
        for table in ("linkable", "coded"):
            backend.run(f"DROP TABLE {table}")
    return trained


def _make_linkable(backend: Any, model: Model, *, encoded: bool) -> None:
    if encoded:
        source, own = "(SELECT *, name_bits AS rare FROM mention)", columns(model)
    else:
        backend.run(
            CODES_SQL.format(
                each=backend.each.format("sounds"),
                collect="list" if backend.name == "duckdb" else "collect_list",
            ).strip()
        )
        own = columns(model)
        source = (
            "(SELECT mention.*, codes, coalesce(nrm_bits(codes), 0) AS rare "
            "FROM mention LEFT JOIN coded USING (sound_key))"
        )
    shares, joins = "", ""
    for name in rarities(model):
        shares += f", share_{name}.tf_{name}"
        joins += (
            f" LEFT JOIN (SELECT {name}, CAST(count(*) AS DOUBLE) / (SELECT count({name}) FROM mention) AS tf_{name} "  # noqa: S608
            f"FROM mention WHERE {name} IS NOT NULL GROUP BY {name}) AS share_{name} ON share_{name}.{name} = m.{name}"
        )
    as_number = f"CASE WHEN m.{{0}} IS NOT NULL THEN {backend.hashed.format('m.{0}')} END AS {{0}}"
    written = {name: as_number.format(name) for name in _ONLY_EQUAL}
    if not encoded:  # 20240318, in which a year or a day can be compared
        written |= {name: f"CAST(replace(m.{name}, '-', '') AS INTEGER) AS {name}" for name in ("born", "born_swapped")}
    chosen = ", ".join(written.get(name, f"m.{name}") for name in sorted(own))
    backend.run(f"CREATE TABLE linkable AS SELECT {chosen}{shares} FROM {source} AS m{joins}")  # noqa: S608


def _paired(backend: Any, rules: Sequence[RuleCount]) -> None:
    if not any(rule.pairs_kept for rule in rules):  # nobody is there twice
        backend.run(
            "CREATE TABLE pair AS SELECT mid AS mid_l, mid AS mid_r, 'other' AS match_key FROM mention WHERE false"
        )


def _trained(backend: Any, model: Model) -> Model:
    ((total,),) = backend.rows("SELECT count(*) FROM linkable")
    started = _with_chances(backend, model, total)
    found: dict[tuple[str, str], list[float]] = {}
    for shared, settled in TRAINING:
        for key, m in _learn(backend, started, shared, settled).items():
            found.setdefault(key, []).append(m)
    trained = replace(
        started,
        comparisons=tuple(
            replace(c, levels=tuple(_with_m(level, found.get((c.id, level.id), ())) for level in c.levels))
            for c in started.comparisons
        ),
    )
    trained = replace(trained, prior=_prior(backend, trained))
    if total >= _FEW:
        trained = _without_matches(trained, model)
    return _name_chances(backend, trained)


def _with_m(level: Level, found: Sequence[float]) -> Level:
    # A few hundred pairs cannot show that something never happens: no lower than a tenth of the file's.
    return replace(
        level, m=max(median(found), level.m / 10) if found else level.m, trained=level.trained and bool(found)
    )


def _with_chances(backend: Any, model: Model, total: int) -> Model:
    # u of each level: its share among pairs taken at random. `trained` is true where such pairs show the level.
    most = max((total - 1) // 2, 1)
    count = min(-(-_U_PAIRS // max(total, 1)), most)
    steps = ", ".join(str(1 + place * most // count) for place in range(count))
    pairs = _RANDOM_PAIRS.format(
        mixed=_MIXED,
        each=backend.each.format(f"array({steps})" if backend.name == "spark" else f"[{steps}]"),
        size=total,
        first=_U_PAIRS,
    )
    if total < _FEW:
        gammas = ", ".join(f"gamma_{c.id}" for c in model.comparisons)
        backend.run(f"CREATE TABLE random_pair AS SELECT * FROM {pairs}")  # noqa: S608
        patterns = backend.rows(
            f"SELECT count(*), {gammas} FROM ({vectors(model, 'random_pair')}) AS v GROUP BY {gammas} "  # noqa: S608
            f"ORDER BY {gammas}"
        )
        backend.run("DROP TABLE random_pair")
        return _with_few(model, [(row[0], row[1:]) for row in patterns], total)
    sets = ", ".join(f"(gamma_{c.id})" for c in model.comparisons)
    gammas = ", ".join(f"gamma_{c.id}" for c in model.comparisons)
    backend.run(f"CREATE TABLE random_pair AS SELECT * FROM {pairs}")  # noqa: S608 - few, and joined as few
    rows = backend.rows(
        f"SELECT count(*), {gammas} FROM ({vectors(model, 'random_pair')}) AS v "  # noqa: S608
        f"GROUP BY GROUPING SETS ({sets})"
    )
    backend.run("DROP TABLE random_pair")
    comparisons = []
    for place, comparison in enumerate(model.comparisons):
        counts = {row[place + 1]: row[0] for row in rows if row[place + 1] is not None and row[place + 1] >= 0}
        seen, last = sum(counts.values()), len(comparison.levels) - 1
        levels = []
        for number, level in enumerate(comparison.levels):
            u = counts.get(last - number, 0) / seen if seen else 0.0
            levels.append(replace(level, u=max(u, level.u / 10) if u else level.u, trained=u > 0))
        comparisons.append(replace(comparison, levels=tuple(levels)))
    return replace(model, comparisons=tuple(comparisons))


def _with_few(model: Model, patterns: Sequence[tuple[int, tuple[int, ...]]], total: int) -> Model:
    # Among few mentions a good part of the pairs taken at random is one person, and would teach that chance alone makes
    # birth dates agree. Each pair counts by the probability that it is two people, as the model file sees it, and the
    # file's own values count as some pairs more. The prior is the share of pairs that look like one person.
    prior = _PARTNERS / (2 * total)
    chances = []
    for number, gammas in patterns:
        levels = [c.level(gamma) for c, gamma in zip(model.comparisons, gammas, strict=True)]
        bits = math.log2(prior / (1 - prior)) + sum(level.weight for level in levels if level)
        chances.append((number, levels, 1 / (1 + 2 ** min(-bits, 100.0))))
    pairs = sum(number for number, _, _ in chances)
    same = sum(number * chance for number, _, chance in chances)
    comparisons = []
    for place, comparison in enumerate(model.comparisons):
        counts: dict[str, float] = {}
        for number, levels, chance in chances:
            if level := levels[place]:
                counts[level.id] = counts.get(level.id, 0.0) + number * (1 - chance)
        seen = sum(counts.values())
        comparisons.append(
            replace(
                comparison,
                levels=tuple(
                    replace(
                        level,
                        u=(counts.get(level.id, 0.0) + _FILE_PAIRS * level.u) / (seen + _FILE_PAIRS),
                        trained=seen > _FILE_PAIRS and level.id in counts,
                    )
                    for level in comparison.levels
                ),
            )
        )
    return replace(model, prior=min(max(same / pairs, prior / 4), prior * 4), comparisons=tuple(comparisons))


def _share(column: str, share: float) -> str:
    return f"(CAST({column} AS BIGINT) * 40503) % 65536 < {int(share * 65536)}"


def _learn(backend: Any, model: Model, shared: tuple[str, ...], settled: str) -> dict[tuple[str, str], float]:
    """m of the levels seen among the pairs that agree on the columns `shared`, by Splink's expectation maximisation."""
    there = " AND ".join(f"{name} IS NOT NULL" for name in shared)
    names = ", ".join(shared)
    ((pairs,),) = backend.rows(
        "SELECT coalesce(sum(n * (n - 1) / 2), 0) FROM (SELECT CAST(count(*) AS DOUBLE) AS n FROM linkable "  # noqa: S608
        f"WHERE {there} GROUP BY {names}) AS t"
    )
    if pairs < _ENOUGH:
        return {}
    chosen = "" if pairs <= _EM_PAIRS else f" AND {_share('l.mid', _EM_PAIRS / pairs)}"
    agree = " AND ".join(f"l.{name} = r.{name}" for name in shared)
    backend.run(
        f"CREATE TABLE agree_{settled} AS SELECT l.mid AS mid_l, r.mid AS mid_r FROM linkable AS l "  # noqa: S608
        f"JOIN linkable AS r ON {agree} AND l.mid < r.mid{chosen}"
    )
    used = replace(model, comparisons=tuple(c for c in model.comparisons if c.id != settled))
    table = f"train_{settled}"
    backend.run(f"CREATE TABLE {table} AS {vectors(used, f'agree_{settled}')}")
    # In a small register a level that no true pair shows sinks below what a float holds, which Splink refuses; fewer
    # rounds stop short of that. A rule that cannot be used at all is left to the others and to the model file.
    found: dict[tuple[str, str], float] = {}
    for rounds in (20, 6, 2):
        try:
            found = _maximised(backend, used, table, rounds)
        except ValueError:
            continue
        break
    for one in (table, f"agree_{settled}"):
        backend.run(f"DROP TABLE {one}")
    return found


def _maximised(backend: Any, model: Model, table: str, rounds: int) -> dict[tuple[str, str], float]:
    from splink.internals.expectation_maximisation import expectation_maximisation

    api = backend.splink_api()
    settings = _settings(backend, model, prior=0.5)
    training = replace(settings.training_settings, max_iterations=rounds, em_convergence=0.001)
    *_, last = expectation_maximisation(
        api, training, True, settings.core_model_settings, [], {"u"}, api.table_to_splink_dataframe(_VECTORS, table)
    )
    # Two threads add in any order, which the last digits show: rounded, one input gives one model.
    return {
        (comparison.output_column_name, level.label_for_charts): float(f"{level.m_probability:.9g}")
        for comparison in last.comparisons
        for level in comparison.comparison_levels
        if not level.is_null_level and isinstance(level.m_probability, float) and level.m_probability > 0
    }


def _settings(backend: Any, model: Model, *, prior: float) -> Any:
    from splink import SettingsCreator

    creator = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="mid",
        probability_two_random_records_match=prior,
        comparisons=[_comparison(comparison) for comparison in model.comparisons],
        blocking_rules_to_generate_predictions=[],
    )
    return creator.get_settings(backend.name)


def _comparison(comparison: Comparison) -> dict[str, Any]:
    # Splink reads finished vectors, so its conditions only name the level; that of a rarity must look like equality.
    name, last = comparison.id, len(comparison.levels) - 1
    levels: list[dict[str, Any]] = [
        {"sql_condition": f"{name}_l IS NULL", "label_for_charts": "missing", "is_null_level": True}
    ]
    for place, level in enumerate(comparison.levels):
        entry: dict[str, Any] = {
            "sql_condition": f"{name}_l = {last - place}" if level.when else "ELSE",
            "label_for_charts": level.id,
            "m_probability": level.m,
            "u_probability": level.u,
        }
        if level.rarity:
            entry |= {
                "sql_condition": f"{level.rarity}_l = {level.rarity}_r",
                "tf_adjustment_column": level.rarity,
                "tf_adjustment_weight": 1.0,
            }
        levels.append(entry)
    return {"output_column_name": name, "comparison_levels": levels}


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
    for bits, share, count in sorted(rows):
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


def _predict(backend: Any, model: Model, keep_above: float) -> int:
    from splink.internals.pipeline import CTEPipeline
    from splink.internals.predict import predict_from_comparison_vectors_sqls

    backend.run(f"CREATE TABLE compared AS {vectors(model, 'pair', keep=('match_key',))}")
    api = backend.splink_api()
    settings = _settings(backend, model, prior=model.prior)
    pipeline = CTEPipeline([api.table_to_splink_dataframe(_VECTORS, "compared")])
    pipeline.enqueue_list_of_sqls(
        predict_from_comparison_vectors_sqls(
            settings.column_info_settings.unique_id_input_columns,
            settings.core_model_settings,
            api.sql_dialect,
            threshold_match_weight=keep_above,
            training_mode=True,  # keeps the levels beside the weight
        )
    )
    predicted = api.sql_pipeline_to_splink_dataframe(pipeline)
    gammas = ", ".join(f"gamma_{c.id} AS {c.id}" for c in model.comparisons)
    backend.run(
        "CREATE TABLE scored AS SELECT mid_l, mid_r, match_weight AS weight, match_probability AS probability, "  # noqa: S608
        f"match_key AS by_document, {gammas} FROM {predicted.physical_name}"
    )
    for table in ("compared", "pair"):
        backend.run(f"DROP TABLE {table}")
    return int(backend.rows("SELECT count(*) FROM scored")[0][0])


def level_of(model: Model, comparison: str, gamma: int) -> Level | None:
    """The level of a comparison behind its number in `scored`; None when either side lacked it."""
    return model.comparison(comparison).level(gamma)
