"""Why two records are proposed as one person: every weight in plain words, in English and Serbian."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.linkage.link import JUDGED_BITS, Links
from opennrm.statistics.linkage.model import Comparison, Level, Model, in_scripts

LANGUAGES = ("en", "sr-Cyrl", "sr-Latn")
_START = in_scripts(
    {
        "en": "before anything is compared: two records taken at random are rarely one person",
        "sr-Cyrl": "пре сваког поређења: два насумична записа ретко су иста особа",
    }
)
_RARITY = in_scripts(
    {
        "en": "how common this place and citizenship are",
        "sr-Cyrl": "колико су ово место и држављанство чести",
    }
)
_MISSING = in_scripts({"en": "no evidence: one record lacks it", "sr-Cyrl": "нема доказа: један запис то не садржи"})
_TIMES = in_scripts({"en": "{n} times as likely one person", "sr-Cyrl": "{n} пута вероватније иста особа"})
_LESS = in_scripts({"en": "{n} times less likely one person", "sr-Cyrl": "{n} пута мање вероватно иста особа"})
_NEUTRAL = in_scripts({"en": "neither for nor against", "sr-Cyrl": "ни за ни против"})
_TOGETHER = in_scripts({"en": "all together", "sr-Cyrl": "све заједно"})


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an explanation: what was compared, what was found, its weight in bits and that weight in words."""

    comparison: str
    found: str
    weight: float
    words: str


_ONE_PERSON = in_scripts({"en": "proposed as one person, {one}", "sr-Cyrl": "предлог: иста особа, {one}"})
_TWO_PERSONS = in_scripts(
    {"en": "proposed as two persons, {one} and {other}", "sr-Cyrl": "предлог: две особе, {one} и {other}"}
)
_JUDGED = {
    "same": in_scripts({"en": "judged the same by people", "sr-Cyrl": "људи су оценили: иста особа"}),
    "different": in_scripts({"en": "judged different by people", "sr-Cyrl": "људи су оценили: различите особе"}),
    "unsure": in_scripts({"en": "judged unsure by people", "sr-Cyrl": "људи су оценили: не зна се"}),
}
_TWINS = in_scripts(
    {
        "en": "kept apart because they look like twins: one birth date and family name, another given name",
        "sr-Cyrl": "раздвојени јер изгледају као близанци: исти датум рођења и презиме, друго име",
    }
)
_ONE_FILE = in_scripts(
    {
        "en": "two people of one case file, which itself tells them apart",
        "sr-Cyrl": "две особе из једног предмета, који их сам разликује",
    }
)


class NotCompared(SourceProblem):
    """No evidence was weighed for this pair; `what` says why."""


def outcome(links: Links, left: tuple[str, str], right: tuple[str, str], language: str = "en") -> str:
    """What became of two records in one line: one person or two, by whose word, and what keeps them apart."""
    (one, mid), (other, more) = sorted((_place(links, *end), _mid(links, *end)) for end in (left, right))
    keys = [links.keys[links.persons.labels[place]] for place in (one, other)]
    form = _ONE_PERSON if keys[0] == keys[1] else _TWO_PERSONS
    said = [form[language].format(one=keys[0], other=keys[1])]
    judged = next((j for j in links.judgements.standing if (j.a + 1, j.b + 1) == (mid, more)), None)
    if judged:
        said.append(_JUDGED[judged.verdict][language])
    elif _one_file(links, mid, more):
        said.append(_ONE_FILE[language])
    elif links.weight[(links.left == one) & (links.right == other)].tolist() == [-JUDGED_BITS]:
        said.append(_TWINS[language])
    return "; ".join(said)


def weight_in_words(weight: float, language: str = "en") -> str:
    """A weight in bits as people say it: 5.3 bits are "40 times as likely one person"."""
    if abs(weight) < 0.5:
        return _NEUTRAL[language]
    times = 2 ** min(abs(weight), 40)
    number = f"{times:.0f}" if times < 20 else f"{float(f'{times:.1g}'):,.0f}"
    if language != "en":
        number = number.replace(",", ".")
    return (_TIMES if weight > 0 else _LESS)[language].format(n=number)


