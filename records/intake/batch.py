"""A batch that a machine sends: rows as JSON objects, taken in as the rows of a file are."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from journal import actions as journal
from parties.models import User
from policy.verdict import Refused, no
from records.intake.aliases import taught
from records.intake.foresight import Foresight
from records.intake.headings import Headings
from records.intake.readers.structured import loads, nothing_found, row_of
from records.intake.run import LEASE, OUTCOMES, check_ready, process
from records.intake.source import FileRefused, Layout, Source
from records.intake.taking import RowResult
from records.models import ImportRow, ImportRun


def take_batch(body: bytes, rows: list[dict[str, Any]], source: str, actor: User, key: str = "") -> dict[str, Any]:
    """Take a batch in and return its answer (:func:`answer_of`).

    ``body``: the request as it came, whose digest is kept; ``key``: the caller's ``Idempotency-Key``. The same key
    with the same body gives the kept answer; if the first attempt was killed, it is completed.

    Raises:
        Refused: the key was used for another body (422), the first attempt is still running (409), nothing can be
            taken in yet (409).
        FileRefused: no row has a heading that anybody knows.
    """
    open_batch(rows, Headings(taught(source)))  # nothing is begun with rows that nobody understands
    run = _claim(hashlib.sha256(body).hexdigest(), source, actor, key)
    if run.status == ImportRun.Status.RUNNING:
        opened = open_batch(rows, Headings(run.headings))
        for _result in process(run, opened, actor):
            pass
        run.refresh_from_db()  # as kept, so that the first answer is the same to the byte as every later one
    return answer_of(run)


def foresee_batch(rows: list[dict[str, Any]], source: str, actor: User) -> dict[str, Any]:
    """Return the answer that :func:`take_batch` would give, writing nothing.

    Raises:
        Refused: nothing can be taken in yet (409).
        FileRefused: no row has a heading that anybody knows.
    """
    _check_ready()
    opened = open_batch(rows, Headings(taught(source)))
    foresight = Foresight(source, actor, opened.layout.headings)
    results = [foresight.look(row).as_json() for row in opened.rows]
    counts = {outcome: sum(row["outcome"] == outcome for row in results) for outcome in OUTCOMES}
    return _answer(None, source, opened.layout.as_json(), counts, results)


def open_batch(rows: list[dict[str, Any]], headings: Headings) -> Source:
    """Return the rows of a batch as a reader gives those of a file; the first is 1.

    Raises:
        FileRefused: no row has a heading that anybody knows.
    """
    layout = Layout("api", "utf-8", headings=headings)
    found = [row_of(item, number, layout) for number, item in enumerate(rows, start=1)]
    if not layout.mapped:
        raise nothing_found()
    return Source(layout, iter(found))


def answer_of(run: ImportRun, after: int = 0, limit: int | None = None) -> dict[str, Any]:
    """Return what became of an import, from what is kept: the same today and in a year.

    With ``limit`` only so many rows after the one numbered ``after``; the counts are always the whole import's.
    """
    rows = run.rows.filter(number__gt=after).select_related("record").order_by("number")
    counts = dict.fromkeys(OUTCOMES, 0)
    counts |= dict(run.rows.order_by().values_list("outcome").annotate(Count("id")))
    return _answer(run.pk, run.source, run.layout, counts, list(_results(rows[:limit])))


def _results(rows: Iterable[ImportRow]) -> Iterator[dict[str, Any]]:
    for row in rows:
        public_id = row.record.public_id if row.record and row.outcome != ImportRow.Outcome.REFUSED else None
        yield {
            **RowResult(row.number, row.outcome, row.place, row.reasons, row.warnings, row.changes).as_json(),
            "record": {**row.understood, "public_id": public_id},
        }


def _answer(
    run: int | None, source: str, layout: dict[str, Any], counts: dict[str, int], rows: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "import_id": run,
        "source": source,
        "dry_run": run is None,
        "counts": counts,
        "headings": layout.get("mapped", {}),
        "unknown_headings": layout.get("unmapped", []),
        "rows": rows,
    }


def _claim(digest: str, source: str, actor: User, key: str) -> ImportRun:
    """Return the run of this batch: a new one, one to complete (both ``running``, leased to us), or a finished one."""
    _check_ready()
    if key:
        known = _known(digest, actor, key)
        if known is not None:
            return known
    try:
        with journal.journalled():
            run = ImportRun.objects.create(
                file_name=_("接口报送 %(moment)s") % {"moment": f"{timezone.localtime():%Y-%m-%d %H:%M}"},
                sha256=digest,
                source=source[:200],
                started_by=actor,
                headings=taught(source),
                idempotency_key=key,
                leased_until=timezone.now() + LEASE,
            )
            line = {"file": run.file_name, "sha256": digest, "source": source, "key": key}
            journal.append(actor, "records.import", run, line)
    except IntegrityError:
        # Somebody sent the same key at this very moment.
        known = _known(digest, actor, key)
        if known is None:
            raise
        return known
    return run


def _known(digest: str, actor: User, key: str) -> ImportRun | None:
    """Return the run that this key was used for; ``None`` if it is new. An abandoned one is leased to us."""
    with transaction.atomic():
        run = ImportRun.objects.filter(started_by=actor, idempotency_key=key).first()
        if run is None:
            return None
        if run.sha256 != digest:
            raise Refused(
                no(
                    "idempotency_key_reused",
                    _("这个 Idempotency-Key 已经用于另一批内容。"),
                    _("新的一批请用新的 Idempotency-Key；重发同一批时内容要逐字节相同。"),
                ),
                status=422,
            )
        status = ImportRun.Status
        if run.status not in (status.RUNNING, status.INTERRUPTED, status.REFUSED):
            return run
        now = timezone.now()
        free = ImportRun.objects.filter(
            Q(leased_until__isnull=True) | Q(leased_until__lt=now), pk=run.pk, status=run.status
        )
        if not free.update(status=status.RUNNING, leased_until=now + LEASE, error="", finished_at=None):
            raise Refused(
                no(
                    "in_progress", _("这一批正在处理，还没有结果。"), _("请过一会儿用同一个 Idempotency-Key 再取结果。")
                ),
                status=409,
            )
        run.refresh_from_db()
        return run


def _check_ready() -> None:
    try:
        check_ready()
    except FileRefused as refused:
        raise Refused(no(refused.code, refused.text), status=409) from None


def rows_as_written(body: bytes) -> list[dict[str, Any]]:
    """Return the rows of a request's body with numbers as they are written there, as a file's reader keeps them."""
    return loads(body.decode("utf-8-sig"))["rows"]
