"""What must stay possible to a reader so that a target is not proven small."""

from collections.abc import Collection

from opennrm.statistics.disclosure.polytope import Vector
from opennrm.statistics.disclosure.reader import Reader, Target
from opennrm.statistics.disclosure.suppress import Demand
from opennrm.statistics.disclosure.system import Place
from opennrm.statistics.disclosure.tables import Insider


def demands_of(
    target: Target,
    form: Vector,
    view: int,
    insider: Insider | None,
    reader: Reader,
    opened: Collection[Place],
    k: int,
) -> list[Demand]:
    """The demands of one target for one reader. Hidden values only say whether it is small.

    Of a small number both 0 and k must stay possible; of sums, differences and what an insider does not own, one of
    them; of a small group, that somebody has another code.
    """
    lines = [reader.lines[reader.place(cell)] for cell in target.cells]
    value = target.value
    if value is not None and insider is not None:
        own = [insider.own(cell) for cell in target.cells[: len(target.weights)]]
        value -= sum(w * o for w, o in zip(target.weights, own, strict=True))
    if target.kind == "group":
        if value is None or 1 <= value < k:
            return [Demand(view, form, 1)]
        return []
    if all(line.headline or line.place in opened for line in lines):
        return []
    if (value is None and insider is not None) or (value is not None and not 1 <= abs(value) < k):
        return []
    above, below = Demand(view, form, k), Demand(view, -form, 0)
    if target.kind == "cell" and value is not None and insider is None:
        return [above, below]
    falling = Demand(view, form, 0, Demand(view, -form, k))
    rising = Demand(view, -form, 0, above)
    if target.kind == "revision" and value is None:
        return [rising, falling]
    return [falling] if value is not None and value < 0 else [rising]
