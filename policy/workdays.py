"""Working days: when something is due, and how many days are left. Pure, given a calendar."""

import calendar as months
import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from django.utils.translation import gettext as _

from policy.cache import TableCache, newest_history
from policy.dates import say_short
from policy.verdict import Basis, Because

#: Nobody gets more than this; a mistyped number of days must not walk for ever.
MOST_WORKING_DAYS = 5000
#: A pause: from the day on which the clock was stopped to the day on which it was let run again (None: not yet).
Pause = tuple[dt.date, dt.date | None]
#: Whatever an upper room knows its deadline by.
Key = TypeVar("Key", bound=Hashable)

_FIRST_DAY = Basis("中华人民共和国民事诉讼法", "第八十五条")
_MONTHS = Basis("中华人民共和国民法典", "第二百零二条、第二百零三条")


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
    #: The clock stands still today: ``date`` is what it would be if it were let run again today.
    paused: bool = False
    #: How it was worked out, sentence by sentence.
    because: tuple[Because, ...] = ()


def due(start: dt.date, working_days: int, calendar: WorkCalendar) -> Due:
    """Return the last day of a term of working days that starts with the event on ``start``.

    The day of the event is not counted (民事诉讼法 Art. 85; 行政处罚法 Art. 85: such terms are working days).
    A term of 0 ends on the day of the event.

    Raises:
        ValueError: a negative or absurd number of days.
    """
    _check_term(working_days)
    date, skipped = _count(start, working_days, lambda day: calendar.why_free(day))
    return Due(date, _provisional(start, date, calendar), skipped)


def due_with_pauses(
    start: dt.date,
    days: int,
    pauses: Iterable[Pause],
    extension_days: int,
    calendar: WorkCalendar,
    today: dt.date,
) -> Due:
    """Return the last day of a term of working days that was stopped for a while, extended, or both.

    Takes the day of the event that starts it, the working days of the term, the pauses, the working days by which it
    was extended (0: not), the calendar and today (Asia/Shanghai). A pause ``(from, to)`` begins and ends with an
    event (a supplement is asked for; the answer comes in). The day on which the clock is stopped still counts, the
    day on which it starts again does not, as with the event that starts a term (民事诉讼法 Art. 85). Pauses may
    overlap; one after the term has ended changes nothing. While a pause is open the answer is what it would be if
    the clock were let run again today, and ``paused`` is set.

    Raises:
        ValueError: a negative or absurd number of days, or a pause that ends before it begins.
    """
    _check_term(days)
    _check_term(extension_days)
    _check_term(days + extension_days)
    closed = _closed(pauses, today)

    def why_not(day: dt.date) -> str:
        free = calendar.why_free(day)
        return free or (_("暂停") if any(first < day <= last for first, last, _open in closed) else "")

    date, skipped = _count(start, days + extension_days, why_not)
    used = [pause for pause in closed if pause[0] < date and pause[1] > start]
    # An open pause counts only where it began before the term was over.
    paused = any(still_open and first < date for first, _last, still_open in closed)
    because = [
        Because(_("从%(start)s的次日起数 %(days)s 个工作日。") % {"start": say_short(start), "days": days}, _FIRST_DAY)
    ]
    for first, last, still_open in used:
        words = {"first": say_short(first), "last": say_short(last)}
        sentence = _("%(first)s起暂停，至今没有恢复。") if still_open else _("%(first)s暂停，%(last)s恢复。")
        because.append(Because(sentence % words))
    if extension_days:
        because.append(Because(_("延长 %(days)s 个工作日。") % {"days": extension_days}))
    if paused:
        because.append(Because(_("现在正在暂停：这是今天就恢复时的日期，每过一个工作日顺延一天。")))
    provisional = _provisional(start, date, calendar)
    if provisional:
        because.append(Because(_("跨入的年份放假安排尚未公布，日期为暂定。")))
    return Due(date, provisional, skipped, paused, tuple(because))


