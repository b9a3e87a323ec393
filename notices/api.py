"""Letters over the API: read, open (which is service, as on the page), verify, retry, revoke. Doors only."""

import io
import logging
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field, StringConstraints

from notices import actions, guards, queries, storage, verification
from notices.forms import RevokeForm, VerifyForm
from notices.models import Notice
from notices.summaries import in_short
from parties.doors import OPEN_TO_ALL, anybody, count_try
from policy.shapes import Limit, LineOut, Short, Text, ask, checked, stretch
from policy.verdict import Refused, no

router = Router(tags=["notices"])
logger = logging.getLogger(__name__)

Number = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=80)]


class ServiceOut(Schema):
    """送达回证: how and when it reached its addressee."""

    method: str
    served_at: datetime
    received_by: str


class NoticeOut(Schema):
    """A formal notice as its reader may see it."""

    number: str = Field(description="文号.", examples=["青信修准〔2026〕1号"])
    kind: str = Field(examples=["repair_approval"])
    title: str = Field(examples=["准予信用修复决定书"])
    status: str = Field(description="issued or revoked.")
    issuer: str
    addressee: str
    issued_at: datetime
    rendering: str = Field(description="pending, rendered or failed: whether the PDF is there.")
    service: ServiceOut | None = Field(description="null: nobody who acts for the addressee has opened it.")


class NoticeList(Schema):
    items: list[NoticeOut]
    more: bool = Field(description="Older ones follow: ask again with `after` set to the last `number`.")
    unread: int


class ReasonOut(Schema):
    code: str = ""
    text: str
    cure: str = ""
    title: str = ""
    article: str = ""


class NoticeDetail(NoticeOut):
    """One notice in short; what it says in full is its PDF."""

    text: str
    next_step: str
    reasons: list[ReasonOut]
    because: list[LineOut] = Field(description="What it rests on, as frozen when it was issued.")
    check_code: str = Field(description="With the number it verifies the paper.")
    sha256: str = Field(description="Of the PDF; empty until it is made.")
    revoked_at: datetime | None
    revocation_reason: str
    may: list[str] = Field(description="What you may do now: retry, revoke.")


class RevokeIn(Schema):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "文号引用错误，另行制发。"}]})

    reason: Text = ""


