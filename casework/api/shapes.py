"""A case as the API tells it, and finding one for its reader."""

from datetime import date, datetime
from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Schema
from pydantic import Field, StringConstraints

from casework import desk, guards, timeline
from casework.clock import Clock, clock_now
from casework.facts import possible_notices, unverified_under
from casework.kinds import kind_of, specific
from casework.models import Case, Evidence
from notices.queries import notices_about
from parties.models import User
from policy.deadlines.queries import news_of
from policy.shapes import ConditionOut, LineOut, ask, condition_out

Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=1000)]
#: 办件编号, or the ``id`` of a draft, which has no number yet.
Reference = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2}\d{8}-\d{4,12}|[1-9]\d{0,17})$")]


class ClockOut(Schema):
    """The running clock: Beijing days."""

    step: str
    due: date
    provisional: bool
    working_days_left: int


class DeadlineChangeOut(Schema):
    """What a new holiday table did to the running clock, and when you opened a page that says so."""

    step: str
    old: date
    old_provisional: bool
    new: date
    provisional: bool
    source: str = Field(description="The State Council's document.")
    announced_on: date | None
    told_at: datetime
    seen_at: datetime | None = Field(description="Reading it here does not count; null also if it was not told to you.")


class CaseOut(Schema):
    """A case as its reader may see it."""

    id: int
    number: str | None = Field(description="办件编号; null as long as it is a draft, which goes by its `id`.")
    kind: str
    status: str
    version: int
    record_id: str
    document_number: str
    subject_code: str
    subject_name: str
    authority: str
    submitted_at: datetime | None
    closed_at: datetime | None
    clock: ClockOut | None
    deadline_change: DeadlineChangeOut | None = Field(description="null: the clock was never moved.")
    may: list[str] = Field(description="The verbs that you may use now.")


class CaseList(Schema):
    items: list[CaseOut]
    count: int


class StepOut(Schema):
    """One line of the applicant's task list."""

    label: str
    done: bool
    hint: str


class AnswerOut(Schema):
    label: str
    value: str


class EvidenceOut(Schema):
    """A file that proves something: `GET /evidence/{id}`, its pages as pictures at `/evidence/{id}/pages/{number}`."""

    id: int
    name: str
    purpose: str
    media_type: str
    size: int
    pages: int
    sha256: str
    uploaded_at: datetime


class SupplementOut(Schema):
    items: list[dict[str, Any]] = Field(description="What is missing: code, text, cure.")
    note: str
    requested_at: datetime
    answer: str
    answered_at: datetime | None


class ExtensionOut(Schema):
    """延长办理期限: one extension of the limit of the decision, with the days that its letter told."""

    number: int = Field(description="1 for the first.")
    working_days: int
    old_due: date
    new_due: date
    reason: str
    decided_by: str = Field(description="For the office's people only; empty for the applicant.")
    decided_at: datetime


class HappenedOut(Schema):
    """One step of the timeline."""

    title: str
    at: datetime
    who: str = Field(description="For the office's people only; empty for the applicant.")
    text: str = ""


class UnverifiedRule(Schema):
    """A rule that nobody has compared with the official text (核验), under a notice that you may issue or prepare."""

    notice: str
    outcome: str = Field(description="For a decision, which one; otherwise empty.")
    rule: str
    title: str
    article: str


class CaseDetail(CaseOut):
    """A case with everything that its page shows its reader."""

    check_code: str = Field(description="With the number it opens the public progress; empty for the office.")
    answers: list[AnswerOut] = Field(description="What the applicant stated.")
    steps: list[StepOut] = Field(description="The task list of a draft or a supplement.")
    why_not_submit: str = Field(description="Of a draft: why it cannot be handed in yet; empty if it can.")
    commitment_signed: bool
    evidence: list[EvidenceOut]
    supplements: list[SupplementOut]
    extensions: list[ExtensionOut]
    checklist: list[ConditionOut] = Field(description="For the office, of an open case: what has to be fulfilled.")
    flags: list[str] = Field(description="For the office: evidence_reused, objection_open, many_parties.")
    owner: str = Field(description="For the office: who has taken the open task; empty: nobody.")
    unverified: list[UnverifiedRule] = Field(description="What a person at the page is told before a notice goes out.")
    clock_because: list[LineOut]
    timeline: list[HappenedOut]
    notices: list[str] = Field(description="文号 of its letters, newest first.")


def find_case(request: HttpRequest, reference: str) -> Case:
    """Return a case that the caller may read. Raises ``Http404`` or ``Refused``."""
    case = get_object_or_404(_with_names(), by_reference(reference))
    ask(guards.can_read(request.user, case))
    return case


