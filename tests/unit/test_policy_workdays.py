"""Working days: worked cases around real holidays, and what must hold for every term."""

import datetime as dt
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.holidays import read_years
from policy.packs.reading import FOLDER
from policy.workdays import MOST_WORKING_DAYS, WorkCalendar, add_months, due, working_days_left

STATUTORY = {
    (1, 1): "元旦",
    (5, 1): "劳动节",
    (5, 2): "劳动节",
    (10, 1): "国庆节",
    (10, 2): "国庆节",
    (10, 3): "国庆节",
}
YEARS = read_years(tomllib.loads((FOLDER / "holidays.toml").read_text(encoding="utf-8")))
CALENDAR = WorkCalendar(
    overrides={day: (worked, name) for year in YEARS for day, worked, name in year.days},
    years=frozenset(year.year for year in YEARS),
    statutory=STATUTORY,
)
D = dt.date
DAYS = st.dates(D(2023, 6, 1), D(2028, 6, 1))
TERMS = st.integers(1, 60)


@pytest.mark.parametrize(
    ("start", "number", "expected", "provisional"),
    [
        # An ordinary week: the day of the event is not counted (民事诉讼法 Art. 85).
        (D(2026, 11, 23), 3, D(2026, 11, 26), False),
        # Over a weekend, and from a weekend.
        (D(2026, 11, 26), 3, D(2026, 12, 1), False),
        (D(2026, 11, 28), 1, D(2026, 11, 30), False),
        # National Day 2026: 1-7 October free, Saturday 10 October worked.
        (D(2026, 9, 30), 1, D(2026, 10, 8), False),
        (D(2026, 9, 30), 3, D(2026, 10, 10), False),
        (D(2026, 9, 28), 7, D(2026, 10, 13), False),
        # Mid-autumn and the worked Sunday 20 September before it.
        (D(2026, 9, 18), 1, D(2026, 9, 20), False),
        (D(2026, 9, 24), 1, D(2026, 9, 28), False),
        # Spring Festival 2026: 15-23 February free, 14 and 28 February worked.
        (D(2026, 2, 13), 2, D(2026, 2, 24), False),
        (D(2026, 2, 26), 2, D(2026, 2, 28), False),
        # Years before: 2025 with a worked Sunday in January, 2024 with its leap day.
        (D(2025, 1, 24), 1, D(2025, 1, 26), False),
        (D(2024, 2, 28), 1, D(2024, 2, 29), False),
        # New Year 2027: not announced, so provisional; 1 January is free by law all the same.
        (D(2026, 12, 28), 3, D(2026, 12, 31), False),
        (D(2026, 12, 28), 4, D(2027, 1, 4), True),
        (D(2026, 12, 31), 1, D(2027, 1, 4), True),
        # A term of nothing ends at once.
        (D(2026, 11, 22), 0, D(2026, 11, 22), False),
    ],
)
def test_due(start, number, expected, provisional):
    answer = due(start, number, CALENDAR)
    assert (answer.date, answer.provisional) == (expected, provisional)


def test_due_says_what_it_skipped():
    answer = due(D(2026, 9, 30), 1, CALENDAR)
    assert answer.skipped == [(D(2026, 10, day), "国庆节") for day in range(1, 8)]
    assert due(D(2026, 11, 27), 1, CALENDAR).skipped == [(D(2026, 11, 28), "周六"), (D(2026, 11, 29), "周日")]


@pytest.mark.parametrize("number", [-1, MOST_WORKING_DAYS + 1])
def test_absurd_terms_are_refused(number):
    with pytest.raises(ValueError, match="工作日数"):
        due(D(2026, 1, 1), number, CALENDAR)


def test_the_end_of_the_calendar_is_a_sentence():
    with pytest.raises(ValueError, match="日历"):
        due(dt.date.max, 1, CALENDAR)


@pytest.mark.parametrize(
    ("today", "due_date", "left"),
    [
        (D(2026, 11, 26), D(2026, 11, 26), 0),  # Due today is not overdue.
        (D(2026, 11, 23), D(2026, 11, 26), 3),
        (D(2026, 11, 28), D(2026, 11, 30), 1),
        (D(2026, 11, 27), D(2026, 11, 26), -1),
        (D(2026, 11, 28), D(2026, 11, 27), -1),  # Saturday after a Friday: over, not due today.
        (D(2026, 10, 8), D(2026, 9, 30), -1),
        (D(2026, 12, 1), D(2026, 11, 26), -3),
    ],
)
def test_working_days_left(today, due_date, left):
    assert working_days_left(today, due_date, CALENDAR) == left


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (D(2026, 4, 15), 3, D(2026, 7, 15)),
        (D(2026, 8, 31), 3, D(2026, 11, 30)),  # 民法典 Art. 202: no 31 November.
        (D(2026, 11, 30), 3, D(2027, 2, 28)),
        (D(2023, 11, 30), 3, D(2024, 2, 29)),
        (D(2024, 2, 29), 12, D(2025, 2, 28)),
        (D(2024, 2, 29), 48, D(2028, 2, 29)),
        (D(2026, 12, 31), 1, D(2027, 1, 31)),
        (D(2026, 1, 31), 0, D(2026, 1, 31)),
        (D(2026, 3, 31), -1, D(2026, 2, 28)),
    ],
)
def test_add_months(day, months, expected):
    assert add_months(day, months) == expected


@given(DAYS, TERMS)
def test_due_is_a_working_day_and_counts_right(start, number):
    answer = due(start, number, CALENDAR)
    assert CALENDAR.is_workday(answer.date)
    between = [start + dt.timedelta(days=n) for n in range(1, (answer.date - start).days + 1)]
    assert sum(map(CALENDAR.is_workday, between)) == number
    assert [day for day, _why in answer.skipped] == [day for day in between if not CALENDAR.is_workday(day)]
    assert working_days_left(start, answer.date, CALENDAR) == number


@given(DAYS, TERMS, st.integers(0, 30))
def test_later_or_longer_never_ends_earlier(start, number, more):
    first = due(start, number, CALENDAR).date
    assert due(start + dt.timedelta(days=more), number, CALENDAR).date >= first
    assert due(start, number + more, CALENDAR).date >= first


@given(DAYS, TERMS)
def test_provisional_exactly_when_an_unknown_year_is_reached(start, number):
    answer = due(start, number, CALENDAR)
    touched = {(start + dt.timedelta(days=n)).year for n in range(1, (answer.date - start).days + 1)}
    assert answer.provisional == bool(touched - {2024, 2025, 2026})


@given(st.dates(D(1990, 1, 1), D(2060, 1, 1)), st.integers(-240, 240))
def test_months_keep_the_day_or_clamp_it(day, months):
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + dt.timedelta(days=1)).day == 1)


def test_the_shipped_years_have_as_many_working_days_as_announced():
    # 2024: 366 days, 251 working days; 2025: 248; 2026: 248 (52 weekends less make-up days, less holidays).
    count = {
        year: sum(
            CALENDAR.is_workday(D(year, 1, 1) + dt.timedelta(days=n)) for n in range(366 if year == 2024 else 365)
        )
        for year in (2024, 2025, 2026)
    }
    assert count == {2024: 251, 2025: 248, 2026: 248}
