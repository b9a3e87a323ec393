"""One cell as it really comes, read as text. What was changed to read it is said, never silent."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
#: What a decoder puts in place of bytes it cannot read, and halves of characters, which no database holds.
_UNREADABLE = re.compile("[\ufffd\ud800-\udfff]")
_EMPTY = frozenset(
    (
        "\\n",
        "\\",
        "/",
        "//",
        "-",
        "--",
        "---",
        "–",
        "—",
        "——",
        "暂无",
        "空",
        "(空)",
        "空值",
        "无",
        "没有",
        "未知",
        "不详",
    )
    + (
        "null",
        "(null)",
        "none",
        "nil",
        "n/a",
        "na",
        "nan",
        "#n/a",
        "undefined",
        "无处罚期限",
        "无期限",
        "长期",
        "0000-00-00",
    )
)
_ZERO_DATE = re.compile(r"^(?:1900[-/.年](?:0?1)[-/.月](?:0?[01])日?|1899[-/.]12[-/.]3[01]|0001[-/.]0?1[-/.]0?1)\b")
#: A spreadsheet's way to keep leading zeros: ="0123".
_QUOTED = re.compile(r'^="([^"]*)"$')
_FORMULA = re.compile(r"^(?:=\S|[+@](?=[A-Za-z]+\()|\+cmd\||-cmd\|)")


class CellProblem(Exception):
    """A cell that cannot be read. ``code`` is stable, the message a sentence, ``cure`` what to do."""

    def __init__(self, code: str, text: str, cure: str = ""):
        super().__init__(text)
        self.code, self.text, self.cure = code, text, cure


@dataclass(frozen=True)
class Text:
    """A cell read as text: the clean value, what it was, and why it differs (empty: it does not, visibly)."""

    value: str
    raw: str
    why: str = ""


def read_text(cell: Any) -> Text:
    """Return a cell as clean text; placeholders for 'nothing' (``\\N``, 暂无, 1900-1-1 ...) become empty.

    Raises:
        CellProblem: it holds a formula, or characters that could not be decoded.
    """
    raw = as_written(cell)
    if _UNREADABLE.search(raw):
        raise unreadable_characters()
    text, why = raw, []
    quoted = _QUOTED.match(text.strip())
    if quoted:
        text = quoted.group(1)
        why.append(_('去掉了表格软件的 ="…" 外壳'))
    elif _FORMULA.match(text.strip()):
        raise CellProblem(
            "formula",
            _("单元格里是公式“%(text)s”，不是内容。") % {"text": text.strip()[:40]},
            _("请把公式改成数值后重新导入。"),
        )
    visible = _INVISIBLE.sub("", text)
    if visible != text:
        why.append(_("去掉了看不见的字符"))
    stripped = visible.strip(" \t\r\n\u3000\xa0")
    folded = unicodedata.normalize("NFKC", stripped).lower()
    if folded in _EMPTY or _ZERO_DATE.match(folded):
        return Text("", raw, _("“%(text)s”表示没有内容，按空白处理") % {"text": stripped})
    return Text(stripped, raw, "；".join(why))


def unreadable_characters() -> CellProblem:
    """Return the problem of a cell whose bytes are of another encoding than the file's."""
    return CellProblem(
        "unreadable_characters",
        _("单元格里有无法识别的字符，可能混用了两种编码。"),
        _("请用一种编码（建议 UTF-8）重新导出后导入。"),
    )


def as_written(cell: Any) -> str:
    """Return a cell as a person would write it down: 3.0 is 3, a date is ISO."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return _("是") if cell else _("否")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ") if cell.time() != dt.time() else cell.date().isoformat()
    return str(cell)


def lost_digits(cell: Any) -> bool:
    """Whether a long number came as a floating-point number: its last digits are gone for ever."""
    if isinstance(cell, float):
        return abs(cell) >= 1e15
    return isinstance(cell, str) and bool(re.fullmatch(r"\d(?:\.\d+)?[eE]\+?1[0-9]", cell.strip()))
