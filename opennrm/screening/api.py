"""For other systems: the country's lists of indicators, and a screening as it is sent with a referral."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema
from pydantic import AfterValidator, ValidationInfo

from opennrm.access.country import current_profile, today_here
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, Answer, Sex
from opennrm.kernel.label import Label
from opennrm.kernel.text import say
from opennrm.profile.instruments import Indicator, IndicatorSet
from opennrm.screening.actions import LONGEST_WORDS
from opennrm.screening.delivery import delivered
from opennrm.screening.fitting import FIRST_YEAR, age_band_on
from opennrm.screening.rules import PLACES
from opennrm.workflow.api import PAST_MOMENT, Bearer, Day, Fault, Moment, ProblemOut, Refused, Strict, one_of, wrong

lists = Router(tags=["lists"])
_REFUSALS = dict.fromkeys((401, 404, 429), ProblemOut)
MOST_ANSWERS = 500
FIRST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)  # a device's clock may run fast


class GivenIn(Strict):
    """The answer to one question, with what was seen or said. The note is sealed."""

    answer: Answer
    note: str = Field("", max_length=LONGEST_WORDS)


def _list_named(key: object) -> IndicatorSet | None:
    return next((one for one in current_profile().all_indicator_sets if one.key == key), None)


def _known_list(key: str, info: ValidationInfo) -> str:
    used, age_band = _list_named(key), info.data.get("age_band")
    if used is None:
        known = ", ".join(sorted(one.key for one in current_profile().all_indicator_sets))
        raise wrong(say("This version of a list is not known here."), say("Use one of: %(codes)s.", codes=known))
    if age_band is not None and not used.is_for(age_band):
        fitting = ", ".join(one.key for one in current_profile().all_indicator_sets if one.is_for(age_band))
        what = say("This list is for another age. Choose the list for this person’s age.")
        raise wrong(what, say("Use one of: %(codes)s.", codes=fitting))
    return key


def _question_of_the_list(name: str, info: ValidationInfo) -> str:
    used = _list_named(info.data.get("indicator_set"))
    if used is not None and name not in used.by_id:  # of a list that is wrong itself, no question can be judged
        what = say("This question is not on the list that was used.")
        raise wrong(what, say("The list %(list)s names its questions.", list=used.key))
    return name


def _birth(born_on: date) -> date:
    if not FIRST_YEAR <= born_on.year <= today_here().year:
        what = say("This is not a date of birth that can be.")
        raise wrong(what, say("Write a past day, as in 2009-03-31, or leave it out."))
    return born_on


def _past(moment: datetime) -> datetime:
    try:
        is_possible = moment.tzinfo is not None and FIRST_MOMENT <= moment <= now() + AHEAD
    except OverflowError:
        is_possible = False
    if not is_possible:
        raise wrong(say("This is not a moment that can be."), PAST_MOMENT)
    return moment


def _districts() -> list[str]:
    return ["", *current_profile().districts]


def _places() -> list[str]:
    return ["", *PLACES]


def person_languages() -> list[str]:
    """The codes of the languages in which somebody may be spoken with, and none."""
    return ["", *(one.code for one in current_profile().person_languages)]


class ScreeningIn(Strict):
    """What was noticed: the list in the version that was used, where and how, and the answers by indicator."""

    # A field is judged by those above it: a list by the age, a question by its list.
    age_band: AgeBand
    indicator_set: Annotated[str, Field(max_length=60), AfterValidator(_known_list)]
    born_on: Annotated[Day, AfterValidator(_birth)] | None = Field(
        None, description="Only the year is kept; it settles the age band"
    )
    sex: Sex = Sex.NOT_KNOWN
    district: Annotated[str, Field(max_length=60), one_of(_districts)] = ""
    place: Annotated[str, Field(max_length=20), one_of(_places)] = ""
    person_language: Annotated[str, Field(max_length=12), one_of(person_languages)] = ""
    notes: str = Field("", max_length=LONGEST_WORDS)
    noticed_at: Annotated[Moment, AfterValidator(_past)] | None = Field(
        None, description="With its time zone, by the clock of your system"
    )
    answers: dict[Annotated[str, AfterValidator(_question_of_the_list)], GivenIn] = Field(
        default_factory=dict, max_length=MOST_ANSWERS
    )

    def payload(self) -> dict[str, Any]:
        """As `screening.actions.receive` takes it."""
        given = {name: {"answer": one.answer.value, "note": one.note} for name, one in self.answers.items()}
        kept = self.model_dump(mode="json", exclude={"answers", "noticed_at"})
        return kept | {"answers": given, "device_at": self.noticed_at and self.noticed_at.isoformat()}


class ListLine(Schema):
    """One version of a list."""

    key: str
    id: str
    version: str
    title: dict[str, str]
    population: str
    forms: list[str]
    released_on: str
    is_newest: bool
    awaiting_review: bool
    weights_confirmed: bool
    source: str


class ListsOut(Schema):
    """Every released version of every list, old ones too: screenings refer to them."""

    lists: list[ListLine]


class QuestionOut(Schema):
    """One question of a list."""

    id: str
    dimension: str
    strength: str
    counts: str
    label: dict[str, str]
    question: dict[str, str]
    person_question: dict[str, str]
    source: str


class ListOut(ListLine):
    """One version of a list with its questions and the policy by which its dimensions combine."""

    dimensions: list[dict[str, Any]]
    policy: dict[str, Any] | None
    questions: list[QuestionOut]


@lists.get("", response={200: ListsOut, **_REFUSALS}, auth=Bearer(), operation_id="lists", url_name="lists")
def all_lists(request: HttpRequest) -> HttpResponse:
    """The lists of indicators that the country released, every version. Ask with If-None-Match."""
    return _tagged(request, {"lists": [_line(one) for one in current_profile().all_indicator_sets]})


@lists.get("/{key}", response={200: ListOut, **_REFUSALS}, auth=Bearer(), operation_id="list", url_name="list")
def one_list(request: HttpRequest, key: str) -> HttpResponse:
    """One version of a list, whole. It never changes; a change is a new version."""
    found = next((one for one in current_profile().all_indicator_sets if one.key == key), None)
    if found is None:
        raise Refused(HTTPStatus.NOT_FOUND)
    return _tagged(request, _whole(found))


def contradictions_in(sent: ScreeningIn, *, at: str = "screening") -> list[Fault]:
    """What does not fit together although each field for itself could be: a date of birth and the age, or the list."""
    if sent.born_on is None:
        return []
    by_birth = age_band_on(sent.born_on, today_here())
    if sent.born_on > today_here() or sent.age_band not in (AgeBand.UNCERTAIN, by_birth):
        what = say("By this date of birth the person is of another age band.")
        return [Fault(f"{at}.born_on", what, say("Mend the date or the age band."))]
    if not current_profile().indicator_set(sent.indicator_set).is_for(by_birth):
        what = say("This list is for another age. Choose the list for this person’s age.")
        return [Fault(f"{at}.indicator_set", what, say("Use a list for the age by the date of birth."))]
    return []


def schemas_of(screening: dict[str, Any]) -> list[dict[str, Any]]:
    """The schema of a screening for each list: its key, the ages it is for, the questions it has."""
    profile = current_profile()
    known = {"district": _districts(), "place": _places(), "person_language": person_languages()}
    made = []
    for used in profile.all_indicator_sets:
        properties = dict(screening["properties"])
        for name, codes in known.items():
            properties[name] = {"type": "string", "enum": codes, "default": ""}
        properties["indicator_set"] = {"type": "string", "enum": [used.key]}
        properties["age_band"] = {"type": "string", "enum": [band.value for band in AgeBand if used.is_for(band)]}
        properties["answers"] = {
            "type": "object",
            "propertyNames": {"enum": list(used.by_id)},
            "additionalProperties": properties["answers"]["additionalProperties"],
            "default": {},
        }
        made.append({**screening, "title": used.key, "properties": properties})
    return made


def _tagged(request: HttpRequest, content: dict[str, Any]) -> HttpResponse:
    body = json.dumps(content, ensure_ascii=False).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    asked = {one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")}
    if asked & {tag, "*"}:
        return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
    return HttpResponse(body, content_type="application/json; charset=utf-8", headers={"ETag": tag})


def _line(used: IndicatorSet) -> dict[str, Any]:
    return {
        "key": used.key,
        "id": used.id,
        "version": used.version,
        "title": _texts(used.title),
        "population": used.population.value if used.population else "any",
        "forms": sorted(form.value for form in used.forms),
        "released_on": used.released_on.isoformat(),
        "is_newest": current_profile().indicator_set(used.id).key == used.key,
        "awaiting_review": used.awaiting_review,
        "weights_confirmed": not used.has_unconfirmed_weights,
        "source": used.source,
    }


def _whole(used: IndicatorSet) -> dict[str, Any]:
    return {
        **_line(used),
        "dimensions": [{"id": one.id, "label": _texts(one.label)} for one in used.dimensions],
        "policy": delivered(used)["policy"],
        "questions": [_question(one) for one in used.indicators],
    }


def _question(one: Indicator) -> dict[str, Any]:
    return {
        "id": one.id,
        "dimension": one.dimension,
        "strength": one.strength.value if one.strength else "",
        "counts": one.counts.value,
        "label": _texts(one.label),
        "question": _texts(one.question),
        "person_question": _texts(one.person_question),
        "source": one.source,
    }


def _texts(label: Label) -> dict[str, str]:
    return dict(label)
