"""What every room's interface for other systems shares: who asks, what is wrong in plain words, bodies read once.

Answers to what is wrong are problems as in RFC 9457: every fault by its field, what is wrong and what to do, and never
what was sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Schema
from ninja.parser import Parser
from ninja.security import HttpBearer
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from opennrm.access.behind_wall import stands_as
from opennrm.access.credentials import Scope, count_request, credential_of
from opennrm.kernel.clock import now
from opennrm.kernel.text import Sentence, say
from opennrm.workflow.wording import worded

if TYPE_CHECKING:
    from opennrm.access.models import Account, Credential

PAST_MOMENT = say("Write a past moment with its time zone, as in 2026-11-17T14:20:00+01:00.")
PROBLEM_TYPE = "application/problem+json"
LARGEST_BODY = 1_000_000
REQUESTS_A_MINUTE = 120
KEY_PATTERN = r"^[0-9A-Za-z-]{8,54}$"
CODE_PATTERN = r"^[2346789CDFGHJKMNPQRTVWX]{4}-[2346789CDFGHJKMNPQRTVWX]{4}$"
PARAMETERS = frozenset({"body", "page"})  # what the functions of a room's interface call what is sent
_NAMEABLE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")


def _written(pattern: re.Pattern[str], kind: Literal["datetime_written", "date_written"]) -> BeforeValidator:
    """Only as RFC 3339 writes it: no number of seconds, no other spelling."""

    def check(value: object) -> object:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise PydanticCustomError(kind, "not written as RFC 3339 has it")
        return value

    return BeforeValidator(check)


_CLOCK = r"\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)"
Moment = Annotated[datetime, _written(re.compile(rf"\d{{4}}-\d\d-\d\d[Tt]{_CLOCK}", re.ASCII), "datetime_written")]
Day = Annotated[date, _written(re.compile(r"\d{4}-\d\d-\d\d", re.ASCII), "date_written")]


def wrong(what: Sentence, remedy: Sentence) -> PydanticCustomError:
    """What a field's own check raises: the fault stands beside all others, under the field's name."""
    return PydanticCustomError("said", "said in our words", {"what": what, "remedy": remedy})


def one_of(codes: Callable[[], Iterable[str]]) -> AfterValidator:
    """One of the country's codes; empty only where that is one of them."""

    def check(value: str) -> str:
        known = list(codes())
        if value not in known:
            named = ", ".join(filter(None, known))
            alone = say("Use one of: %(codes)s.", codes=named)
            remedy = say("Leave it empty, or use one of: %(codes)s.", codes=named) if "" in known else alone
            raise wrong(say("This is not one of the codes."), remedy)
        return value

    return AfterValidator(check)


class Strict(BaseModel):
    """What is sent to us: a field that we do not know is refused by its name."""

    model_config = ConfigDict(extra="forbid")


class FaultOut(Schema):
    """One fault: where, what is wrong, what to do."""

    field: str
    what: str
    remedy: str


