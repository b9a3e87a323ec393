"""Telling people that a deadline is another one, noting that they saw it, and letting go what is over."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from journal.actions import append
from policy.deadlines.models import DeadlineChange, DeadlineTold
from policy.models import CalendarYear
from policy.workdays import Due, WorkCalendar

#: Rows of one INSERT.
BATCH = 500


@dataclass(frozen=True)
class Moved:
    """One open deadline that ends on another day now, or is no longer (or newly) provisional. Days are Beijing days."""

    #: What the deadline is of: a row that is saved; only its type and key are used.
    thing: models.Model
    number: str
    record_id: str
    step: str
    old: Due
    new: Due
    #: Keys of everybody whom it concerns.
    people: frozenset[int]

    @property
    def moved(self) -> bool:
        """Whether the day itself is another one."""
        return self.old.date != self.new.date

    @property
    def label(self) -> str:
        return str(DeadlineChange.Step(self.step).label)

    def as_json(self) -> dict[str, Any]:
        kind = "case" if self.thing._meta.label_lower == "casework.case" else "record"
        return {
            kind: self.number if kind == "case" else self.record_id,
            "step": self.step,
            "old": self.old.date.isoformat(),
            "new": self.new.date.isoformat(),
            "provisional": self.new.provisional,
        }


def tell(actor: models.Model | None, moved: Iterable[Moved], before: WorkCalendar, after: WorkCalendar) -> list[Moved]:
    """Leave a change for each of these deadlines, and with it a line for each person; return them.

    Takes who changed the calendar (None: the system) and the calendar before and after. In the transaction that
    changes it; the journal gets one line a deadline, on the thing it is of.
    """
    moved = list(moved)
    if not moved:
        return []
    source, announced_on = _document(before, after)
    now = timezone.now()
    changes = DeadlineChange.objects.bulk_create(
        [
            DeadlineChange(
                thing_type=line.thing._meta.label_lower,
                thing_id=str(line.thing.pk),
                number=line.number,
                record_id=line.record_id,
                step=line.step,
                old_date=line.old.date,
                old_provisional=line.old.provisional,
                new_date=line.new.date,
                new_provisional=line.new.provisional,
                source=source,
                announced_on=announced_on,
                told_at=now,
            )
            for line in moved
        ],
        batch_size=BATCH,
    )
    DeadlineTold.objects.bulk_create(
        [
            DeadlineTold(change=change, user_id=person)
            for change, line in zip(changes, moved, strict=True)
            for person in sorted(line.people)
        ],
        batch_size=BATCH,
    )
    for line in moved:
        append(
            actor,
            f"{line.thing._meta.app_label}.{'deadline_moved' if line.moved else 'deadline_confirmed'}",
            line.thing,
            {
                "number": line.number,
                "step": line.step,
                "old": line.old.date,
                "new": line.new.date,
                "provisional": line.new.provisional,
                "source": source,
                "told": len(line.people),
            },
        )
    return moved


def see(user: models.Model, *, thing: models.Model | None = None, record_id: str = "") -> int:
    """Note that this person has a page open that says what became of a deadline; return how much was new to him.

    Takes the thing whose page it is, or the public id of the record whose page it is (everything about it).
    """
    told = DeadlineTold.objects.filter(user_id=user.pk, seen_at=None)
    told = told.filter(change__record_id=record_id) if thing is None else told.filter(**_of(thing, "change__"))
    return told.update(seen_at=timezone.now())


def lapse(thing: models.Model, running_step: str = "") -> int:
    """The matter went on: what was told of deadlines that do not run any more concerns nobody now.

    ``running_step`` is the step whose deadline runs on; empty: none does.
    """
    over = DeadlineChange.objects.filter(lapsed_at=None, **_of(thing))
    return over.exclude(step=running_step).update(lapsed_at=timezone.now())


def _of(thing: models.Model, prefix: str = "") -> dict[str, str]:
    return {f"{prefix}thing_type": thing._meta.label_lower, f"{prefix}thing_id": str(thing.pk)}


def _document(before: WorkCalendar, after: WorkCalendar) -> tuple[str, Any]:
    """Return the names of the documents that changed the calendar, joined, and the day of the newest."""
    days = set(before.overrides.items()) ^ set(after.overrides.items())
    years = (before.years ^ after.years) | {day.year for day, _why in days}
    rows = list(CalendarYear.objects.filter(year__in=years).order_by("year"))
    source = _("、").join(dict.fromkeys(row.source for row in rows))[:420]
    return source, max((row.announced_on for row in rows), default=None)
