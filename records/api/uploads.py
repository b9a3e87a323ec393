"""Files over the API: upload one, see how it would be understood, decide about headings, start or let go."""

import tempfile
from pathlib import Path
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest
from ninja import File, Form, Schema, Status
from ninja.files import UploadedFile
from pydantic import ConfigDict, Field, StringConstraints

from policy.shapes import FORM, Key, Short, ask, checked
from policy.verdict import Refused, no
from records import guards
from records.actions.teaching import MOST_AT_ONCE
from records.api.batches import Counts, RowOut
from records.api.imports import find_run, router
from records.forms import ImportForm
from records.intake import preview as previews
from records.intake.run import queue, refuse, start_run
from records.intake.source import FileRefused
from records.models import ImportRun

Heading = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", min_length=1, max_length=200)]


class UploadIn(Schema):
    source: Short = Field("", description="数据来源单位, for rows that do not name it. Its taught headings are used.")
    direct: bool = Field(False, description="Take the file in at once, without a preview.")


class PreviewOut(Schema):
    """How a file would be understood and what would happen. Nothing of it is written yet."""

    import_id: int
    status: str = Field(description="waiting: start it or drop it; running: it was started.")
    file_name: str
    source: str
    headings: dict[str, str] = Field(description="Headings understood, and the canonical field each means.")
    guessed: list[str] = Field(description="Of these, the ones that differ from a known heading in one character.")
    unknown_headings: list[str]
    rows: list[RowOut] = Field(description="The first rows as they would be taken in.")
    counts: Counts = Field(description="What would happen, over the first ``counted`` rows.")
    counted: int
    complete: bool = Field(description="Every row of the file was counted.")


class ChooseIn(Schema):
    """What headings of this file mean: field, ``field|unit``, or ``""`` to pass the column over."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"headings": {"罚没款": "fine_amount|元"}, "remember": True}]}
    )

    headings: Annotated[dict[Heading, Short], Field(min_length=1, max_length=MOST_AT_ONCE)]
    remember: bool = Field(False, description="Keep it for the next file of the same source.")


def _out(run: ImportRun) -> dict[str, Any]:
    layout = run.layout
    seen = layout.get("preview", {})
    return {
        "import_id": run.pk,
        "status": run.status,
        "file_name": run.file_name,
        "source": run.source,
        "headings": layout.get("mapped", {}),
        "guessed": layout.get("guessed", []),
        "unknown_headings": layout.get("unmapped", []),
        "rows": seen.get("rows", []),
        "counts": {"taken": 0, "known": 0, "refused": 0, "corrected": 0} | seen.get("counts", {}),
        "counted": seen.get("counted", 0),
        "complete": seen.get("complete", False),
    }


def _waiting(request: HttpRequest, import_id: int) -> ImportRun:
    run = find_run(request, import_id)
    verdict = guards.can_start(request.user, run)
    if not verdict:
        raise Refused(verdict, status=409 if verdict.code == "not_waiting" else 403)
    return run


def _unreadable(refused: FileRefused) -> Refused:
    return Refused(no(refused.code, refused.text), status=413 if refused.code == "too_big" else 422)


@router.post(
    "/imports", response={201: PreviewOut}, by_alias=True, exclude_unset=True, summary="Upload a file and look at it"
)
def upload(request: HttpRequest, body: Form[UploadIn], file: File[UploadedFile]) -> Status:
    """Upload a file as the page takes it (xlsx, xls, csv, JSON, HTML table) and see what would happen. Then
    ``/imports/{import_id}/start`` or ``/drop``; nobody having started it, it goes after three days. With ``direct`` it
    is taken in at once: read ``GET /imports/{import_id}``.
    """
    ask(guards.can_import(request.user))
    form = ImportForm(body.dict(), {"file": file})
    if form.has_error("file", "too_big"):
        raise Refused(no("too_big", " ".join(form.errors["file"])), status=413)
    given = checked(form, FORM)
    with tempfile.NamedTemporaryFile(suffix=".upload") as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        path = Path(copy.name)
        try:
            run = previews.upload(path, file.name, given["source"], request.user)
        except FileRefused as refused:
            refuse(start_run(path, file.name, given["source"], request.user), refused)
            raise _unreadable(refused) from refused
    return Status(201, _out(_begin(request, run) if given["direct"] else run))


@router.get(
    "/imports/{import_id}/preview", response=PreviewOut, by_alias=True, exclude_unset=True, summary="The preview again"
)
def read_preview(request: HttpRequest, import_id: Key) -> dict[str, Any]:
    return _out(_waiting(request, import_id))


@router.post(
    "/imports/{import_id}/headings",
    response=PreviewOut,
    by_alias=True,
    exclude_unset=True,
    summary="Say what headings of the file mean, and look at it again",
)
def choose(request: HttpRequest, import_id: Key, body: ChooseIn) -> dict[str, Any]:
    run = _waiting(request, import_id)
    try:
        return _out(previews.choose(run, request.user, body.headings, body.remember))
    except FileRefused as refused:
        raise _unreadable(refused) from refused


@router.post(
    "/imports/{import_id}/start",
    response=PreviewOut,
    by_alias=True,
    exclude_unset=True,
    summary="Take in the file that was looked at",
)
def start(request: HttpRequest, import_id: Key) -> dict[str, Any]:
    """Start; the rows are taken in in the background. ``GET /imports/{import_id}`` tells what became of each."""
    return _out(_begin(request, _waiting(request, import_id)))


@router.post("/imports/{import_id}/drop", response={204: None}, summary="Let a preview go; its file is deleted")
def drop(request: HttpRequest, import_id: Key) -> Status:
    previews.drop(_waiting(request, import_id), request.user)
    return Status(204, None)


def _begin(request: HttpRequest, run: ImportRun) -> ImportRun:
    run = previews.begin(run, request.user)
    with transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(leased_until=None)
        queue(run)
    return run
