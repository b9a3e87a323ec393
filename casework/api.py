"""Cases over the API: what a page may do, a program may do, under the same guard, with the same refusal."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import File, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field, StringConstraints

from casework import actions, guards
from casework.clock import clock_now
from casework.facts import possible_notices, unverified_under
from casework.kinds import kind_of, specific
from casework.models import Case
from casework.queries import matching, visible_cases
from parties.models import User
from policy.deadlines.queries import news_of
from policy.verdict import Refused, no
from records.uploads import UnusableFile

router = Router(tags=["cases"])

Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=1000)]
Number = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}\d{8}-\d{4,}$")]


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

    number: str
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


class UnverifiedRule(Schema):
    """A rule that nobody has compared with the official text (核验), under a notice that you may issue or prepare."""

    notice: str
    outcome: str = Field(description="For a decision, which one; otherwise empty.")
    rule: str
    title: str
    article: str


class CaseDetail(CaseOut):
    """One case, and what a person at the page is told before a notice goes out."""

    unverified: list[UnverifiedRule]


class CaseList(Schema):
    items: list[CaseOut]
    count: int


class Step(Schema):
    """What a verb needs. ``version`` is the one that you read; if the case changed since, the answer is 409."""

    version: int | None = Field(default=None, ge=1)
    codes: list[Text] = Field(default_factory=list, max_length=20, description="Reason codes.")
    opinion: Text = ""
    outcome: Text = Field(
        default="",
        description="For recommend and decide: approved, refused, upheld, dismissed, granted or not_granted.",
    )
    remedy: Literal["", "correct", "revoke"] = Field(default="", description="For upholding an objection.")
    field: Text = ""
    corrected_value: Text = ""
    granted_until: date | None = Field(default=None, description="For granting a deferral: its last day.")


Verb = Literal[
    "accept", "decline", "request_supplement", "answer_supplement", "recommend", "extend_decision", "send_back",
    "decide", "withdraw", "claim", "release",
]  # fmt: skip


def _out(user: User, case: Case) -> dict[str, Any]:
    clock = clock_now(case)
    return {
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
        "clock": clock
        and {
            "step": clock.step,
            "due": clock.due,
            "provisional": clock.provisional,
            "working_days_left": clock.left,
        },
        "deadline_change": _deadline_change(user, case),
        "may": guards.allowed_verbs(user, case),
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


def _find(request: HttpRequest, number: str) -> Case:
    case = get_object_or_404(Case.objects.select_related("record", "subject", "authority"), number=number)
    verdict = guards.can_read(request.user, case)
    if not verdict:
        raise Refused(verdict)
    return case


@router.get("/cases", response=CaseList, summary="Cases that you may read, newest first")
def list_cases(
    request: HttpRequest,
    status: Annotated[str, Query(max_length=40)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
):
    cases = visible_cases(request.user)
    if status:
        cases = cases.filter(status=status)
    if q.strip():
        cases = cases.filter(matching(q))
    page = cases.order_by("-submitted_at", "-pk")[offset : offset + limit]
    return {"items": [_out(request.user, case) for case in page], "count": cases.count()}


@router.get("/cases/{number}", response=CaseDetail, summary="One case")
def read_case(request: HttpRequest, number: Number):
    case = specific(_find(request, number))
    told = _out(request.user, case)
    return {**told, "unverified": _unverified(case, told["may"])}


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


@router.post("/cases/{number}/evidence", response={201: CaseOut}, summary="Attach a file while a supplement is awaited")
def attach(request: HttpRequest, number: Number, file: File[UploadedFile]):
    case = _find(request, number)
    try:
        actions.attach_evidence(request.user, case, file, kind_of(case).evidence_purpose)
    except UnusableFile as error:
        raise Refused(no("unusable_file", str(error)), status=422) from error
    return 201, _out(request.user, Case.objects.get(pk=case.pk))


@router.post("/cases/{number}/{verb}", response=CaseOut, summary="Do a step")
def act(request: HttpRequest, number: Number, verb: Verb, step: Step):
    case = _find(request, number)
    _check(case, verb, step)
    user, version = request.user, step.version
    do = {
        "accept": lambda: actions.accept(user, case, version=version),
        "decline": lambda: actions.decline(user, case, step.codes, step.opinion, version=version),
        "request_supplement": lambda: actions.request_supplement(user, case, step.codes, step.opinion, version=version),
        "answer_supplement": lambda: actions.answer_supplement(user, case, step.opinion, version=version),
        "recommend": lambda: kind_of(case).recommend(user, specific(case), step.dict(), version),
        "extend_decision": lambda: actions.extend_decision(user, case, step.opinion, version=version),
        "send_back": lambda: actions.send_back(user, case, step.opinion, version=version),
        "decide": lambda: actions.decide(user, case, step.outcome, step.opinion, step.codes, version=version),
        "withdraw": lambda: actions.withdraw(user, case, version=version),
        "claim": lambda: actions.claim(user, case),
        "release": lambda: actions.release(user, case),
    }
    do[verb]()
    return _out(user, Case.objects.select_related("record", "subject", "authority").get(pk=case.pk))


def _check(case: Case, verb: str, step: Step) -> None:
    """Ask of a program the shape that a form asks of a person (422); whether it may is the guard's business."""
    kind = kind_of(case)
    if verb in ("recommend", "decide") and step.outcome not in kind.outcomes:
        raise Refused(
            no("outcome", _("outcome 应为 %(outcomes)s 之一。") % {"outcomes": " / ".join(kind.outcomes)}), status=422
        )
    reasons = kind.reason_verb(verb, step.outcome)
    if reasons:
        known = kind.reason_codes(reasons)
        if not step.codes or not set(step.codes) <= known:
            raise Refused(
                no("codes", _("codes 至少一项，应取自：%(codes)s。") % {"codes": " / ".join(sorted(known))}), status=422
            )
    if verb in ("recommend", "extend_decision", "send_back", "answer_supplement") and not step.opinion.strip():
        raise Refused(no("opinion", _("请在 opinion 中写明意见或说明。")), status=422)