def due_after_months(start: dt.date, number: int, calendar: WorkCalendar) -> Due:
    """Return the last day of a statutory term of months, such as the six months for going to court.

    It ends on the corresponding day, or on the month's last day (民法典 Art. 202), and on the next working day when
    that one is free (Art. 203). Publicity periods are not such terms: they end on their day, holiday or not.

    Raises:
        ValueError: a negative or absurd number of months.
    """
    if not 0 <= number <= 1200:
        raise ValueError(_("月数应在 0 到 1200 之间，收到的是 %(given)s。") % {"given": number})
    try:
        return _not_on_a_free_day(start, add_months(start, number), calendar)
    except (OverflowError, ValueError) as error:
        raise ValueError(_("这个期限超出了日历的范围。")) from error


def due_after_days(start: dt.date, number: int, calendar: WorkCalendar) -> Due:
    """Return the last day of a statutory term of calendar days, such as the sixty for a review.

    The first day is not counted; a term that ends on a free day ends on the next working day (民事诉讼法 Art. 85).

    Raises:
        ValueError: a negative or absurd number of days.
    """
    _check_term(number)
    try:
        return _not_on_a_free_day(start, start + dt.timedelta(days=number), calendar)
    except OverflowError as error:
        raise ValueError(_("这个期限超出了日历的范围。")) from error


def changed_deadlines(
    before: WorkCalendar,
    after: WorkCalendar,
    deadlines: Iterable[tuple[Key, dt.date, int] | tuple[Key, Callable[[WorkCalendar], Due]]],
) -> list[tuple[Key, Due, Due]]:
    """Return which terms end otherwise under another calendar, so that everybody can be told.

    Takes the calendar as it was and as it is, and the open terms: as ``(key, start, working days)``, or as
    ``(key, how)`` where a room works its terms out itself (pauses, extensions) and ``how(calendar)`` gives the
    ``Due``. Gives ``(key, old, new)`` for each whose last day moved or that is no longer (or newly) provisional.
    """
    changed = []
    for key, *term in deadlines:
        how = term[0] if len(term) == 1 else partial(due, *term)
        old, new = how(before), how(after)
        if (old.date, old.provisional) != (new.date, new.provisional):
            changed.append((key, old, new))
    return changed


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


def _check_term(days: int) -> None:
    if not 0 <= days <= MOST_WORKING_DAYS:
        raise ValueError(
            _("工作日数应在 0 到 %(most)s 之间，收到的是 %(given)s。") % {"most": MOST_WORKING_DAYS, "given": days}
        )


def _count(start: dt.date, number: int, why_not: Callable[[dt.date], str]) -> tuple[dt.date, list[tuple[dt.date, str]]]:
    """Return the day on which so many days have counted, and those that did not, each with its reason."""
    day, counted, skipped = start, 0, []
    try:
        while counted < number:
            day += dt.timedelta(days=1)
            why = why_not(day)
            if why:
                skipped.append((day, why))
            else:
                counted += 1
    except OverflowError as error:
        raise ValueError(_("这个期限超出了日历的范围。")) from error
    return day, skipped


def _closed(pauses: Iterable[Pause], today: dt.date) -> Sequence[tuple[dt.date, dt.date, bool]]:
    """Return the pauses as ``(from, to, still open)``, the earliest first; an open one reaches to today."""
    closed = []
    for first, last in pauses:
        if last is not None and last < first:
            raise ValueError(_("暂停的结束日（%(last)s）早于开始日（%(first)s）。") % {"first": first, "last": last})
        closed.append((first, max(first, today) if last is None else last, last is None))
    return sorted(closed)


def _provisional(start: dt.date, date: dt.date, calendar: WorkCalendar) -> bool:
    first = min(start + dt.timedelta(days=1), date)
    return any(not calendar.announced(year) for year in range(first.year, date.year + 1))


def _not_on_a_free_day(start: dt.date, last: dt.date, calendar: WorkCalendar) -> Due:
    date, skipped = last, []
    while why := calendar.why_free(date):
        skipped.append((date, why))
        date += dt.timedelta(days=1)
    because = [Because(_("从%(start)s的次日起算，到%(last)s为止。") % _words(start=start, last=last), _MONTHS)]
    if date != last:
        because.append(Because(_("最后一日不上班，顺延到%(date)s。") % _words(date=date), _MONTHS))
    # Only the last days matter: a holiday in between does not lengthen a term of months or days.
    provisional = any(not calendar.announced(year) for year in range(last.year, date.year + 1))
    return Due(date, provisional, skipped, because=tuple(because))


def _words(**days: dt.date) -> dict[str, str]:
    return {name: say_short(day) for name, day in days.items()}


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
