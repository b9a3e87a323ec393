"""What the rules say of one record, over the API: what ``rules explain`` prints, for whoever may read the record."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from config.explaining import as_json, explain
from policy.rulebook import MissingRule
from policy.shapes import QUERY, ConditionOut, LineOut, RecordId, ask, wrong
from records.guards import can_read
from records.models import AdverseRecord

router = Router(tags=["rules"])


class AboutOut(Schema):
    public_id: str
    document_number: str
    authority: str
    subject: str = Field(description="A natural person's name masked.")
    status: str
    decision_date: date
    category: str
    sector: str


class ClassOut(Schema):
    severity: str
    because: list[LineOut]


class WindowOut(Schema):
    publicised: bool
    from_: date | None = Field(alias="from")
    earliest_application: date
    until: date | None
    disclosed_until: date | None
    because: list[LineOut]


class CardOut(Schema):
    can_apply: bool
    earliest: date
    conditions: list[ConditionOut]


class WayOut(Schema):
    code: str
    name: str
    repairs: bool
    title: str
    article: str
    verified: bool


class RuleExplanationOut(Schema):
    """Class, window, eligibility and ways of repair of one record as of one day, each line with its basis."""

    model_config = ConfigDict(populate_by_name=True)

    record: AboutOut
    on: date
    sector: list[LineOut]
    class_: ClassOut = Field(alias="class")
    window: WindowOut
    eligibility: CardOut
    ways: list[WayOut]
    agrees_with_record: bool = Field(description="The record still says what the rules of that day give.")
    unverified: int = Field(description="Lines whose basis nobody has compared with the official text.")


@router.get(
    "/records/{record_id}/explain",
    response=RuleExplanationOut,
    by_alias=True,
    summary="Why: class, window and eligibility of a record, line by line",
)
def explain_record(
    request: HttpRequest,
    record_id: RecordId,
    on: Annotated[date | None, Query(description="By the rules and dates of this day; empty: today.")] = None,
) -> dict[str, Any]:
    record = get_object_or_404(AdverseRecord.objects.select_related("subject", "authority"), public_id=record_id)
    ask(can_read(request.user, record))
    try:
        return as_json(explain(record, on or timezone.localdate()))
    except MissingRule as missing:
        raise wrong(str(missing), "on", place=QUERY) from missing
