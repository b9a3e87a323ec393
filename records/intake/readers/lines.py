"""Notices saved as lines: a heading, then ``：value``; or both on one line."""

from collections.abc import Iterable
from itertools import islice

from records.intake.headings import SHIPPED, Headings

_COLONS = ":："


def read_pairs(lines: Iterable[str], headings: Headings = SHIPPED) -> list[tuple[str, str]] | None:
    """Return (heading, value) pairs of lines, or ``None`` if fewer than three of them are fields we know."""
    pairs: list[tuple[str, str]] = []
    heading = ""
    for line in islice(lines, 2000):
        text = str(line).strip("\ufeff\u200b \t\r\n\u3000\xa0")
        if not text:
            continue
        if text[0] in _COLONS:
            if heading:
                pairs.append((heading, text[1:].strip()))
            heading = ""
            continue
        at = min((i for i in map(text.find, _COLONS) if i > 0), default=-1)
        if at > 0 and headings.find(text[:at]):
            pairs.append((text[:at].strip(), text[at + 1 :].strip()))
            heading = ""
        else:
            heading = text
    known = {found.field for key, _value in pairs if (found := headings.find(key))}
    return pairs if len(known) >= 3 else None
