"""The model as data: comparisons, levels, their m and u, read from and written to a file free of any SQL dialect."""

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import latin


@dataclass(frozen=True, slots=True)
class Level:
    """One outcome of a comparison; `m` and `u` are its probabilities among pairs of one and of two people."""

    id: str
    when: str  # SQL in the shared vocabulary; empty: everything else
    m: float
    u: float
    words: Mapping[str, str]
    rarity: str = ""  # a column whose commoner values weigh less
    trained: bool = False

    @property
    def weight(self) -> float:
        """Evidence in bits: above 0 speaks for one person, below 0 against."""
        return math.log2(self.m / self.u)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One kind of evidence with its levels, best first. A pair where either side lacks it gives no evidence."""

    id: str
    missing: str
    label: Mapping[str, str]
    levels: tuple[Level, ...]

    def level(self, gamma: int) -> Level | None:
        """The level behind Splink's number: -1 is missing, the best level has the highest number."""
        return None if gamma < 0 else self.levels[len(self.levels) - 1 - gamma]


@dataclass(frozen=True, slots=True)
class Model:
    """Comparisons and the prior: how likely two mentions taken at random are one person.

    facts: name and SQL of what is worked out once per pair, each from the columns and the facts before it.
    """

    version: str
    prior: float
    comparisons: tuple[Comparison, ...]
    facts: tuple[tuple[str, str], ...] = ()

    def comparison(self, name: str) -> Comparison:
        """A comparison by its id."""
        return next(comparison for comparison in self.comparisons if comparison.id == name)

    def untrained(self) -> list[str]:
        """Levels that kept the value of the model file, as `comparison: level`."""
        return [f"{c.id}: {level.id}" for c in self.comparisons for level in c.levels if not level.trained]

    def as_json(self) -> str:
        """The model with its parameters as JSON: levels, m and u, no SQL dialect."""
        return json.dumps(
            {
                "version": self.version,
                "prior": self.prior,
                "comparisons": [
                    {
                        "id": c.id,
                        "levels": [
                            {"id": level.id, "m": level.m, "u": level.u, "trained": level.trained} for level in c.levels
                        ],
                    }
                    for c in self.comparisons
                ],
            },
            indent=1,
        )

    def with_parameters(self, saved: Mapping[str, Any]) -> "Model":
        """This model with the parameters of a saved run. Raises SourceProblem when the saved model is another one."""
        try:
            return self._with(saved)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise SourceProblem(
                "The saved model is damaged: it lacks parameters, or they are no numbers above 0, up to 1.",
                remedy="Run without the saved model, so that a new one is trained.",
            ) from error

    def _with(self, saved: Mapping[str, Any]) -> "Model":
        values = {(c["id"], level["id"]): level for c in saved.get("comparisons", ()) for level in c.get("levels", ())}
        own = {(c.id, level.id) for c in self.comparisons for level in c.levels}
        if saved.get("version") != self.version or set(values) != own:
            raise SourceProblem(
                f"The saved model is version {saved.get('version')!r}; this is {self.version}.",
                remedy="Run without the saved model, so that a new one is trained.",
            )
        return replace(
            self,
            prior=_chance(saved["prior"]),
            comparisons=tuple(
                replace(
                    c,
                    levels=tuple(
                        replace(
                            level,
                            m=_chance(values[c.id, level.id]["m"]),
                            u=_chance(values[c.id, level.id]["u"]),
                            trained=bool(values[c.id, level.id]["trained"]),
                        )
                        for level in c.levels
                    ),
                )
                for c in self.comparisons
            ),
        )


def _chance(value: Any) -> float:
    if not 0 < float(value) <= 1:
        raise ValueError
    return float(value)


@cache
def standard_model() -> Model:
    """The model for names in clear, as delivered."""
    return _read(Path(__file__).parent / "model.toml")


@cache
def encoded_model() -> Model:
    """The model for encoded registers: the same, but the name is compared by its filter of bits."""
    clear, name = standard_model(), _read(Path(__file__).parent / "model_encoded.toml")
    return Model(
        name.version,
        clear.prior,
        tuple(
            next((own for own in name.comparisons if own.id == comparison.id), comparison)
            for comparison in clear.comparisons
        ),
        name.facts,
    )


def _read(path: Path) -> Model:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return Model(
        data["version"],
        data["prior"],
        tuple(
            Comparison(
                entry["id"],
                entry["missing"],
                in_scripts(entry["label"]),
                tuple(
                    Level(
                        level["id"],
                        level.get("when", ""),
                        level["m"],
                        level["u"],
                        in_scripts({"en": level["en"], "sr-Cyrl": level["sr-Cyrl"]}),
                        level.get("rarity", ""),
                    )
                    for level in entry["levels"]
                ),
            )
            for entry in data["comparison"]
        ),
        tuple(data["facts"].items()),
    )


def in_scripts(words: Mapping[str, str]) -> dict[str, str]:
    """English and Serbian Cyrillic with Serbian Latin derived."""
    return {**words, "sr-Latn": latin(words["sr-Cyrl"])}
