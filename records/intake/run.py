"""One run: a file in, a result per row out, each row one transaction."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import DataError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from journal import actions as journal
from parties.models import User
from parties.queries import NoLeadAuthority, lead_authority
from policy.rulebook import MissingRule, RuleBook
from policy.verdict import Refused
from records.actions import register
from records.canonical import CanonicalRecord, Reason
from records.intake.mapping import map_row
from records.intake.readers import open_source
from records.intake.source import FileRefused, Row, Source
from records.models import AdverseRecord, ImportRow, ImportRun

#: A run that has not said anything for this long is taken over by the sweep.
LEASE = timedelta(seconds=90)
LEASE_EVERY_SECONDS = 15
OUTCOMES = tuple(str(value) for value in ImportRow.Outcome.values)


@dataclass
class RowResult:
    """What became of one row; ``draft`` as it was understood."""

    number: int
    outcome: str
    place: str = ""
    reasons: list[dict[str, str]] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)
    changes: list[dict[str, str]] = field(default_factory=list)
    draft: CanonicalRecord | None = None
    record: AdverseRecord | None = None

    def as_json(self) -> dict[str, Any]:
        record = self.draft.as_json() if self.draft else {}
        record["public_id"] = self.record.public_id if self.record and self.outcome != "refused" else None
        return {
            "row": self.number,
            "place": self.place,
            "outcome": self.outcome,
            "reasons": self.reasons,
            "warnings": self.warnings,
            "changes": self.changes,
            "record": record,
        }


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
        opened = open_source(path)
        check_ready()
    except FileRefused as refused:
        if path.is_file():
            refuse(start_run(path, name, source, actor), refused)
        raise
    run = start_run(path, name, source, actor)
    yield run
    yield from process(run, opened, actor)


def start_run(path: Path, name: str, source: str, actor: User | None, keep: bool = False) -> ImportRun:
    """Write the run's row (and keep the uploaded file with it) before its first row is touched."""
    with transaction.atomic():
        run = ImportRun(
            file_name=(name or path.name)[-255:],
            sha256=digest_file(path),
            source=source[:200],
            started_by=actor,
            leased_until=timezone.now() + LEASE,
        )
        if keep:
            with path.open("rb") as stream:
                run.file.save(f"{run.sha256[:16]}{Path(name).suffix[:10].lower()}", File(stream), save=False)
        run.save()
        journal.append(actor, "records.import", run, {"file": run.file_name, "sha256": run.sha256, "source": source})
    return run


def refuse(run: ImportRun, refused: FileRefused) -> None:
    """Close a run whose file cannot be read, with the sentence that says so."""
    with transaction.atomic():
        run.status = ImportRun.Status.REFUSED
        run.error = refused.text
        run.finished_at, run.leased_until = timezone.now(), None
        run.save()


def process(run: ImportRun, opened: Source, actor: User | None, seconds: float | None = None) -> Iterator[RowResult]:
    """Take the rows of an opened file in, each in its own transaction; yield every result.

    Rows that this run has done already are passed over, so a run that was killed goes on where it stopped. With
    ``seconds`` it stops after so long and stays unfinished (``run.status`` says so).

    Raises:
        FileRefused: a row cannot be taken for a reason that every row will have.
    """
    done = set(run.rows.values_list("number", flat=True))
    ends = time.monotonic() + seconds if seconds else None
    leased = time.monotonic()
    for row in _until_broken(run, opened.rows):
        if row.number in done:
            continue
        try:
            yield take(row, run, actor)
        except (MissingRule, NoLeadAuthority) as error:
            refused = FileRefused("not_ready", str(error))
            refuse(run, refused)
            raise refused from None
        if time.monotonic() - leased > LEASE_EVERY_SECONDS:
            leased = time.monotonic()
            ImportRun.objects.filter(pk=run.pk).update(leased_until=timezone.now() + LEASE, attempts=0)
        if ends and time.monotonic() > ends:
            return
    finish(run, opened)


def _until_broken(run: ImportRun, rows: Iterator[Row]) -> Iterator[Row]:
    """Yield the rows; a file that turns out broken on the way closes its run with the sentence."""
    try:
        yield from rows
    except FileRefused as refused:
        refuse(run, refused)
        raise


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


def take(row: Row, run: ImportRun, actor: User | None) -> RowResult:
    """Take one row in and keep its result: one transaction, all or nothing."""
    draft = map_row(row, run.source)
    record, reasons = None, []
    with journal.journalled():
        try:
            with journal.journalled():
                outcome, record, reasons = register(draft, run, actor)
        except DataError:
            outcome, record, reasons = ImportRow.Outcome.REFUSED, None, [_unstorable()]
        except Refused as refused:
            verdict = refused.verdict
            outcome, record = ImportRow.Outcome.REFUSED, None
            reasons = [Reason(verdict.code, str(verdict.reason), "", str(verdict.cure))]
        result = RowResult(
            number=row.number,
            outcome=str(outcome),
            place=row.place,
            reasons=[reason.as_json() for reason in reasons],
            warnings=[warning.as_json() for warning in draft.warnings],
            changes=[change.as_json() for change in draft.changes],
            draft=draft,
            record=record,
        )
        ImportRow.objects.create(
            run=run,
            number=row.number,
            place=row.place[:200],
            outcome=outcome,
            reasons=result.reasons,
            warnings=result.warnings,
            changes=result.changes,
            understood=draft.as_json(),
            record=record,
        )
    return result


def _unstorable() -> Reason:
    return Reason(
        "unstorable",
        _("这一行有数据库无法保存的内容。"),
        "",
        _("请检查是否有特殊字符或过长的内容，更正后重新导入。"),
    )


def queue(run: ImportRun) -> None:
    """Ring the bell for a run whose file is kept; the sweep finds it without the bell as well."""
    async_task("records.tasks.process_import", run.pk)
