"""Until when an upstream change has to be followed: computed from the day it took effect, never stored."""

from dataclasses import dataclass
from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone

from parties.models import User
from policy.deadlines.actions import Moved, tell
from policy.rulebook import RuleBook
from policy.verdict import Basis
from policy.workdays import Due, WorkCalendar, changed_deadlines, due, working_days_left
from records.actions.upstream import LIMIT
from records.life import guards
from records.life.models import UpstreamChange


@dataclass(frozen=True)
class Deadline:
    """The last day (Beijing), the working days left (negative: late), and what it rests on."""

    due: date
    provisional: bool
    left: int
    working_days: int
    basis: Basis

    @property
    def late(self) -> bool:
        return self.left < 0


def deadline_of(change: UpstreamChange, today: date) -> Deadline:
    """Return until when the record has to follow (山东省社会信用条例 第四十条, or its sector's own rule)."""
    rule = RuleBook.load(today).value(LIMIT, change.record.sector)
    calendar = WorkCalendar.load()
    result = _due(change, today, calendar)
    left = working_days_left(today, result.date, calendar)
    return Deadline(result.date, result.provisional, left, int(rule.value), rule.basis)


def _due(change: UpstreamChange, today: date, calendar: WorkCalendar) -> Due:
    rule = RuleBook.load(today).value(LIMIT, change.record.sector)
    return due(change.effective_on, int(rule.value), calendar)


def tell_moved(actor: models.Model | None, before: WorkCalendar, after: WorkCalendar) -> list[Moved]:
    """Tell who reported an annulment or change, and who may settle it, that it is due on another day now.

    Takes and is called as the other tellers of :func:`policy.holidays.when_the_calendar_changes`; returns what
    changed.
    """
    today = timezone.localdate()
    waiting = UpstreamChange.objects.filter(status=UpstreamChange.Status.REPORTED)
    changes = {change.pk: change for change in waiting.select_related("record__subject", "record__authority")}

    def how(change: UpstreamChange):
        return lambda calendar: _due(change, today, calendar)

    moved = changed_deadlines(before, after, ((pk, how(change)) for pk, change in changes.items()))
    return tell(
        actor,
        [
            Moved(change, change.record.document_number, change.record.public_id, "follow", old, new, _people(change))
            for pk, old, new in moved
            for change in [changes[pk]]
        ],
        before,
        after,
    )


def _people(change: UpstreamChange) -> frozenset[int]:
    offices = Q(authority__is_lead=True) | Q(authority_id=change.record.authority_id)
    staff = User.objects.filter(offices, role__in=guards.STAFF, is_active=True).select_related("authority")
    may = {user.pk for user in staff if guards.can_settle_change(user, change)}
    return frozenset(may | {change.reported_by_id})
