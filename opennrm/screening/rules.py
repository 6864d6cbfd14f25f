"""What answers to a list of indicators amount to: a prompt to refer with its reasons, never a finding on a person.

Three-valued throughout: "not known" is a gap, never a no. No total score exists; weights are compared within one
dimension of one list only. A trait of the person is never a sign; what somebody did with it is one, once a line of
evidence says what. The rule for a dimension is that of ILO and European Commission, Operational indicators of
trafficking in human beings (2009), p. 3. Whatever else reads answers, a phone for one,
passes the same vectors, tests/vectors/screening.json.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from opennrm.kernel.codes import Answer, Strength
from opennrm.kernel.errors import NrmError
from opennrm.kernel.text import NOTHING, Sentence, say, say_n
from opennrm.profile.instruments import Counts, Dimension, Indicator, IndicatorSet, Policy

# Said wherever a result of a weighted list is shown, until an administrator compared this very list.
NOT_CONFIRMED = say("The weights of this list await confirmation against the published instrument.")

# Kinds of place in which somebody is noticed; the form has their words.
PLACES = ("workplace", "dwelling", "street", "border", "school", "institution", "reception", "online")


class Result(StrEnum):
    """Of one dimension, of a group of dimensions and of their combination.

    Weighted lists give the first four. Lists without weights say only whether signs are present, or not assessed.
    """

    POSITIVE = "positive"
    NOT_POSITIVE_YET = "not_positive_yet"
    CANNOT_BECOME_POSITIVE = "cannot_become_positive"
    NOT_ASSESSED = "not_assessed"
    SIGNS_PRESENT = "signs_present"
    NO_SIGN_YET = "no_sign_yet"
    NO_SIGN = "no_sign"


class Standing(StrEnum):
    """Of a list's weights: whether an administrator compared this very list with the printed instrument."""

    NO_WEIGHTS = "no_weights"
    NOT_CONFIRMED = "not_confirmed"
    CONFIRMED = "confirmed"


class Advice(StrEnum):
    """What the list suggests. Referring anyway is possible whatever it says."""

    REFER_NOW = "refer_now"
    ASK_MORE = "ask_more"
    NOT_BY_THIS_LIST = "not_by_this_list"


@dataclass(frozen=True, slots=True)
class Weights:
    """How many signs of each strength a dimension shows."""

    strong: int = 0
    medium: int = 0
    weak: int = 0

    @property
    def are_positive(self) -> bool:
        """At least 2 strong, or 1 strong and another, or 3 medium, or 2 medium and 1 weak."""
        if self.strong:
            return self.strong + self.medium + self.weak >= 2
        return self.medium >= 3 or (self.medium == 2 and self.weak >= 1)


@dataclass(frozen=True, slots=True)
class DimensionReading:
    """One dimension: its result, the signs it rests on (strongest first), and what is still open.

    needed: how many further signs would make it positive at least; 0 where none is needed or none would do.
    questions: open indicators that bring it one sign nearer, strongest first.
    without_evidence: answered yes, but the line of evidence is missing, so they do not count yet.
    """

    dimension: str
    result: Result
    signs: tuple[str, ...]
    answered: int
    asked: int
    needed: int
    questions: tuple[str, ...]
    without_evidence: tuple[str, ...]

    @property
    def why(self) -> Sentence:
        """The result's reason beside the signs themselves."""
        if self.result == Result.NOT_ASSESSED:
            return say("Nothing asked yet: a gap, not a no.")
        if self.answered == self.asked:
            return say_n("%(n)d question, answered.", "All %(n)d answered.", self.asked)
        return say("%(answered)d of %(asked)d answered.", answered=self.answered, asked=self.asked)

    @property
    def change(self) -> Sentence:
        """What would change the result; empty where nothing would."""
        if not self.needed:
            return NOTHING
        return say_n("One more sign would change it.", "%(n)d more signs would change it.", self.needed)


@dataclass(frozen=True, slots=True)
class GroupReading:
    """A group of a policy, of which one positive dimension is enough."""

    group: str
    result: Result
    dimensions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Combination:
    """What the dimensions amount to under a named and versioned policy."""

    policy: str
    result: Result
    groups: tuple[GroupReading, ...]


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question that brings the advice nearer to a change. `alone`: one yes is enough for its dimension."""

    indicator: str
    dimension: str
    alone: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What a list says of the answers: advice with reasons, dimension by dimension, and what is open."""

    indicator_set: str
    advice: Advice
    dimensions: tuple[DimensionReading, ...]
    combination: Combination | None
    open_questions: tuple[OpenQuestion, ...]
    reasons: tuple[Sentence, ...]
    not_known: int
    weights: Standing

    def dimension(self, dimension_id: str) -> DimensionReading:
        """The reading of one dimension."""
        return next(d for d in self.dimensions if d.dimension == dimension_id)


