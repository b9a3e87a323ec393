"""How names are written down so that any part of one is found at once: every ending of it, in order.

A name that contains the typed text has an ending that begins with it. So the endings of all names, kept in one
ordered index, answer every question with one short walk of that index, however long the register is, in any
database. Pure functions; nothing here reads a table.
"""

import re
import unicodedata
from collections.abc import Iterable

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]+")
_BLANKS = re.compile(r"\s+")

#: How half of all names end. Endings that begin inside one of these are not written down, and a question that is
#: only a piece of one is answered with the request to add the name's own characters.
LEGAL_FORMS = (
    "有限责任公司分公司",
    "有限公司分公司",
    "股份有限公司",
    "有限责任公司",
    "农民专业合作社",
    "专业合作社",
    "(个体工商户)",
    "(有限合伙)",
    "(普通合伙)",
    "有限公司",
    "分公司",
    "公司",
)
#: The longest name a subject can have, in characters.
LONGEST = 200


def fold(text: str) -> str:
    """Return what a person typed, folded: NFKC (half width), no invisible characters, single blanks."""
    return _BLANKS.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text or ""))).strip()


def key_of(name: str) -> str:
    """Return a name as it is compared: folded, without blanks, upper case."""
    return fold(name).replace(" ", "").upper().replace("\x00", "")


def endings(name: str) -> list[bytes]:
    """Return what is written down of one name, the whole name first (UTF-8); an empty list for an empty name.

    >>> [ending.decode() for ending in endings("澄江食品有限公司")]
    ['澄江食品有限公司', '江食品有限公司', '食品有限公司', '品有限公司']
    """
    key = key_of(name)
    form = next((form for form in LEGAL_FORMS if key.endswith(form)), "")
    starts = max(len(key) - len(form), 1) if key else 0
    return [key[start:].encode() for start in range(starts)]


def whole(name: str) -> bytes:
    """Return the first of a name's endings: the name itself. It is there exactly when all of them are."""
    return key_of(name).encode()


def says_nothing(key: str) -> bool:
    """Whether the typed text (folded by :func:`key_of`) is only a piece of a legal form, such as 有限公司."""
    return any(key in form for form in LEGAL_FORMS)


def span(key: str) -> tuple[bytes, bytes]:
    """Return the first and the first-behind of all endings that begin with the text. No UTF-8 contains 0xFF."""
    return key.encode(), key.encode() + b"\xff"


def names_of(record) -> Iterable[str]:
    """Return the names under which a record is looked for: the decision's, and the subject's today."""
    return dict.fromkeys(filter(None, (record.subject_name, record.subject.name)))
