"""Pages of one import: what became of every row, its report, its proposals, taking it back. Doors only."""

import csv
from collections.abc import Iterator

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_q.tasks import async_task

from notices.queries import unverified_rules
from policy.models import Rule
from policy.verdict import Refused, Verdict
from records import guards
from records.actions import decide_proposal, go_on_undoing, start_undo
from records.actions.correction import rules_after
from records.forms import UndoForm
from records.intake.aliases import label_of
from records.models import CorrectionProposal, ImportRow, ImportRun

ROWS_A_PAGE = 100
#: Records taken back while the person waits; more go to the background.
UNDONE_AT_ONCE = 100
#: A spreadsheet takes a cell that begins with one of these for a formula; in an East Asian one, in full width too.
FORMULA_MARKS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


@login_required
@require_safe
@never_cache
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: progress while it runs, and what became of every row, in words, with the cure."""
    run = find_run(request, pk)
    if run.status == ImportRun.Status.WAITING:
        return redirect("records:import_preview", pk=pk)
    if request.htmx:
        response = render(request, "records/import_progress.html", _progress(run))
        if run.status != ImportRun.Status.RUNNING:
            response["HX-Refresh"] = "true"
        return response
    return _page(request, run)


def _page(request: HttpRequest, run: ImportRun, form: UndoForm | None = None, status: int = 200) -> HttpResponse:
    """``form``: what was sent for taking it back, when it cannot be used."""
    wanted = request.GET.get("outcome", "")
    rows = run.rows.select_related("record")
    if wanted in ImportRow.Outcome.values:
        rows = rows.filter(outcome=wanted)
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        **_progress(run),
        "page_obj": page,
        "rows": [(with_labels(row), _proposals(request, row)) for row in page],
        "wanted": wanted,
        "layout": run.layout,
        "mapped": [(heading, label_of(field)) for heading, field in run.layout.get("mapped", {}).items()],
        "late": run.rows.filter(record__reported_late=True, outcome=ImportRow.Outcome.TAKEN).count(),
    }
    context |= _undoing(request, run)
    if form:
        # The address is the form's own: the rows, and the links that turn their pages, are on the import's page.
        context |= {"form": form, "undo_form": form, "rows": []}
    return render(request, "records/import_run.html", context, status=status)


@login_required
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a whole import back, while nobody has been told of it."""
    run = find_run(request, pk)
    form = UndoForm(request.POST)
    if not form.is_valid():
        ask(guards.can_undo(request.user, run))
        return _page(request, run, form, status=400)
    run = start_undo(run, request.user, form.cleaned_data["reason"])
    if guards.taken_by(run).count() <= UNDONE_AT_ONCE:
        go_on_undoing(run)
        messages.success(request, _("已撤回这次录入。"))
    else:
        with transaction.atomic():
            async_task("records.tasks.undo_import", run.pk)
        messages.success(request, _("已开始撤回这次录入。"))
    return redirect("records:import_run", pk=pk)


@login_required
@require_safe
@never_cache
def report(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The result of every row as a csv for a spreadsheet; no cell of it can act as a formula."""
    run = find_run(request, pk)
    response = StreamingHttpResponse(_report_lines(run), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{run.pk}.csv"'
    return response


def _report_lines(run: ImportRun) -> Iterator[str]:
    """Yield the lines of the report as they are asked for: a long import's report is never in memory as a whole."""
    writer = csv.writer(_Line(), quoting=csv.QUOTE_ALL)
    headings = (_("行号"), _("位置"), _("结果"), _("当事人名称"), _("文号"), _("记录编号"))
    more = (_("原因"), _("如何补救"), _("提示"), _("读取时的调整"), _("迟报工作日数"))
    yield "\ufeff" + writer.writerow([*headings, *more])
    for row in run.rows.select_related("record").iterator(chunk_size=1000):
        cells = [
            row.number,
            row.place,
            row.get_outcome_display(),
            row.understood.get("subject_name", ""),
            row.understood.get("document_number", ""),
            row.record.public_id if row.record else "",
            " ".join(f"{reason['text']}{reason.get('basis', '')}" for reason in row.reasons),
            " ".join(reason["cure"] for reason in row.reasons),
            " ".join(f"{warning['text']}{warning.get('basis', '')} {warning['cure']}" for warning in row.warnings),
            "；".join(
                f"{change['label']}：{change['from'] or '—'} → {change['to'] or '—'}（{change['why']}）"
                for change in with_labels(row).changes
            ),
            row.record.late_days if row.record and row.record.reported_late else "",
        ]
        yield writer.writerow([harmless(cell) for cell in cells])


def with_labels(row: ImportRow) -> ImportRow:
    """Return a row whose changes name their field as people know it (not to be saved)."""
    row.changes = [{**change, "label": label_of(change["field"])} for change in row.changes]
    return row


class _Line:
    """A file for ``csv.writer`` that gives back each line instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def harmless(cell) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    text = str(cell)
    return f"'{text}" if text.lstrip(" \u3000\xa0\ufeff\u200b").startswith(FORMULA_MARKS) else text


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Adopt or dismiss a proposed correction."""
    proposal = get_object_or_404(CorrectionProposal.objects.select_related("record", "run"), pk=pk)
    if not guards.can_read(request.user, proposal.record):
        ask(guards.can_read(request.user, proposal.record))
    adopt = request.POST.get("verb") == "adopt"
    with transaction.atomic():
        decide_proposal(proposal, request.user, adopt)
    messages.success(request, _("已采纳更正。") if adopt else _("已决定不采纳更正，记录保持不变。"))
    if proposal.run and guards.can_see_run(request.user, proposal.run):
        return redirect("records:import_run", pk=proposal.run_id)
    return redirect("records:import")


def find_run(request: HttpRequest, pk: int) -> ImportRun:
    """Return an import that this person may see, or raise ``Http404`` or ``Refused``."""
    run = get_object_or_404(ImportRun.objects.select_related("started_by", "undone_by"), pk=pk)
    ask(guards.can_see_run(request.user, run))
    return run


def _progress(run: ImportRun) -> dict:
    return {"run": run, "counts": counts_of([run]).get(run.pk, []), "done": run.rows.count()}


def _undoing(request: HttpRequest, run: ImportRun) -> dict:
    """Whether this import may be taken back, and if not, why; what stayed of one that was."""
    verdict = guards.can_undo(request.user, run)
    told = ("served", "explained", "case_exists") if not verdict else ()
    return {
        "undo_form": UndoForm() if verdict else None,
        "why_no_undo": verdict if verdict.code in told else None,
        "left": guards.taken_by(run) if run.status == ImportRun.Status.UNDONE else [],
    }


def counts_of(runs) -> dict[int, list[tuple[str, str, int]]]:
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
            "may_decide": may_decide,
            "unverified": _unverified(proposal) if may_decide else [],
        }
        for proposal in row.record.proposals.select_related("record")
        for may_decide in [bool(guards.can_decide_proposal(request.user, proposal))]
    ]


def _unverified(proposal: CorrectionProposal) -> list[Rule]:
    """The unchecked rules on which the letter about this correction would rest; none for a value that cannot be."""
    try:
        return unverified_rules(rules_after(proposal.record, {d["field"]: d["new"] for d in proposal.differences}))
    except Refused:
        return []


def ask(verdict: Verdict) -> None:
    """Raise ``Refused`` if the guard said no."""
    if not verdict:
        raise Refused(verdict)
