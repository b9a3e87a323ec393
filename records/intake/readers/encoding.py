"""Which encoding a text file is in: told from all of its bytes, never from a guess at its beginning."""

import codecs
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from records.canonical import Reason
from records.intake.cells import unreadable_characters
from records.intake.source import FileRefused, Row

_CHUNK = 1 << 20
#: So many bytes of Chinese that are good UTF-8 are no accident: GB18030 text fails at its first or second character.
ENOUGH = 24
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def detect_encoding(path: Path) -> str:
    """Return the Python codec of a text file: by its mark, as UTF-16 without one, else UTF-8, else GB18030.

    A file that begins in good UTF-8 and goes on in something else is UTF-8 with errors: the reader shows those
    characters as U+FFFD and the rows that hold them are refused.

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
    read, wide_read = _utf8_prefix(path)
    if read is None or wide_read >= ENOUGH:
        return "utf-8"
    text = start.decode("gb18030", errors="replace")
    if text.count("\ufffd") > len(text) / 10:
        raise FileRefused("not_text", _("这不是表格或文本文件，无法读取。请上传 xlsx、xls、csv、JSON 或 HTML 表格。"))
    return "gb18030"


def without_disguise(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield rows of a GB18030 file; a cell that is UTF-8 in truth becomes the reason why it cannot be read.

    GB18030 gives almost any bytes a character: two files put together leave no mark, only nonsense (闈掑笨 for 青岛).
    """
    problem = unreadable_characters()
    reason = Reason(problem.code, problem.text, "", problem.cure)
    for row in rows:
        row.cells = [(heading, reason if _is_disguised(cell) else cell) for heading, cell in row.cells]
        yield row


def _is_disguised(cell: Any) -> bool:
    """Whether a text read as GB18030 is good UTF-8 with at least four Chinese characters; by chance that is not."""
    if not isinstance(cell, str) or cell.isascii():
        return False
    try:
        text = cell.encode("gb18030").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return False
    return sum(char >= "\u2e80" for char in text) >= 4


def _utf8_prefix(path: Path) -> tuple[int | None, int]:
    """Return how many bytes are UTF-8 before the first that is not (``None``: all), and how many of them not ASCII."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    read = wide = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return read + error.start, wide + _beyond_ascii(error.object[: error.start])
            read += len(chunk)
            wide += _beyond_ascii(chunk)
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return read, wide
    return None, wide


def _beyond_ascii(chunk: bytes) -> int:
    return len(chunk) - len(chunk.translate(None, bytes(range(128, 256))))


def _wide(start: bytes) -> str:
    """UTF-16 without a mark: the zero bytes of its ASCII characters all stand on one side."""
    sample = start[:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    low, high = sorted((even, odd))
    if high < 4 * low:  # a few Chinese characters, such as 一 (U+4E00), have a zero byte of their own
        return ""
    name = "utf-16-le" if odd > even else "utf-16-be"
    text = sample[: len(sample) // 2 * 2].decode(name, errors="replace")
    readable = sum(c.isprintable() or c in "\t\r\n" for c in text)
    return name if readable > 0.9 * len(text) else ""
