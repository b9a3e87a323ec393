"""Dates as files really hold them."""

import datetime as dt
import re
import unicodedata
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from records.intake.cells import CellProblem, read_text
from records.intake.numerals import plain_digits

BEIJING = ZoneInfo("Asia/Shanghai")
_TIME = r"(?:[T\s]*\d{1,2}[:时]\d{1,2}(?:[:分]\d{1,2}(?:\.\d+)?秒?)?(?:\s*(?:Z|[+-]\d{2}:?\d{2}))?)?"
_DAY = re.compile(rf"(\d{{4}})\s*[-/.年]\s*(\d{{1,2}})\s*[-/.月]\s*(\d{{1,2}})\s*[日号]?{_TIME}")
_COMPACT = re.compile(rf"(\d{{4}})(\d{{2}})(\d{{2}})(?:{_TIME}|\d{{6}})")
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?|(?:19|20)\d{2}(?:0[1-9]|1[0-2])|(\d{4})年?")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_MOMENT = re.compile(r"\d{10}|\d{13}")
_ZONED = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})$")
_EPOCH = dt.date(1899, 12, 30)
#: What a spreadsheet makes of nothing in a column of dates.
_NO_DAYS = frozenset(
    (dt.date(1, 1, 1), dt.date(1899, 12, 30), dt.date(1899, 12, 31), dt.date(1900, 1, 1), dt.date(1904, 1, 1))
)
#: Serial numbers of 1990-01-01 and 2100-01-01: other five-digit figures are not dates.
_SERIALS = range(32874, 73051)


def read_date(cell: Any) -> tuple[dt.date | None, str]:
    """Return a cell's calendar day (``None`` for an empty cell) and what was done to read it (empty: nothing).

    A time of day is dropped; a moment with a zone is taken to Beijing first.

    Raises:
        CellProblem: only a month, a day that does not exist, or no date at all.
    """
    if isinstance(cell, dt.date):
        moment = cell if isinstance(cell, dt.datetime) else dt.datetime.combine(cell, dt.time())
        if moment.date() in _NO_DAYS:
            return None, _("“%(text)s”表示没有内容，按空白处理") % {"text": moment.date().isoformat()}
        return moment.date(), _("去掉了时间") if moment.time() != dt.time() else ""
    text = read_text(cell)
    if not text.value:
        return None, text.why
    written = text.value
    plain = plain_digits(unicodedata.normalize("NFKC", written)).strip()
    day, why = _parse(plain, written)
    if not why and written != day.isoformat():
        why = _("日期写法统一为年-月-日")
    return day, "；".join(part for part in (text.why, why) if part)


def _parse(plain: str, written: str) -> tuple[dt.date, str]:
    found = _DAY.fullmatch(plain)
    if found:
        return _zoned(plain) or _exists(found, written), _("去掉了时间") if ":" in plain or "时" in plain else ""
    found = _COMPACT.fullmatch(plain)
    if found and 1900 <= int(found.group(1)) <= 2100:
        return _exists(found, written), ""
    if _MONTH.fullmatch(plain):
        raise CellProblem(
            "date_incomplete",
            _("“%(text)s”没有写到哪一天。") % {"text": written},
            _("请对照决定书填写完整的年月日，例如 2026-04-01。"),
        )
    if _SERIAL.fullmatch(plain) and int(float(plain)) in _SERIALS:
        return _EPOCH + dt.timedelta(days=int(float(plain))), _("由表格软件的日期序号换算")
    if _MOMENT.fullmatch(plain):
        seconds = int(plain) / (1000 if len(plain) == 13 else 1)
        moment = dt.datetime.fromtimestamp(seconds, BEIJING)
        if 1990 <= moment.year <= 2100:
            return moment.date(), _("由时间戳换算（北京时间）")
    raise CellProblem(
        "date_unreadable",
        _("“%(text)s”不是看得懂的日期。") % {"text": written[:40]},
        _("请写成 2026-04-01 或 2026年4月1日。"),
    )


def _exists(found: re.Match, written: str) -> dt.date:
    year, month, day = (int(part) for part in found.groups()[:3])
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise CellProblem(
            "date_impossible",
            _("“%(text)s”这一天不存在。") % {"text": written[:40]},
            _("请对照决定书更正日期。"),
        ) from None


def _zoned(plain: str) -> dt.date | None:
    if ":" not in plain or not _ZONED.search(plain):
        return None
    try:
        return dt.datetime.fromisoformat(plain.replace("Z", "+00:00")).astimezone(BEIJING).date()
    except ValueError:
        return None
