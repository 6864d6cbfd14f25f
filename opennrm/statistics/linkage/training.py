"""Training without labels: u from pairs taken at random, m by expectation maximisation, the prior from documents."""

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import median
from typing import Any

from opennrm.statistics.linkage import adapter
from opennrm.statistics.linkage.model import Comparison, Level, Model
from opennrm.statistics.linkage.vectors import vectors

_U_PAIRS = 200_000
_EM_PAIRS = 60_000
# Pairs that agree on some columns are mostly one person; they train every comparison but the one the columns settle.
TRAINING = ((("document",), "document"), (("sound_key", "born_year"), "birth"), (("phone",), "telephone"))
_ENOUGH = 30  # pairs from which training by a rule is tried
_TINY = 1e-9
_FEW = 1_000  # mentions, below which pairs taken at random teach little
_FILE_PAIRS = 5_000  # that the values of the model file are worth there
_PARTNERS = 1.0  # other mentions of one's own person, to begin with
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


def trained_model(backend: Any, model: Model) -> Model:
    """The model with m, u and prior estimated on the table `linkable` of a backend, without any labels."""
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
    return replace(
        model, prior=min(max(same / pairs, prior / 4), prior * 4) if pairs else prior, comparisons=tuple(comparisons)
    )


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
            found = adapter.maximised(backend, used, table, rounds)
        except ValueError:
            continue
        break
    for one in (table, f"agree_{settled}"):
        backend.run(f"DROP TABLE {one}")
    return found


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