def evaluate(
    answers: Mapping[str, Answer],
    indicator_set: IndicatorSet,
    *,
    evidence: Set[str] = frozenset(),
    weights_are_confirmed: bool = False,
) -> Reading:
    """Read the answers to a list. What is absent from `answers` counts as not known.

    `evidence` names the indicators whose answer carries a line of what was seen or said. `weights_are_confirmed`: an
    administrator compared exactly this list with the instrument; until then the reading says that nobody did. Raises
    NrmError for an answer to a question of another list.
    """
    foreign = sorted(answers.keys() - indicator_set.by_id.keys())
    if foreign:
        raise NrmError(
            say("“%(question)s” is not a question of the list %(list)s.", question=foreign[0], list=indicator_set.key)
        )
    read = _read_weighted if indicator_set.is_weighted else _read_unweighted
    dimensions = tuple(
        read(dimension, [i for i in indicator_set.indicators if i.dimension == dimension.id], answers, evidence)
        for dimension in indicator_set.dimensions
    )
    combination = _combine(indicator_set.policy, dimensions) if indicator_set.policy else None
    advice = _advice(combination, dimensions)
    not_known = sum(answers.get(i.id, Answer.NOT_KNOWN) == Answer.NOT_KNOWN for i in indicator_set.indicators)
    open_questions = _open_questions(combination, dimensions)
    weights = standing(indicator_set, are_confirmed=weights_are_confirmed)
    return Reading(
        indicator_set=indicator_set.key,
        advice=advice,
        dimensions=dimensions,
        combination=combination,
        open_questions=open_questions,
        reasons=_reasons(advice, indicator_set, dimensions, not_known, weights),
        not_known=not_known,
        weights=weights,
    )


def standing(indicator_set: IndicatorSet, *, are_confirmed: bool) -> Standing:
    """What may be said of a list's weights. `are_confirmed`: an administrator confirmed exactly this list."""
    if not indicator_set.is_weighted:
        return Standing.NO_WEIGHTS
    is_open = indicator_set.has_unconfirmed_weights and not are_confirmed
    return Standing.NOT_CONFIRMED if is_open else Standing.CONFIRMED


_ORDER = {Strength.STRONG: 0, Strength.MEDIUM: 1, Strength.WEAK: 2}


def _strongest_first(indicators: Sequence[Indicator]) -> list[Indicator]:
    return sorted(indicators, key=lambda i: _ORDER[i.strength] if i.strength else 0)


def _weights(signs: Sequence[Indicator]) -> Weights:
    strengths = [sign.strength for sign in signs]
    return Weights(*(strengths.count(strength) for strength in _ORDER))


@dataclass(frozen=True, slots=True)
class _Sorted:
    """The indicators of a dimension that can count, by what their answers say."""

    signs: list[Indicator]
    open: list[Indicator]
    without_evidence: list[Indicator]
    answered: int
    asked: int


def _sort(indicators: Sequence[Indicator], answers: Mapping[str, Answer], evidence: Set[str]) -> _Sorted:
    counting = _strongest_first([i for i in indicators if i.counts != Counts.NEVER])
    given = {i.id: answers.get(i.id, Answer.NOT_KNOWN) for i in counting}
    said_yes = [i for i in counting if given[i.id] == Answer.YES]
    bare = [i for i in said_yes if i.counts == Counts.WITH_EVIDENCE and i.id not in evidence]
    return _Sorted(
        signs=[i for i in said_yes if i not in bare],
        open=[i for i in counting if given[i.id] == Answer.NOT_KNOWN or i in bare],
        without_evidence=bare,
        answered=sum(answer != Answer.NOT_KNOWN for answer in given.values()),
        asked=len(counting),
    )


def _read_weighted(
    dimension: Dimension, indicators: Sequence[Indicator], answers: Mapping[str, Answer], evidence: Set[str]
) -> DimensionReading:
    found = _sort(indicators, answers, evidence)
    needed = _needed(found.signs, found.open)
    if _weights(found.signs).are_positive:
        result = Result.POSITIVE
    elif not found.answered:
        result = Result.NOT_ASSESSED
    else:
        result = Result.NOT_POSITIVE_YET if needed else Result.CANNOT_BECOME_POSITIVE
    nearer = [
        i
        for i in found.open
        if (needed == 1 and _weights([*found.signs, i]).are_positive)
        or (needed > 1 and _needed([*found.signs, i], [o for o in found.open if o is not i]) == needed - 1)
    ]
    return _dimension_reading(dimension, result, found, needed, nearer)


def _needed(signs: Sequence[Indicator], open_ones: Sequence[Indicator]) -> int:
    """The fewest of the open signs that would make it positive; 0 if it is, or if all of them would not do.

    Taking the strongest first is best: replacing a sign by a stronger one never undoes a positive result.
    """
    for taken in range(len(open_ones) + 1):
        if _weights([*signs, *open_ones[:taken]]).are_positive:
            return taken
    return 0


