"""Which encoding a text file is in: told from all of its bytes, never from a guess at its beginning."""

import codecs
from pathlib import Path

from django.utils.translation import gettext as _

from records.intake.source import FileRefused

_CHUNK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def detect_encoding(path: Path) -> str:
    """Return the Python codec of a text file: by its mark, as UTF-16 without one, else UTF-8, else GB18030.

    Where neither fits (two encodings in one file), the one with fewer unreadable characters is returned; the
    reader shows those characters as U+FFFD and the rows that hold them are refused.

    Raises:
        FileRefused: it is not text.
    """
    with path.open("rb") as stream:
        start = stream.read(_CHUNK)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    if b"\x00" in start:
        wide = _wide(start)
        if wide:
            return wide
        raise FileRefused("not_text", _("这不是表格或文本文件，无法读取。请上传 xlsx、xls、csv、JSON 或 HTML 表格。"))
    for name in ("utf-8", "gb18030"):
        if _decodes(path, name):
            return name
    text = {name: start.decode(name, errors="replace") for name in ("utf-8", "gb18030")}
    unreadable = {name: value.count("\ufffd") for name, value in text.items()}
    best = min(unreadable, key=unreadable.__getitem__)
    if unreadable[best] > len(text[best]) / 10:
        raise FileRefused("not_text", _("这不是表格或文本文件，无法读取。请上传 xlsx、xls、csv、JSON 或 HTML 表格。"))
    return best


def _decodes(path: Path, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _wide(start: bytes) -> str:
    """UTF-16 without a mark: the zero bytes of its ASCII characters all stand on one side."""
    sample = start[: 4096 // 2 * 2]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    name = "utf-16-le" if odd > even else "utf-16-be"
    if min(even, odd) > 0:
        return ""
    try:
        text = sample.decode(name)
    except UnicodeDecodeError:
        return ""
    return name if text.isprintable() or any(c in text for c in ",\t\n") else ""
