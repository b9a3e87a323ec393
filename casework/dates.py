"""Dates as people read them."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language


def long_date(day: date) -> str:
    """Return a day in the page's language: 2026年11月27日 星期五, or 27 November 2026, Friday."""
    if (get_language() or "zh").startswith("zh"):
        return f"{day.year}年{day.month}月{day.day}日 星期{'一二三四五六日'[day.weekday()]}"
    return f"{day.day} {date_format(day, 'F Y, l')}"
