"""Mentions in, scored pairs out: columns are laid out, pairs are formed, the model is trained and weighs them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from opennrm.statistics.linkage import adapter
from opennrm.statistics.linkage.backends import quiet
from opennrm.statistics.linkage.blocking import RuleCount, form_pairs
from opennrm.statistics.linkage.encode import RULES as ENCODED_RULES
from opennrm.statistics.linkage.model import Level, Model
from opennrm.statistics.linkage.training import trained_model
from opennrm.statistics.linkage.vectors import columns, rarities, vectors

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
            trained = trained_model(backend, model) if train else model
        else:  # pairs are formed while the model is trained: neither waits for the other
            with ThreadPoolExecutor(1) as pool:
                formed = pool.submit(
                    form_pairs, backend.beside(), mentions, each=backend.each, hashed=backend.hashed, **how
                )
                trained = trained_model(backend, model) if train else model
                rules = formed.result()
            _paired(backend, rules)
        scored = _predict(backend, trained, keep_above)
    return Scored(backend, trained, tuple(rules), scored)


def learn(backend: Any, model: Model) -> Model:
    """Train the model on the table `mention` of a backend, and leave nothing there: to score elsewhere."""
    with quiet():
        _make_linkable(backend, model, encoded=False)
        trained = trained_model(backend, model)
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
            "CREATE TABLE pair AS SELECT mid AS mid_l, mid AS mid_r, false AS match_key FROM mention WHERE false"
        )


def _predict(backend: Any, model: Model, keep_above: float) -> int:
    backend.run(f"CREATE TABLE compared AS {vectors(model, 'pair', keep=('match_key',))}")
    weighed = adapter.weighed(backend, model, "compared", keep_above=keep_above)
    gammas = ", ".join(f"gamma_{c.id} AS {c.id}" for c in model.comparisons)
    backend.run(
        "CREATE TABLE scored AS SELECT mid_l, mid_r, match_weight AS weight, match_probability AS probability, "  # noqa: S608
        f"match_key AS by_document, {gammas} FROM {weighed}"
    )
    for table in ("compared", "pair"):
        backend.run(f"DROP TABLE {table}")
    return int(backend.rows("SELECT count(*) FROM scored")[0][0])


def level_of(model: Model, comparison: str, gamma: int) -> Level | None:
    """The level of a comparison behind its number in `scored`; None when either side lacked it."""
    return model.comparison(comparison).level(gamma)
