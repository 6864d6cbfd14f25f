"""A reading as a page shows it: words for results, the signs behind them, the question that would change them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opennrm.access.country import current_profile
from opennrm.access.rules import Sight
from opennrm.kernel.codes import Answer, Strength
from opennrm.kernel.text import NOTHING, Sentence, say
from opennrm.profile.instruments import IndicatorSet
from opennrm.screening.queries import answers, confirmation, elsewhere, reading_of, used_list
from opennrm.screening.rules import NOT_CONFIRMED, Advice, DimensionReading, Reading, Result
from opennrm.workflow.pages import in_language
from opennrm.workflow.wording import worded

if TYPE_CHECKING:
    from opennrm.screening.models import Screening

RESULT_WORDS = {
    Result.POSITIVE: say("Positive"),
    Result.NOT_POSITIVE_YET: say("Not positive on what is known"),
    Result.CANNOT_BECOME_POSITIVE: say("Cannot become positive"),
    Result.NOT_ASSESSED: say("Not assessed"),
    Result.SIGNS_PRESENT: say("Signs are present"),
    Result.NO_SIGN_YET: say("No sign on what is known"),
    Result.NO_SIGN: say("No sign"),
}
SHAPES = {
    Result.POSITIVE: "present",
    Result.SIGNS_PRESENT: "present",
    Result.NOT_POSITIVE_YET: "waiting",
    Result.NO_SIGN_YET: "waiting",
    Result.CANNOT_BECOME_POSITIVE: "cannot",
    Result.NO_SIGN: "cannot",
}
STRENGTH_WORDS = {
    Strength.STRONG: say("strong"),
    Strength.MEDIUM: say("medium"),
    Strength.WEAK: say("weak"),
}
CONFIRMED = say("Weights confirmed against the published instrument.")
ONE_IS_ENOUGH, ALWAYS_NEEDED = say("one is enough"), say("always needed")
ONLY_SUPPORTS = say("Adds evidence, is not needed")
HEADINGS = {
    Advice.REFER_NOW: say("There is reason to refer"),
    Advice.ASK_MORE: say("More questions would help"),
    Advice.NOT_BY_THIS_LIST: say("This list gives no reason to refer"),
}


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One dimension of a result: its name, its result in words and shape, why, and the next question if one helps."""

    name: str
    result: Sentence
    shape: str
    why: Sentence
    signs: str
    change: Sentence
    question: str
    number: int
    dimension: str = ""
    bare: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ResultGroup:
    """Dimensions of which one is enough, with the group's name. A list without a policy is one group without a name."""

    name: str
    rule: Sentence
    result: Sentence
    lines: list[ResultLine]


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer: the sign, the answer in words, what was seen or said."""

    sign: str
    answer: str
    note: str


@dataclass(frozen=True, slots=True)
class SeenScreening:
    """A screening as those with access read it; without its words for those who may read the answers alone."""

    screening: Screening
    situation: str
    lines: list[ResultLine]
    answers: list[AnswerLine]
    title: str
    weights: Sentence
    signs_present: list[tuple[str, str]]
    elsewhere: list[AnswerLine]


def seen_screening(screening: Screening, sees: Sight) -> SeenScreening | None:
    """A screening opened for somebody: results and answers; the situation and the notes only for who reads words too.

    None where she does not read the answers.
    """
    if "screening_answers" not in sees:
        return None
    words_too = "screening_free_text" in sees
    used, given = used_list(screening), answers(screening)
    words = {answer: in_language(current_profile().label(answer)) for answer in Answer}
    return SeenScreening(
        screening=screening,
        situation=screening.situation if words_too else "",
        lines=result_lines(reading_of(screening), used),
        answers=[
            AnswerLine(in_language(i.label), words[Answer(given[i.id].answer)], given[i.id].note if words_too else "")
            for i in used.indicators
            if i.id in given
        ],
        title=in_language(used.title),
        weights=weights_words(used),
        signs_present=[
            (i.id, in_language(i.label)) for i in used.indicators if i.id in given and given[i.id].answer == Answer.YES
        ],
        elsewhere=[
            AnswerLine(in_language(i.label), words[Answer(one.answer)], one.note if words_too else "")
            for i, one in elsewhere(screening).items()
        ],
    )


def weights_words(used: IndicatorSet) -> Sentence:
    """What is said of a list's weights beside every result; nothing for a list without weights."""
    if not used.is_weighted:
        return NOTHING
    is_open = used.has_unconfirmed_weights and confirmation(used) is None
    return NOT_CONFIRMED if is_open else CONFIRMED


def result_lines(reading: Reading, used: IndicatorSet) -> list[ResultLine]:
    """The dimensions in the order of the list."""
    numbers = {indicator.id: number for number, indicator in enumerate(used.indicators, start=1)}
    labels = {dimension.id: in_language(dimension.label) for dimension in used.dimensions}
    return [_line(read, used, labels[read.dimension], numbers) for read in reading.dimensions]


def result_groups(reading: Reading, used: IndicatorSet) -> list[ResultGroup]:
    """The dimensions as the list's policy combines them; those that it leaves out stand last."""
    lines = result_lines(reading, used)
    if reading.combination is None or used.policy is None:
        return [ResultGroup("", NOTHING, NOTHING, lines)]
    labels = {group.id: in_language(group.label) for group in used.policy.groups}
    groups = [
        ResultGroup(
            labels[read.group],
            ONE_IS_ENOUGH if len(read.dimensions) > 1 else ALWAYS_NEEDED,
            RESULT_WORDS[read.result],
            [line for line in lines if line.dimension in read.dimensions],
        )
        for read in reading.combination.groups
    ]
    combined = {name for read in reading.combination.groups for name in read.dimensions}
    rest = [line for line in lines if line.dimension not in combined]
    return groups + ([ResultGroup(worded(ONLY_SUPPORTS), NOTHING, NOTHING, rest)] if rest else [])


def _line(read: DimensionReading, used: IndicatorSet, name: str, numbers: dict[str, int]) -> ResultLine:
    first = next(iter(read.questions), "")
    return ResultLine(
        name=name,
        result=RESULT_WORDS[read.result],
        shape=SHAPES.get(read.result, "draft"),
        why=read.why,
        signs=", ".join(_sign(used, sign) for sign in read.signs),
        change=read.change if first else NOTHING,
        question=in_language(used.indicator(first).question) if first else "",
        number=numbers.get(first, 0),
        dimension=read.dimension,
        bare=tuple((in_language(used.indicator(name).label), numbers[name]) for name in read.without_evidence),
    )


def _sign(used: IndicatorSet, sign: str) -> str:
    indicator = used.indicator(sign)
    label = in_language(indicator.label)
    return f"{label} ({worded(STRENGTH_WORDS[indicator.strength])})" if indicator.strength else label
