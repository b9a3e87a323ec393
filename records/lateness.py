"""七天双公示: how late a record was reported."""

import datetime as dt

from policy.rulebook import RuleBook, RuleValue
from policy.workdays import WorkCalendar, due, working_days_left

#: Answers under one calendar; another calendar starts anew. Files repeat a few hundred days a hundred thousand times.
_answers: tuple[WorkCalendar | None, dict[tuple[dt.date, dt.date, int], int]] = (None, {})
_MOST_ANSWERS = 20_000


def limit_of(reported_on: dt.date) -> RuleValue:
    """Return the rule of the term (working days), as in force on the day of reporting, with its basis.

    Raises:
        policy.rulebook.MissingRule: the rule packs are not loaded.
    """
    return RuleBook.load(reported_on).value("report.working_days")


def days_late(decision_date: dt.date, reported_on: dt.date) -> int:
    """Return by how many working days a decision was reported too late; 0 when in time.

    Both are Beijing days. A term that ended on Friday and a report on Saturday is late by one.

    Raises:
        policy.rulebook.MissingRule: the rule packs are not loaded.
    """
    global _answers
    calendar, limit = WorkCalendar.load(), int(limit_of(reported_on).value)
    if _answers[0] is not calendar or len(_answers[1]) > _MOST_ANSWERS:
        _answers = (calendar, {})
    known = _answers[1]
    key = (decision_date, reported_on, limit)
    if key not in known:
        last_day = due(decision_date, limit, calendar).date
        known[key] = max(0, -working_days_left(reported_on, last_day, calendar))
    return known[key]
