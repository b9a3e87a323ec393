"""The sweep of publicity: finds every record that the day asks something of. The verb itself looks again under a lock."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date

from django.db import DatabaseError
from django.db.models import Q, QuerySet
from django.utils import timezone

from parties.models import Subject
from policy.rulebook import RuleBook
from policy.verdict import Refused
from records.actions.sweeping import bring_up_to_date
from records.models import AdverseRecord

logger = logging.getLogger(__name__)
#: Records asked for at a time.
BATCH = 500


@dataclass
class Swept:
    """What one sweep did: public ids of records, in the order of their keys."""

    stopped: list[str] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    #: Deferrals that ran out.
    reverted: list[str] = field(default_factory=list)
    #: Subjects who were told that they may apply now.
    reminded: list[str] = field(default_factory=list)
    #: Records that could not be brought up to date; the log says why, the next sweep tries again.
    failed: list[str] = field(default_factory=list)
    #: The time was up before everything was done.
    unfinished: bool = False

    def counts(self) -> dict[str, int]:
        """Return how many of each."""
        return {f.name: len(getattr(self, f.name)) for f in fields(self) if f.name != "unfinished"}


def sweep_publicity(today: date | None = None, seconds: float | None = None) -> Swept:
    """Start, stop and resume publicity and send reminders, as the Beijing day ``today`` asks for; return what was done.

    Each record in its own transaction, so that nothing waits for the whole; one that cannot be brought up to date
    does not keep the others back. Running twice, in two processes at once, or after days of downtime gives the same
    end. ``seconds`` limits the work.
    """
    today = today or timezone.localdate()
    until = time.monotonic() + seconds if seconds is not None else None
    swept = Swept()
    for due in due_on(today):
        for pk, public_id in _in_batches(due):
            if until is not None and time.monotonic() > until:
                swept.unfinished = True
                return swept
            try:
                done = bring_up_to_date(pk, today)
            except (DatabaseError, Refused):
                logger.exception("Record %s could not be brought up to date; the next sweep tries again", public_id)
                if public_id not in swept.failed:
                    swept.failed.append(public_id)
                continue
            for what in done:
                getattr(swept, what).append(public_id)
    return swept


def due_on(today: date) -> list[QuerySet[AdverseRecord]]:
    """Return the records of which the day asks something, as queries that an index answers."""
    status = AdverseRecord.Status
    waiting = AdverseRecord.objects.filter(
        status__in=[status.REGISTERED, status.WITHHELD],
        publicity_from__lte=today,
        publicity_until__gte=today,
        subject__kind__in=[Subject.Kind.ENTITY, Subject.Kind.BUSINESS],
    )
    waits = RuleBook.load(today).find("publicity.waits_for_service")
    if waits and waits.value:
        waiting = waiting.filter(notified_at__isnull=False)
    return [
        AdverseRecord.objects.filter(status__in=AdverseRecord.LIVE, publicity_until__lt=today),
        AdverseRecord.objects.filter(
            status__in=AdverseRecord.LIVE, publicity_until__isnull=True, disclosed_until__lt=today
        ),
        AdverseRecord.objects.filter(Q(deferred_until__lt=today), status=status.DEFERRED),
        waiting,
        AdverseRecord.objects.filter(remind_on__lte=today),
    ]


def _in_batches(records: QuerySet[AdverseRecord]) -> Iterator[tuple[int, str]]:
    """Yield each record once. What is done leaves the query; what cannot be done stays in it and is passed over.

    Without an order: one by key would make SQLite walk the whole table instead of the index.
    """
    seen: set[int] = set()
    passed_over = 0
    while True:
        limit = BATCH + passed_over
        found = list(records.order_by().values_list("pk", "public_id")[:limit])
        batch = sorted(row for row in found if row[0] not in seen)
        if not batch and len(found) < limit:
            return
        passed_over = len(found) - len(batch)
        seen.update(pk for pk, _public_id in batch)
        yield from batch
