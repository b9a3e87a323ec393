"""Findings over the API: what a page may do, a program may do, under the same guard, with the same refusal."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import File, Form, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import ConfigDict, Field, StringConstraints

from policy.shapes import Key
from policy.verdict import Refused, no
from records.findings import actions, guards, views
from records.findings.models import Finding
from records.findings.queries import findings_about
from records.guards import can_read
from records.life.api import RecordId, Text
from records.models import AdverseRecord
from records.uploads import UnusableFile, inspect

router = Router(tags=["records"])


class FindingIn(Schema):
    """What was found in the repair of this record."""

    kind: Literal["false_materials", "broken_commitment"]
    found_on: date = Field(description="The bar runs from this day (Beijing).")
    reason: Annotated[Text, StringConstraints(min_length=1, max_length=2000)]


class NoteIn(Schema):
    """``note`` is needed for dismiss, propose_lift and keep."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "经核实，凭证真实，所报不成立。"}]})

    note: Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=500)] = ""


class FindingOut(Schema):
    """A finding against the record's subject. It bars while ``bars`` is true and its years last."""

    id: int
    record_id: str
    kind: str
    status: str
    bars: bool
    found_on: date
    reason: str
    case_number: str = Field(description="The refused repair that found it; empty: reported on its own.")


def _out(finding: Finding) -> dict[str, Any]:
    names = ("id", "kind", "status", "bars", "found_on", "reason", "case_number")
    return {"record_id": finding.record.public_id, **{name: getattr(finding, name) for name in names}}


def _record(request: HttpRequest, record_id: str) -> AdverseRecord:
    record = get_object_or_404(AdverseRecord.objects.select_related("subject", "authority"), public_id=record_id)
    _ask(can_read(request.user, record))
    return record


@router.get(
    "/records/{record_id}/findings",
    response=list[FindingOut],
    summary="What was found against the record's subject, as far as you may see it",
)
def list_findings(request: HttpRequest, record_id: RecordId):
    return [_out(finding) for finding in findings_about(request.user, _record(request, record_id))]


@router.post(
    "/records/{record_id}/findings",
    response={201: FindingOut},
    summary="Report false materials or a broken commitment, with the proof",
)
def propose(request: HttpRequest, record_id: RecordId, body: Form[FindingIn], file: File[UploadedFile]):
    record = _record(request, record_id)
    try:
        document = inspect(file)
    except UnusableFile as error:
        raise Refused(no("unusable_file", str(error)), status=422) from error
    return Status(201, _out(actions.propose(request.user, record, document=document, **body.dict())))


@router.get(
    "/findings/{finding_id}/proof",
    summary="The proof of a finding, as a download",
    openapi_extra={"responses": {200: {"description": "OK", "content": {"application/octet-stream": {}}}}},
)
def read_proof(request: HttpRequest, finding_id: Key) -> HttpResponse:
    return views.proof(request, finding_id)


@router.post(
    "/records/{record_id}/findings/{finding_id}/{verb}",
    response=FindingOut,
    summary="Confirm or dismiss what was reported; propose to lift it, lift it, or keep it",
)
def act(
    request: HttpRequest,
    record_id: RecordId,
    finding_id: Annotated[int, Field(ge=1, le=2**53)],
    verb: Literal["confirm", "dismiss", "propose_lift", "lift", "keep"],
    body: NoteIn,
):
    record = _record(request, record_id)
    known = Finding.objects.select_related("record__authority", "subject")
    finding = get_object_or_404(known, pk=finding_id, record=record)
    _ask(guards.can_read(request.user, finding))
    if verb in ("confirm", "lift"):
        return _out(getattr(actions, verb)(request.user, finding))
    return _out(getattr(actions, verb)(request.user, finding, body.note))


def _ask(verdict) -> None:
    if not verdict:
        raise Refused(verdict)
