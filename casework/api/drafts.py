"""What the applicant gathers, over the API: files, the commitment, a file taken back; and the files themselves."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import File, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import ConfigDict, Field

from casework import actions, guards
from casework.api.shapes import CaseDetail, CaseOut, Reference, by_reference, case_detail, case_out, find_case, fresh
from casework.forms import CommitmentForm
from casework.kinds import kind_of
from casework.models import Case, Evidence
from casework.views import files
from policy.shapes import Key, Short, ask, checked
from policy.verdict import Refused, no
from records.uploads import UnusableFile

router = Router(tags=["cases"])

_PDF = {"responses": {200: {"description": "OK", "content": {"application/pdf": {}}}}}
_PNG = {"responses": {200: {"description": "OK", "content": {"image/png": {}}}}}
_FILE = {"responses": {200: {"description": "OK", "content": {"application/octet-stream": {}}}}}


class CommitmentOut(Schema):
    """信用承诺书: what is signed, as the rules word it today; or as it was shown to whoever signed it."""

    text: str
    signed_name: str = Field(description="Empty: not signed yet.")


class CommitmentIn(Schema):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"signed_name": "林晓", "agreed": True}]})

    signed_name: Short = ""
    agreed: bool = Field(False, description="The text was read and is agreed to; without it nothing is signed.")


@router.post("/cases/{number}/evidence", response={201: CaseOut}, summary="Attach a file to a draft or a supplement")
def attach(request: HttpRequest, number: Reference, file: File[UploadedFile]) -> Status:
    """Attach a PDF, JPEG or PNG up to 10 MB. The same file twice is one."""
    case = find_case(request, number)
    ask(guards.can_edit_draft(request.user, case))
    try:
        actions.attach_evidence(request.user, case, file, kind_of(case).evidence_purpose)
    except UnusableFile as error:
        raise Refused(no("unusable_file", str(error)), status=422) from error
    return Status(201, case_out(request.user, fresh(case)))


@router.get("/cases/{number}/commitment", response=CommitmentOut, summary="The commitment letter, to be read")
def read_commitment(request: HttpRequest, number: Reference) -> dict[str, Any]:
    case = find_case(request, number)
    signed = getattr(case, "commitment", None)
    if signed:
        return {"text": signed.text, "signed_name": signed.signed_name}
    return {"text": actions.commitment_text(case), "signed_name": ""}


@router.post("/cases/{number}/commitment", response=CaseDetail, summary="Sign the commitment letter")
def sign(request: HttpRequest, number: Reference, body: CommitmentIn) -> dict[str, Any]:
    """Sign: the text is frozen as it is worded today. Signing again replaces a draft's signature."""
    case = find_case(request, number)
    ask(guards.can_edit_draft(request.user, case))
    given = checked(CommitmentForm(body.dict()))
    actions.sign_commitment(request.user, case, given["signed_name"])
    return case_detail(request.user, fresh(case))


@router.get("/cases/{number}/preview/{notice_kind}", openapi_extra=_PDF, summary="A notice before anybody decides")
def preview(
    request: HttpRequest,
    number: Reference,
    notice_kind: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")],
    codes: Annotated[list[str], Query(description="Coded reasons, as they would be given.")] = [],  # noqa: B006
    opinion: Annotated[str, Query(max_length=500)] = "",
    outcome: Annotated[str, Query(max_length=20)] = "",
) -> HttpResponse:
    """Return the notice as it would be printed, marked 预览, for the officer who may handle the case."""
    return files.notice_preview(request, get_object_or_404(Case, by_reference(number)).pk, notice_kind)


@router.get("/evidence/{evidence_id}", openapi_extra=_FILE, summary="A file as it was handed in, as a download")
def read_file(request: HttpRequest, evidence_id: Key) -> HttpResponse:
    return files.evidence_file(request, evidence_id)


@router.get("/evidence/{evidence_id}/pages/{number}", openapi_extra=_PNG, summary="One page of a file as a picture")
def read_page(request: HttpRequest, evidence_id: Key, number: Key) -> HttpResponse:
    return files.evidence_page(request, evidence_id, number)


@router.post("/evidence/{evidence_id}/withdraw", response=CaseDetail, summary="Take a file back before handing in")
def withdraw_file(request: HttpRequest, evidence_id: Key) -> dict[str, Any]:
    """The row stays; the case no longer shows the file."""
    evidence = get_object_or_404(Evidence.objects.select_related("case"), pk=evidence_id)
    case = find_case(request, str(evidence.case_id))
    ask(guards.can_edit_draft(request.user, case))
    actions.withdraw_evidence(request.user, evidence)
    return case_detail(request.user, fresh(case))
