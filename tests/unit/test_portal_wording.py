"""Dates, working days and citations in words, in both languages."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from portal import wording


@pytest.mark.parametrize(
    ("language", "value", "weekday", "words"),
    [
        ("zh-hans", date(2026, 11, 27), True, "2026年11月27日 星期五"),
        ("zh-hans", date(2026, 11, 27), False, "2026年11月27日"),
        ("en", date(2026, 11, 27), True, "Friday 27 November 2026"),
        ("en", date(2026, 11, 27), False, "27 November 2026"),
        # A moment late in the evening, UTC, is already the next day in Beijing.
        ("zh-hans", datetime(2026, 11, 26, 17, 0, tzinfo=UTC), True, "2026年11月27日 星期五"),
        ("zh-hans", "2026-11-27", True, "2026年11月27日 星期五"),
        ("zh-hans", "", True, ""),
        ("zh-hans", None, True, ""),
        ("zh-hans", "no date", True, ""),
    ],
)
def test_days_are_absolute_and_in_words(language, value, weekday, words):
    with translation.override(language):
        assert wording.day_in_words(value, weekday=weekday) == words


@pytest.mark.parametrize(
    ("language", "days", "words"),
    [
        ("zh-hans", 4, "还剩 4 个工作日"),
        ("zh-hans", 0, "今天到期"),
        ("zh-hans", -2, "已超期 2 个工作日"),
        ("zh-hans", None, ""),
        ("en", 4, "4 working days left"),
        ("en", 1, "1 working day left"),
        ("en", 0, "Due today"),
        ("en", -1, "1 working day overdue"),
    ],
)
def test_days_left_in_words(language, days, words):
    with translation.override(language):
        assert wording.days_left_in_words(days) == words


def test_a_moment_is_shown_in_beijing_time():
    moment = datetime(2026, 11, 26, 17, 5, tzinfo=UTC)
    with translation.override("zh-hans"):
        assert wording.moment_in_words(moment) == "2026年11月27日 01:05"
        assert wording.moment_in_words(None) == ""


@pytest.mark.parametrize(
    ("title", "article", "cited"),
    [
        ("信用修复管理办法", "第十条", "《信用修复管理办法》第十条"),
        (
            "信用修复管理办法（国家发展改革委令第36号）",
            "第十条",
            "《信用修复管理办法》（国家发展改革委令第36号）第十条",
        ),
        ("", "第十条", ""),
    ],
)
def test_a_rule_is_cited_with_its_number_outside_the_title_marks(title, article, cited):
    assert wording.citation(title, article) == cited
