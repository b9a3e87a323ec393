"""Working days: worked cases around real holidays, and what must hold for every term."""

import datetime as dt
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.holidays import read_years
from policy.packs.reading import FOLDER
from policy.workdays import (
    MOST_WORKING_DAYS,
    WorkCalendar,
    add_months,
    changed_deadlines,
    due,
    due_after_days,
    due_after_months,
    due_with_pauses,
    working_days_left,
)

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


TODAY = D(2026, 11, 23)


@pytest.mark.parametrize(
    ("start", "days", "pauses", "extension", "expected"),
    [
        # Nothing special: as without.
        (D(2026, 11, 2), 7, [], 0, D(2026, 11, 11)),
        # 国办发〔2025〕22号: a complicated case may be extended.
        (D(2026, 11, 2), 7, [], 10, D(2026, 11, 25)),
        # A supplement asked for on Wednesday and answered on the next Tuesday: Thursday to Tuesday do not count.
        (D(2026, 11, 2), 7, [(D(2026, 11, 4), D(2026, 11, 10))], 0, D(2026, 11, 17)),
        # Stopped and let run again on one day: nothing lost.
        (D(2026, 11, 2), 7, [(D(2026, 11, 4), D(2026, 11, 4))], 0, D(2026, 11, 11)),
        # Two pauses that overlap are one.
        (D(2026, 11, 2), 7, [(D(2026, 11, 6), D(2026, 11, 10)), (D(2026, 11, 4), D(2026, 11, 9))], 0, D(2026, 11, 17)),
        # A pause over a weekend costs only its working days; one over National Day costs none of the free ones.
        (D(2026, 11, 2), 7, [(D(2026, 11, 6), D(2026, 11, 9))], 0, D(2026, 11, 12)),
        (D(2026, 9, 28), 3, [(D(2026, 9, 30), D(2026, 10, 8))], 0, D(2026, 10, 9)),
        # Before it began, or after it was over: nothing.
        (D(2026, 11, 2), 7, [(D(2026, 10, 4), D(2026, 10, 10))], 0, D(2026, 11, 11)),
        (D(2026, 11, 2), 7, [(D(2026, 11, 11), D(2026, 11, 20))], 0, D(2026, 11, 11)),
        # Begun before the term: from the term's first day on.
        (D(2026, 11, 2), 2, [(D(2026, 10, 30), D(2026, 11, 4))], 0, D(2026, 11, 6)),
        # Paused and extended.
        (D(2026, 11, 2), 7, [(D(2026, 11, 4), D(2026, 11, 10))], 3, D(2026, 11, 20)),
    ],
)
def test_pauses_and_extension(start, days, pauses, extension, expected):
    answer = due_with_pauses(start, days, pauses, extension, CALENDAR, TODAY)
    assert (answer.date, answer.paused) == (expected, False)
    assert answer.because[0].basis.article == "第八十五条"
    assert bool(extension) == any("延长" in line.text for line in answer.because)


def test_an_open_pause_is_answered_as_if_it_ended_today():
    open_pause = [(D(2026, 11, 4), None)]
    answer = due_with_pauses(D(2026, 11, 2), 7, open_pause, 0, CALENDAR, TODAY)
    assert answer == due_with_pauses(D(2026, 11, 2), 7, open_pause, 0, CALENDAR, TODAY)
    ended = due_with_pauses(D(2026, 11, 2), 7, [(D(2026, 11, 4), TODAY)], 0, CALENDAR, TODAY)
    assert (answer.date, answer.paused, ended.paused) == (ended.date, True, False)
    assert "正在暂停" in answer.because[-1].text
    tomorrow = due_with_pauses(D(2026, 11, 2), 7, open_pause, 0, CALENDAR, D(2026, 11, 24))
    assert tomorrow.date > answer.date
    # Stopped only after the term was over: over is over.
    late = due_with_pauses(D(2026, 11, 2), 2, [(D(2026, 11, 9), None)], 0, CALENDAR, TODAY)
    assert (late.date, late.paused) == (D(2026, 11, 4), False)


@pytest.mark.parametrize(
    ("days", "pauses", "extension", "said"),
    [
        (-1, [], 0, "工作日数"),
        (3, [], -1, "工作日数"),
        (MOST_WORKING_DAYS, [], 1, "工作日数"),
        (3, [(D(2026, 11, 4), D(2026, 11, 3))], 0, "早于"),
    ],
)
def test_impossible_pauses_and_extensions_are_refused(days, pauses, extension, said):
    with pytest.raises(ValueError, match=said):
        due_with_pauses(D(2026, 11, 2), days, pauses, extension, CALENDAR, TODAY)


