"""A repair application's own doors for programs: begin one, say how the duties were performed."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from casework import guards as case_guards
from casework.api.shapes import CaseDetail, Reference, case_detail, find_case, fresh
from policy.shapes import RecordId, Short, Text, ask, checked
from records.guards import can_read
from records.models import AdverseRecord
from repair import actions
from repair.forms import DescribeForm
from repair.models import RepairApplication

router = Router(tags=["cases"])


class PerformanceIn(Schema):
    """How and when the duties were performed."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "performed_on": "2026-04-01",
                    "statement": "罚款已于当日缴清，违法行为已改正并通过复查。",
                    "contact_phone": "0532-00000010",
                    "version": 1,
                }
            ]
        },
    )

    performed_on: Short = Field("", description="The day on which the last duty was performed, such as 2026-04-01.")
    statement: Text = ""
    contact_phone: Short = ""
    version: int | None = Field(None, ge=1, description="The one that you read; 409 if the case changed since.")


@router.post("/records/{record_id}/repair", response={201: CaseDetail}, summary="Begin a repair application")
def start(request: HttpRequest, record_id: RecordId) -> Status:
    """Open a draft for a record, or return the draft that is there. Then describe, attach evidence, sign, `submit`."""
    record = get_object_or_404(AdverseRecord.objects.select_related("subject", "authority"), public_id=record_id)
    ask(can_read(request.user, record))
    case = actions.start(request.user, record)
    return Status(201, case_detail(request.user, fresh(case)))


@router.post("/repairs/{number}/describe", response=CaseDetail, summary="Say how the duties were performed")
def describe(request: HttpRequest, number: Reference, body: PerformanceIn) -> dict[str, Any]:
    case = find_case(request, number)
    ask(case_guards.can_edit_draft(request.user, case))
    case = get_object_or_404(RepairApplication, pk=case.pk)
    given = checked(DescribeForm(case, {**body.dict(), "version": body.version or case.version}))
    actions.describe(
        request.user,
        case,
        given["performed_on"],
        given["statement"],
        given["contact_phone"],
        version=body.version,
    )
    return case_detail(request.user, fresh(case))
