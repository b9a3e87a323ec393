"""Explanations and upstream changes over the API: what a page may do, a program may do, under the same guard."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Form, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import ConfigDict, Field, StringConstraints

from policy.reasons import reasons_for
from policy.verdict import Refused, no
from records import actions
from records.guards import can_read
from records.life.deadlines import deadline_of
from records.life.guards import can_read_change
from records.life.models import Explanation, UpstreamChange
from records.models import AdverseRecord
from records.uploads import UnusableFile, inspect

router = Router(tags=["records"])

Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=5000)]
Short = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", min_length=1, max_length=128)]
RecordId = Annotated[str, StringConstraints(pattern=r"^R[0-9A-Z]{12}$")]


class ExplanationIn(Schema):
    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "涉事产品已全部召回，标签已改正。"}]})

    text: Text


class ExplanationOut(Schema):
    """One version of a subject's explanation."""

    record_id: str
    number: int
    status: str
    text: str
    submitted_at: datetime


class Settle(Schema):
    """``codes`` are for declining an explanation, ``note`` for declining or dismissing."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"codes": ["X-F01"], "note": "请删去他人的电话。"}]})

    codes: list[Short] = Field(default_factory=list, max_length=20)
    note: Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=500)] = ""


class ChangeIn(Schema):
    """What was decided upstream. For a change, ``fine_amount`` and so on say what the record should say now."""

    kind: Literal["annul", "change"]
    document_number: Short
    effective_on: date
    decided_by: Short
    reason: Annotated[Text, StringConstraints(min_length=1)]
    violation_type: Text | None = None
    facts: Text | None = None
    legal_basis: Text | None = None
    category: Text | None = None
    content: Text | None = None
    fine_amount: Text | None = Field(default=None, description="Yuan.")
    confiscated_amount: Text | None = Field(default=None, description="Yuan.")
    licence: Text | None = None
    decision_date: Text | None = Field(default=None, description="2026-04-01")


class ChangeOut(Schema):
    """A reported annulment or change."""

    record_id: str
    kind: str
    status: str
    document_number: str
    effective_on: date
    due: date
    provisional: bool
    working_days_left: int
    changes: list[dict[str, str]]


def _record(request: HttpRequest, record_id: str) -> AdverseRecord:
    record = get_object_or_404(AdverseRecord.objects.select_related("subject", "authority"), public_id=record_id)
    verdict = can_read(request.user, record)
    if not verdict:
        raise Refused(verdict)
    return record


def _explanation_out(explanation: Explanation) -> dict[str, Any]:
    names = ("number", "status", "text", "submitted_at")
    return {"record_id": explanation.record.public_id, **{name: getattr(explanation, name) for name in names}}


def _change_out(change: UpstreamChange) -> dict[str, Any]:
    deadline = deadline_of(change, timezone.localdate())
    names = ("kind", "status", "document_number", "effective_on", "changes")
    return {
        "record_id": change.record.public_id,
        **{name: getattr(change, name) for name in names},
        "due": deadline.due,
        "provisional": deadline.provisional,
        "working_days_left": deadline.left,
    }


@router.post("/records/{record_id}/explanation", response={201: ExplanationOut}, summary="Hand in an explanation")
def explain(request: HttpRequest, record_id: RecordId, body: ExplanationIn):
    return Status(201, _explanation_out(actions.explain(request.user, _record(request, record_id), body.text)))


@router.post(
    "/records/{record_id}/explanation/{verb}",
    response=ExplanationOut,
    summary="Show or decline what waits; take back what waits, else what is shown",
)
def settle_explanation(
    request: HttpRequest, record_id: RecordId, verb: Literal["show", "decline", "withdraw"], body: Settle
):
    record = _record(request, record_id)
    states = [Explanation.Status.PENDING] + ([Explanation.Status.LIVE] if verb == "withdraw" else [])
    found = get_object_or_404(record.explanations.order_by("-number").filter(status__in=states)[:1])
    if verb == "decline":
        known = {reason.code for reason in reasons_for("refuse", "explanation")}
        if not set(body.codes) <= known:
            raise Refused(
                no("codes", _("codes 应取自：%(codes)s。") % {"codes": " / ".join(sorted(known))}), status=422
            )
        return _explanation_out(actions.decline_explanation(request.user, found, body.codes, body.note))
    do = actions.show_explanation if verb == "show" else actions.withdraw_explanation
    return _explanation_out(do(request.user, found))


@router.post(
    "/records/{record_id}/upstream",
    response={201: ChangeOut},
    summary="Report that the decision behind a record was annulled or changed, with the deciding document",
)
def report(request: HttpRequest, record_id: RecordId, body: Form[ChangeIn], file: File[UploadedFile]):
    record = _record(request, record_id)
    given = body.dict()
    fixed = {name: given.pop(name) for name in ("kind", "document_number", "effective_on", "decided_by", "reason")}
    values = {name: value for name, value in given.items() if value is not None}
    try:
        document = inspect(file)
    except UnusableFile as error:
        raise Refused(no("unusable_file", str(error)), status=422) from error
    change = actions.report_change(request.user, record, document=document, values=values, **fixed)
    return Status(201, _change_out(change))


@router.post(
    "/records/{record_id}/upstream/{verb}", response=ChangeOut, summary="Confirm or dismiss the report that waits"
)
def settle_change(request: HttpRequest, record_id: RecordId, verb: Literal["confirm", "dismiss"], body: Settle):
    reported = UpstreamChange.objects.filter(record__public_id=record_id, status=UpstreamChange.Status.REPORTED)
    found = reported.select_related("record__authority", "record__subject").first()
    if found is None:
        _record(request, record_id)
        raise Http404
    verdict = can_read_change(request.user, found)
    if not verdict:
        raise Refused(verdict)
    if verb == "confirm":
        return _change_out(actions.confirm_change(request.user, found))
    return _change_out(actions.dismiss_change(request.user, found, body.note))
