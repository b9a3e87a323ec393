"""Until when an upstream change has to be followed: computed from the day it took effect, never stored."""

from dataclasses import dataclass
from datetime import date

from policy.rulebook import RuleBook
from policy.verdict import Basis
from policy.workdays import WorkCalendar, due, working_days_left
from records.actions.upstream import LIMIT
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
    result = due(change.effective_on, int(rule.value), calendar)
    left = working_days_left(today, result.date, calendar)
    return Deadline(result.date, result.provisional, left, int(rule.value), rule.basis)
