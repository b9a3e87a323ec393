"""What everybody may ask, over the API: the public register and the progress of a case. Same limits as the pages."""

from datetime import date
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field, StringConstraints

from casework.api.shapes import ClockOut, clock_out
from casework.clock import clock_now
from casework.models import Case
from parties.doors import OPEN_TO_ALL, anybody, count_try
from parties.identity import mask_in
from policy.shapes import QUERY, Short, checked, wrong
from policy.verdict import Refused, no
from portal.forms import ProgressForm
from portal.freshness import never_kept
from portal.standing import stage_of
from portal.views.public import GUESSING, READING
from records.models import AdverseRecord
from records.queries import explanation_of, find_public, public_records, was_public

router = Router(tags=["public"])

PublicId = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=40)]


class FoundOut(Schema):
    """One public record of the list. Entities only: natural persons are never published."""

    id: str
    subject_name: str
    subject_code: str
    authority: str
    document_number: str
    decision_date: date
    publicity_until: date | None
    objection_marked: bool


class RegisterOut(Schema):
    """At most 200 records, the newest decision first; whoever needs another one writes more of the name."""

    items: list[FoundOut]
    more: bool = Field(description="More of these 200 follow: ask again with `after` set to the last `id`.")
    too_many: bool = Field(description="There are others that are not listed: write more of the name, or the code.")
    empty_because: str = Field(description="short or common: the text is too little to be looked for; else empty.")


class RegisterEntryOut(FoundOut):
    """One public record: what was decided, by whom, until when it is shown, and the subject's words beside it."""

    category: str
    violation_type: str
    facts: str
    legal_basis: str
    content: str
    fine_amount: str | None = Field(description="Yuan.")
    confiscated_amount: str | None = Field(description="Yuan.")
    licence: str
    severity: str
    publicity_from: date | None
    earliest_application: date = Field(description="From this day its subject may apply for repair.")
    explanation: str


class ProgressIn(Schema):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"number": "XF20261123-0001", "check_code": "7KQ2M9RT4X"}]}
    )

    number: Short = ""
    check_code: Short = ""


class ProgressOut(Schema):
    """Where a case stands, what happens next and who does it; nothing about its party."""

    number: str
    status: str
    now: str
    next: str
    who: str
    clock: ClockOut | None


_GONE = {
    "responses": {
        status: {
            "description": words,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, words in ((410, "Gone: it was public and is no longer"), (429, "Too Many Requests"))
    }
}


def _count(request: HttpRequest) -> None:
    """Count one reading. The office's own people are known and not counted, as on the page."""
    if not (request.user.is_authenticated and request.user.works_here):
        count_try(request, *READING)


def _found(record: AdverseRecord) -> dict[str, Any]:
    names = ("document_number", "decision_date", "publicity_until", "objection_marked")
    return {
        "id": record.public_id,
        "subject_name": mask_in(record.subject_name),
        "subject_code": record.subject.shown_code,
        "authority": record.authority.name,
        **{name: getattr(record, name) for name in names},
    }


def _entry(record: AdverseRecord) -> dict[str, Any]:
    explanation = explanation_of(record)
    texts = ("category", "violation_type", "facts", "legal_basis", "content", "licence")
    amounts = ("fine_amount", "confiscated_amount")
    return {
        **_found(record),
        **{name: mask_in(getattr(record, name)) for name in texts},
        **{name: None if getattr(record, name) is None else f"{getattr(record, name):.2f}" for name in amounts},
        **{name: getattr(record, name) for name in ("severity", "publicity_from", "earliest_application")},
        "explanation": explanation.text if explanation else "",
    }


@router.get(
    "/register",
    response=RegisterOut,
    auth=anybody,
    openapi_extra={**OPEN_TO_ALL, **_GONE},
    summary="Search the register",
)
def search(
    request: HttpRequest,
    response: HttpResponse,
    q: Annotated[str, Query(description="A name's part (two characters or more), or a code of 18.")],
    after: Annotated[str, Query(max_length=20, description="`id` of the last one that you have.")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> dict[str, Any]:
    """Find what is publicised today. 60 readings a minute and 600 an hour from one address, then 429."""
    never_kept(response)
    text = q.strip()[:200]
    if not text:
        raise wrong(_("请写明要查的名称或者代码。"), "q", place=QUERY)
    _count(request)
    found = find_public(text)
    start = 0
    if after:
        last = public_records().filter(public_id=after.replace("\x00", "")).values_list("pk", flat=True).first()
        if last not in found.pks:
            raise Refused(no("unknown_after", _("after 不在这次查到的信息里。"), _("请从头再查。")), status=422)
        start = found.pks.index(last) + 1
    pks = found.pks[start : start + limit]
    shown = public_records().in_bulk(pks)
    return {
        "items": [_found(shown[pk]) for pk in pks if pk in shown],
        "more": len(found.pks) > start + limit,
        "too_many": found.more,
        "empty_because": found.empty_because,
    }


@router.get(
    "/register/{record_id}",
    response=RegisterEntryOut,
    auth=anybody,
    openapi_extra={**OPEN_TO_ALL, **_GONE},
    summary="One entry",
)
def entry(request: HttpRequest, response: HttpResponse, record_id: PublicId) -> dict[str, Any]:
    """Return a record as the public may see it: 410 as soon as it is no longer publicised, 404 if it never was."""
    never_kept(response)
    _count(request)
    record = public_records().filter(public_id=record_id).first()
    if record is None:
        if was_public(record_id):
            raise Refused(no("gone", _("这条信息已经不再公示。")), status=410)
        raise Http404
    return _entry(record)


@router.post(
    "/progress",
    response=ProgressOut,
    auth=anybody,
    openapi_extra={**OPEN_TO_ALL, **_GONE},
    summary="Where a case stands",
)
def progress(request: HttpRequest, response: HttpResponse, body: ProgressIn) -> dict[str, Any]:
    """Tell where a case stands to whoever holds its number and check code. Ten tries in ten minutes, then 429."""
    never_kept(response)
    count_try(request, GUESSING)
    form = ProgressForm(body.dict())
    given = checked(form)
    case = Case.objects.filter(number=given["number"], check_code=given["check_code"]).first()
    if case is None:
        raise wrong(str(form.not_found))
    stage = stage_of(case)
    return {
        "number": case.number,
        "status": case.status,
        "now": stage.now,
        "next": stage.next,
        "who": stage.who,
        "clock": clock_out(clock_now(case)),
    }
