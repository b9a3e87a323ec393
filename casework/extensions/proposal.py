"""What an extension of a decision's limit would be: asked by the guard, the page, the notice and the verb alike."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from casework.clock import DECIDE, Clock, clock, clock_of, running_step
from casework.kinds import kind_of
from casework.models import Case
from policy.rulebook import RuleBook, RuleValue
from policy.workdays import WorkCalendar


@dataclass(frozen=True)
class Allowed:
    """What the rules allow a case of one kind: by how many working days, and how many times."""

    days: RuleValue
    times: RuleValue

    @property
    def rule_ids(self) -> list[int]:
        return [rule.rule_id for rule in (self.days, self.times) if rule.rule_id is not None]


@dataclass(frozen=True)
class Proposal:
    """The next extension of one case: the running clock without it and with it."""

    number: int
    allowed: Allowed
    old: Clock
    new: Clock

    @property
    def days(self) -> int:
        return int(self.allowed.days.value)


def allowed_by_rules(case: Case, book: RuleBook) -> Allowed | None:
    """Return what the rules in force allow for this case, or None where they name no extension for its kind."""
    kind = kind_of(case)
    if not (kind.extension_limit and kind.extension_times):
        return None
    days, times = (book.find(key, case.record.sector) for key in (kind.extension_limit, kind.extension_times))
    if days is None or times is None or int(days.value) < 1 or int(times.value) < 1:
        return None
    return Allowed(days, times)


def propose(case: Case, today: date, calendar: WorkCalendar, book: RuleBook) -> Proposal | None:
    """Return the next extension as it would be if it were decided today; None where none can be thought of.

    Takes the case, the Beijing day, the working-day calendar and the rules in force. Whether anybody may decide it is
    the guard's business (``casework.guards.can_extend_decision``).
    """
    allowed = allowed_by_rules(case, book)
    if allowed is None or running_step(case) != DECIDE:
        return None
    old = clock(case, today, calendar, book)
    new = clock_of(case, DECIDE, case.accepted_at, today, calendar, book, more=allowed.days)
    return Proposal(case.extensions.count() + 1, allowed, old, new)


def propose_now(case: Case) -> Proposal | None:
    """Return :func:`propose` as of today, with today's rules and calendar."""
    today = timezone.localdate()
    return propose(case, today, WorkCalendar.load(), RuleBook.load(today))
