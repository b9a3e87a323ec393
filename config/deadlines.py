"""Telling everybody when a changed calendar moves the deadlines of open cases.

Deadlines are computed, so they follow a new holiday table at once; but somebody was told the old date. The journal
line is what the case's timeline shows to the officer and to the applicant.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone

from casework.clock import clock
from casework.models import Case
from journal.actions import append
from policy.rulebook import RuleBook
from policy.workdays import Due, WorkCalendar, changed_deadlines


@dataclass(frozen=True)
class Moved:
    """One open case whose deadline is another one now, or is no longer provisional. Days are Beijing days."""

    case: Case
    step: str
    label: str
    old: Due
    new: Due

    @property
    def moved(self) -> bool:
        """Whether the day itself is another one."""
        return self.old.date != self.new.date

    def as_json(self) -> dict[str, Any]:
        return {
            "case": self.case.number,
            "step": self.step,
            "old": self.old.date.isoformat(),
            "new": self.new.date.isoformat(),
            "provisional": self.new.provisional,
        }


def tell_moved(actor: models.Model | None, before: WorkCalendar, after: WorkCalendar) -> list[Moved]:
    """Write one journal line for each open case whose due day moved; return those and the newly certain ones.

    Takes who changed the calendar (None: the system), and the calendar before and after. Called in the transaction
    that changes it.
    """
    today: date = timezone.localdate()
    book = RuleBook.load(today)

    def how(case: Case):
        def due_under(calendar: WorkCalendar) -> Due:
            found = clock(case, today, calendar, book)
            return Due(found.due, found.provisional, [])

        return due_under

    running = {}
    for case in Case.objects.filter(status__in=Case.OPEN).order_by("pk"):
        found = clock(case, today, after, book)
        if found is not None:
            running[case.pk] = (case, found)
    changed = [
        Moved(running[pk][0], running[pk][1].step, running[pk][1].label, old, new)
        for pk, old, new in changed_deadlines(before, after, ((pk, how(case)) for pk, (case, _now) in running.items()))
    ]
    for line in changed:
        if line.moved:
            append(
                actor,
                "casework.deadline_moved",
                Case(pk=line.case.pk),
                {
                    "number": line.case.number,
                    "step": line.step,
                    "old": line.old.date,
                    "new": line.new.date,
                    "provisional": line.new.provisional,
                },
            )
    return changed