def explain(links: Links, left: tuple[str, str], right: tuple[str, str], language: str = "en") -> list[Step]:
    """Every piece of evidence about two records, (register, record_id) each; the steps add up to the match weight.

    Raises SourceProblem for a record that is in no register or excluded, for two rows of one mention, and for a pair
    that no blocking rule brought together.
    """
    con = links.backend.connection.cursor()
    mids = sorted(_mid(links, *end) for end in (left, right))
    if mids[0] == mids[1]:
        raise NotCompared("Both records are rows of one person in one case file; there is nothing to compare.")
    names = ", ".join(c.id for c in links.model.comparisons)
    pair = con.execute(f"SELECT weight, {names} FROM scored WHERE mid_l = ? AND mid_r = ?", mids).fetchone()  # noqa: S608
    if pair is None and _one_file(links, *mids):
        raise NotCompared("These two people stand in one case file, which itself tells them apart.")
    if pair is None:
        raise NotCompared(
            "These two records have too little in common to have been compared.",
            remedy="No document, telephone, birth date or pair of name parts brought them together, "
            "or far more speaks against them than for them.",
        )
    return steps(links.model, float(pair[0]), list(pair[1:]), language)


def _mid(links: Links, register: str, record: str) -> int:
    con = links.backend.connection.cursor()
    row = con.execute("SELECT mid FROM member WHERE register = ? AND record_id = ?", [register, record]).fetchone()
    if row is None:
        raise SourceProblem(f"There is no record {record} in the register {register}, or it is excluded.")
    return int(row[0])


def _place(links: Links, register: str, record: str) -> int:
    return int(np.searchsorted(links.mids, _mid(links, register, record)))


def _one_file(links: Links, mid: int, other: int) -> bool:
    if mid == other:
        return False
    con = links.backend.connection.cursor()
    query = "SELECT count(DISTINCT (register, event_no)) FROM mention WHERE mid IN (?, ?)"
    return bool(con.execute(query, [mid, other]).fetchone() == (1,))


def steps(model: Model, weight: float, gammas: list[int], language: str) -> list[Step]:
    """The lines of one pair from the numbers in `scored`."""
    import math

    prior = math.log2(model.prior / (1 - model.prior))
    lines = [Step("", _START[language], prior, weight_in_words(prior, language))]
    total = prior
    for comparison, gamma in zip(model.comparisons, gammas, strict=True):
        level = comparison.level(int(gamma))
        found = level.weight if level else 0.0
        total += found
        lines.append(
            Step(
                comparison.label[language],
                level.words[language] if level else _MISSING[language],
                found,
                weight_in_words(found, language) if level else _NEUTRAL[language],
            )
        )
    if abs(weight - total) >= 0.05:
        lines.append(Step("", _RARITY[language], weight - total, weight_in_words(weight - total, language)))
    lines.append(Step("", _TOGETHER[language], weight, weight_in_words(weight, language)))
    return lines


def sentence_sql(model: Model, language: str) -> str:
    """SQL over `scored` that writes a pair's explanation as one sentence, best and worst evidence with its weight."""
    pieces = [_case(comparison, language) for comparison in model.comparisons]
    return f"concat_ws('; ', {', '.join(pieces)})"


def _case(comparison: Comparison, language: str) -> str:
    highest = len(comparison.levels) - 1
    whens = " ".join(
        f"WHEN {highest - place} THEN {_text(_phrase(level, language))}"
        for place, level in enumerate(comparison.levels)
    )
    return f"CASE scored.{comparison.id} {whens} END"


def _phrase(level: Level, language: str) -> str:
    weight = f"{level.weight:+.1f}"
    return f"{level.words[language]} ({weight if language == 'en' else weight.replace('.', ',')})"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def level_table(model: Model) -> list[Mapping[str, Any]]:
    """Every level of the model with its weight and its words: the key to all explanations of a run."""
    return [
        {
            "comparison": comparison.id,
            "level": level.id,
            "weight": round(level.weight, 2),
            "m": level.m,
            "u": level.u,
            "trained": level.trained,
            **{language: level.words[language] for language in LANGUAGES},
        }
        for comparison in model.comparisons
        for level in comparison.levels
    ]
