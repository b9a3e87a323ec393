"""迟报 again: whether a record was reported late is counted in working days, so a new holiday table may change it."""

import datetime as dt
from typing import Any

from django.db import models
from django.utils import timezone

from journal import actions as journal
from policy.workdays import WorkCalendar
from records.actions.common import journal_line, lock, put_down
from records.lateness import days_late
from records.models import AdverseRecord

#: Rows read at a time.
BATCH = 1000


def recount_lateness(actor: models.Model | None, before: WorkCalendar, after: WorkCalendar) -> list[Any]:
    """Count again how late the records of the changed years were reported; those that differ are put right.

    Called as the tellers of :func:`policy.holidays.when_the_calendar_changes`, in the transaction that changes the
    calendar. Nobody's deadline is moved by it, so it returns nothing; each change is a line of the journal.
    """
    days = set(before.overrides.items()) ^ set(after.overrides.items())
    years = (before.years ^ after.years) | {day.year for day, _why in days}
    if not years:
        return []
    begin = timezone.make_aware(dt.datetime(min(years), 1, 1))
    touched = AdverseRecord.objects.filter(registered_at__gte=begin, decision_date__lte=dt.date(max(years), 12, 31))
    rows = touched.values_list("pk", "decision_date", "registered_at", "late_days").order_by("pk")
    for pk, decided, registered_at, late in list(rows.iterator(chunk_size=BATCH)):
        now_late = days_late(decided, timezone.localdate(registered_at))
        if now_late != late:
            _put_right(actor, pk, now_late)
    return []


def _put_right(actor: models.Model | None, pk: int, late_days: int) -> None:
    record = lock(AdverseRecord(pk=pk))
    was, record.late_days = record.late_days, late_days
    record.reported_late = late_days > 0
    put_down(record)
    journal.append(actor, "records.late_recounted", record, journal_line(record, old=was, new=late_days))
