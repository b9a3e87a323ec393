"""An objection's own doors for programs: begin one, say what is wrong and what it should be."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from casework import guards as case_guards
from casework.api.shapes import CaseDetail, Reference, case_detail, find_case, fresh
from objections import actions
from objections.forms import DescribeForm
from objections.models import Objection
from policy.shapes import RecordId, Short, Text, ask, checked
from records.guards import can_read
from records.models import AdverseRecord

router = Router(tags=["cases"])


class DisputeIn(Schema):
    """What is wrong, and what it should be."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "ground": "wrong",
                    "field": "fine_amount",
                    "claimed_value": "500.00",
                    "statement": "决定书写明罚款500元，公示为5000元。",
                    "contact_phone": "0532-00000010",
                }
            ]
        },
    )

    ground: Short = Field("", description="wrong, omitted, duplicate, not_public, overdue, annulled or privacy.")
    field: Short = Field("", description="The disputed field of the record; empty: the record as a whole.")
    claimed_value: Text = ""
    statement: Text = ""
    contact_phone: Short = ""
    version: int | None = Field(None, ge=1, description="The one that you read; 409 if the case changed since.")


@router.post("/records/{record_id}/objection", response={201: CaseDetail}, summary="Begin an objection")
def start(request: HttpRequest, record_id: RecordId) -> Status:
    """Open a draft for a record, or return the draft that is there. Then describe, attach evidence, sign, `submit`."""
    record = get_object_or_404(AdverseRecord.objects.select_related("subject", "authority"), public_id=record_id)
    ask(can_read(request.user, record))
    case = actions.start(request.user, record)
    return Status(201, case_detail(request.user, fresh(case)))


@router.post("/objections/{number}/describe", response=CaseDetail, summary="Say what is wrong with a record")
def describe(request: HttpRequest, number: Reference, body: DisputeIn) -> dict[str, Any]:
    case = find_case(request, number)
    ask(case_guards.can_edit_draft(request.user, case))
    case = get_object_or_404(Objection, pk=case.pk)
    given = checked(DescribeForm({**body.dict(), "version": body.version or case.version}))
    actions.describe(request.user, case, **{**given, "version": body.version})
    return case_detail(request.user, fresh(case))
