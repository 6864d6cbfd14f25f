"""What an analysis was asked to do: everything that, with the table, makes the same numbers again."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import say

METHODS = ("stepwise", "bic", "average")
MOST_REPLICATES = 100_000


@dataclass(frozen=True, slots=True)
class Settings:
    """The choices of an analysis. The defaults are what the documentation argues for.

    methods: of "stepwise", "bic", "average", shown side by side. threshold: p-value of the stepwise selection.
    max_order: largest group of lists in a term of the BIC models, None for the usual one. delta: prior weight per cell
    of the averaging, None for 1/2**k. admitted: how many of the best BIC models each resampled table chooses among,
    None for all of them. level: of all intervals. replicates: resampled tables per selector;
    sensitivity_replicates: per list left out or merged. simulations: simulated tables for the coverage, 0 for none.
    two_lists: accept two lists and the assumption that they are independent.
    """

    methods: tuple[str, ...] = METHODS
    threshold: float = 0.02
    max_order: int | None = None
    admitted: int | None = 100
    delta: float | None = None
    level: float = 0.95
    replicates: int = 1000
    sensitivity_replicates: int = 200
    simulations: int = 0
    seed: int = 2013
    sensitivity: bool = True
    two_lists: bool = False

    def __post_init__(self) -> None:
        problems = [
            text
            for wrong, text in (
                (not self.methods or set(self.methods) - set(METHODS), f"methods are of {', '.join(METHODS)}"),
                (not 0 < self.threshold < 1, "the threshold lies between 0 and 1"),
                (self.max_order is not None and self.max_order < 1, "the largest group of lists is at least 1"),
                (self.admitted is not None and self.admitted < 1, "models admitted are at least 1"),
                (self.delta is not None and not self.delta > 0, "delta is above 0"),
                (not 0.5 <= self.level < 1, "the level lies between 0.5 and 1"),
                (not 0 <= self.replicates <= MOST_REPLICATES, f"replicates are 0 to {MOST_REPLICATES:,}"),
                (
                    not 0 <= self.sensitivity_replicates <= MOST_REPLICATES,
                    "replicates of the sensitivity are at least 0",
                ),
                (not 0 <= self.simulations <= 10_000, "simulations are 0 to 10,000"),
                (self.seed < 0, "the seed is a whole number from 0"),
            )
            if wrong
        ]
        if problems:
            raise SourceProblem(
                say("These settings cannot be used."),
                remedy=say("Change what is named below."),
                problems=tuple(problems),
            )

    def plain(self) -> dict[str, Any]:
        """For a result file."""
        return {**asdict(self), "methods": list(self.methods)}

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> "Settings":
        """From a result file; raises SourceProblem for a setting this version does not know."""
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise SourceProblem(
                say(
                    "The result file has settings that this version does not know: %(names)s.", names=", ".join(unknown)
                ),
                remedy=say("Use the version that wrote it; the file names it."),
            )
        return cls(**{**values, "methods": tuple(values.get("methods", METHODS))})
