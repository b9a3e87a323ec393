"""Entry points of the task queue. Primary keys in; safe to run twice; killed at any moment without harm."""

import time
from pathlib import Path

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from records.actions import go_on_undoing
from records.actions.listing import tidy_names
from records.intake.headings import Headings
from records.intake.preview import drop_stale
from records.intake.readers import open_source
from records.intake.run import LEASE, process, queue, refuse
from records.intake.source import FileRefused
from records.life.sweep import sweep_publicity
from records.models import ImportRun

#: One call of a task works so long, then rings again: well within the queue's own limit (120 s).
WORK_SECONDS = 60
#: A file that stops its worker so often without a single row done in between is given up.
MAX_ATTEMPTS = 5


def sweep() -> dict[str, int]:
    """Bring publicity up to date, go on with imports (and with undoing them) that were interrupted, let go of previews
    that nobody started; return counts.

    One call works for a limited time; what is left is the next minute's.
    """
    swept = sweep_publicity(seconds=WORK_SECONDS)
    return {
        **swept.counts(),
        "resumed": resume_imports(),
        "undoing": resume_undoing(),
        "dropped": drop_stale(),
    }


def tidy_register() -> int:
    """Once a day: forget the names that find nothing any more; return how many endings went."""
    return tidy_names()


def resume_imports() -> int:
    """Ring for every kept upload that nobody is working on; return how many.

    A run without a kept file (a command's) cannot be gone on with from here: it is marked as interrupted.
    """
    _unattended().filter(file="").update(status=ImportRun.Status.INTERRUPTED, finished_at=timezone.now())
    waiting = list(_unattended().exclude(file="").order_by("pk")[:20])
    for run in waiting:
        queue(run)
    return len(waiting)


def process_import(pk: int) -> str:
    """Take in the rows of a kept upload that have no result yet; return ``finished``, ``again``, ``refused`` or ``busy``.

    Works under a lease for a limited time and then rings for itself again.
    """
    claimed = (
        _unattended()
        .filter(pk=pk)
        .exclude(file="")
        .update(leased_until=timezone.now() + LEASE, attempts=F("attempts") + 1)
    )
    if not claimed:
        return "busy"
    run = ImportRun.objects.select_related("started_by").get(pk=pk)
    try:
        if run.attempts > MAX_ATTEMPTS:
            raise FileRefused("stuck", _("这个文件多次使导入中断，已停止处理。已录入的行仍然有效，请分成小文件再试。"))
        began = time.monotonic()
        opened = open_source(Path(run.file.path), Headings(run.headings))
        left = max(WORK_SECONDS - (time.monotonic() - began), WORK_SECONDS / 3)  # a large workbook opens slowly
        for _result in process(run, opened, run.started_by, seconds=left):
            pass
    except FileRefused as refused:
        refuse(run, refused)
        return "refused"
    if run.status == ImportRun.Status.FINISHED:
        return "finished"
    with transaction.atomic():
        ImportRun.objects.filter(pk=pk).update(leased_until=None, attempts=0)
        queue(run)
    return "again"


def resume_undoing() -> int:
    """Ring for every import that is being taken back and that nobody is working on; return how many."""
    waiting = list(_unattended(ImportRun.Status.UNDOING).order_by("pk").values_list("pk", flat=True)[:20])
    for pk in waiting:
        async_task("records.tasks.undo_import", pk)
    return len(waiting)


def undo_import(pk: int) -> str:
    """Go on taking an import back; return ``finished``, ``again`` or ``busy``. As :func:`process_import`."""
    claimed = _unattended(ImportRun.Status.UNDOING).filter(pk=pk).update(leased_until=timezone.now() + LEASE)
    if not claimed:
        return "busy"
    run = ImportRun.objects.select_related("undone_by", "undone_by__authority").get(pk=pk)
    if go_on_undoing(run, seconds=WORK_SECONDS):
        return "finished"
    with transaction.atomic():
        ImportRun.objects.filter(pk=pk, status=ImportRun.Status.UNDOING).update(leased_until=None)
        async_task("records.tasks.undo_import", pk)
    return "again"


def _unattended(status: str = ImportRun.Status.RUNNING):
    now = timezone.now()
    return ImportRun.objects.filter(Q(leased_until__isnull=True) | Q(leased_until__lt=now), status=status)
