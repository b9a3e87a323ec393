"""Saying a date so that nobody has to count."""

import datetime as dt

from django.utils.formats import date_format
from django.utils.translation import get_language

WEEKDAYS = "一二三四五六日"


def say(day: dt.date) -> str:
    """Return the date in full in the page's language: 2026年11月27日 星期五, or Friday 27 November 2026."""
    if (get_language() or "zh").startswith("zh"):
        return f"{day.year}年{day.month}月{day.day}日 星期{WEEKDAYS[day.weekday()]}"
    return date_format(day, "l j F Y", use_l10n=False)


def say_short(day: dt.date) -> str:
    """Return the date without its weekday: 2026年11月27日, or 27 November 2026."""
    if (get_language() or "zh").startswith("zh"):
        return f"{day.year}年{day.month}月{day.day}日"
    return date_format(day, "j F Y", use_l10n=False)
