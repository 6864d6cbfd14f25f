"""Models and their terms: which lists a log-linear model lets depend on one another.

A term is the tuple of places of two or more lists, in rising order; a model is the set of its terms. Every model has
the intercept and one main effect for each list, never written. Models are hierarchical: with a term come its parts.
"""

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import combinations

import numpy as np
import numpy.typing as npt

from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import say

Term = tuple[int, ...]
Model = frozenset[Term]
IntArray = npt.NDArray[np.int64]

INDEPENDENCE: Model = frozenset()
MOST_MODELS = 50_000  # 32,768 two-list models of six lists are enumerated; 7.8 million of higher order are searched


def closed(model: Iterable[Iterable[int]]) -> Model:
    """The hierarchical model made by these terms: with each term all its parts of two or more lists."""
    terms: set[Term] = set()
    for term in model:
        places = tuple(sorted(set(term)))
        terms.update(part for size in range(2, len(places) + 1) for part in combinations(places, size))
    return frozenset(terms)


def maximal(model: Model) -> tuple[Term, ...]:
    """The terms that are part of no other, small ones first; they name the model."""
    inside = {part for term in model for size in range(2, len(term)) for part in combinations(term, size)}
    return tuple(sorted(model - inside, key=lambda term: (len(term), term)))


def model_name(model: Model, lists: Sequence[str]) -> str:
    """`A:B + C:D`, naming the maximal terms only; `independence` when there is none."""
    return " + ".join(term_name(term, lists) for term in maximal(model)) or "independence"


def term_name(term: Term, lists: Sequence[str]) -> str:
    """`A:B`, the names of the lists in their order."""
    return ":".join(lists[place] for place in term)


def parse_model(text: str, lists: Sequence[str]) -> Model:
    """The model that `model_name` wrote, or a person: `A:B + C:D`; raises SourceProblem for a list not there."""
    if text.strip().casefold() in {"", "independence"}:
        return INDEPENDENCE
    terms = [[name.strip() for name in term.split(":")] for term in text.split("+")]
    unknown = sorted({name for term in terms for name in term if name not in lists})
    if unknown:
        raise SourceProblem(
            say("The model names lists that are not there: %(names)s.", names=", ".join(unknown)),
            remedy=say("Write terms as A:B, joined by +. The lists are: %(lists)s.", lists=", ".join(lists)),
        )
    return closed([lists.index(name) for name in term] for term in terms)


def bitmask(term: Iterable[int]) -> int:
    """The term as a bitmask of lists."""
    return sum(1 << place for place in term)


def term_of(mask: int) -> Term:
    """The places whose bits are set."""
    return tuple(place for place in range(mask.bit_length()) if mask >> place & 1)


@lru_cache(maxsize=65_536)
def parameters(model: Model, lists: int) -> IntArray:
    """All parameters of the model as bitmasks: 0 (intercept), the lists, then the terms in rising order."""
    masks = [0, *(1 << place for place in range(lists)), *sorted(bitmask(term) for term in model)]
    return np.array(masks, dtype=np.int64)


@cache
def pairs(lists: int) -> tuple[Term, ...]:
    """Every two lists, in alphabetical order of places; the earlier is taken when two are equally good."""
    return tuple(combinations(range(lists), 2))


def usual_order(lists: int) -> int:
    """The largest size of term considered if nobody says otherwise: 1 for 2 lists, 2 for 3, 3 for 4 and 5, then 2.

    Silverman, Chan and Vincent (2024), Statistics and Computing 34:44.
    """
    return {2: 1, 3: 2, 4: 3, 5: 3}.get(lists, 2)


@cache
def hierarchical_models(lists: int, order: int) -> tuple[Model, ...] | None:
    """Every hierarchical model with terms of at most `order` lists, few parameters first; None when past counting."""
    if len(pairs(lists)) > 15 and order > 1:
        return None
    families: list[frozenset[Term]] = [INDEPENDENCE]
    for size in range(2, order + 1):
        grown: list[frozenset[Term]] = []
        for family in families:
            grown.extend(_with_terms_of(size, family, lists))
            if len(grown) > MOST_MODELS:
                return None
        families = grown
    return tuple(sorted(families, key=lambda model: (len(model), sorted(model))))


def _with_terms_of(size: int, family: Model, lists: int) -> Iterable[Model]:
    """The family with every choice of terms of this size whose parts it holds (pairs have none)."""
    possible = [
        term
        for term in combinations(range(lists), size)
        if size == 2 or all(part in family for part in combinations(term, size - 1))
    ]
    for n in range(len(possible) + 1):
        for chosen in combinations(possible, n):
            yield family.union(chosen)
