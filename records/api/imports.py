"""Imports over the API: the list, what became of each row, taking one back, and the corrections it proposed."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django_q.tasks import async_task
from ninja import Path, Query, Router, Schema
from pydantic import ConfigDict, Field

from policy.shapes import After, Key, Limit, Text, ask, checked, stretch
from records import guards
from records.actions import decide_proposal, go_on_undoing, start_undo
from records.api.batches import MOST_ROWS, BatchOut
from records.forms import UndoForm
from records.intake import batch as intake
from records.intake.aliases import label_of
from records.models import CorrectionProposal, ImportRow, ImportRun
from records.queries import runs_of
from records.views.runs import UNDONE_AT_ONCE, counts_of, report

router = Router(tags=["imports"])


class ImportOut(BatchOut):
    """A stretch of an import's rows. Ask again with ``after`` set to the last row's number until none come."""

    status: str = Field(description="running, finished, refused, interrupted, waiting, dropped, undoing or undone.")


class ImportLine(Schema):
    """One import of the list."""

    id: int
    file_name: str
    source: str
    status: str
    started_by: str
    started_at: datetime
    finished_at: datetime | None
    error: str = Field(description="Why the file could not be read; empty if it could.")
    total: int | None
    counts: dict[str, int] = Field(description="Rows by outcome: taken, known, refused, corrected.")
    may_undo: bool
    why_not: str = Field(description="Why it cannot be taken back; empty if it can.")


class ImportList(Schema):
    items: list[ImportLine]
    more: bool = Field(description="Older ones follow: ask again with `after` set to the last `id`.")


class UndoIn(Schema):
    """Why a whole import is taken back: it is printed on every recalled letter and told to every platform."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "报送文件的处罚机关一列整体错位。"}]}
    )

    reason: Text = ""


class DifferenceOut(Schema):
    field: str
    label: str
    old: str
    new: str


class ProposalOut(Schema):
    """拟更正: a file said something else about a known record, which stays as it is until somebody decides."""

    id: int
    record_id: str
    document_number: str
    import_id: int | None
    status: str = Field(description="open, applied or dismissed.")
    differences: list[DifferenceOut]
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    may_decide: bool


class ProposalList(Schema):
    items: list[ProposalOut]
    more: bool = Field(description="Older ones follow: ask again with `after` set to the last `id`.")


def _line(request: HttpRequest, run: ImportRun, counts: dict[int, Any]) -> dict[str, Any]:
    verdict = guards.can_undo(request.user, run)
    names = ("file_name", "source", "status", "started_at", "finished_at", "error", "total")
    return {
        **{name: getattr(run, name) for name in names},
        "id": run.pk,
        "started_by": str(run.started_by or ""),
        "counts": {outcome: number for outcome, _label, number in counts.get(run.pk, [])},
        "may_undo": bool(verdict),
        "why_not": "" if verdict else str(verdict.reason),
    }


def find_run(request: HttpRequest, import_id: int) -> ImportRun:
    """Return an import that the caller may see. Raises ``Http404`` or ``Refused``."""
    run = get_object_or_404(ImportRun.objects.select_related("started_by"), pk=import_id)
    ask(guards.can_see_run(request.user, run))
    return run


def _proposal(request: HttpRequest, proposal: CorrectionProposal) -> dict[str, Any]:
    return {
        "id": proposal.pk,
        "record_id": proposal.record.public_id,
        "document_number": proposal.record.document_number,
        "import_id": proposal.run_id,
        "status": proposal.status,
        "differences": [{**item, "label": label_of(item["field"])} for item in proposal.differences],
        "proposed_at": proposal.proposed_at,
        "decided_by": str(proposal.decided_by or ""),
        "decided_at": proposal.decided_at,
        "may_decide": bool(guards.can_decide_proposal(request.user, proposal)),
    }


@router.get("/imports", response=ImportList, summary="Imports by file, page and API that you may see, newest first")
def list_imports(request: HttpRequest, after: After = 0, limit: Limit = 50) -> dict[str, Any]:
    """Return what was brought in, from where, and what became of it."""
    ask(guards.can_import(request.user))
    found, more = stretch(runs_of(request.user), after, limit)
    counts = counts_of(found)
    return {"items": [_line(request, run, counts) for run in found], "more": more}


@router.get(
    "/imports/{import_id}", response=ImportOut, by_alias=True, exclude_unset=True, summary="What became of an import"
)
def read_import(
    request: HttpRequest,
    import_id: Annotated[int, Path(ge=1, le=2**63 - 1)],
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="Row number after which to read.")] = 0,
) -> dict[str, Any]:
    """Return the rows of one import, by file, page or API, as they were answered; up to 500 at a time.

    Codes of problems: 401 ``not_signed_in``; 403 ``role``, ``not_yours``; 404 ``not_found``; 422 ``invalid``.
    """
    run = find_run(request, import_id)
    return {**intake.answer_of(run, after, MOST_ROWS), "status": run.status}


@router.get(
    "/imports/{import_id}/report.csv",
    summary="The result of every row, as a file for a spreadsheet",
    openapi_extra={"responses": {200: {"description": "OK", "content": {"text/csv": {}}}}},
)
def read_report(request: HttpRequest, import_id: Key) -> StreamingHttpResponse:
    """Return all rows at once; no cell of it can act as a formula."""
    return report(request, import_id)


@router.post("/imports/{import_id}/undo", response=ImportLine, summary="Take a whole import back")
def undo_import(request: HttpRequest, import_id: Key, body: UndoIn) -> dict[str, Any]:
    """Take an import back while nobody has been told of it: its records are revoked, its letters recalled, the
    platforms told. 409 with the reason once a letter was opened or a case exists. A long one goes on in the background
    (``status`` says ``undoing``, then ``undone``)."""
    run = find_run(request, import_id)
    given = checked(UndoForm(body.dict()))
    run = start_undo(run, request.user, given["reason"])
    if guards.taken_by(run).count() <= UNDONE_AT_ONCE:
        go_on_undoing(run)
    else:
        with transaction.atomic():
            async_task("records.tasks.undo_import", run.pk)
    run = find_run(request, import_id)
    return _line(request, run, counts_of([run]))


@router.get("/imports/{import_id}/proposals", response=ProposalList, summary="Corrections that an import proposes")
def list_proposals(request: HttpRequest, import_id: Key, after: After = 0, limit: Limit = 50) -> dict[str, Any]:
    """Return what the rows of an import would change in known records, decided or not."""
    run = find_run(request, import_id)
    records = run.rows.filter(outcome=ImportRow.Outcome.CORRECTED).values("record")
    proposals = CorrectionProposal.objects.filter(record__in=records).select_related("record__authority", "decided_by")
    found, more = stretch(proposals, after, limit)
    return {"items": [_proposal(request, proposal) for proposal in found], "more": more}


@router.post("/proposals/{proposal_id}/{verb}", response=ProposalOut, summary="Adopt or dismiss a proposed correction")
def settle_proposal(request: HttpRequest, proposal_id: Key, verb: Literal["adopt", "dismiss"]) -> dict[str, Any]:
    """Decide a 拟更正. Adopted, the record says what the file says, its window follows and the platforms are told."""
    proposals = CorrectionProposal.objects.select_related("record__authority")
    proposal = get_object_or_404(proposals, pk=proposal_id)
    ask(guards.can_read(request.user, proposal.record))
    with transaction.atomic():
        decide_proposal(proposal, request.user, verb == "adopt")
    return _proposal(request, proposals.get(pk=proposal_id))
