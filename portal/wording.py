"""Dates and working days in words, in the page's language."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from policy.dates import say, say_short


def as_day(value: date | datetime | str | None) -> date | None:
    """Return the Beijing calendar day of a date, an aware moment or ISO text; ``None`` for nothing."""
    if not value:
        return None
    if isinstance(value, datetime):
        return timezone.localdate(value) if timezone.is_aware(value) else value.date()
    if isinstance(value, date):
        return value
    return parse_date(str(value)[:10])


def day_in_words(value: date | datetime | str | None, *, weekday: bool = True) -> str:
    """Return 2026年11月27日 星期五 (or Friday 27 November 2026); empty for nothing."""
    day = as_day(value)
    if day is None:
        return ""
    return say(day) if weekday else say_short(day)


def moment_in_words(value: datetime | None) -> str:
    """Return 2026年11月27日 14:05, Beijing time; empty for nothing."""
    if not value:
        return ""
    moment = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{say_short(moment.date())} {moment:%H:%M}"


def citation(title: str, article: str = "") -> str:
    """Return a rule as it is cited: 《信用修复管理办法》（国家发展改革委令第36号）第十条; empty without a title.

    A document number in brackets at the end of the title stands outside the title marks.
    """
    if not title:
        return ""
    name, bracket, number = title.partition("（") if title.endswith("）") else (title, "", "")
    return f"《{name}》{bracket}{number}{article}"


def days_left_in_words(days: int | None) -> str:
    """Say how many working days are left: ``0`` is due today, below zero is late. Empty for ``None``."""
    if days is None:
        return ""
    if days == 0:
        return _("今天到期")
    if days > 0:
        return ngettext("还剩 %(days)s 个工作日", "还剩 %(days)s 个工作日", days) % {"days": days}
    return ngettext("已超期 %(days)s 个工作日", "已超期 %(days)s 个工作日", -days) % {"days": -days}
