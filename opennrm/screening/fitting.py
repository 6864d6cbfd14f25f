"""Which list fits: by age, by where somebody is noticed, by what is suspected, by the languages of the talk.

Pure. A list is offered with the reasons for it; the officer may choose another, but no list for adults for a child.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from opennrm.kernel.codes import AgeBand, Answer, FormOfExploitation
from opennrm.kernel.text import Sentence, say, say_n
from opennrm.profile.instruments import IndicatorSet

ADULT_FROM = 18
FIRST_YEAR = 1900


@dataclass(frozen=True, slots=True)
class Noticed:
    """What is known when a list is chosen.

    place: where the person is noticed; at: where the officer's own office usually meets people, used while the place is
    not said. form: what is suspected. language: the person's, where it is not the officer's.
    """

    age_band: AgeBand
    place: str = ""
    at: str = ""
    form: FormOfExploitation | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A list, and why it fits. `is_wider`: it fits the age, but something else is suspected."""

    used: IndicatorSet
    why: tuple[Sentence, ...]
    is_wider: bool = False


def offers(lists: Iterable[IndicatorSet], noticed: Noticed) -> tuple[Offer, ...]:
    """The lists that fit the age, the closest first. Lists for decisions and withdrawn ones are not among them."""
    fitting = [s for s in lists if s.is_for_screening and s.withdrawn_on is None and s.is_for(noticed.age_band)]
    return tuple(_offer(used, noticed) for used in sorted(fitting, key=lambda s: _closeness(s, noticed)))


def age_band_on(born_on: date, today: date) -> AgeBand:
    """Child or adult on a day. Somebody born on 29 February comes of age on 1 March."""
    eighteenth = (born_on.year + ADULT_FROM, born_on.month, born_on.day)
    return AgeBand.ADULT if eighteenth <= (today.year, today.month, today.day) else AgeBand.CHILD


def carried_over(given: Mapping[str, Answer], earlier: IndicatorSet, later: IndicatorSet) -> dict[str, str]:
    """Which question of the later list takes which answer: later id to earlier id, where both ask the very same."""
    asked = {i.question: i.id for i in earlier.indicators if i.id in given}
    return {i.id: asked[i.question] for i in later.indicators if i.question in asked and i.id not in given}


def _meets_place(used: IndicatorSet, noticed: Noticed) -> bool:
    return (noticed.place or noticed.at) in used.settings


def _meets_form(used: IndicatorSet, noticed: Noticed) -> bool:
    return noticed.form in used.forms if noticed.form else not used.forms


def _meets_language(used: IndicatorSet, noticed: Noticed) -> bool:
    return bool(noticed.language) and used.is_put_to_person_in(noticed.language)


def _is_wider(used: IndicatorSet, noticed: Noticed) -> bool:
    return noticed.form is not None and not used.covers(noticed.form)


def _closeness(used: IndicatorSet, noticed: Noticed) -> tuple[object, ...]:
    return (
        _is_wider(used, noticed),
        used.population != AgeBand.CHILD,  # among those that fit the age: for a child, those made for children
        "site" in used.settings,  # signs of a place come after signs of a person
        not _meets_place(used, noticed),
        not _meets_language(used, noticed),
        not _meets_form(used, noticed),
        used.preference,
        used.id,
    )


def _offer(used: IndicatorSet, noticed: Noticed) -> Offer:
    is_wider = _is_wider(used, noticed)
    why = []
    if is_wider:
        why.append(say("It asks about something else than what is suspected."))
    if _meets_place(used, noticed):
        why.append(say("Made for this kind of place.") if noticed.place else say("Made for where your office works."))
    if used.population is not None:
        why.append(say("Made for adults.") if used.population == AgeBand.ADULT else say("Made for children."))
    if _meets_language(used, noticed):
        why.append(say("Its questions exist in the person’s language."))
    if noticed.form and not is_wider and used.forms:
        why.append(say("It asks about what is suspected."))
    if not used.forms:
        why.append(say("It asks about every form of exploitation."))
    why.append(say_n("%(n)d question.", "%(n)d questions.", len(used.indicators)))
    return Offer(used, tuple(why), is_wider)
