"""The statutory clock of a case: a pure calculation from facts, rules and the calendar. Nothing is counted.

Acceptance: from submission (or from the answer to a supplement request, which starts it again). Decision:
from acceptance, or for objections from receipt (山东省社会信用条例 第三十九条). While a supplement is awaited
the office's clock stands still and the applicant's runs.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from casework.kinds import kind_of
from casework.models import Case
from policy.rulebook import RuleBook
from policy.verdict import Basis, Because
from policy.workdays import WorkCalendar, due, working_days_left


@dataclass(frozen=True)
class Clock:
    """What is due, when, and how that was worked out. Days are Beijing days."""

    #: ``accept``, ``decide`` or ``answer``.
    step: str
    label: str
    due: date
    #: The due date reaches a year whose holidays are not announced yet.
    provisional: bool
    #: Working days left; 0: due today; negative: late.
    left: int
    because: tuple[Because, ...]
    rule_id: int | None

    @property
    def late(self) -> bool:
        return self.left < 0


#: Which deadline runs in which status.
_STEPS = {
    Case.Status.SUBMITTED: "accept",
    Case.Status.ACCEPTED: "decide",
    Case.Status.RECOMMENDED: "decide",
    Case.Status.SUPPLEMENT_REQUESTED: "answer",
}


def running_step(case: Case) -> str:
    """Return the step whose deadline runs (``accept``, ``decide``, ``answer``), or an empty text."""
    return _STEPS.get(Case.Status(case.status), "")


def local_day(moment: datetime) -> date:
    """Return the Beijing day of a moment."""
    return timezone.localtime(moment).date()


def clock(case: Case, today: date, calendar: WorkCalendar, book: RuleBook) -> Clock | None:
    """Return the running clock of a case, or None when nothing is due (draft, closed).

    Takes the case, the Beijing day it is asked on, the working-day calendar and the rules in force.
    """
    kind = kind_of(case)
    if case.status == Case.Status.SUBMITTED:
        start, key, step, label = case.resubmitted_at or case.submitted_at, kind.accept_limit, "accept", _("受理期限")
    elif case.status in (Case.Status.ACCEPTED, Case.Status.RECOMMENDED):
        start = (case.resubmitted_at or case.submitted_at) if kind.decide_from_submission else case.accepted_at
        key, step, label = kind.decide_limit, "decide", _("办结期限")
    elif case.status == Case.Status.SUPPLEMENT_REQUESTED:
        request = case.supplements.order_by("requested_at").last()
        start, key, step, label = request.requested_at, "supplement.answer_working_days", "answer", _("补正期限")
    else:
        return None
    rule = book.value(key, case.record.sector)
    day = local_day(start)
    result = due(day, int(rule.value), calendar)
    sentence = _("自%(start)s的次日起%(days)s个工作日") % {"start": day.isoformat(), "days": rule.value}
    because = [Because(sentence, rule.basis)]
    if result.provisional:
        because.append(Because(_("跨入的年份放假安排尚未公布，日期为暂定。"), Basis()))
    return Clock(
        step=step,
        label=label,
        due=result.date,
        provisional=result.provisional,
        left=working_days_left(today, result.date, calendar),
        because=tuple(because),
        rule_id=rule.rule_id,
    )


def clock_now(case: Case) -> Clock | None:
    """Return the case's clock as of today, with today's rules and calendar."""
    today = timezone.localdate()
    return clock(case, today, WorkCalendar.load(), RuleBook.load(today))
