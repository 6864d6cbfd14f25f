"""What a protected release says of its cells and of what was known before."""

from collections.abc import Sequence

from opennrm.statistics.disclosure.bounds import Risk
from opennrm.statistics.disclosure.reader import Line


def printed_as(line: Line) -> str:
    """What a reader sees in place of a cell."""
    return str(int(line.low)) if line.is_exact else f"{int(line.low)} or more"


def is_among(risk: Risk, lost: Sequence[Risk]) -> bool:
    """Whether a risk is one of those that were lost before."""
    return any(risk.kind == known.kind and risk.cells == known.cells and risk.by == known.by for known in lost)


def is_acknowledged(risk: Risk, acknowledged: frozenset[str]) -> bool:
    """Whether somebody said to know the figure from which a risk follows."""
    return any(f"({figure})" in name for name in risk.from_figures for figure in acknowledged)


def cells_named(risks: Sequence[Risk]) -> list[str]:
    """The cells from which risks follow, as they are named."""
    return [name.removesuffix(" in this release") for risk in risks for name in risk.from_figures]


def leak_sentence(risk: Risk) -> str:
    """A leak that stood before this release, in a sentence."""
    because = f" It follows from {'; '.join(risk.from_figures)}." if risk.from_figures else ""
    return f"Known before this release, whatever it withholds: {risk}.{because}"
