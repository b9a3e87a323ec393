"""Document numbers (文号): one key for the many ways to write one."""

import re
import unicodedata

_BRACKETS = str.maketrans(dict.fromkeys("([{<【「『［｛〔〈《（", "〔") | dict.fromkeys(")]}>】」』］｝〕〉》）", "〕"))
_INVISIBLE = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+")
_SERIAL = re.compile(r"〕第?0*(?=\d)")


def document_key(text: str) -> str:
    """Return the folded document number: what 'the same document' means.

    Width, kind of bracket, blanks, letter case, 第, the zeros before the serial and the closing 号 do not
    count: ``青信罚（2026）第0012 号`` and ``青信罚〔2026〕12号`` are one number.
    """
    key = unicodedata.normalize("NFKC", text).upper().translate(_BRACKETS)
    key = _INVISIBLE.sub("", key)
    key = _SERIAL.sub("〕", key)
    return key[:-1] if key.endswith("号") else key


def looks_impossible(text: str) -> bool:
    """Whether a text cannot be a document number: no digit, a bare short figure, or longer than a number can be."""
    key = document_key(text)
    if not any(c.isdigit() for c in key) or len(key) > 120:
        return True
    return key.isdigit() and len(key) < 6