@pytest.mark.parametrize(
    ("start", "months", "expected", "provisional"),
    [
        # 行政诉讼法 Art. 46: six months. 民法典 Art. 202: the corresponding day; Art. 203: not on a free day.
        (D(2026, 4, 15), 6, D(2026, 10, 15), False),
        (D(2026, 4, 3), 6, D(2026, 10, 8), False),
        (D(2026, 8, 31), 6, D(2027, 3, 1), True),
        (D(2026, 5, 28), 6, D(2026, 11, 30), False),
        (D(2026, 11, 23), 0, D(2026, 11, 23), False),
    ],
)
def test_terms_of_months_do_not_end_on_a_free_day(start, months, expected, provisional):
    answer = due_after_months(start, months, CALENDAR)
    assert (answer.date, answer.provisional) == (expected, provisional)
    assert ("顺延" in "".join(line.text for line in answer.because)) == bool(answer.skipped)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        # 行政复议法 Art. 20: sixty days.
        (D(2026, 9, 1), 60, D(2026, 11, 2)),  # 31 October is a Saturday
        (D(2026, 8, 3), 60, D(2026, 10, 8)),  # 2 October is a holiday
        (D(2026, 9, 24), 60, D(2026, 11, 23)),
    ],
)
def test_terms_of_days_do_not_end_on_a_free_day(start, days, expected):
    assert due_after_days(start, days, CALENDAR).date == expected


@pytest.mark.parametrize("how", [due_after_months, due_after_days])
@pytest.mark.parametrize("number", [-1, 10**6])
def test_absurd_terms_of_months_and_days_are_refused(how, number):
    with pytest.raises(ValueError, match="应在"):
        how(D(2026, 1, 1), number, CALENDAR)
    with pytest.raises(ValueError, match="日历"):
        how(dt.date.max, 1, CALENDAR)


def announced_2027() -> WorkCalendar:
    days = {D(2027, 1, 1): (False, "元旦"), D(2027, 1, 2): (False, "元旦"), D(2027, 1, 9): (True, "元旦调休")}
    return WorkCalendar({**CALENDAR.overrides, **days}, CALENDAR.years | {2027}, STATUTORY)


def test_a_new_year_names_the_terms_that_it_moves():
    terms = [
        ("this year", D(2026, 11, 2), 7),
        ("now certain", D(2026, 12, 30), 2),
        ("moved", D(2026, 12, 31), 6),
    ]
    changed = changed_deadlines(CALENDAR, announced_2027(), terms)
    assert [(key, old.date, new.date, new.provisional) for key, old, new in changed] == [
        ("now certain", D(2027, 1, 4), D(2027, 1, 4), False),
        ("moved", D(2027, 1, 11), D(2027, 1, 9), False),
    ]
    own = [("own clock", lambda calendar: due(D(2026, 12, 31), 6, calendar))]
    assert [key for key, _old, _new in changed_deadlines(CALENDAR, announced_2027(), own)] == ["own clock"]
    assert changed_deadlines(CALENDAR, CALENDAR, terms) == []


PAUSES = st.lists(
    st.tuples(DAYS, st.none() | st.integers(0, 40)).map(
        lambda pair: (pair[0], None if pair[1] is None else pair[0] + dt.timedelta(days=pair[1]))
    ),
    max_size=3,
)


@given(DAYS, TERMS, st.integers(0, 20))
def test_without_a_pause_an_extension_is_more_working_days(start, number, extension):
    answer = due_with_pauses(start, number, [], extension, CALENDAR, TODAY)
    plain = due(start, number + extension, CALENDAR)
    assert (answer.date, answer.provisional, answer.skipped) == (plain.date, plain.provisional, plain.skipped)


@given(DAYS, TERMS, PAUSES, st.integers(0, 10))
def test_a_pause_never_takes_time_away_and_no_day_counts_in_it(start, number, pauses, extension):
    answer = due_with_pauses(start, number, pauses, extension, CALENDAR, TODAY)
    assert answer.date >= due(start, number + extension, CALENDAR).date
    skipped = {day for day, _why in answer.skipped}
    counted = [
        day
        for day in (start + dt.timedelta(days=n) for n in range(1, (answer.date - start).days + 1))
        if day not in skipped
    ]
    assert len(counted) == number + extension
    assert all(CALENDAR.is_workday(day) for day in counted)
    for first, last in pauses:
        assert not any(first < day <= (last or max(first, TODAY)) for day in counted)


@given(DAYS, TERMS)
def test_exactly_the_terms_that_differ_are_named(start, number):
    changed = changed_deadlines(CALENDAR, announced_2027(), [("k", start, number)])
    old, new = due(start, number, CALENDAR), due(start, number, announced_2027())
    assert bool(changed) == ((old.date, old.provisional) != (new.date, new.provisional))


@given(DAYS, st.integers(0, 60))
def test_a_term_of_months_ends_on_a_working_day_at_most_a_holiday_later(start, number):
    answer = due_after_months(start, number, CALENDAR)
    assert CALENDAR.is_workday(answer.date)
    assert 0 <= (answer.date - add_months(start, number)).days <= 16
