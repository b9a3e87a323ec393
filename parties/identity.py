"""公民身份号码: GB 11643-1999, and how a number is shown. Real numbers never leave the database unmasked."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from parties.codes import PROVINCES
from parties.folding import MASK, CodeCheck, CodeReason, fold

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
#: Provinces, and 83 for residence permits of people from Taiwan (81 and 82 are Hong Kong and Macao).
REGIONS = (PROVINCES | {"83"}) - {"10", "66"}


def check_identity_number(text: str, today: dt.date | None = None) -> CodeCheck:
    """Return whether the text is a resident's number (also residence permits 81/82/83 and the foreigner's
    permanent residence card that starts with 9), what was read, what was folded and what is wrong.

    ``today``: the day of birth must not lie after it; left out, today in Beijing.
    """
    number, folded = fold(text)
    reasons = list(_wrong(number, today or timezone.localdate()))
    return CodeCheck(not reasons, number, reasons, folded)


def identity_check_character(first17: str) -> str:
    """Return the check character (0-9 or X) for the first 17 digits (ISO 7064 mod 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def mask(number: str) -> str:
    """Return the number with its middle hidden: the first and last four characters of a long one, less of a short one."""
    shown = 4 if len(number) >= 12 else 2 if len(number) >= 6 else 0
    return number[:shown] + "*" * (len(number) - 2 * shown) + number[len(number) - shown :]


def _wrong(number: str, today: dt.date):
    if not number:
        yield CodeReason("empty", _("没有填写证件号码。请填写 18 位居民身份证号码。"))
    elif MASK.search(number):
        yield CodeReason("masked", _("号码中有打码的字符（如 *），无法确认是谁。请填写完整号码。"))
    elif len(number) == 15 and number.isdigit():
        yield CodeReason("old_number", _("这是 15 位的旧号码。请填写现在身份证上的 18 位号码。"))
    elif len(number) != 18:
        yield CodeReason(
            "length", _("身份证号码是 18 位，这里是 %(length)s 位。请检查是否漏填或多填。") % {"length": len(number)}
        )
    elif not (number[:17].isascii() and number[:17].isdigit() and (number[17].isdigit() or number[17] == "X")):
        yield CodeReason("alphabet", _("身份证号码前 17 位是数字，最后一位是数字或 X。请对照证件重新填写。"))
    else:
        yield from _wrong_parts(number, today)


def _wrong_parts(number: str, today: dt.date):
    region = number[1:3] if number[0] == "9" else number[:2]
    if region not in REGIONS:
        yield CodeReason("region", _("号码开头的地区代码不存在。请对照证件重新填写。"))
    try:
        born = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        born = None
    if born is None or not dt.date(1850, 1, 1) <= born <= today:
        yield CodeReason("birthday", _("号码第 7 至 14 位不是有效的出生日期。请对照证件重新填写。"))
    if identity_check_character(number[:17]) != number[17]:
        yield CodeReason("check", _("最后一位校验码不对，多半是抄错了一位。请对照证件逐位核对。"))
