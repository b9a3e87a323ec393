"""The API object: who may call, how errors look, and the routers of the rooms under one address.

``/api/v1/openapi.json`` describes it, errors included. There is no Swagger page: it needs scripts from elsewhere,
which the content security policy of this house does not allow.
"""

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError
from ninja.openapi.schema import OpenAPISchema
from ninja.security import HttpBearer, SessionAuth

from config import problems
from parties.models import User
from parties.tokens import find_user

#: The modules that have a ``router``, in the order in which addresses are tried: the particular before the general.
DOORS = (
    "parties.api",
    "policy.api",
    "exchange.api",
    "exchange.staff_api",
    "exchange.platforms_api",
    "notices.api",
    "records.api.batches",
    "records.api.uploads",
    "records.api.imports",
    "records.api.headings",
    "records.api.identity",
    "records.life.api",
    "records.life.reading_api",
    "records.findings.api",
    "records.enquiries.api",
    "casework.api.desk",
    "casework.api.drafts",
    "casework.api.cases",
    "repair.api",
    "objections.api",
    "deferrals.api",
    "portal.api.records",
    "portal.api.public",
    "portal.api.staff",
    "config.explaining_api",
)

#: The errors any operation may answer with; those that write may also find another state, or no JSON.
READ_ERRORS = (401, 403, 404, 422)
WRITE_ERRORS = (400, 401, 403, 404, 409, 413, 415, 422)


class Token(HttpBearer):
    """``Authorization: Bearer <key>``. A key that does not hold is refused, not passed over for the session."""

    def authenticate(self, request: HttpRequest, token: str) -> User:
        user = find_user(token.strip())
        if user is None or not user.is_active:
            raise AuthenticationError
        request.user = user
        return user


class Session(SessionAuth):
    """Somebody who is signed in to the pages; what writes needs the CSRF token as there."""

    def __call__(self, request: HttpRequest) -> User | None:
        return super().__call__(request) if request.user.is_authenticated else None


class HouseAPI(NinjaAPI):
    """An API whose every answer, also to unknown addresses and methods, is JSON, and which says so."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """Return the description with the errors of every operation added."""
        schema = super().get_openapi_schema(**kwargs)
        schema["components"]["schemas"]["Problem"] = problems.Problem.model_json_schema(
            ref_template="#/components/schemas/{model}"
        )
        definitions = schema["components"]["schemas"]["Problem"].pop("$defs")
        schema["components"]["schemas"].update(definitions)
        for methods in schema["paths"].values():
            for method, operation in methods.items():
                for status in READ_ERRORS if method == "get" else WRITE_ERRORS:
                    operation["responses"].setdefault(status, _problem_response(status))
        return schema

    def _get_urls(self) -> list[URLPattern]:
        addresses = super()._get_urls()[:-1]
        for address in addresses:
            address.callback = _method_as_problem(address.callback)
        unknown = csrf_exempt(problems.not_found)
        return [*addresses, path("", unknown, name="api-root"), re_path(r"^.*$", unknown)]


def _method_as_problem(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view, assigned=("__dict__",), updated=())
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            response = problems.not_allowed(request, response["Allow"])
        # Nobody between us and the caller keeps an answer: a 404 and a 410 may otherwise be kept without a word.
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    answer.csrf_exempt = True  # Session checks it, for those who come with a session.
    return answer


def _problem_response(status: int) -> dict[str, Any]:
    return {
        "description": problems.HTTPStatus(status).phrase,
        "content": {problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def build() -> HouseAPI:
    """Compose the API of the rooms that have one."""
    house = HouseAPI(
        title="信修 Xinxiu",
        version="1",
        description=(
            "Adverse records, their repair and the platforms that show them. Errors are RFC 9457 problems. "
            "Delivery guarantees for platforms: docs/exchange.md."
        ),
        auth=[Token(), Session()],
        docs_url=None,
        parser=problems.JsonParser(),
        urls_namespace="api",
    )
    problems.install(house)
    # All of them first: a higher room may add an operation to an address of a lower one.
    routers = [import_module(door).router for door in DOORS]
    for router in dict.fromkeys(routers):
        house.add_router("", router)
    return house


api = build()