class VerifyIn(Schema):
    """What is printed at the end of a notice."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"number": "青信修准〔2026〕1号", "check_code": "7KQ2M9RT4X"}]}
    )

    number: Short = ""
    check_code: Short = ""


class VerifyOut(Schema):
    """What anybody may know about a notice in hand; everything but ``state`` is empty for ``unknown``."""

    state: Literal["valid", "revoked", "unknown"]
    number: str
    kind: str
    issuer: str
    issued_on: date | None
    addressee: str = Field(description="A natural person's name masked.")
    revoked_on: date | None


def _out(notice: Notice) -> dict[str, Any]:
    service = getattr(notice, "service", None)
    names = ("number", "kind", "title", "status", "issued_at", "rendering")
    return {
        **{name: getattr(notice, name) for name in names},
        "issuer": notice.issuer.name,
        "addressee": notice.addressee.name,
        "service": service
        and {"method": service.method, "served_at": service.served_at, "received_by": service.received_by_name},
    }


def _detail(request: HttpRequest, notice: Notice) -> dict[str, Any]:
    summary = in_short(notice)
    verbs = {"retry": guards.can_retry, "revoke": guards.can_revoke}
    lines = [
        {"text": "", "title": "", "article": "", "verified": True} | line for line in notice.facts.get("because") or []
    ]
    return {
        **_out(notice),
        "text": summary.text,
        "next_step": summary.next_step,
        "reasons": summary.reasons,
        "because": lines,
        "check_code": notice.check_code,
        "sha256": notice.sha256,
        "revoked_at": notice.revoked_at,
        "revocation_reason": notice.revocation_reason,
        "may": [verb for verb, guard in verbs.items() if guard(request.user, notice)],
    }


def _find(request: HttpRequest, number: str) -> Notice:
    notice = get_object_or_404(_with_names(Notice.objects.all()), number=number)
    ask(guards.can_read(request.user, notice))
    return notice


def _with_names(notices: QuerySet[Notice]) -> QuerySet[Notice]:
    return notices.select_related("issuer", "addressee", "service")


def _serve_if_addressee(request: HttpRequest, notice: Notice) -> None:
    if getattr(notice, "service", None) is None and guards.can_be_served(request.user, notice):
        notice.service = actions.serve(request.user, notice)


@router.get("/notices", response=NoticeList, summary="The letters to whomever you act for, newest first")
def list_notices(
    request: HttpRequest,
    after: Annotated[str, Query(max_length=80, description="`number` of the last one that you have.")] = "",
    unread: Annotated[bool, Query(description="Only what nobody has opened yet.")] = False,
    limit: Limit = 50,
) -> dict[str, Any]:
    """Return the inbox. Listing is not opening: nothing is served by it."""
    letters = queries.unread(request.user) if unread else queries.inbox(request.user)
    last = queries.inbox(request.user).filter(number=after.replace("\x00", "")).values_list("pk", flat=True).first()
    if after and last is None:
        raise Refused(no("unknown_after", _("after 不是您收到的文书的文号。")), status=422)
    found, more = stretch(letters, last, limit)
    return {"items": [_out(notice) for notice in found], "more": more, "unread": queries.unread(request.user).count()}


@router.get("/notices/{number}", response=NoticeDetail, summary="Open one notice")
def read_notice(request: HttpRequest, number: Number) -> dict[str, Any]:
    """Return one notice in short. **Opened by somebody who acts for its addressee it is served (送达)**, once its PDF
    is made: the first opening counts, with its time and name, exactly as on the page."""
    notice = _find(request, number)
    _serve_if_addressee(request, notice)
    return _detail(request, notice)


@router.get(
    "/notices/{number}/pdf",
    summary="The issued file, exactly as it was made",
    openapi_extra={"responses": {200: {"description": "OK", "content": {"application/pdf": {}}}}},
)
def read_pdf(request: HttpRequest, number: Number) -> FileResponse:
    """Return the PDF; 409 as long as it is not made. Opening it is service, as for the notice itself."""
    notice = _find(request, number)
    if not notice.is_rendered:
        raise Refused(no("not_rendered", _("文书正在生成，还不能下载。"), _("请过几分钟再打开。")), status=409)
    try:
        content = storage.read(notice)
    except storage.StoredFileError as error:
        logger.error("Notice %s: %s", notice.pk, error)  # noqa: TRY400 - the sentence says it all
        raise Refused(
            no("damaged", _("文书的文件读不出来，或者与制发时不一致。"), _("请联系制发机关。")), status=500
        ) from error
    _serve_if_addressee(request, notice)
    response = FileResponse(io.BytesIO(content), content_type="application/pdf", filename=f"{notice.number}.pdf")
    response["Cache-Control"] = "private, no-store"
    return response


@router.post("/notices/{number}/retry", response=NoticeDetail, summary="Make a failed PDF again")
def retry_notice(request: HttpRequest, number: Number) -> dict[str, Any]:
    actions.retry(request.user, _find(request, number))
    return _detail(request, _find(request, number))


@router.post("/notices/{number}/revoke", response=NoticeDetail, summary="Withdraw a notice, with a reason")
def revoke_notice(request: HttpRequest, number: Number, body: RevokeIn) -> dict[str, Any]:
    """Withdraw an issued notice: its number stays taken, verification says revoked."""
    notice = _find(request, number)
    given = checked(RevokeForm(body.dict()))
    actions.revoke(request.user, notice, given["reason"])
    return _detail(request, _find(request, number))


@router.post(
    "/verify", response=VerifyOut, auth=anybody, openapi_extra=OPEN_TO_ALL, summary="Is this paper ours, and valid?"
)
def verify_notice(request: HttpRequest, body: VerifyIn) -> verification.Answer:
    """Say what is known of a notice by its number and check code. A wrong code and an unknown number get the same
    answer. 30 tries a minute from one address, then 429."""
    given = checked(VerifyForm(body.dict()))
    count_try(request, verification.LIMIT)
    return verification.verify(given["number"], given["check_code"])
