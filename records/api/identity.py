"""校核纠错 over the API: older codes and corrections of a subject's name or code; propose, check, apply, reject."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from parties import actions, guards
from parties.codes import check_code
from parties.evidence import evidence_for, evidence_for_correction
from parties.models import Checked, CodeMapping, Subject, SubjectCorrection
from policy.shapes import After, Key, Limit, Short, Text, ask, checked, stretch, wrong
from records.actions import apply_correction
from records.forms import CorrectionForm, FindingForm, MappingForm

router = Router(tags=["identity"])

KINDS: dict[str, type[Checked]] = {"mappings": CodeMapping, "corrections": SubjectCorrection}
Kind = Literal["mappings", "corrections"]


class IdentityEvidenceOut(Schema):
    """What the codes themselves say; it decides nothing."""

    text: str
    tone: str = Field(description="good, bad or empty.")


class IdentityProposalOut(Schema):
    """A proposal that one person makes, another checks, and that then holds. ``old`` becomes ``new``."""

    id: int
    kind: str = Field(description="mappings or corrections.")
    status: str = Field(description="proposed, checked, applied or rejected.")
    what: str = Field(description="registration, organisation or tax of a mapping; name or code of a correction.")
    old: str
    new: str
    name: str = Field(description="The subject's name; of a mapping as its proposer read it.")
    grounds: str
    proposed_by: str
    proposed_at: datetime
    checked_by: str
    checked_at: datetime | None
    finding: str
    applied_by: str
    applied_at: datetime | None
    may: list[str] = Field(description="check, apply, reject: what you may do now.")


class IdentityProposalList(Schema):
    items: list[IdentityProposalOut]
    more: bool = Field(description="Older ones follow: ask again with `after` set to the last `id`.")


class ProposalDetail(IdentityProposalOut):
    evidence: list[IdentityEvidenceOut]


class MappingIn(Schema):
    """An older code and the unified code that it became."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "old_kind": "registration",
                    "old_code": "370299018000011",
                    "code": "91370299MAC9WBCJ39",
                    "name": "青屿海澜食品有限公司",
                    "grounds": "换发的营业执照，2019年3月4日。",
                }
            ]
        },
    )

    old_kind: Short = Field("", description="registration, organisation or tax.")
    old_code: Short = ""
    code: Short = ""
    name: Short = ""
    grounds: Text = ""


class CorrectionIn(Schema):
    """Another name or code for a subject that is known."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "subject_code": "91370299MAC9WBCJ39",
                    "field": "name",
                    "new_value": "青屿海澜食品集团有限公司",
                    "grounds": "变更登记通知书（青）登记企变字〔2026〕第12号。",
                }
            ]
        },
    )

    subject_code: Short = ""
    field: Short = Field("", description="name or code.")
    new_value: Short = ""
    grounds: Text = ""


class IdentityCheckIn(Schema):
    """What a checker compared it with, or why it is not adopted."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"finding": "与登记档案核对一致。"}]})

    finding: Text = ""


def _out(request: HttpRequest, kind: str, proposal: Checked) -> dict[str, Any]:
    verbs = {
        "check": guards.can_check_identity,
        "apply": guards.can_apply_identity,
        "reject": guards.can_reject_identity,
    }
    if isinstance(proposal, CodeMapping):
        what = {"what": proposal.old_kind, "old": proposal.old_code, "new": proposal.code, "name": proposal.name}
    else:
        names = {"old": proposal.old_value, "new": proposal.new_value, "name": proposal.subject.name}
        what = {"what": proposal.field, **names}
    plain = ("status", "grounds", "proposed_at", "checked_at", "finding", "applied_at")
    people = ("proposed_by", "checked_by", "applied_by")
    return {
        "id": proposal.pk,
        "kind": kind,
        **what,
        **{name: getattr(proposal, name) for name in plain},
        **{name: str(getattr(proposal, name) or "") for name in people},
        "may": [verb for verb, guard in verbs.items() if guard(request.user, proposal)],
    }