def by_reference(reference: str) -> Q:
    """Return the filter for a case by its number or, of a draft, its ``id``."""
    return Q(pk=int(reference)) if reference.isdecimal() else Q(number=reference)


def fresh(case: Case) -> Case:
    """Return a case as it stands in the database now."""
    return _with_names().get(pk=case.pk)


def _with_names():
    return Case.objects.select_related("record__authority", "subject", "authority", "opened_by")


def clock_out(clock: Clock | None) -> dict[str, Any] | None:
    """Return a running clock as :class:`ClockOut`."""
    return clock and {
        "step": clock.step,
        "due": clock.due,
        "provisional": clock.provisional,
        "working_days_left": clock.left,
    }


def case_out(user: User, case: Case) -> dict[str, Any]:
    """Return a case as :class:`CaseOut`."""
    return {
        "id": case.pk,
        "number": case.number,
        "kind": case.kind,
        "status": case.status,
        "version": case.version,
        "record_id": case.record.public_id,
        "document_number": case.record.document_number,
        "subject_code": case.subject.shown_code,
        "subject_name": case.record.subject_name,
        "authority": case.authority.name,
        "submitted_at": case.submitted_at,
        "closed_at": case.closed_at,
        "clock": clock_out(clock_now(case)),
        "deadline_change": _deadline_change(user, case),
        # Whether a draft may be handed in is asked of what its kind has gathered.
        "may": guards.allowed_verbs(user, specific(case) if case.status == Case.Status.DRAFT else case),
    }


def _deadline_change(user: User, case: Case) -> dict[str, Any] | None:
    news = news_of(Case(pk=case.pk))
    if news is None:
        return None
    change = news.change
    return {
        "step": change.step,
        "old": change.old_date,
        "old_provisional": change.old_provisional,
        "new": change.new_date,
        "provisional": change.new_provisional,
        "source": change.source,
        "announced_on": change.announced_on,
        "told_at": change.told_at,
        "seen_at": change.told.filter(user_id=user.pk).values_list("seen_at", flat=True).first(),
    }


def evidence_out(evidence: Evidence) -> dict[str, Any]:
    """Return a file as :class:`EvidenceOut`."""
    names = ("name", "purpose", "media_type", "size", "pages", "sha256", "uploaded_at")
    return {"id": evidence.pk, **{name: getattr(evidence, name) for name in names}}


def case_detail(user: User, case: Case) -> dict[str, Any]:
    """Return a case as :class:`CaseDetail`: the office sees its inner work, the applicant what is his."""
    case = specific(case)
    kind, inner, clock = kind_of(case), user.works_here, clock_now(case)
    submitting = guards.can_submit(user, case) if case.status == Case.Status.DRAFT else None
    happened = [
        {"title": step["title"], "at": step["at"], "who": step["who"], "text": step.get("text", "")}
        for step in timeline.steps(case, user)
    ]
    supplements = ("items", "note", "requested_at", "answer", "answered_at")
    days = ("number", "working_days", "old_due", "new_due", "reason", "decided_at")
    extensions = [
        {**{name: getattr(one, name) for name in days}, "decided_by": str(one.decided_by) if inner else ""}
        for one in case.extensions.select_related("decided_by")
    ]
    told = case_out(user, case)
    return {
        **told,
        "unverified": _unverified(case, told["may"]),
        "check_code": "" if inner else case.check_code,
        "answers": [{"label": label, "value": str(value or "")} for label, value in kind.answers(case)],
        "steps": [{"label": step.label, "done": step.done, "hint": step.hint} for step in kind.steps(case)],
        "why_not_submit": "" if submitting is None or submitting else str(submitting.reason),
        "commitment_signed": hasattr(case, "commitment"),
        "evidence": [evidence_out(one) for one in case.evidence.filter(withdrawn_at=None)],
        "supplements": [{name: getattr(one, name) for name in supplements} for one in case.supplements.all()],
        "extensions": extensions,
        "checklist": [condition_out(one) for one in kind.checklist(case)] if inner and case.is_open else [],
        "flags": list(desk.flags_of([case]).get(case.pk, ())) if inner else [],
        "owner": str(guards.task_owner(case) or "") if inner else "",
        "clock_because": [line.as_json() for line in clock.because] if clock else [],
        "timeline": happened,
        "notices": [notice.number for notice in notices_about(Case(pk=case.pk))],
    }


def _unverified(case: Case, verbs: list[str]) -> list[dict[str, str]]:
    return [
        {
            "notice": notice_kind,
            "outcome": outcome,
            "rule": rule.key,
            "title": rule.basis_title,
            "article": rule.basis_article,
        }
        for notice_kind, outcome in possible_notices(case, verbs)
        for rule in unverified_under(case, notice_kind, outcome)
    ]
