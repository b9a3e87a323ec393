"""Working days: when something is due, and how many days are left. Pure, given a calendar."""

import calendar as months
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from policy.cache import TableCache, newest_history

#: Nobody gets more than this; a mistyped number of days must not walk for ever.
MOST_WORKING_DAYS = 5000


@dataclass(frozen=True)
class WorkCalendar:
    """Holidays and make-up days of the announced years.

    ``overrides``: day -> (worked or not, name); ``years``: years whose table the State Council has announced and
    that is loaded; ``statutory``: (month, day) -> name of the holidays that the law itself fixes, used for years
    that are not announced (lunar festivals and make-up days are unknown there, so such a date is provisional).
    """

    overrides: Mapping[dt.date, tuple[bool, str]] = field(default_factory=dict)
    years: frozenset[int] = frozenset()
    statutory: Mapping[tuple[int, int], str] = field(default_factory=dict)

    @staticmethod
    def load() -> "WorkCalendar":
        """Return the calendar of the tables (kept in memory until they change)."""
        return cache.get()

    def announced(self, year: int) -> bool:
        """Whether the year's table is known."""
        return year in self.years

    def is_workday(self, day: dt.date) -> bool:
        """Whether offices work on that day."""
        return not self.why_free(day)

    def why_free(self, day: dt.date) -> str:
        """Return why nobody works on that day (国庆节, 周六), or an empty text on a working day."""
        if day in self.overrides:
            worked, name = self.overrides[day]
            return "" if worked else name
        if not self.announced(day.year) and (day.month, day.day) in self.statutory:
            return self.statutory[day.month, day.day]
        return _weekday(day) if day.weekday() >= 5 else ""


@dataclass(frozen=True)
class Due:
    """When a term ends. ``provisional``: it reaches into a year whose holidays are not announced."""

    date: dt.date
    provisional: bool
    #: ``(day, why)`` of every day that did not count.
    skipped: list[tuple[dt.date, str]]


def due(start: dt.date, working_days: int, calendar: WorkCalendar) -> Due:
    """Return the last day of a term of working days that starts with the event on ``start``.

    The day of the event is not counted (民事诉讼法 Art. 85; 行政处罚法 Art. 85: such terms are working days).
    A term of 0 ends on the day of the event.

    Raises:
        ValueError: a negative or absurd number of days.
    """
    if not 0 <= working_days <= MOST_WORKING_DAYS:
        raise ValueError(
            _("工作日数应在 0 到 %(most)s 之间，收到的是 %(given)s。")
            % {"most": MOST_WORKING_DAYS, "given": working_days}
        )
    day, counted, skipped = start, 0, []
    try:
        while counted < working_days:
            day += dt.timedelta(days=1)
            why = calendar.why_free(day)
            if why:
                skipped.append((day, why))
            else:
                counted += 1
    except OverflowError as error:
        raise ValueError(_("这个期限超出了日历的范围。")) from error
    first = min(start + dt.timedelta(days=1), day)
    provisional = any(not calendar.announced(year) for year in range(first.year, day.year + 1))
    return Due(day, provisional, skipped)


def working_days_left(today: dt.date, due_date: dt.date, calendar: WorkCalendar) -> int:
    """Return how many working days are left: 0 on the due day itself, negative when late.

    Late on a free day already counts as late by one: a term that ended on Friday is over on Saturday.
    """
    if today <= due_date:
        return _working_days_after(today, due_date, calendar)
    return -max(1, _working_days_after(due_date, today, calendar))


def add_months(day: dt.date, number: int) -> dt.date:
    """Return the same day a number of months later (or earlier); the month's last day where there is none.

    民法典 Art. 202: a period of months ends on the corresponding day, or on the last day of the month.
    """
    month = day.year * 12 + day.month - 1 + number
    year, month = divmod(month, 12)
    return dt.date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def _working_days_after(first: dt.date, last: dt.date, calendar: WorkCalendar) -> int:
    return sum(calendar.is_workday(first + dt.timedelta(days=n)) for n in range(1, (last - first).days + 1))


def _weekday(day: dt.date) -> str:
    return (_("周六"), _("周日"))[day.weekday() - 5]


def _read_tables() -> WorkCalendar:
    from policy.models import CalendarYear, Rule, WorkdayOverride

    statutory = {}
    # The law's own list, newest last, whatever day it is: it only serves years that nobody has announced.
    for rule in Rule.objects.filter(key="calendar.statutory_days", active=True).order_by("effective_from"):
        statutory = {tuple(int(n) for n in item["day"].split("-")): item["name"] for item in rule.value}
    return WorkCalendar(
        overrides={row.day: (row.is_workday, row.name) for row in WorkdayOverride.objects.all()},
        years=frozenset(CalendarYear.objects.values_list("year", flat=True)),
        statutory=statutory,
    )


def _state():
    from policy.models import CalendarYear, Rule

    return newest_history(Rule, CalendarYear)


#: In-process copy of the calendar tables.
cache = TableCache(_read_tables, _state)
