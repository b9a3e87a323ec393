"""Chinese numerals: 贰万元, 肆万捌仟, 二〇二六."""

from decimal import Decimal

DIGITS = {
    **{c: i for i, c in enumerate("零一二三四五六七八九")},
    **{c: i for i, c in enumerate("零壹贰叁肆伍陆柒捌玖")},
    "〇": 0,
    "○": 0,
    "两": 2,
    "貳": 2,
    "參": 3,
    "陸": 6,
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
CHARACTERS = "".join((*DIGITS, *_UNITS, *_MYRIADS))


def parse_numeral(text: str) -> Decimal | None:
    """Return the value of a Chinese numeral (``肆万捌仟`` is 48000), or ``None`` if it is none."""
    if not text or any(c not in CHARACTERS for c in text):
        return None
    total = section = digit = 0
    for c in text:
        if c in DIGITS:
            digit = DIGITS[c]
        elif c in _UNITS:
            section += (digit or 1) * _UNITS[c]
            digit = 0
        else:
            total = (
                (total + section + digit) * _MYRIADS[c] if _MYRIADS[c] > 10**4 else total + (section + digit) * 10**4
            )
            section = digit = 0
    return Decimal(total + section + digit)


def plain_digits(text: str) -> str:
    """Return text with Chinese digits as Arabic ones: ``二〇二六年四月十五日`` is ``2026年4月15日``."""
    out, held = "", ""
    for c in text + "\0":
        if c in DIGITS or c in _UNITS:
            held += c
            continue
        if held:
            units = any(h in _UNITS for h in held)
            out += str(parse_numeral(held)) if units else "".join(str(DIGITS[h]) for h in held)
            held = ""
        out += c
    return out[:-1]
