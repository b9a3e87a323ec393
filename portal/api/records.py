"""Records over the API: the caller's list, and one record with everything its page shows."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import Field

from casework.models import Case
from exchange.queries import sync_lines
from notices.queries import notices_about
from parties.guards import acts_for
from parties.identity import mask_in
from policy.shapes import ConditionOut, Limit, LineOut, RecordId, ask, condition_out, stretch
from policy.verdict import Refused, no
from portal.standing import card_with, standing_of
from records import guards
from records.actions import see_reminders
from records.api.batches import router  # one address takes both methods only in one router
from records.documents import document_key
from records.models import AdverseRecord
from records.queries import explanation_of, records_of


class StandingOut(Schema):
    """What the subject can do now, in a sentence."""

    words: str = Field(examples=["可申请修复"])
    tone: str = Field(description="do, wait, done or late.")


class RecordLine(Schema):
    """One record of the list. Numbers of people are masked, in texts too."""

    id: str = Field(description="记录编号.", examples=["RAB2CD3EF4GH5"])
    status: str = Field(description="registered, publicised, withheld, deferred, repaired, expired or revoked.")
    severity: str = Field(description="minor, general or serious.")
    subject_kind: str
    subject_name: str
    subject_code: str
    authority: str
    document_number: str
    category: str
    decision_date: date
    publicity_from: date | None = Field(description="null: not publicised.")
    earliest_application: date
    publicity_until: date | None
    disclosed_until: date | None = Field(description="The last day on which anybody may be shown it; null: no rule.")
    deferred_until: date | None
    objection_marked: bool
    standing: StandingOut


class RecordList(Schema):
    items: list[RecordLine]
    more: bool = Field(description="Older ones follow: ask again with `after` set to the last `id`.")


class EligibilityOut(Schema):
    """May a repair be applied for, from when, and what is missing: every condition with its cure and its article."""

    can_apply: bool
    earliest: date
    conditions: list[ConditionOut]


class NoticeLine(Schema):
    number: str
    kind: str
    title: str
    status: str
    issued_at: datetime
    served: bool


class CaseLine(Schema):
    id: int
    number: str | None
    kind: str
    status: str


class CorrectionOut(Schema):
    field: str
    old: str
    new: str
    ordered_by: str
    corrected_at: datetime


class ShowingOut(Schema):
    """Where one platform stands with the newest event that changes what it shows."""

    platform: str
    event_type: str
    status: str
    told_at: datetime | None
    confirmed_at: datetime | None
    due_on: date
    provisional: bool
    overdue: bool


class RecordDetail(RecordLine):
    """One record: facts, window, reasons, eligibility, letters, cases, and who still shows it."""

    violation_type: str
    facts: str
    legal_basis: str
    content: str
    fine_amount: str | None = Field(description="Yuan.")
    confiscated_amount: str | None = Field(description="Yuan.")
    licence: str
    sector: str
    version: int
    registered_at: datetime
    notified_at: datetime | None = Field(description="When both letters had been opened (送达).")
    removed_at: datetime | None
    late_days: int | None = Field(description="迟报: working days too late, for the office; null for the subject.")
    because: list[LineOut] = Field(description="Why class and window are what they are.")
    eligibility: EligibilityOut
    explanation: str = Field(description="The subject's own words that are shown beside it; empty: none.")
    corrections: list[CorrectionOut]
    notices: list[NoticeLine]
    cases: list[CaseLine]
    platforms: list[ShowingOut]


def _line(record: AdverseRecord, today: date) -> dict[str, Any]:
    standing = standing_of(record, today)
    days = (
        "decision_date",
        "publicity_from",
        "earliest_application",
        "publicity_until",
        "disclosed_until",
        "deferred_until",
    )
    return {
        "id": record.public_id,
        "subject_kind": record.subject.kind,
        "subject_name": mask_in(record.subject_name),
        "subject_code": record.subject.shown_code,
        "authority": record.authority.name,
        "category": mask_in(record.category),
        **{
            name: getattr(record, name) for name in ("status", "severity", "document_number", "objection_marked", *days)
        },
        "standing": {"words": standing.words, "tone": standing.tone},
    }


def _detail(request: HttpRequest, record: AdverseRecord) -> dict[str, Any]:
    today = timezone.localdate()
    running = (Case.Status.DRAFT, *Case.OPEN)
    repairs = (case for case in record.cases.all() if case.kind == Case.Kind.REPAIR and case.status in running)
    eligibility = card_with(record, next(repairs, None), today)
    explanation = explanation_of(record)
    texts = ("violation_type", "facts", "legal_basis", "content", "licence")
    amounts = ("fine_amount", "confiscated_amount")
    plain = ("sector", "version", "registered_at", "notified_at", "removed_at")
    return {
        **_line(record, today),
        **{name: mask_in(getattr(record, name)) for name in texts},
        **{name: None if getattr(record, name) is None else f"{getattr(record, name):.2f}" for name in amounts},
        **{name: getattr(record, name) for name in plain},
        "late_days": record.late_days if request.user.works_here else None,
        "because": [{"verified": True, "title": "", "article": ""} | line for line in record.because],
        "eligibility": {
            "can_apply": eligibility.can_apply,
            "earliest": eligibility.earliest,
            "conditions": [condition_out(condition) for condition in eligibility.conditions],
        },
        "explanation": explanation.text if explanation else "",
        "corrections": [
            {
                "field": one.field,
                "old": mask_in(one.old_value),
                "new": mask_in(one.new_value),
                "ordered_by": one.ordered_by,
                "corrected_at": one.corrected_at,
            }
            for one in record.corrections.all()
        ],
        "notices": [_notice(notice) for notice in notices_about(record)],
        "cases": [_case(case) for case in record.cases.all()],
        "platforms": [_showing(line) for line in sync_lines(record.public_id)],
    }


def _notice(notice) -> dict[str, Any]:
    names = ("number", "kind", "title", "status", "issued_at")
    return {**{name: getattr(notice, name) for name in names}, "served": hasattr(notice, "service")}


def _case(case: Case) -> dict[str, Any]:
    return {"id": case.pk, "number": case.number, "kind": case.kind, "status": case.status}


def _showing(line) -> dict[str, Any]:
    names = ("event_type", "status", "told_at", "confirmed_at", "due_on", "provisional", "overdue")
    return {"platform": line.subscriber_name, **{name: getattr(line, name) for name in names}}


@router.get("/records", response=RecordList, summary="Records that you may read, newest first")
def list_records(
    request: HttpRequest,
    status: Annotated[str, Query(max_length=20)] = "",
    document_number: Annotated[str, Query(max_length=128)] = "",
    after: Annotated[str, Query(max_length=20, description="`id` of the last one that you have.")] = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    """Return an enterprise's own records, an authority's, or all (lead office, auditor, administrator)."""
    mine = records_of(request.user).prefetch_related("cases")
    last = records_of(request.user).filter(public_id=after.replace("\x00", "")).values_list("pk", flat=True).first()
    if after and last is None:
        raise Refused(no("unknown_after", _("after 不是您可以看的记录的编号。")), status=422)
    if status:
        mine = mine.filter(status=status.replace("\x00", ""))
    if document_number.strip():
        mine = mine.filter(document_key=document_key(document_number))
    found, more = stretch(mine, last, limit)
    today = timezone.localdate()
    return {"items": [_line(record, today) for record in found], "more": more}


@router.get("/records/{record_id}", response=RecordDetail, summary="One record with everything about it")
def read_record(request: HttpRequest, record_id: RecordId) -> dict[str, Any]:
    """Return a record as its page shows it to you. Opened by somebody who acts for its subject, the reminder that a
    repair may now be applied for counts as seen."""
    records = AdverseRecord.objects.select_related("subject", "authority").prefetch_related("cases", "corrections")
    record = get_object_or_404(records, public_id=record_id)
    ask(guards.can_read(request.user, record))
    if acts_for(request.user, record.subject):
        see_reminders(request.user, record)
    return _detail(request, record)