def _detail(request: HttpRequest, kind: str, pk: int) -> dict[str, Any]:
    proposal = _find(kind, pk)
    known = evidence_for(proposal) if kind == "mappings" else evidence_for_correction(proposal)
    evidence = [{"text": one.text, "tone": one.tone} for one in known]
    return {**_out(request, kind, proposal), "evidence": evidence}


def _rows(kind: str):
    people = ("proposed_by", "checked_by", "applied_by")
    return KINDS[kind].objects.select_related(*people, *(["subject"] if kind == "corrections" else []))


def _find(kind: str, pk: int) -> Checked:
    return get_object_or_404(_rows(kind), pk=pk)


@router.post("/identity/mappings", response={201: ProposalDetail}, summary="Propose what an older code became")
def propose_mapping(request: HttpRequest, body: MappingIn) -> Status:
    ask(guards.can_propose_identity(request.user))
    given = checked(MappingForm(body.dict()))
    made = actions.propose_mapping(
        request.user, given["old_kind"], given["old_code"], given["code"], given["grounds"], given["name"]
    )
    return Status(201, _detail(request, "mappings", made.pk))


@router.post("/identity/corrections", response={201: ProposalDetail}, summary="Propose another name or code")
def propose_correction(request: HttpRequest, body: CorrectionIn) -> Status:
    """Propose a correction. Nothing changes until another person has checked it and it is applied."""
    ask(guards.can_propose_identity(request.user))
    given = checked(CorrectionForm(body.dict()))
    subject = Subject.objects.filter(code=check_code(given["subject_code"]).normalised).first()
    if subject is None:
        raise wrong(_("没有登记过这个代码的主体。请核对现在登记的代码。"), "subject_code")
    made = actions.propose_correction(request.user, subject, given["field"], given["new_value"], given["grounds"])
    return Status(201, _detail(request, "corrections", made.pk))


@router.get("/identity/mappings", response=IdentityProposalList, summary="What waits for a check, and what was decided")
def list_mappings(
    request: HttpRequest, status: Annotated[str, Query(max_length=20)] = "", after: After = 0, limit: Limit = 50
) -> dict[str, Any]:
    return _list(request, "mappings", status, after, limit)


@router.get("/identity/corrections", response=IdentityProposalList, summary="Corrections of names and codes")
def list_corrections(
    request: HttpRequest, status: Annotated[str, Query(max_length=20)] = "", after: After = 0, limit: Limit = 50
) -> dict[str, Any]:
    return _list(request, "corrections", status, after, limit)


def _list(request: HttpRequest, kind: str, status: str, after: int, limit: int) -> dict[str, Any]:
    ask(guards.can_see_identity(request.user))
    rows = _rows(kind)
    if status in Checked.Status.values:
        rows = rows.filter(status=status)
    found, more = stretch(rows, after, limit)
    return {"items": [_out(request, kind, proposal) for proposal in found], "more": more}


@router.get("/identity/{kind}/{proposal_id}", response=ProposalDetail, summary="One proposal, with what codes say")
def read_proposal(request: HttpRequest, kind: Kind, proposal_id: Key) -> dict[str, Any]:
    ask(guards.can_see_identity(request.user))
    return _detail(request, kind, proposal_id)


@router.post("/identity/{kind}/{proposal_id}/{verb}", response=ProposalDetail, summary="Check, apply or reject")
def settle(
    request: HttpRequest, kind: Kind, proposal_id: Key, verb: Literal["check", "apply", "reject"], body: IdentityCheckIn
) -> dict[str, Any]:
    """核对 by another person, 启用 by the lead office, or 不采纳 with why (``finding``)."""
    ask(guards.can_see_identity(request.user))
    proposal = _find(kind, proposal_id)
    finding = checked(FindingForm(body.dict()))["finding"]
    if verb == "check":
        actions.check(request.user, proposal, finding)
    elif verb == "reject":
        actions.reject(request.user, proposal, finding)
    elif kind == "corrections":
        apply_correction(request.user, proposal)
    else:
        actions.apply(request.user, proposal)
    return _detail(request, kind, proposal_id)
