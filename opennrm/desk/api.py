"""The interface for other systems, put together of what the rooms offer: addresses, refusals, the OpenAPI document."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from opennrm.kernel.errors import NotAllowed, NrmError
from opennrm.referral.api import referrals, schema_of_letter
from opennrm.screening.api import lists, schemas_of
from opennrm.workflow.api import PROBLEM_TYPE, Refused, StrictParser, faults_of, problem, refused

PREFIX = "api/v1/"
DESCRIPTION = (
    "Send referrals from another system and learn what became of them. Every request carries an agency's credential: "
    "`Authorization: Bearer onrm_…`. What is wrong is answered as application/problem+json (RFC 9457) with every fault "
    "by its field. Nothing tells of anybody else's referrals."
)


class Interface(NinjaAPI):
    """The interface, whose document names the country's own codes and lists."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        """The document, with the country's codes in it and problems under their own content type."""
        document = super().get_openapi_schema(path_prefix=PREFIX, path_params=path_params)
        schemas = document["components"]["schemas"]
        per_list = schemas_of(schemas.pop("ScreeningIn"))
        for schema in per_list:
            schemas[_name(schema["title"])] = schema
        schemas["ScreeningIn"] = {"anyOf": [{"$ref": f"#/components/schemas/{_name(s['title'])}"} for s in per_list]}
        schemas["LetterIn"] = schema_of_letter(schemas["LetterIn"])
        for operations in document["paths"].values():
            for operation in operations.values():
                for status, response in operation["responses"].items():
                    if status >= HTTPStatus.BAD_REQUEST:
                        response["content"] = {PROBLEM_TYPE: response["content"]["application/json"]}
        return document


api = Interface(
    title="OpenNRM",
    version="1",
    description=DESCRIPTION,
    docs_url=None,
    urls_namespace="api",
    parser=StrictParser(),
)
api.add_router("/indicator-lists", lists)
api.add_router("/referrals", referrals)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    return refused(refusal)


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, met: HttpError) -> HttpResponse:
    if isinstance(met.__cause__, Refused):  # what the parser refused
        return refused(met.__cause__)
    return problem(HTTPStatus.UNAUTHORIZED if isinstance(met, AuthenticationError) else met.status_code)


@api.exception_handler(ValidationError)
def _faults(request: HttpRequest, met: ValidationError) -> HttpResponse:
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, faults=faults_of(met.errors))


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, met: Http404) -> HttpResponse:
    return problem(HTTPStatus.NOT_FOUND)


@api.exception_handler(NotAllowed)
def _not_allowed(request: HttpRequest, met: NotAllowed) -> HttpResponse:
    return problem(HTTPStatus.CONFLICT, met.reason)


@api.exception_handler(NrmError)
def _not_taken(request: HttpRequest, met: NrmError) -> HttpResponse:
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, met.what)


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, met: RequestDataTooBig) -> HttpResponse:
    return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def _name(key: str) -> str:
    return "Screening_" + key.replace(".", "_")


def addresses() -> tuple[list[URLPattern], str, str]:
    """The addresses of the interface. Nobody signs in to them: a credential comes with each request."""
    patterns, app, space = api.urls
    kept = [pattern for pattern in patterns if isinstance(pattern, URLPattern) and pattern.name != "api-root"]
    for pattern in kept:
        pattern.callback.login_required = False  # type: ignore[attr-defined]
    return kept, app, space
