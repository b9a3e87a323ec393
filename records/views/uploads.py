"""Uploading a file and looking at it before anything is written. Doors only."""

import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from notices.queries import unverified_rules
from policy.verdict import Refused
from records import guards
from records.forms import PASSED_OVER, UNDECIDED, HeadingsForm, ImportForm
from records.intake import preview as previews
from records.intake.aliases import fold_source, label_of, lines_of, taught
from records.intake.headings import Headings, fold_heading
from records.intake.readers import open_source
from records.intake.run import check_ready, process, queue, refuse, start_run
from records.intake.source import FileRefused, Source
from records.models import ImportRow, ImportRun
from records.queries import runs_of
from records.views.runs import ask, counts_of, find_run, with_labels

#: A file of so many rows is done while the person waits; a longer one goes to the background.
ROWS_AT_ONCE = 500
RUNS_A_PAGE = 20
#: Unknown headings beyond these are only listed: nobody decides about hundreds.
MOST_ASKED = 40
#: What is foreseen for a row, in words that do not say it has happened.
FORESEEN = {
    ImportRow.Outcome.TAKEN: gettext_lazy("将录入"),
    ImportRow.Outcome.KNOWN: gettext_lazy("已有，不再录入"),
    ImportRow.Outcome.REFUSED: gettext_lazy("不能录入"),
    ImportRow.Outcome.CORRECTED: gettext_lazy("将提出更正"),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def import_(request: HttpRequest) -> HttpResponse:
    """Upload a file; see the earlier imports."""
    ask(guards.can_import(request.user))
    if request.method != "POST":
        source = request.user.authority.name if request.user.authority else ""
        return _upload_page(request, ImportForm(initial={"source": source}))
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        too_big = form.has_error("file", "too_big")
        return _upload_page(request, form, status=413 if too_big else 400)
    given = form.cleaned_data
    try:
        run = _receive(request, given["file"], given["source"], given["direct"])
    except FileRefused as refused:
        form.add_error("file", refused.text)
        return _upload_page(request, form, status=413 if refused.code == "too_big" else 400)
    waiting = run.status == ImportRun.Status.WAITING
    return redirect("records:import_preview" if waiting else "records:import_run", pk=run.pk)


def _receive(request: HttpRequest, upload: UploadedFile, source: str, direct: bool) -> ImportRun:
    """Look at an upload, or take it in at once; one that cannot be read is kept as a refused run."""
    with tempfile.NamedTemporaryFile(suffix=".upload") as copy:
        for chunk in upload.chunks():
            copy.write(chunk)
        copy.flush()
        path = Path(copy.name)
        try:
            if not direct:
                return previews.upload(path, upload.name, source, request.user)
            check_ready()
            headings = Headings(taught(source))
            opened = open_source(path, headings)
            first = list(islice(opened.rows, ROWS_AT_ONCE + 1))
        except FileRefused as refused:
            refuse(start_run(path, upload.name, source, request.user), refused)
            raise
        if len(first) > ROWS_AT_ONCE:
            run = start_run(path, upload.name, source, request.user, keep=True, headings=headings)
            _to_background(run)
            return run
        run = start_run(path, upload.name, source, request.user, headings=headings)
        for _result in process(run, Source(opened.layout, iter(first)), request.user):
            pass
    return run


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """How a file would be understood and what would happen; decide about headings; start, or let it go."""
    run = find_run(request, pk)
    if run.status != ImportRun.Status.WAITING and request.method != "POST":
        return redirect("records:import_run", pk=pk)
    verdict = guards.can_start(request.user, run)
    if not verdict:
        raise Refused(verdict, status=409 if verdict.code == "not_waiting" else 403)
    verb = request.POST.get("verb", "")
    if verb == "drop":
        previews.drop(run, request.user)
        messages.success(request, _("没有录入，文件已删除。"))
        return redirect("records:import")
    form = _headings_form(request, run)
    if not verb or not form.is_valid():
        return _preview_page(request, run, form, status=422 if verb else 200)
    try:
        run = _choose(request, run, form)
        if verb == "start":
            _start(request, run)
            return redirect("records:import_run", pk=pk)
    except FileRefused as refused:
        form.add_error(None, refused.text)
        return _preview_page(request, run, form, status=422)
    return redirect("records:import_preview", pk=pk)


def _choose(request: HttpRequest, run: ImportRun, form: HeadingsForm) -> ImportRun:
    decided = form.decided()
    asked = _asked(run)
    if all(asked.get(heading) == (choice or PASSED_OVER) for heading, choice in decided.items()):
        return run  # nothing new was decided
    return previews.choose(run, request.user, decided, form.cleaned_data.get("remember", False))


def _start(request: HttpRequest, run: ImportRun) -> None:
    """Begin; a short file is done while the person waits."""
    seen = run.layout.get("preview", {})
    run = previews.begin(run, request.user)
    if not seen.get("complete") or seen.get("counted", 0) > ROWS_AT_ONCE:
        _to_background(run)
        return
    try:
        opened = open_source(Path(run.file.path), Headings(run.headings))
    except FileRefused as refused:
        refuse(run, refused)
        raise
    for _result in process(run, opened, request.user):
        pass


def _to_background(run: ImportRun) -> None:
    with transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(leased_until=None)
        queue(run)


def _asked(run: ImportRun) -> dict[str, str]:
    """The headings that somebody may decide about, and what is decided now."""
    layout = run.layout
    asked = {}
    for heading in (*layout.get("guessed", []), *layout.get("mapped", {}), *layout.get("passed_over", [])):
        own = run.headings.get(fold_heading(heading)[0])
        if own is not None:
            asked[heading] = own or PASSED_OVER
        elif heading in layout.get("guessed", []):
            asked[heading] = UNDECIDED
    asked |= dict.fromkeys(layout.get("unmapped", []), UNDECIDED)
    return dict(list(asked.items())[:MOST_ASKED])


def _headings_form(request: HttpRequest, run: ImportRun) -> HeadingsForm:
    source = fold_source(run.source)
    remember = bool(source) and bool(guards.can_teach(request.user, source))
    return HeadingsForm(request.POST or None, headings=_asked(run), remember=remember)


def _preview_page(request: HttpRequest, run: ImportRun, form: HeadingsForm, status: int = 200) -> HttpResponse:
    seen = run.layout.get("preview", {})
    asked = set(form.by_name.values())
    found = seen.get("counts", {})
    counts = [(value, str(label), found[value]) for value, label in FORESEEN.items() if found.get(value)]
    context = {
        "run": run,
        "form": form,
        "seen": seen,
        "unverified": unverified_rules(seen.get("rules", [])),
        "counts": counts,
        "rows": [(*_row(each), FORESEEN[each["outcome"]]) for each in seen.get("rows", [])],
        "mapped": [
            (heading, label_of(field))
            for heading, field in run.layout.get("mapped", {}).items()
            if heading not in asked
        ],
        "guessed": run.layout.get("guessed", []),
        "unused": [heading for heading in run.layout.get("unmapped", []) if heading not in asked],
    }
    return render(request, "records/import_preview.html", context, status=status)


def _row(each: dict[str, Any]) -> tuple[ImportRow, list[tuple[str, str]]]:
    """A foreseen row as the pages of a finished import show rows."""
    row = ImportRow(
        number=each["row"],
        place=each["place"],
        outcome=each["outcome"],
        reasons=each["reasons"],
        warnings=each["warnings"],
        changes=each["changes"],
        understood=each["record"],
    )
    return with_labels(row), lines_of(each["record"])


def _upload_page(request: HttpRequest, form: ImportForm, status: int = 200) -> HttpResponse:
    page = Paginator(runs_of(request.user), RUNS_A_PAGE).get_page(request.GET.get("page"))
    counts = counts_of(page.object_list)
    runs = [(run, counts.get(run.pk, [])) for run in page]
    return render(request, "records/import.html", {"form": form, "page_obj": page, "runs": runs}, status=status)
