"""The statutory clock of a case: a pure calculation from facts, rules and the calendar. Nothing is counted.

Acceptance: from submission (or from the answer to a supplement request, which starts it again). Decision:
from acceptance, or for objections from receipt (山东省社会信用条例 第三十九条), with the working days by which it was
extended. While a supplement is awaited the office's clock stands still and the applicant's runs.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from casework.kinds import kind_of
from casework.models import Case
from policy.dates import say_short
from policy.rulebook import RuleBook, RuleValue
from policy.verdict import Basis, Because
from policy.workdays import WorkCalendar, due, due_with_pauses, working_days_left

ACCEPT, DECIDE, ANSWER = "accept", "decide", "answer"


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
    if case.status == Case.Status.SUBMITTED:
        step, start = ACCEPT, case.resubmitted_at or case.submitted_at
    elif case.status in (Case.Status.ACCEPTED, Case.Status.RECOMMENDED):
        step, start = DECIDE, case.accepted_at
    elif case.status == Case.Status.SUPPLEMENT_REQUESTED:
        step, start = ANSWER, case.supplements.order_by("requested_at").last().requested_at
    else:
        return None
    return clock_of(case, step, start, today, calendar, book)


def clock_of(
    case: Case,
    step: str,
    start: datetime,
    today: date,
    calendar: WorkCalendar,
    book: RuleBook,
    more: RuleValue | None = None,
) -> Clock:
    """Return the clock of one step that began at ``start``: of the step that runs, or of the one that a notice opens.

    Takes ``accept``, ``decide`` or ``answer``; the other arguments are those of :func:`clock`. Where the kind decides
    from the submission on, the decision's clock takes its beginning from the case. ``more`` is the rule by which the
    decision's limit is being extended once more; extensions that were decided count in any case.
    """
    kind = kind_of(case)
    if step == DECIDE and kind.decide_from_submission:
        start = case.resubmitted_at or case.submitted_at
    key, label = {
        ACCEPT: (kind.accept_limit, _("受理期限")),
        DECIDE: (kind.decide_limit, _("办结期限")),
        ANSWER: ("supplement.answer_working_days", _("补正期限")),
    }[step]
    rule = book.value(key, case.record.sector)
    day = local_day(start)
    extended = _extended_by(case, today, more) if step == DECIDE else []
    result = due_with_pauses(day, int(rule.value), (), sum(days for days, _line in extended), calendar, today)
    sentence = _("自%(start)s的次日起%(days)s个工作日") % {"start": day.isoformat(), "days": rule.value}
    because = [Because(sentence, rule.basis), *(line for _days, line in extended)]
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


def _extended_by(case: Case, today: date, more: RuleValue | None) -> list[tuple[int, Because]]:
    """Return the extensions of a decision's limit, each as its working days and its line of the explanation."""
    given = [(local_day(row.decided_at), row.working_days, row.basis) for row in case.extensions.all()]
    if more is not None:
        given.append((today, int(more.value), more.basis))
    sentence = _("%(day)s决定延长%(days)s个工作日")
    return [(days, Because(sentence % {"day": say_short(day), "days": days}, basis)) for day, days, basis in given]


def clock_now(case: Case) -> Clock | None:
    """Return the case's clock as of today, with today's rules and calendar."""
    today = timezone.localdate()
    return clock(case, today, WorkCalendar.load(), RuleBook.load(today))


def limits_kept(case: Case, calendar: WorkCalendar, book: RuleBook) -> bool:
    """Return whether the office kept every limit of a case that it has closed (not of one withdrawn).

    Takes the closed case, the working-day calendar and the rules in force when it was closed. Days that were
    reached while the applicant supplemented do not count: acceptance runs from the answer, as in :func:`clock`. An
    extension was decided before the limit had passed, so its days belong to the limit.
    """
    kind = kind_of(case)
    handed_in = case.resubmitted_at or case.submitted_at
    steps = [(handed_in, kind.accept_limit, 0, case.accepted_at or case.closed_at)]
    if case.accepted_at:
        start = handed_in if kind.decide_from_submission else case.accepted_at
        extended = sum(row.working_days for row in case.extensions.all())
        steps.append((start, kind.decide_limit, extended, case.closed_at))
    for start, key, extended, done in steps:
        days = int(book.value(key, case.record.sector).value) + extended
        if due(local_day(start), days, calendar).date < local_day(done):
            return False
    return True
