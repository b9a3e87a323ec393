"""What befalls a record, over the API: what waits, every version of an explanation, reminders before a record."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from policy.shapes import After, Key, Limit, RecordId, Short, Text, ask, checked, stretch, wrong
from policy.verdict import Refused, no
from records import actions, queries
from records.guards import can_read
from records.life import guards, views
from records.life.api import ChangeOut, ExplanationOut
from records.life.deadlines import deadline_of
from records.life.forms import PriorReminderForm
from records.life.models import Explanation, PriorReminder, UpstreamChange
from records.models import AdverseRecord

router = Router(tags=["records"])


class WaitingChange(ChangeOut):
    id: int
    record_document_number: str
    decided_by: str
    reason: str
    reported_by: str
    reported_at: datetime


class WaitingExplanation(ExplanationOut):
    document_number: str
    subject_name: str


class Waiting(Schema):
    """What waits for a person, most urgent first."""

    changes: list[WaitingChange]
    explanations: list[WaitingExplanation] = Field(description="For the lead office; empty for others.")


class VersionOut(ExplanationOut):
    reason_codes: list[str]
    note: str


class Versions(Schema):
    """Every version, the newest first."""

    items: list[VersionOut]
    may_explain: bool
    why_not: str


class ReminderIn(Schema):
    """Whom to remind of what; or, with ``earlier`` and ``means``, when and how it was done already."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "张某",
                    "identity_number": "37029919900307001X",
                    "document_number": "青图借〔2026〕12号",
                    "matter": "所借图书2册，应于2026年9月1日归还，至今未还。",
                }
            ]
        },
    )

    name: Short = ""
    identity_number: Short = ""
    document_number: Short = ""
    matter: Text = ""
    earlier: Short = Field("", description="Beijing day of a reminder given otherwise, such as 2026-04-01.")
    means: Short = ""


class ReminderOut(Schema):
    """先提醒、后记录: one reminder. The person's number is masked."""

    id: int
    name: str
    code: str
    authority: str
    document_number: str
    matter: str
    status: str
    reminded_on: date
    respond_by: date
    means: str
    record_id: str = Field(description="The record that the matter became; empty: none.")
    may_note_corrected: bool


class ReminderList(Schema):
    items: list[ReminderOut]
    more: bool = Field(description="Older ones follow: ask again with `after` set to the last `id`.")


def _change(change: UpstreamChange) -> dict[str, Any]:
    deadline = deadline_of(change, timezone.localdate())
    names = ("kind", "status", "document_number", "effective_on", "changes", "decided_by", "reason", "reported_at")
    return {
        "id": change.pk,
        "record_id": change.record.public_id,
        "record_document_number": change.record.document_number,
        **{name: getattr(change, name) for name in names},
        "reported_by": str(change.reported_by),
        "due": deadline.due,
        "provisional": deadline.provisional,
        "working_days_left": deadline.left,
    }


def _explanation(explanation: Explanation) -> dict[str, Any]:
    names = ("number", "status", "text", "submitted_at")
    return {"record_id": explanation.record.public_id, **{name: getattr(explanation, name) for name in names}}


def _reminder(request: HttpRequest, reminder: PriorReminder) -> dict[str, Any]:
    record = guards.record_of(reminder)
    names = ("document_number", "matter", "status", "reminded_on", "respond_by", "means")
    return {
        "id": reminder.pk,
        "name": reminder.subject.name,
        "code": reminder.subject.shown_code,
        "authority": reminder.authority.name,
        **{name: getattr(reminder, name) for name in names},
        "record_id": record.public_id if record else "",
        "may_note_corrected": bool(guards.can_note_corrected(request.user, reminder)),
    }


@router.get("/changes", response=Waiting, summary="Reported annulments and changes, and explanations, that wait")
def list_waiting(request: HttpRequest) -> dict[str, Any]:
    """Return what waits to be confirmed by a second person, with its clock, and explanations to be looked at."""
    ask(guards.can_see_changes(request.user))
    changes = sorted(map(_change, queries.pending_changes(request.user)), key=lambda one: (one["due"], one["id"]))
    waiting = queries.explanations_to_moderate() if guards.is_lead_staff(request.user) else []
    explanations = [
        {
            **_explanation(one),
            "document_number": one.record.document_number,
            "subject_name": one.record.subject_name,
        }
        for one in waiting
    ]
    return {"changes": changes, "explanations": explanations}


@router.get("/changes/{change_id}", response=WaitingChange, summary="One reported annulment or change")
def read_change(request: HttpRequest, change_id: Key) -> dict[str, Any]:
    rows = UpstreamChange.objects.select_related("record__authority", "record__subject", "reported_by")
    change = get_object_or_404(rows, pk=change_id)
    ask(guards.can_read_change(request.user, change))
    return _change(change)


@router.get(
    "/changes/{change_id}/document",
    summary="The deciding document, as a download",
    openapi_extra={"responses": {200: {"description": "OK", "content": {"application/octet-stream": {}}}}},
)
def read_document(request: HttpRequest, change_id: Key) -> HttpResponse:
    return views.change_document(request, change_id)


@router.get("/records/{record_id}/explanations", response=Versions, summary="Every version of the explanation")
def list_versions(request: HttpRequest, record_id: RecordId) -> dict[str, Any]:
    record = get_object_or_404(AdverseRecord.objects.select_related("subject", "authority"), public_id=record_id)
    ask(can_read(request.user, record))
    verdict = guards.can_explain(request.user, record)
    return {
        "items": [
            {**_explanation(one), "reason_codes": one.reason_codes, "note": one.note}
            for one in record.explanations.select_related("record").order_by("-number")
        ],
        "may_explain": bool(verdict),
        "why_not": "" if verdict else str(verdict.reason),
    }


@router.get("/reminders", response=ReminderList, summary="Reminders before a record (先提醒、后记录)")
def list_reminders(request: HttpRequest, after: After = 0, limit: Limit = 50) -> dict[str, Any]:
    ask(guards.can_see_changes(request.user))
    found, more = stretch(queries.prior_reminders_of(request.user), after, limit)
    return {"items": [_reminder(request, reminder) for reminder in found], "more": more}


@router.post("/reminders", response={201: ReminderOut}, summary="Remind a person before a record")
def remind(request: HttpRequest, body: ReminderIn) -> Status:
    """Issue the 提醒函, or note an earlier reminder by other means. The term runs from the reminder's day."""
    ask(guards.can_see_changes(request.user))
    authority = request.user.authority
    if authority is None:
        raise Refused(no("not_your_authority", _("提醒由认定单位或信用主管部门的工作人员办理。")))
    ask(guards.can_remind(request.user, authority))
    given = checked(PriorReminderForm(body.dict()))
    try:
        made = actions.remind_first(request.user, authority, **given)
    except Refused as refused:
        field = views.REMINDER_FIELDS.get(refused.verdict.code)
        if refused.status != 422 or field is None:
            raise
        raise wrong(f"{refused.verdict.reason}{refused.verdict.cure}", field) from refused
    return Status(201, _reminder(request, made))


@router.post("/reminders/{reminder_id}/corrected", response=ReminderOut, summary="Note that the matter was put right")
def note_corrected(request: HttpRequest, reminder_id: Key) -> dict[str, Any]:
    reminder = get_object_or_404(PriorReminder.objects.select_related("authority", "subject"), pk=reminder_id)
    return _reminder(request, actions.note_corrected(request.user, reminder))
