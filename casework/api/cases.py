"""Cases over the API: what a page may do, a program may do, under the same guard, with the same refusal."""

from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from casework import actions
from casework.api.shapes import (
    CaseDetail,
    CaseList,
    CaseOut,
    Reference,
    Text,
    case_detail,
    case_out,
    find_case,
    fresh,
)
from casework.kinds import kind_of, specific
from casework.models import Case
from casework.queries import matching, visible_cases
from policy.verdict import Refused, no

router = Router(tags=["cases"])


class Step(Schema):
    """What a verb needs. ``version`` is the one that you read; if the case changed since, the answer is 409."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"version": 4, "outcome": "approved", "opinion": "凭证与决定书一致。"}]}
    )

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
    "submit", "accept", "decline", "request_supplement", "answer_supplement", "recommend", "extend_decision", "send_back",
    "decide", "withdraw", "claim", "release",
]  # fmt: skip


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
    return {"items": [case_out(request.user, case) for case in page], "count": cases.count()}


@router.get("/cases/{number}", response=CaseDetail, summary="One case, with all that its page shows")
def read_case(request: HttpRequest, number: Reference):
    """Return a case by its 办件编号, a draft by its ``id``: what was stated and proved, what is missing, what happened."""
    return case_detail(request.user, find_case(request, number))


@router.post("/cases/{number}/{verb}", response=CaseOut, summary="Do a step")
def act(request: HttpRequest, number: Reference, verb: Verb, step: Step):
    case = find_case(request, number)
    _check(case, verb, step)
    user, version = request.user, step.version
    do = {
        "submit": lambda: actions.submit(user, case, version=version),
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
    return case_out(user, fresh(case))


def _check(case: Case, verb: str, step: Step) -> None:
    """Ask of a program the shape that a form asks of a person (422); whether it may is the guard's business."""
    kind = kind_of(case)
    if verb in ("recommend", "decide") and step.outcome not in kind.outcomes:
        raise Refused(
            no("outcome", _("outcome 应为 %(outcomes)s 之一。") % {"outcomes": " / ".join(kind.outcomes)}), status=422
        )
    reasoned = kind.can_give_reasons(verb, step.codes, step.outcome)
    if not reasoned:
        raise Refused(reasoned, status=422)
    if verb in ("recommend", "extend_decision", "send_back", "answer_supplement") and not step.opinion.strip():
        raise Refused(no("opinion", _("请在 opinion 中写明意见或说明。")), status=422)
