"""Amounts: in 元 or 万元, in figures or in Chinese numerals, in a column or inside the text of the decision."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from records.intake.cells import CellProblem, read_text
from records.intake.numerals import CHARACTERS, parse_numeral

UNITS = {"": Decimal(1), "元": Decimal(1), "圆": Decimal(1), "千元": Decimal(1000), "万": Decimal(10_000)}
UNITS |= {"万元": Decimal(10_000), "万圆": Decimal(10_000), "亿元": Decimal(10**8), "亿": Decimal(10**8)}
#: More yuan than this is a slip of a decimal point or of the unit: five times the largest penalty known.
MOST = Decimal(10**11)
_CENT = Decimal("0.01")
_FIGURE = rf"[¥$]?\s*(\d[\d,]*(?:\.\d+)?|[{CHARACTERS}]+)\s*(亿元|万元|千元|万圆|元|圆)"
_FILLER = r"(?:人民币|[(]?大写[):]?|金额|数额|合计|共计|总计|总额|计|为|处|\s|[:;,](?=\s*[¥\d人])|[¥$(])*"
_CELL = re.compile(
    rf"(?:人民币|RMB|CNY)?\s*[¥$]?\s*(-?[\d,]+(?:\.\d*)?|[{CHARACTERS}]+)\s*(亿元|亿|万元|万圆|万|千元|元整?|圆整?|)整?"
)
_FINE = re.compile(rf"罚\s*[款金]{_FILLER}{_FIGURE}")
_FINE_BEFORE = re.compile(rf"{_FIGURE}(?:整)?[)]?(?:人民币)?(?:以上)?的?\s*罚\s*[款金]")
_FINE_TOTAL = re.compile(rf"(?:合计|共计|总计|合并)(?:处以?|给予)?(?:人民币)?罚款{_FILLER}{_FIGURE}")
_TAKEN = re.compile(rf"没收(?!.{{0,30}}罚没)[^。;罚]{{0,40}}?{_FIGURE}")
_BOTH = re.compile(rf"罚没\s*(?:款项?|金额|款金额)?{_FILLER}{_FIGURE}")


@dataclass(frozen=True)
class InText:
    """The amounts a decision's text names, in yuan; ``None``: not named. ``both``: fine and confiscation together."""

    fine: Decimal | None = None
    confiscated: Decimal | None = None
    both: Decimal | None = None


def read_amount(cell: Any, unit: str) -> tuple[Decimal | None, str]:
    """Return a cell's amount in yuan (``None`` for an empty cell) and what was done to read it.

    ``unit`` is what the heading or the standard says (``元``, ``万元``); a unit written in the cell goes first.

    Raises:
        CellProblem: not a number, negative, or absurdly large.
    """
    if isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool):
        written = str(round(cell, 6)) if _is_noisy(cell) else str(cell)
        return _in_yuan(_decimal(written, written), unit, unit, written)
    text = read_text(cell)
    if not text.value:
        return None, text.why
    plain = unicodedata.normalize("NFKC", text.value).replace("￥", "¥").replace("，", ",")
    found = _CELL.fullmatch(plain.strip())
    if not found:
        inside = amounts_in_text(text.value)
        if inside.fine is not None:
            return inside.fine, _("从文字中读出金额")
        raise CellProblem(
            "amount_unreadable",
            _("“%(text)s”不是看得懂的金额。") % {"text": text.value[:40]},
            _("请只填数字，例如 0.2（万元）或 2000（元）。"),
        )
    written = (found.group(2) or "").rstrip("整")
    figure = found.group(1)
    if not written and figure[-1:] in ("万", "亿") and len(figure) > 1:
        unit = ""
    return _in_yuan(_decimal(figure, text.value), written or unit, unit, text.value)


def amounts_in_text(content: str) -> InText:
    """Return the amounts that the text of a decision (处罚内容) names. Several fines are added up.

    ``罚款金额0.2万元;没收金额0.0万元`` is 2000 and 0; ``罚款人民币贰万元`` is 20000; ``处1万元罚款`` is 10000.
    """
    plain = unicodedata.normalize("NFKC", content).replace("￥", "¥")
    both = _sum(_BOTH, plain)
    if both is not None:
        plain = _BOTH.sub("", plain)
    total = _FINE_TOTAL.findall(plain)
    if total:
        fine = _value(*total[-1])
    else:
        fine = _sum(_FINE, plain)
        if fine is None:
            fine = _sum(_FINE_BEFORE, plain)
    taken = _sum(_TAKEN, plain)
    if fine is None and taken is None and both is None:
        alone = re.fullmatch(r"\s*¥?\s*(\d[\d,]*(?:\.\d+)?)\s*(万元|元|)\s*。?\s*", plain)
        if alone:
            fine = _value(*alone.groups())
    return InText(fine, taken, both)


def disagree(column: Decimal, text: Decimal) -> bool:
    """Whether two amounts differ tenfold or more: the classic slip of 元 and 万元."""
    if column == text:
        return False
    low, high = sorted((abs(column), abs(text)))
    return high >= 10 * low if low else high > 0


def _is_noisy(number: int | float | Decimal) -> bool:
    """Whether a number carries the noise of binary fractions: 0.30000000000000004, which a machine made of 0.3."""
    if isinstance(number, Decimal):
        return number.is_finite() and number.as_tuple().exponent < -12 and number.adjusted() < 15
    return isinstance(number, float)


def _sum(pattern: re.Pattern, plain: str) -> Decimal | None:
    values = [value for figure, unit in pattern.findall(plain) if (value := _value(figure, unit)) is not None]
    return sum(values, Decimal(0)) if values else None


def _value(figure: str, unit: str) -> Decimal | None:
    number = parse_numeral(figure)
    if number is None:
        try:
            number = Decimal(figure.replace(",", ""))
        except InvalidOperation:
            return None
    return (number * UNITS[unit]).quantize(_CENT)


def _decimal(figure: str, written: str) -> Decimal:
    number = parse_numeral(figure)
    if number is not None:
        return number
    try:
        number = Decimal(figure.replace(",", ""))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise CellProblem(
            "amount_unreadable",
            _("“%(text)s”不是看得懂的金额。") % {"text": written[:40]},
            _("请只填数字，例如 0.2（万元）或 2000（元）。"),
        )
    return number


def _in_yuan(number: Decimal, unit: str, expected: str, written: str) -> tuple[Decimal, str]:
    if number < 0:
        raise CellProblem(
            "amount_negative", _("金额“%(text)s”是负数。") % {"text": written[:40]}, _("请对照决定书更正。")
        )
    if number > MOST:
        raise _absurd(written)
    yuan = number * UNITS[unit.rstrip("整")]
    if yuan > MOST:
        raise _absurd(written)
    rounded = yuan.quantize(_CENT)
    if rounded != yuan:
        raise CellProblem(
            "amount_fraction",
            _("金额“%(text)s”%(unit)s 不是整分。") % {"text": written[:40], "unit": unit},
            _("请对照决定书更正金额或单位。"),
        )
    if UNITS[unit.rstrip("整")] != 1:
        return rounded, _("由%(unit)s换算为元") % {"unit": unit}
    if UNITS[expected] != 1:
        return rounded, _("单元格里写明是元，不按列名的%(unit)s换算") % {"unit": expected}
    return rounded, ""


def _absurd(written: str) -> CellProblem:
    return CellProblem(
        "amount_absurd",
        _("金额“%(text)s”大得不合理。") % {"text": written[:40]},
        _("请对照决定书核对金额和单位（元还是万元）。"),
    )