def _read_unweighted(
    dimension: Dimension, indicators: Sequence[Indicator], answers: Mapping[str, Answer], evidence: Set[str]
) -> DimensionReading:
    found = _sort(indicators, answers, evidence)
    if found.signs:
        return _dimension_reading(dimension, Result.SIGNS_PRESENT, found, 0, [])
    result = Result.NO_SIGN_YET if found.open else Result.NO_SIGN
    if not found.answered:
        result = Result.NOT_ASSESSED
    return _dimension_reading(dimension, result, found, 1 if found.open else 0, found.open)


def _dimension_reading(
    dimension: Dimension, result: Result, found: _Sorted, needed: int, questions: Sequence[Indicator]
) -> DimensionReading:
    return DimensionReading(
        dimension=dimension.id,
        result=result,
        signs=_ids(found.signs),
        answered=found.answered,
        asked=found.asked,
        needed=needed,
        questions=_ids(questions),
        without_evidence=_ids(found.without_evidence),
    )


def _ids(indicators: Sequence[Indicator]) -> tuple[str, ...]:
    return tuple(indicator.id for indicator in indicators)


def _combine(policy: Policy, dimensions: Sequence[DimensionReading]) -> Combination:
    results = {d.dimension: d.result for d in dimensions}
    groups = tuple(
        GroupReading(group.id, _any_of([results[name] for name in group.any_of]), group.any_of)
        for group in policy.groups
    )
    return Combination(f"{policy.id}.{policy.version}", _all_of([group.result for group in groups]), groups)


def _any_of(results: Sequence[Result]) -> Result:
    for result in (Result.POSITIVE, Result.NOT_POSITIVE_YET):
        if result in results:
            return result
    if Result.NOT_ASSESSED not in results:
        return Result.CANNOT_BECOME_POSITIVE
    return Result.NOT_ASSESSED if set(results) == {Result.NOT_ASSESSED} else Result.NOT_POSITIVE_YET


def _all_of(results: Sequence[Result]) -> Result:
    if Result.CANNOT_BECOME_POSITIVE in results:
        return Result.CANNOT_BECOME_POSITIVE
    if len(set(results)) == 1:
        return results[0]
    return Result.NOT_POSITIVE_YET


def _advice(combination: Combination | None, dimensions: Sequence[DimensionReading]) -> Advice:
    results = [combination.result] if combination else [d.result for d in dimensions]
    if Result.POSITIVE in results or Result.SIGNS_PRESENT in results:
        return Advice.REFER_NOW
    if combination:
        settled = combination.result == Result.CANNOT_BECOME_POSITIVE
    else:
        settled = not any(d.questions for d in dimensions)
    return Advice.NOT_BY_THIS_LIST if settled else Advice.ASK_MORE


def _open_questions(
    combination: Combination | None, dimensions: Sequence[DimensionReading]
) -> tuple[OpenQuestion, ...]:
    if combination is None:
        matter = {d.dimension for d in dimensions}
    elif combination.result in (Result.POSITIVE, Result.CANNOT_BECOME_POSITIVE):
        matter = set()
    else:
        matter = {name for g in combination.groups if g.result != Result.POSITIVE for name in g.dimensions}
    nearest_first = sorted((d for d in dimensions if d.dimension in matter and d.questions), key=lambda d: d.needed)
    return tuple(OpenQuestion(q, d.dimension, d.needed == 1) for d in nearest_first for q in d.questions)


def _reasons(
    advice: Advice,
    indicator_set: IndicatorSet,
    dimensions: Sequence[DimensionReading],
    not_known: int,
    weights: Standing,
) -> tuple[Sentence, ...]:
    signs = sum(len(d.signs) for d in dimensions)
    bare = sum(len(d.without_evidence) for d in dimensions)
    if advice == Advice.REFER_NOW and indicator_set.is_weighted:
        first = say("The answers meet the list’s rule.")
    elif advice == Advice.REFER_NOW:
        first = say_n(
            "%(n)d sign is present. One is enough to refer.", "%(n)d signs are present. One is enough to refer.", signs
        )
    elif advice == Advice.ASK_MORE:
        first = say("On what is known the list’s rule is not met. That is a gap, not a no.")
    else:
        first = say("The list’s rule cannot be met on these answers. One alarming fact is still enough to refer.")
    reasons = [first]
    if bare:
        reasons.append(
            say_n(
                "%(n)d answer needs a line saying what somebody did, before it counts.",
                "%(n)d answers need a line saying what somebody did, before they count.",
                bare,
            )
        )
    if not_known:
        reasons.append(
            say_n(
                "%(n)d answer is “not known”. It never counts as “no”.",
                "%(n)d answers are “not known”. They never count as “no”.",
                not_known,
            )
        )
    if weights == Standing.NOT_CONFIRMED:
        reasons.append(NOT_CONFIRMED)
    return tuple(reasons)
