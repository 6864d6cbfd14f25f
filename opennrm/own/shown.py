"""Words of her own page, in her language; and the words of the pages on which colleagues give access to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.formats import date_format, get_format
from django.utils.timezone import localtime

from opennrm.access.country import current_profile
from opennrm.kernel.text import say
from opennrm.own import hers
from opennrm.own.rules import REQUESTS

if TYPE_CHECKING:
    from opennrm.own.hers import Agreement, HerPage, Readers
    from opennrm.own.rules import Line

MOST_READERS = 3
RIGHT_TO_LEFT = frozenset({"ar", "fa", "ur", "he", "ps"})
# How Django calls the languages whose months it knows by another name; and where its way of writing a day is not ours.
_DJANGO = {"sr-cyrl": "sr", "sr-latn": "sr-latn", "zh": "zh-hans"}
_DAYS = {"en": ("j F Y", "F Y"), "ne": ("j F Y", "F Y")}
_MARKS = {"done": "done", "now": "progress", "next": "draft"}

GIVE_HEADING = say("Give the person their own page")
GIVE = say(
    "The person reads where things stand, which rights there are, what was agreed to and who opened the file, and can "
    "take a consent back. Ask first whether the person wants it. Only the person chooses and knows the number of 6 to "
    "12 digits."
)
GIVE_DO = say("Give access and show the code")
END_HEADING = say("End the access to their own page")
END = say("The code and the number open nothing any more. A visit that goes on ends now. You can give access again.")
END_DO = say("End this access")
TOGETHER_HEADING = say("Open the page together")
TOGETHER_DO = say("Sign me out and hand over")
TOGETHER = say(
    "Your own session on this device ends, so that no page of yours is a step back away. Then hand the device over: "
    "the person types the number. When the page is closed, sign in again."
)
ANSWER_HEADING = say("What the person asked for")
ANSWER = say(
    "Talk about it first. The person sees on their own page that it was answered, and nothing of what you write here."
)
ANSWER_DO = say("Keep the answer")
TERMINALS = say("Terminals for a person’s own page")
TERMINALS_LEAD = say(
    "On a terminal a person opens their own page alone, with code and number. Set up only a device in a room where "
    "nobody looks on, with a browser profile that staff do not use."
)


@contextmanager
def in_her_language(language: str) -> Iterator[None]:
    """Months and days in her language; the words of the page are those of the country's files."""
    with translation.override(_DJANGO.get(language.lower(), language.lower())):
        yield


def words(language: str) -> dict[str, dict[str, str]]:
    """Every text of the page in a language, by table and key."""
    own = current_profile().own
    found: dict[str, dict[str, str]] = {}
    for name in own.texts:
        section, _, key = name.partition(".")
        found.setdefault(section, {})[key] = own.says(name, language)
    return found


def frame(language: str) -> dict[str, Any]:
    """What the frame of each of her pages needs."""
    profile = current_profile()
    names = {one.code: one.name for one in (*profile.person_languages, *profile.languages)}
    source = "sr-Cyrl" if language.lower() == "sr-latn" else language
    return {
        "w": words(language),
        "language": language,
        "direction": "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr",
        "languages": [{"code": code, "name": names.get(code, code)} for code in hers.languages()],
        "is_draft": source in profile.own.awaits_review,
    }


def of_page(page: HerPage, language: str, digest: str) -> dict[str, Any]:
    """Her page in words."""
    own = current_profile().own
    rows = [_reader(row, language) for row in page.readers]
    return {
        "lines": [_line(line, language) for line in page.lines],
        "agreements": [agreement(one, number, language, digest) for number, one in enumerate(page.agreements, start=1)],
        "readers": rows,
        "first_readers": rows[:MOST_READERS],
        "n_readers": len(rows) if len(rows) > MOST_READERS else 0,
        "help": [(own.says(f"help.{kind}", language), day(on)) for kind, on in page.case.help],
        "talks": [moment(at) for at in page.case.talks],
        "decisions": [
            (own.says(f"status.{_of(one.kind)}", language), day(one.served_at)) for one in page.case.decisions
        ],
        "requests": [
            {
                "words": own.says(f"ask.{one.wish}", language),
                "on": day(one.asked_at),
                "is_answered": one.answered_at is not None,
            }
            for one in page.requests
        ],
        "wishes": [(wish, own.says(f"ask.{wish}", language)) for wish in REQUESTS],
    }


def agreement(one: Agreement, number: int, language: str, digest: str) -> dict[str, Any]:
    """One answer of hers in words, with the seal that says of which answer a form speaks."""
    own = current_profile().own
    table = "agree" if one.is_consent else "told"
    effect = one.purpose if one.is_consent else "recording"
    office = own.says(f"kind.{one.audience}", language) if one.audience else own.says("page.all_offices", language)
    return {
        "number": number,
        "words": own.says(f"{table}.{one.purpose}", language),
        "office": office,
        "given": one.given,
        "on": day(one.on),
        "effect": own.says(f"effect.{effect}", language),
        "seal": seal(digest, one),
    }


def seal(digest: str, what: Agreement) -> str:
    """Of which answer a form of a visit speaks, without naming it in the page or its address."""
    return salted_hmac(
        "opennrm.own.agreement", f"{digest} {what.is_consent} {what.purpose} {what.audience}"
    ).hexdigest()


def token(digest: str) -> str:
    """What the forms of a visit carry: another site cannot know it, and no further cookie is needed."""
    return salted_hmac("opennrm.own.form", digest).hexdigest()


def rights(language: str) -> list[dict[str, str]]:
    """Her rights, each with the provision that gives it. A provision is named in the country's own words."""
    profile = current_profile()
    today = profile.calendar.today()
    first = profile.languages[0].code
    found = []
    for right in profile.own.rights:
        article = profile.article_nearest(right.basis, today)
        named_in = language if article.act.has(language) else first
        basis = ", ".join(filter(None, (article.act.in_(named_in), article.number)))
        found.append({"words": profile.own.says(f"right.{right.id}", language), "basis": basis, "lang": named_in})
    return found


def day(when: date | datetime) -> str:
    """A day in the active language."""
    return date_format(_local(when), _formats()[0])


def moment(when: datetime) -> str:
    """A day and an hour in the active language."""
    return f"{day(when)}, {localtime(when):%H:%M}"


def _formats() -> tuple[str, str]:
    language = translation.get_language() or "en"
    return _DAYS.get(language) or (str(get_format("DATE_FORMAT")), str(get_format("YEAR_MONTH_FORMAT")))


def _local(when: date | datetime) -> date:
    return localtime(when).date() if isinstance(when, datetime) else when


def _line(line: Line, language: str) -> dict[str, Any]:
    own = current_profile().own
    return {
        "words": own.says(f"status.{line.key}", language),
        "shape": _MARKS[line.mark],
        "on": day(line.on) if line.on else "",
        "until": day(line.until) if line.until else "",
    }


def _reader(row: Readers, language: str) -> dict[str, Any]:
    own = current_profile().own
    why = own.says(f"why.{row.purpose}", language) or own.says("why.other", language)
    return {
        "office": own.says(f"kind.{row.kind}", language) or "·",
        "role": own.says(f"role.{row.role}", language),
        "why": why,
        "month": date_format(row.month, _formats()[1]),
        "times": row.times,
    }


def _of(kind: str) -> str:
    return "yes" if kind == "identified" else "no"