class ProblemOut(Schema):
    """Why a request was refused. Nothing was saved."""

    type: str
    title: str
    status: int
    detail: str
    faults: list[FaultOut] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a request. `field` is a path such as screening.answers.ILO11-07."""

    field: str
    what: Sentence
    remedy: Sentence


class Refused(Exception):
    """A request that is refused, with its status and every fault."""

    def __init__(
        self,
        status: int,
        detail: str | Sentence | None = None,
        *,
        faults: Iterable[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status)
        self.status = status
        self.detail = detail
        self.faults = tuple(faults)
        self.headers = dict(headers or {})


_KINDS: dict[int, tuple[str, Sentence, Sentence]] = {
    400: ("unreadable", say("Not readable"), say("The request could not be read. Send a JSON object in UTF-8.")),
    401: (
        "no-credential",
        say("No credential"),
        say("Send a credential that holds now: Authorization: Bearer, then the secret."),
    ),
    403: ("not-included", say("Not included"), say("The credential does not include this. Ask for one that does.")),
    404: ("not-found", say("Not found"), say("There is nothing here for this credential.")),
    405: ("method", say("Another method"), say("This address does not answer to this method. See the header Allow.")),
    406: ("not-found", say("Not found"), say("There is nothing here for this credential.")),
    409: ("refused", say("Refused"), say("The step is not possible now.")),
    413: ("too-large", say("Too large"), say("A request may have at most one million bytes.")),
    415: ("content-type", say("Another content type"), say("Send the content type application/json.")),
    422: (
        "faults",
        say("Faults in the request"),
        say("Nothing was saved. Mend the faults that are named, and send again."),
    ),
    429: ("too-many", say("Too many requests"), say("Wait as long as the header Retry-After says, and send again.")),
    500: ("our-fault", say("A fault of the service"), say("It is not your fault. Send the same again later.")),
}


def problem(
    status: int,
    detail: str | Sentence | None = None,
    *,
    faults: Iterable[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The answer that says what is wrong, in the language that was asked for."""
    known = status if status in _KINDS else (500 if status >= HTTPStatus.INTERNAL_SERVER_ERROR else 400)
    name, title, usual = _KINDS[known]
    content = {
        "type": f"urn:opennrm:problem:{name}",
        "title": worded(title),
        "status": status,
        "detail": worded(detail or usual),
        "faults": [{"field": f.field, "what": worded(f.what), "remedy": worded(f.remedy)} for f in faults],
    }
    if known == HTTPStatus.UNAUTHORIZED:
        headers = {"WWW-Authenticate": 'Bearer realm="opennrm"', **(headers or {})}
    body = json.dumps(content, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return HttpResponse(body, status=status, content_type=PROBLEM_TYPE, headers=headers)


def refused(refusal: Refused) -> HttpResponse:
    """The answer to a refused request."""
    return problem(refusal.status, refusal.detail, faults=refusal.faults, headers=refusal.headers)


class Bearer(HttpBearer):
    """Who asks: a credential with a scope, in the header and nowhere else. Each has its share of requests."""

    def __init__(self, scope: Scope | None = None) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Credential | None:
        """The live credential, or None. Raises Refused where it does not include this, or asked too often."""
        credential = credential_of(token)
        if credential is None:
            return None
        _count(credential)
        if self.scope is not None and self.scope not in credential.scopes.split():
            raise Refused(HTTPStatus.FORBIDDEN)
        stands_as(credential.account)
        return credential


def sender(request: HttpRequest) -> Account:
    """The technical account that a request acts as."""
    account: Account = request.auth.account  # type: ignore[attr-defined]
    return account


class StrictParser(Parser):
    """Reads a JSON object in UTF-8 of bounded size and depth, in which no field stands twice."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """The body as plain values. Raises Refused with what to do."""
        if request.content_type != "application/json":
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        if len(request.body) > LARGEST_BODY:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            parsed = json.loads(
                request.body.decode("utf-8"), object_pairs_hook=_without_doubles, parse_constant=_no_number
            )
        except (ValueError, RecursionError):
            raise Refused(HTTPStatus.BAD_REQUEST) from None
        if not isinstance(parsed, dict):
            raise Refused(HTTPStatus.BAD_REQUEST)
        return parsed


def canonical(values: BaseModel) -> bytes:
    """What was sent, in one spelling: the same content is the same bytes however it was written."""
    return json.dumps(values.model_dump(mode="json"), sort_keys=True).encode()


def refuse_others(sent: Iterable[str], *, known: Iterable[str]) -> None:
    """Refuse, by their names, words of an address's query that it does not know."""
    others = sorted(set(sent) - set(known))
    if others:
        raise Refused(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            faults=[Fault(path_of([name]), *_in_words("extra_forbidden", {})) for name in others],
        )


def faults_of(errors: Iterable[Mapping[str, Any]]) -> list[Fault]:
    """Every fault that the types found, in our words: the field, what is wrong, what to do. Values are not repeated."""
    return [_fault(error) for error in errors]


def path_of(parts: Iterable[object]) -> str:
    """The way to a field, with dots. A name that is no name is not repeated: somebody may have put words there."""
    named = [str(part) for part in parts]
    return ".".join(part if _NAMEABLE.fullmatch(part) or (part.isascii() and part.isdigit()) else "?" for part in named)


def _fault(error: Mapping[str, Any]) -> Fault:
    kind, context = str(error["type"]), error.get("ctx") or {}
    where = [*error["loc"]][1:]  # the first says whether it is the body, the query or a header
    if len(where) > 1 and where[0] in PARAMETERS:
        where = where[1:]
    if where and where[-1] == "[key]":  # what is wrong is the name itself
        where = where[:-1]
    field = "Idempotency-Key" if error["loc"][0] == "header" else path_of(where)
    return Fault(field, *_in_words(kind, context))


def _in_words(kind: str, context: Mapping[str, Any]) -> tuple[Sentence, Sentence]:
    if kind == "said":
        return context["what"], context["remedy"]
    if kind == "missing":
        return say("This is missing."), say("Add it.")
    if kind == "extra_forbidden":
        return say("There is no such field."), say("Remove it, or mend its name.")
    if kind in {"enum", "literal_error"}:
        return say("This is not one of the codes."), say(
            "Use one of: %(codes)s.", codes=str(context.get("expected", ""))
        )
    if kind == "string_too_long":
        return say("This is too long."), say("Use at most %(n)s characters.", n=str(context.get("max_length", "")))
    if kind == "string_too_short":
        return say("This is empty or too short."), say("Write at least %(n)s characters.", n=str(context["min_length"]))
    if kind == "string_pattern_mismatch":
        return say("This is not written as it must be."), say("Match %(pattern)s.", pattern=str(context["pattern"]))
    if kind.startswith("datetime"):
        return say("This is not a moment that can be."), PAST_MOMENT
    if kind.startswith("date"):
        return say("This is not a day that can be."), say("Write it as 2009-03-31.")
    if kind == "string_unicode":
        return say("This text holds half a character."), say("Send whole characters in UTF-8.")
    if kind in {"too_long", "dict_too_long"}:
        return say("There are too many of these."), say("Send at most %(n)s.", n=str(context.get("max_length", "")))
    if kind in {"less_than_equal", "greater_than_equal", "int_parsing", "int_type", "int_parsing_size"}:
        return say("This is not a number that can be used."), say("Send a whole number from 1 to 100.")
    return say("This is of another type."), say("The OpenAPI document says which type it has.")


def _count(credential: Credential) -> None:
    moment = now()
    if not count_request(credential, most=REQUESTS_A_MINUTE, at=moment):
        raise Refused(HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": str(60 - moment.second)})


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError
    return values


def _no_number(name: str) -> None:
    raise ValueError
