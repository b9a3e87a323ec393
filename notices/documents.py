"""What a notice's template is given: the frozen facts, cleaned, and the few things that layout has to compute."""

import re
import unicodedata
from datetime import datetime
from typing import Any
from urllib.parse import quote

import segno
from django.conf import settings
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from notices.models import Notice

#: Width of the type area (版心), 156 mm in points.
TYPE_AREA = 442.2
#: The red head (发文机关标志): as large as fits on a line, within these sizes in points; never smaller than the title.
MARK_LARGEST, MARK_SMALLEST = 42, 22
#: 成文日期 stands four characters in from the right.
DATE_INDENT = 4

#: Controls, zero-width and direction-changing characters: invisible, and able to make a line lie.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def context_of(
    kind: str,
    content: dict[str, Any],
    *,
    issued_at: datetime,
    number: str = "",
    check_code: str = "",
) -> dict[str, Any]:
    """Return the template context of one document.

    Takes the frozen content of the notice and when it was issued (aware). Without a number it is a preview.
    """
    content = clean(content)
    issuer = content.get("issuer", {}).get("name", "")
    day = timezone.localtime(issued_at)
    address = verification_address(number, check_code)
    addressee = content.get("addressee", {})
    return {
        **content,
        "title": Notice.Kind(kind).label,
        "number": number,
        "preview": not number,
        "check_code": f"{check_code[:5]} {check_code[5:]}".strip(),
        "issued_on": day.date().isoformat(),
        "created": day.isoformat(timespec="seconds"),
        "you": "你单位" if addressee.get("kind") == "entity" else "你",
        "mark_size": mark_size(issuer),
        "mark_lines": mark_lines(issuer),
        "sign_indent": sign_indent(issuer, f"{day.year}年{day.month}月{day.day}日"),
        "public_url": settings.PUBLIC_URL,
        "verify_page": f"{settings.PUBLIC_URL}/verify/",
        "qr": qr_code(address) if number else "",
    }


def clean(value: Any) -> Any:
    """Return the content with composed characters (NFC) and without invisible ones; line breaks stay."""
    if isinstance(value, str):
        return _INVISIBLE.sub("", unicodedata.normalize("NFC", value.replace("\r\n", "\n"))).strip()
    if isinstance(value, dict):
        return {key: clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clean(item) for item in value]
    return value


def verification_address(number: str, check_code: str) -> str:
    """Return the address behind the QR code: it opens the verification page with both values filled in."""
    return f"{settings.PUBLIC_URL}/verify/{check_code}/?number={quote(number)}"


def qr_code(address: str) -> SafeString:
    """Return the QR code of an address as an inline SVG drawing (level M, quiet zone of 2 modules)."""
    return mark_safe(segno.make(address, error="m").svg_inline(border=2, omitsize=True))  # noqa: S308 - segno's own drawing


def width_in_characters(text: str) -> float:
    """Return how wide a text is in full-width characters; ASCII counts half."""
    return sum(0.5 if ord(character) < 0x2E80 and character not in "—…“”‘’" else 1 for character in text)


def mark_size(issuer: str) -> float:
    """Return the size of the red head in points, so that its longest line fits."""
    fitting = TYPE_AREA / max(max(map(width_in_characters, mark_lines(issuer))), 1)
    return round(min(MARK_LARGEST, max(MARK_SMALLEST, fitting - 0.3)), 1)


def mark_lines(issuer: str) -> list[str]:
    """Return the red head in one line if it can be, else in two of one length (the upper one longer by one)."""
    if width_in_characters(issuer) * (MARK_SMALLEST + 0.3) <= TYPE_AREA:
        return [issuer]
    middle = (len(issuer) + 1) // 2
    return [issuer[:middle], issuer[middle:]]


def sign_indent(issuer: str, date: str) -> float:
    """Return how far the date stands in from the right, in characters.

    GB/T 9704: the date four characters in, the name centred on the date. A name so long that it would leave the
    type area moves both to the left.
    """
    overhang = (width_in_characters(issuer) - width_in_characters(date)) / 2
    return max(DATE_INDENT, round(overhang, 2))
