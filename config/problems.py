"""Every error of the API as an RFC 9457 problem: ``application/problem+json``, a sentence, what to do, where."""

import json
import logging
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django_fsm import ConcurrentTransition, TransitionNotAllowed
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from pydantic import ConfigDict

from parties.doors import TooMany
from policy.shapes import SENTENCE
from policy.verdict import Refused

CONTENT_TYPE = "application/problem+json"
#: Names of problem types: ``urn:xinxiu:problem:`` and the guard's stable code.
TYPE_PREFIX = "urn:xinxiu:problem:"

logger = logging.getLogger("django.request")


class FieldProblem(Schema):
    """One field that is wrong. ``pointer`` (RFC 6901) for a body, ``parameter`` for address and query."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None


EXAMPLE = {
    "type": "urn:xinxiu:problem:invalid",
    "title": "Unprocessable Entity",
    "status": 422,
    "code": "invalid",
    "detail": "有 1 处填写不对，请见 errors。",
    "cure": "",
    "basis": "",
    "errors": [{"detail": "不能为空。", "pointer": "#/rows"}],
}


class Problem(Schema):
    """An error. ``code`` is stable and for machines; ``detail`` and ``cure`` are sentences for people."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    type: str
    title: str
    status: int
    code: str
    detail: str
    cure: str = ""
    basis: str = ""
    errors: list[FieldProblem] = []


def problem(
    status: int, code: str, detail: str, *, cure: str = "", basis: str = "", errors: list[FieldProblem] | None = None
) -> JsonResponse:
    """Return an error response."""
    content = Problem(
        type=TYPE_PREFIX + code.replace("_", "-"),
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        cure=cure,
        basis=basis,
        errors=errors or [],
    )
    return JsonResponse(
        content.model_dump(exclude_none=True),
        status=status,
        content_type=CONTENT_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )


class NotJson(Exception):
    """A body that says of itself that it is something else."""


class JsonParser(Parser):
    """Takes bodies that are JSON in UTF-8 and say so (RFC 8259); guesses at nothing."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the body parsed. Raises :class:`NotJson`, or ``ValueError`` if it cannot be read."""
        kind = (request.content_type or "").lower()
        if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
            raise NotJson(kind)
        return json.loads(request.body.decode("utf-8-sig"))


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """A guard said no, or somebody else was first (:class:`policy.verdict.Stale`)."""
    verdict = error.verdict
    response = problem(
        error.status, verdict.code, str(verdict.reason), cure=str(verdict.cure), basis=str(verdict.basis)
    )
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.seconds)
    return response


def not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """No token or session, or one that does not hold (401)."""
    response = problem(
        401,
        "not_signed_in",
        _("没有有效的令牌。"),
        cure=_("请在请求头中写明 Authorization: Bearer 令牌；令牌遗失时请系统管理员另发。"),
    )
    response["WWW-Authenticate"] = "Bearer"
    return response


def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the library refuses by itself: an unreadable body (400, 415), a form too old (403), too many requests (429)."""
    if isinstance(error.__cause__, NotJson):
        cure = _("请在请求头中写明 Content-Type: application/json，内容用 UTF-8 编码的 JSON。")
        return problem(415, "media_type", _("请求内容的类型不是 JSON。"), cure=cure)
    sentences = {
        400: ("unreadable", _("请求内容无法读取，应为 UTF-8 编码的 JSON。")),
        403: ("csrf", _("请求没有通过来源检查。请刷新页面后再试，或改用令牌。")),
        429: ("too_many", _("请求太频繁，请稍后再试。")),
    }
    code, detail = sentences.get(error.status_code, ("error", str(error)))
    cure = _("请检查括号和引号是否完整，并用 UTF-8 编码发送。") if code == "unreadable" else ""
    return problem(error.status_code, code, detail, cure=cure)


def not_found(request: HttpRequest, error: Exception | None = None) -> HttpResponse:
    """Nothing is here, or nothing that this account may see (404)."""
    return problem(404, "not_found", _("没有这个地址，或者没有您可以看的这一项。"))


def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Fields are missing or wrong (422), each with where it is and what is wrong."""
    errors = [_field(one) for one in error.errors]
    return problem(422, "invalid", _("有 %(count)d 处填写不对，请见 errors。") % {"count": len(errors)}, errors=errors)


