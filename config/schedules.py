"""What happens by itself, and how often. ``manage.py seed_schedules`` brings the task queue in line with this table."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django_q.models import Schedule

#: Rows of ours carry this prefix, so that rows an administrator made by hand are left alone.
PREFIX = "xinxiu:"


@dataclass(frozen=True)
class Regular:
    """One piece of regular work: a task's dotted name, and the minutes between two runs."""

    name: str
    task: str
    minutes: int


#: A sweep is the guarantee behind every bell (async_task): it takes up what a crash left behind.
REGULAR = (
    Regular("heartbeat", "config.tasks.beat", 1),
    Regular("notices", "notices.tasks.sweep", 1),
    Regular("exchange", "exchange.tasks.sweep", 1),
    Regular("publicity", "records.tasks.sweep", 1),
    Regular("register-names", "records.tasks.tidy_register", 24 * 60),
    Regular("tidy", "config.tasks.tidy", 24 * 60),
)


@transaction.atomic
def seed() -> int:
    """Make the queue's schedule rows agree with ``REGULAR``; give how many rows changed.

    A row that exists keeps its next run. Missed runs are not caught up (``catch_up`` is off in the settings). Runs
    that succeed leave no row behind: there are thousands a day and they say nothing.
    """
    changed = 0
    known = {row.name: row for row in Schedule.objects.filter(name__startswith=PREFIX).order_by("pk")}
    for regular in REGULAR:
        wanted = {
            "func": regular.task,
            "schedule_type": Schedule.MINUTES,
            "minutes": regular.minutes,
            "repeats": -1,
            "kwargs": "{'q_options': {'save': False}}",
        }
        row = known.pop(PREFIX + regular.name, None)
        if row is None:
            Schedule.objects.create(name=PREFIX + regular.name, next_run=timezone.now(), **wanted)
            changed += 1
        elif any(getattr(row, column) != value for column, value in wanted.items()):
            Schedule.objects.filter(pk=row.pk).update(**wanted)
            changed += 1
    changed += len(known)
    Schedule.objects.filter(pk__in=[row.pk for row in known.values()]).delete()
    return changed
