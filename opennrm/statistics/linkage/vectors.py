"""Comparison vectors: for every pair the level of each comparison, in SQL that DuckDB and Spark share.

What a pair has in common is worked out once per pair, in layers (`facts` of the model file), and the levels ask for the
finished facts; a condition repeated in sixteen levels would be worked out sixteen times.
"""

import re
from collections.abc import Iterable

from opennrm.statistics.linkage.model import Model

# Besides what the model compares: by training, by the prior and by the chances of names.
_USED = {"mid", "file", "name_family", "n_parts", "document", "phone", "sound_key", "born_year", "rare"}


def columns(model: Model) -> set[str]:
    """The columns of a mention that the model and its training need."""
    texts = [c.missing for c in model.comparisons] + [level.when for c in model.comparisons for level in c.levels]
    texts += [sql for _, sql in model.facts]
    return {name for text in texts for name in re.findall(r"(\w+)_[lr]\b", text)} | _USED


def rarities(model: Model) -> list[str]:
    """The columns whose commoner values weigh less."""
    return sorted({level.rarity for c in model.comparisons for level in c.levels if level.rarity})


def vectors(model: Model, pairs: str, keep: Iterable[str] = ()) -> str:
    """A query for the vectors of `pairs`, a table or a query in brackets with mid_l, mid_r and the columns `keep`.

    It gives these and `gamma_X` for each comparison (-1: missing; the best level has the
    highest number) and `tf_Y_l`, `tf_Y_r` for each column of `rarities`, where the two sides are the same: those of the
    left. Reads the table `linkable`. Two people in one case file are never a pair: the file itself tells them apart.
    """
    sides = [f"{side}.{name} AS {name}_{side}" for name in sorted(columns(model) - {"mid"}) for side in ("l", "r")]
    sides += [f"l.tf_{name} AS tf_{name}_{side}" for name in rarities(model) for side in ("l", "r")]
    kept = list(keep)
    sql = (
        f"SELECT {', '.join(['p.mid_l', 'p.mid_r', *(f'p.{name}' for name in kept), *sides])} FROM {pairs} AS p "  # noqa: S608
        "JOIN linkable AS l ON l.mid = p.mid_l JOIN linkable AS r ON r.mid = p.mid_r WHERE l.file <> r.file"
    )
    for name, fact in model.facts:
        sql = f"SELECT *, {fact} AS {name} FROM ({sql}) AS with_{name}"  # noqa: S608 - our own model file
    gammas = []
    for comparison in model.comparisons:
        last = len(comparison.levels) - 1
        cases = [f"WHEN {level.when} THEN {last - place}" for place, level in enumerate(comparison.levels[:-1])]
        gammas.append(f"CASE WHEN {comparison.missing} THEN -1 {' '.join(cases)} ELSE 0 END AS gamma_{comparison.id}")
    chosen = [
        "mid_l",
        "mid_r",
        *kept,
        *gammas,
        *(f"tf_{name}_{side}" for name in rarities(model) for side in ("l", "r")),
    ]
    return f"SELECT {', '.join(chosen)} FROM ({sql}) AS compared"  # noqa: S608
