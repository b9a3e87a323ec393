"""The publicity line: where today stands between the decision and the automatic stop."""

import re
from datetime import date

import pytest

from portal.publicity_line import draw_line

START, EARLIEST, UNTIL = date(2026, 1, 1), date(2026, 4, 11), date(2026, 7, 20)  # 100 and 200 days


def place_of_today(html: str) -> float:
    return float(re.search(r'<circle[^>]* cx="([\d.]+)%"', html).group(1))


@pytest.mark.parametrize(
    ("today", "place"),
    [
        (START, 0),
        (EARLIEST, 50),
        (UNTIL, 100),
        (date(2025, 12, 1), 0),  # never left of the line
        (date(2027, 1, 1), 100),  # never right of it
    ],
)
def test_today_stands_where_it_belongs(today, place):
    html = draw_line(start=START, earliest=EARLIEST, until=UNTIL, removed=None, today=today)
    assert place_of_today(html) == place


def test_a_removed_record_shows_the_day_of_its_removal_instead():
    html = draw_line(start=START, earliest=EARLIEST, until=UNTIL, removed=EARLIEST, today=UNTIL)
    assert place_of_today(html) == 50
    assert "已于 2026年4月11日 终止公示" in html


def test_after_the_last_day_the_words_say_so():
    html = draw_line(start=START, earliest=EARLIEST, until=UNTIL, removed=None, today=date(2026, 7, 21))
    assert "公示期已满" in html


def test_a_record_without_a_publicity_period_has_no_end_on_its_line():
    html = draw_line(start=START, earliest=START, until=None, removed=None, today=START)
    assert "自动停止" not in html
    assert "xx-line__track--open" not in html


def test_the_dates_are_there_in_words_too():
    html = draw_line(start=START, earliest=EARLIEST, until=UNTIL, removed=None, today=EARLIEST)
    for words in ("2026年1月1日", "2026年4月11日", "2026年7月20日"):
        assert words in html
    assert "style=" not in html
