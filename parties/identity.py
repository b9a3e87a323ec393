"""公民身份号码: GB 11643-1999, and how a number is shown. Real numbers never leave the database unmasked."""

import datetime as dt
import re
import unicodedata

from django.utils import timezone
from django.utils.translation import gettext as _

from parties.codes import PROVINCES, check_code
from parties.folding import MASK, CodeCheck, CodeReason, fold

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
#: Provinces, and 83 for residence permits of people from Taiwan (81 and 82 are Hong Kong and Macao).
REGIONS = (PROVINCES | {"83"}) - {"10", "66"}

# In running text: digits of either width; one blank, hyphen or invisible character may stand between two of them.
_DIGIT = "[0-9０-９]"
_GAP = "[\\s\u2010-\u2015\u2212\uff0d\u200b-\u200f\u2060\ufeff\u00ad·._-]?"
_BEFORE = f"(?<!{_DIGIT})"
#: Every place where a number may begin, so that one which begins inside another run of digits is found too.
_RESIDENT = re.compile(f"(?={_BEFORE}({_DIGIT}(?:{_GAP}{_DIGIT}){{16}}{_GAP}[0-9０-９XxＸｘ]))")
_OLD_RESIDENT = re.compile(f"(身份证[^0-9０-９]{{0,12}})({_DIGIT}{{15}})(?!{_DIGIT})")
#: A sum of money may have as many digits as a telephone number; it has its unit behind it.
_MOBILE = re.compile(
    f"{_BEFORE}((?:[+＋]?[8８][6６][ -]?)?)([1１][3-9３-９]{_DIGIT}[ -]?{_DIGIT}{{4}}[ -]?{_DIGIT}{{4}})"
    f"(?!{_DIGIT}|[.,．]{_DIGIT}|\\s*[元万亿圆])"
)


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


def mask_in(text: str) -> str:
    """Return free text with the numbers of people in it masked: what everybody may read of a record.

    Residents' numbers keep their first and last four characters (also with one wrong character in them, in full
    width, or in groups), 15-digit ones where the text calls them 身份证, mobile numbers as 138****1234. Other
    numbers stay: codes of organisations, document numbers, dates, sums of money.
    """
    if not text:
        return text
    parts, done = [], 0
    for found in _RESIDENT.finditer(text):
        if found.start(1) >= done and _is_persons(found[1]):
            parts += [text[done : found.start(1)], mask(_narrow(found[1]))]
            done = found.end(1)
    text = "".join(parts) + text[done:]
    text = _OLD_RESIDENT.sub(lambda found: found[1] + mask(_narrow(found[2])), text)
    return _MOBILE.sub(lambda found: found[1] + _mask_mobile(_narrow(found[2])), text)


def _narrow(written: str) -> str:
    """The digits (and the final X) of a number as it stands in a text."""
    return re.sub("[^0-9X]", "", unicodedata.normalize("NFKC", written).upper())


def _mask_mobile(number: str) -> str:
    return f"{number[:3]}****{number[-4:]}"


def _is_persons(written: str) -> bool:
    """Whether 18 characters of a text are a resident's number, a miswritten check character forgiven.

    Written in groups it must be right in all of it: dates and sums side by side look the same.
    """
    number = _narrow(written)
    wrong = {reason.code for reason in _wrong_parts(number, dt.date(2100, 12, 31))}
    if wrong == {"check"} and len(written) == len(number):
        return not check_code(number)
    return not wrong


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
