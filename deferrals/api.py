"""A deferral's own doors for programs: begin one, say until when and why."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from casework import guards as case_guards
from casework.api.shapes import CaseDetail, Reference, case_detail, find_case, fresh
from deferrals import actions
from deferrals.forms import DescribeForm
from deferrals.models import Deferral
from policy.shapes import RecordId, Short, Text, ask, checked
from records.guards import can_read
from records.models import AdverseRecord

router = Router(tags=["cases"])


class RequestIn(Schema):
    """Until when the subject asks for time, and why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "ground": "hardship",
                    "requested_until": "2027-03-31",
                    "statement": "货款未收回，资金周转困难，预计三个月后一次缴清。",
                    "contact_phone": "0532-00000010",
                }
            ]
        },
    )

    ground: Short = Field("", description="hardship, force_majeure or other.")
    requested_until: Short = Field("", description="The last day asked for, such as 2027-03-31.")
    statement: Text = ""
    contact_phone: Short = ""
    version: int | None = Field(None, ge=1, description="The one that you read; 409 if the case changed since.")


@router.post("/records/{record_id}/deferral", response={201: CaseDetail}, summary="Begin a request for more time")
def start(request: HttpRequest, record_id: RecordId) -> Status:
    """Open a draft for a record, or return the draft that is there. Then describe, attach evidence, `submit`."""
    record = get_object_or_404(AdverseRecord.objects.select_related("subject", "authority"), public_id=record_id)
    ask(can_read(request.user, record))
    case = actions.start(request.user, record)
    return Status(201, case_detail(request.user, fresh(case)))


@router.post("/deferrals/{number}/describe", response=CaseDetail, summary="Say until when, and why")
def describe(request: HttpRequest, number: Reference, body: RequestIn) -> dict[str, Any]:
    case = find_case(request, number)
    ask(case_guards.can_edit_draft(request.user, case))
    case = get_object_or_404(Deferral, pk=case.pk)
    given = checked(DescribeForm({**body.dict(), "version": body.version or case.version}))
    actions.describe(request.user, case, **{**given, "version": body.version})
    return case_detail(request.user, fresh(case))
