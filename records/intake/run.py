"""One run: a file in, a result per row out."""

import hashlib
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.core.files import File
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_q.tasks import async_task

from journal import actions as journal
from parties.models import User
from parties.queries import NoLeadAuthority, lead_authority
from policy.rulebook import MissingRule, RuleBook
from records.intake.aliases import taught
from records.intake.headings import SHIPPED, Headings
from records.intake.readers import open_source
from records.intake.source import FileRefused, Row, Source
from records.intake.taking import RowResult, chunks, take_chunk
from records.models import ImportRow, ImportRun

#: A run that has not said anything for this long is taken over by the sweep.
LEASE = timedelta(seconds=90)
LEASE_EVERY_SECONDS = 15
OUTCOMES = tuple(str(value) for value in ImportRow.Outcome.values)


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def check_ready() -> None:
    """Refuse a file before its first row if no row could be taken: no rules, or nobody to sign the letters.

    Raises:
        FileRefused: in one sentence, what to set up first.
    """
    try:
        lead_authority()
        RuleBook.load(timezone.localdate()).value("publicity.general.maximum_months")
    except (NoLeadAuthority, MissingRule) as error:
        raise FileRefused("not_ready", str(error)) from None


def import_file(
    path: Path,
    *,
    name: str = "",
    source: str = "",
    actor: User | None = None,
    dry_run: bool = False,
) -> Iterator[RowResult | ImportRun]:
    """Take a file in, row by row. Yields the run first, then each row's result as soon as it is committed.

    A dry run does the same inside one transaction that is rolled back at the end, so that duplicates within the
    file show; nothing of it remains, not even the run. Killing it between two rows leaves those done: the same
    file again finds them known.

    Raises:
        FileRefused: the file cannot be read; the run is kept with its error (not of a dry run).
    """
    if dry_run:
        with transaction.atomic():
            yield from _import(path, name, source, actor)
            transaction.set_rollback(True)
        return
    yield from _import(path, name, source, actor)


def _import(path: Path, name: str, source: str, actor: User | None) -> Iterator[RowResult | ImportRun]:
    try:
        headings = Headings(taught(source))
        opened = open_source(path, headings)
        check_ready()
    except FileRefused as refused:
        if path.is_file():
            refuse(start_run(path, name, source, actor), refused)
        raise
    run = start_run(path, name, source, actor, headings=headings)
    yield run
    yield from process(run, opened, actor)


def start_run(
    path: Path,
    name: str,
    source: str,
    actor: User | None,
    keep: bool = False,
    headings: Headings = SHIPPED,
    status: str = ImportRun.Status.RUNNING,
) -> ImportRun:
    """Write the run's row (and keep the uploaded file with it) before its first row is touched.

    ``headings``: what was taught about the source, kept so that a run taken up again reads its file as it began.
    ``status``: ``waiting`` for one that is only looked at first.
    """
    with transaction.atomic():
        run = ImportRun(
            file_name=(name or path.name)[-255:],
            sha256=digest_file(path),
            source=source[:200],
            started_by=actor,
            headings=headings.own,
            status=status,
            leased_until=timezone.now() + LEASE,
        )
        if keep:
            with path.open("rb") as stream:
                run.file.save(f"{run.sha256[:16]}{Path(name).suffix[:10].lower()}", File(stream), save=False)
        run.save()
        verb = "records.upload" if status == ImportRun.Status.WAITING else "records.import"
        journal.append(actor, verb, run, {"file": run.file_name, "sha256": run.sha256, "source": source})
    return run


def refuse(run: ImportRun, refused: FileRefused) -> None:
    """Close a run whose file cannot be read, with the sentence that says so."""
    with transaction.atomic():
        run.status = ImportRun.Status.REFUSED
        run.error = refused.text
        run.finished_at, run.leased_until = timezone.now(), None
        run.save()


def process(run: ImportRun, opened: Source, actor: User | None, seconds: float | None = None) -> Iterator[RowResult]:
    """Take the rows of an opened file in; yield every result as soon as it is committed.

    A long file is taken in many rows to a transaction. Rows that this run has done already are passed over, so a run
    that was killed goes on where it stopped. With ``seconds`` it stops after so long and stays unfinished
    (``run.status`` says so).

    Raises:
        FileRefused: a row cannot be taken for a reason that every row will have, or the file is broken further on.
    """
    ends = time.monotonic() + seconds if seconds else None
    leased = time.monotonic()
    try:
        for chunk in chunks(opened.rows):
            rows = _not_done(chunk, run)
            if not rows:
                continue
            yield from take_chunk(rows, run, actor, opened.layout.headings)
            if time.monotonic() - leased > LEASE_EVERY_SECONDS:
                leased = time.monotonic()
                ImportRun.objects.filter(pk=run.pk).update(leased_until=timezone.now() + LEASE, attempts=0)
            if ends and time.monotonic() > ends:
                return
    except (MissingRule, NoLeadAuthority) as error:
        refused = FileRefused("not_ready", str(error))
        refuse(run, refused)
        raise refused from None
    except FileRefused as refused:
        refuse(run, refused)
        raise
    finish(run, opened)


def _not_done(chunk: list[Row], run: ImportRun) -> list[Row]:
    """Return the rows that have no result yet."""
    numbers = [row.number for row in chunk]
    done = set(run.rows.filter(number__range=(min(numbers), max(numbers))).values_list("number", flat=True))
    return [row for row in chunk if row.number not in done]


def finish(run: ImportRun, opened: Source) -> None:
    """Close a run all of whose rows have a result; earlier ones of the same file that were killed are closed too.

    An upload that was kept until now goes: its rows are here, and it may hold people's numbers.
    """
    now = timezone.now()
    with transaction.atomic():
        run.status = ImportRun.Status.FINISHED
        run.finished_at, run.leased_until = now, None
        run.layout = opened.layout.as_json()
        run.total = run.rows.count()
        if run.file:
            kept, run.file = run.file.name, ""
            transaction.on_commit(lambda: run.file.storage.delete(kept))
        run.save()
        stopped = ImportRun.objects.filter(
            Q(leased_until__lt=now) | Q(leased_until__isnull=True), sha256=run.sha256, status=ImportRun.Status.RUNNING
        )
        stopped.exclude(pk=run.pk).update(status=ImportRun.Status.INTERRUPTED, finished_at=now, leased_until=None)


def queue(run: ImportRun) -> None:
    """Ring the bell for a run whose file is kept; the sweep finds it without the bell as well."""
    async_task("records.tasks.process_import", run.pk)
