"""Pages of intake: upload, the result of one import, its report. Doors only."""

import csv
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from policy.verdict import Refused, Verdict
from records import guards
from records.actions import decide_proposal
from records.actions.comparing import label_of
from records.forms import ImportForm
from records.intake.readers import open_source
from records.intake.run import check_ready, process, queue, refuse, start_run
from records.intake.source import FileRefused, Source
from records.models import CorrectionProposal, ImportRow, ImportRun
from records.queries import runs_of

#: A file of so many rows is done while the person waits; a longer one goes to the background.
ROWS_AT_ONCE = 500
ROWS_A_PAGE = 100
RUNS_A_PAGE = 20
#: A spreadsheet takes a cell that begins with one of these for a formula.
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def import_(request: HttpRequest) -> HttpResponse:
    """Upload a file; see the earlier imports."""
    _ask(guards.can_import(request.user))
    if request.method != "POST":
        source = request.user.authority.name if request.user.authority else ""
        return _upload_page(request, ImportForm(initial={"source": source}))
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        too_big = form.has_error("file", "too_big")
        return _upload_page(request, form, status=413 if too_big else 400)
    try:
        run = _take_in(request, form.cleaned_data["file"], form.cleaned_data["source"])
    except FileRefused as refused:
        form.add_error("file", refused.text)
        return _upload_page(request, form, status=413 if refused.code == "too_big" else 400)
    return redirect("records:import_run", pk=run.pk)


def _take_in(request: HttpRequest, upload: UploadedFile, source: str) -> ImportRun:
    """Read an upload: a short one to its end, a long one only so far that we know it can be read."""
    with tempfile.NamedTemporaryFile(suffix=".upload") as copy:
        for chunk in upload.chunks():
            copy.write(chunk)
        copy.flush()
        path = Path(copy.name)
        try:
            check_ready()
            opened = open_source(path)
            first = list(islice(opened.rows, ROWS_AT_ONCE + 1))
        except FileRefused as refused:
            refuse(start_run(path, upload.name, source, request.user), refused)
            raise
        if len(first) > ROWS_AT_ONCE:
            run = start_run(path, upload.name, source, request.user, keep=True)
            with transaction.atomic():
                ImportRun.objects.filter(pk=run.pk).update(leased_until=None)
                queue(run)
            return run
        run = start_run(path, upload.name, source, request.user)
        for _result in process(run, Source(opened.layout, iter(first)), request.user):
            pass
    return run


def _upload_page(request: HttpRequest, form: ImportForm, status: int = 200) -> HttpResponse:
    page = Paginator(runs_of(request.user), RUNS_A_PAGE).get_page(request.GET.get("page"))
    counts = _counts(page.object_list)
    runs = [(run, counts.get(run.pk, [])) for run in page]
    return render(request, "records/import.html", {"form": form, "page_obj": page, "runs": runs}, status=status)


@login_required
@require_safe
@never_cache
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: progress while it runs, and what became of every row, in words, with the cure."""
    run = _run(request, pk)
    if request.htmx:
        response = render(request, "records/import_progress.html", _progress(run))
        if run.status != ImportRun.Status.RUNNING:
            response["HX-Refresh"] = "true"
        return response
    wanted = request.GET.get("outcome", "")
    rows = run.rows.select_related("record")
    if wanted in ImportRow.Outcome.values:
        rows = rows.filter(outcome=wanted)
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        **_progress(run),
        "page_obj": page,
        "rows": [(row, _proposals(request, row)) for row in page],
        "wanted": wanted,
        "layout": run.layout,
    }
    return render(request, "records/import_run.html", context)


@login_required
@require_safe
@never_cache
def report(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The result of every row as a csv for a spreadsheet; no cell of it can act as a formula."""
    run = _run(request, pk)
    response = StreamingHttpResponse(_report_lines(run), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{run.pk}.csv"'
    return response


def _report_lines(run: ImportRun) -> Iterator[str]:
    """Yield the lines of the report as they are asked for: a long import's report is never in memory as a whole."""
    writer = csv.writer(_Line())
    headings = (_("行号"), _("位置"), _("结果"), _("当事人名称"), _("文号"), _("记录编号"))
    yield "\ufeff" + writer.writerow([*headings, _("原因"), _("如何补救"), _("提示")])
    for row in run.rows.select_related("record").iterator(chunk_size=1000):
        cells = [
            row.number,
            row.place,
            row.get_outcome_display(),
            row.understood.get("subject_name", ""),
            row.understood.get("document_number", ""),
            row.record.public_id if row.record else "",
            " ".join(reason["text"] for reason in row.reasons),
            " ".join(reason["cure"] for reason in row.reasons),
            " ".join(warning["text"] for warning in row.warnings),
        ]
        yield writer.writerow([harmless(cell) for cell in cells])


class _Line:
    """A file for ``csv.writer`` that gives back each line instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def harmless(cell) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA_MARKS) else text


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Adopt or dismiss a proposed correction."""
    proposal = get_object_or_404(CorrectionProposal.objects.select_related("record", "run"), pk=pk)
    if not guards.can_read(request.user, proposal.record):
        _ask(guards.can_read(request.user, proposal.record))
    adopt = request.POST.get("verb") == "adopt"
    with transaction.atomic():
        decide_proposal(proposal, request.user, adopt)
    messages.success(request, _("已采纳更正。") if adopt else _("已决定不采纳更正，记录保持不变。"))
    if proposal.run and guards.can_see_run(request.user, proposal.run):
        return redirect("records:import_run", pk=proposal.run_id)
    return redirect("records:import")


def _run(request: HttpRequest, pk: int) -> ImportRun:
    run = get_object_or_404(ImportRun.objects.select_related("started_by"), pk=pk)
    _ask(guards.can_see_run(request.user, run))
    return run


def _progress(run: ImportRun) -> dict:
    return {"run": run, "counts": _counts([run]).get(run.pk, []), "done": run.rows.count()}


def _counts(runs) -> dict[int, list[tuple[str, str, int]]]:
    """Return ``{run: [(outcome, label, how many)]}`` in the order of the outcomes."""
    found = ImportRow.objects.filter(run__in=[run.pk for run in runs]).values_list("run", "outcome")
    by_run: dict[int, dict[str, int]] = {}
    for run, outcome, number in found.annotate(Count("id")).order_by():
        by_run.setdefault(run, {})[outcome] = number
    return {
        run: [(value, str(label), counts[value]) for value, label in ImportRow.Outcome.choices if value in counts]
        for run, counts in by_run.items()
    }


def _proposals(request: HttpRequest, row: ImportRow) -> list[dict]:
    """What a row would change in a known record, and whether this person may decide it."""
    if row.outcome != ImportRow.Outcome.CORRECTED or row.record is None:
        return []
    return [
        {
            "proposal": proposal,
            "differences": [{**item, "label": label_of(item["field"])} for item in proposal.differences],
            "may_decide": bool(guards.can_decide_proposal(request.user, proposal)),
        }
        for proposal in row.record.proposals.select_related("record")
    ]


def _ask(verdict: Verdict) -> None:
    if not verdict:
        raise Refused(verdict)