def changed_meanwhile(request: HttpRequest, error: Exception) -> HttpResponse:
    """The thing is in another state than the caller thought (409)."""
    return problem(409, "changed", _("这件事的状态已经变了，这一步没有做。"), cure=_("请重新读取后再决定。"))


def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """The body is larger than any request needs (413)."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2
    cure = _("一次最多 %(limit)s MB，请分成几次发送。") % {"limit": limit}
    return problem(413, "too_big", _("请求内容太大。"), cure=cure)


def failed(request: HttpRequest, error: Exception) -> HttpResponse:
    """A defect of ours (500): in the log with its trace, a plain sentence outside."""
    logger.error("Internal error: %s %s", request.method, request.path, exc_info=error, extra={"request": request})
    return problem(500, "internal", _("系统出错，已经记录。请稍后再试。"))


def not_allowed(request: HttpRequest, allow: str) -> HttpResponse:
    """The address exists, the method does not (405)."""
    response = problem(405, "method", _("这个地址不接受 %(method)s。") % {"method": request.method})
    response["Allow"] = allow
    return response


def install(api: NinjaAPI) -> None:
    """Make an API answer with problems."""
    for error, handler in {
        Refused: refused,
        AuthenticationError: not_signed_in,
        HttpError: http_error,
        Http404: not_found,
        ValidationError: invalid,
        TransitionNotAllowed: changed_meanwhile,
        ConcurrentTransition: changed_meanwhile,
        RequestDataTooBig: too_big,
        Exception: failed,
    }.items():
        api.add_exception_handler(error, handler)


def _field(error: dict[str, Any]) -> FieldProblem:
    """Say one validation error in a sentence, with its place."""
    place, *path = error["loc"]
    limits = error.get("ctx") or {}
    sentences = {
        "missing": _("必填。"),
        "extra_forbidden": _("没有这个字段。"),
        "string_too_short": _("不能为空。"),
        "string_too_long": _("最长 %(most)s 个字符。") % {"most": limits.get("max_length")},
        "string_type": _("应为文本。"),
        "string_unicode": _("含有无法使用的字符。"),
        "string_pattern_mismatch": _("含有无法使用的字符。"),
        "int_parsing": _("应为整数。"),
        "int_type": _("应为整数。"),
        "greater_than_equal": _("不能小于 %(least)s。") % {"least": limits.get("ge")},
        "less_than_equal": _("不能大于 %(most)s。") % {"most": limits.get("le")},
        "uuid_parsing": _("应为事件编号（UUID）。"),
        "uuid_type": _("应为事件编号（UUID）。"),
        "too_long": _("最多 %(most)s 项。") % {"most": limits.get("max_length")},
        "too_short": _("不能为空。"),
        "list_type": _("应为数组。"),
        "dict_type": _("应为 JSON 对象。"),
        "model_type": _("应为 JSON 对象。"),
        "model_attributes_type": _("应为 JSON 对象。"),
        "bool_type": _("应为 true 或 false。"),
        "bool_parsing": _("应为 true 或 false。"),
        "scalar": _("应为文本、数字、true、false 或 null，不能再嵌套。"),
        "cells": _("应有 1 至 %(most)s 个字段。") % {"most": limits.get("most")},
        "timezone_aware": _("要写明时区，例如 2026-11-27T10:00:00+08:00。"),
    }
    kind = error["type"]
    if kind == SENTENCE:
        detail = error["msg"]
    elif kind.startswith("datetime"):
        detail = _("应为带时区的时间，例如 2026-11-27T10:00:00+08:00。")
    else:
        detail = sentences.get(kind) or _("不符合要求：%(why)s") % {"why": error["msg"]}
    if place == "body":
        # The first step is the name of our parameter, not part of the caller's document.
        steps = [str(step).replace("~", "~0").replace("/", "~1") for step in path[1:]]
        return FieldProblem(detail=detail, pointer="#/" + "/".join(steps) if steps else "#")
    return FieldProblem(detail=detail, parameter=str(path[-1]) if path else str(place))
