"""An upload is looked at before anything is written: how its columns are understood, what would happen."""

import time
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from journal import actions as journal
from parties.models import User
from policy.verdict import Refused
from records import guards
from records.actions.letters import rules_foreseen
from records.actions.teaching import checked, teach
from records.intake.aliases import fold_source, taught
from records.intake.foresight import Foresight
from records.intake.headings import Headings, fold_heading
from records.intake.readers import open_source
from records.intake.run import LEASE, OUTCOMES, check_ready, start_run
from records.intake.source import Source
from records.models import ImportRow, ImportRun

#: Rows shown as they would be understood.
ROWS_SHOWN = 10
#: What would happen is counted over so many rows or seconds, whichever ends first; the page says over how many.
MOST_COUNTED = 20_000
COUNT_SECONDS = 8.0
#: A preview that nobody started is let go, and its file with it: it may hold people's numbers.
KEPT_FOR = timedelta(days=3)


def upload(path: Path, name: str, source: str, actor: User) -> ImportRun:
    """Keep an uploaded file and look at it; return the run in its preview. No row of it is written.

    Raises:
        FileRefused: the file cannot be read, or nothing can be taken in yet.
    """
    check_ready()
    headings = Headings(taught(source))
    opened = open_source(path, headings)
    seen = look(opened, source, actor)
    run = start_run(path, name, source, actor, keep=True, headings=headings, status=ImportRun.Status.WAITING)
    run.layout = {**opened.layout.as_json(), "preview": seen}
    run.leased_until = None
    run.save(update_fields=["layout", "leased_until"])
    return run


def look(opened: Source, source: str, actor: User | None) -> dict[str, Any]:
    """Return ``{rows, counts, counted, complete, rules}``: the first rows as they would be taken in, and how many of each.

    ``rules`` are the ids of the rules on which the letters about the new records would rest.
    """
    foresight = Foresight(source, actor, opened.layout.headings)
    rows, counts, rules = [], dict.fromkeys(OUTCOMES, 0), set()
    today = timezone.localdate()
    ends = time.monotonic() + COUNT_SECONDS
    complete = False
    for counted, row in enumerate(opened.rows):
        if counted >= MOST_COUNTED or (counted >= ROWS_SHOWN and time.monotonic() > ends):
            break
        result = foresight.look(row)
        counts[result.outcome] += 1
        if result.outcome == ImportRow.Outcome.TAKEN:
            rules |= rules_foreseen(result.draft, today)
        if counted < ROWS_SHOWN:
            rows.append(result.as_json())
    else:
        complete = True
    counted = sum(counts.values())
    return {"rows": rows, "counts": counts, "counted": counted, "complete": complete, "rules": sorted(rules)}


def choose(run: ImportRun, actor: User, choices: dict[str, str], remember: bool = False) -> ImportRun:
    """Take what somebody decided about unknown headings, and look at the file again; return the run.

    ``choices``: heading as written -> ``field``, ``field|unit`` or ``""`` (pass the column over). ``remember`` keeps
    them for the next file of the same source, if it has one.

    Raises:
        Refused: not this person's upload, or started already (403, 409); no such field (400).
        FileRefused: under these headings nothing of the file can be read.
    """
    verdict = guards.can_start(actor, run)
    if not verdict:
        raise Refused(verdict, status=409 if verdict.code == "not_waiting" else 403)
    own = {fold_heading(heading)[0]: choice for heading, choice in checked(choices).items()}
    headings = Headings({**run.headings, **own})
    opened = open_source(Path(run.file.path), headings)
    seen = look(opened, run.source, actor)
    with journal.journalled():
        run = _waiting(run, actor)
        if remember and choices and fold_source(run.source):
            teach(actor, run.source, choices)
        run.headings, run.layout = headings.own, {**opened.layout.as_json(), "preview": seen}
        run.save(update_fields=["headings", "layout"])
    return run


@journal.journalled()
def begin(run: ImportRun, actor: User) -> ImportRun:
    """Start the import of a file that was looked at; return the run, ``running`` and leased to the caller.

    Raises:
        Refused: not this person's upload (403), or started already (409).
    """
    run = _waiting(run, actor)
    run.status, run.leased_until = ImportRun.Status.RUNNING, timezone.now() + LEASE
    run.save(update_fields=["status", "leased_until"])
    journal.append(actor, "records.import", run, {"file": run.file_name, "sha256": run.sha256, "source": run.source})
    return run


@journal.journalled()
def drop(run: ImportRun, actor: User | None) -> ImportRun:
    """Let a preview go: its file is deleted, its row stays. ``None`` as actor is the sweep.

    Raises:
        Refused: not this person's upload (403), or started already (409).
    """
    run = _waiting(run, actor)
    kept, run.file = run.file.name, ""
    run.status, run.finished_at, run.layout = ImportRun.Status.DROPPED, timezone.now(), {}
    run.save(update_fields=["status", "finished_at", "file", "layout"])
    if kept:
        transaction.on_commit(lambda: run.file.storage.delete(kept))
    journal.append(actor, "records.drop_upload", run, {"file": run.file_name})
    return run


def drop_stale() -> int:
    """Let go of the previews that nobody started in time; return how many."""
    stale = ImportRun.objects.filter(status=ImportRun.Status.WAITING, started_at__lt=timezone.now() - KEPT_FOR)
    dropped = 0
    for run in islice(stale.order_by("pk").iterator(), 100):
        try:
            drop(run, None)
        except Refused:  # started at this very moment
            continue
        dropped += 1
    return dropped


def _waiting(run: ImportRun, actor: User | None) -> ImportRun:
    """Return the run fresh and locked, if this person may decide about it (the sweep always may)."""
    run = ImportRun.objects.select_for_update().get(pk=run.pk)
    if actor is None and run.status == ImportRun.Status.WAITING:
        return run
    verdict = guards.can_start(actor, run)
    if not verdict:
        raise Refused(verdict, status=409 if verdict.code == "not_waiting" else 403)
    return run
