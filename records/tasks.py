"""Entry points of the task queue. Primary keys in; safe to run twice."""

import logging

from django.db import DatabaseError, transaction
from django.utils import timezone

from records.actions import expire
from records.models import AdverseRecord

logger = logging.getLogger(__name__)

#: Records ended per query of the sweep.
BATCH = 500


def sweep() -> int:
    """Stop the publicity of every record whose last day has passed; return how many were stopped.

    Each record in its own transaction, so that nothing waits for the whole; a record that cannot be stopped
    does not keep the others back. Running twice, or after days of downtime, gives the same end.
    """
    today = timezone.localdate()
    stopped, last = 0, 0
    while True:
        due = list(
            AdverseRecord.objects.filter(status__in=AdverseRecord.LIVE, publicity_until__lt=today, pk__gt=last)
            .order_by("pk")
            .values_list("pk", flat=True)[:BATCH]
        )
        if not due:
            return stopped
        for pk in due:
            try:
                with transaction.atomic():
                    record = expire(AdverseRecord(pk=pk))
            except DatabaseError:
                logger.exception("Publicity of record %s could not be stopped; the next sweep tries again", pk)
                continue
            stopped += record.status == AdverseRecord.Status.EXPIRED
        last = due[-1]
