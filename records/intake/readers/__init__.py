"""Files as they really come: what a file is, told from its bytes and not from its name."""

import zipfile
import zlib
from itertools import chain
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from records.intake.headings import SHIPPED, Headings
from records.intake.readers import delimited, markup, structured, workbook
from records.intake.readers.encoding import detect_encoding, without_disguise
from records.intake.source import FileRefused, Source, check_size, protected_by_password

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Beginnings of files that people send by mistake, and what to call them.
_OTHERS = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"\x7fELF", "ELF"),
    (b"MZ", "EXE"),
)
#: A workbook that unfolds to more than this is not a table anybody made by hand.
MOST_UNFOLDED = 2 * 1024**3


def open_source(path: Path, headings: Headings = SHIPPED) -> Source:
    """Open a file for intake and return its layout and rows. ``headings``: the alias table of its source.

    Raises:
        FileRefused: it is empty, too big, protected, broken, of another kind, has no heading we know or no row below.
    """
    source = _open(path, headings)
    if source.layout.encoding == "gb18030":
        source.rows = without_disguise(source.rows)
    first = next(source.rows, None)
    if first is None:
        raise FileRefused("no_rows", _("文件里只有表头，没有一行失信信息。请确认导出的内容后再试。"))
    source.rows = chain([first], source.rows)
    return source


def _open(path: Path, headings: Headings) -> Source:
    try:
        size = path.stat().st_size
    except OSError:
        raise FileRefused("no_file", _("找不到文件，或者没有读取的权限。请检查路径。")) from None
    if path.is_dir():
        raise FileRefused("no_file", _("这是一个文件夹。请指定一个文件。"))
    if size == 0:
        raise FileRefused("empty", _("文件是空的。请重新导出后再试。"))
    check_size(path, settings.INTAKE_MAX_STREAMED_BYTES)
    try:
        with path.open("rb") as stream:
            start = stream.read(4096)
    except OSError:
        raise FileRefused("no_file", _("找不到文件，或者没有读取的权限。请检查路径。")) from None
    if start.startswith(_ZIP):
        _check_zip(path)
        return workbook.read(path, headings)
    if start.startswith(_OLE):
        return workbook.read(path, headings)
    for magic, name in _OTHERS:
        if start.startswith(magic):
            raise FileRefused(
                "other_kind",
                _("这是 %(kind)s 文件，不是表格。请上传 xlsx、xls、csv、JSON 或 HTML 表格。") % {"kind": name},
            )
    encoding = detect_encoding(path)
    if not start.decode(encoding, errors="replace").strip("\ufeff\x00 \t\r\n"):
        raise FileRefused("empty", _("文件里没有内容。请重新导出后再试。"))
    first = _first_character(start, encoding)
    if first == "<":
        check_size(path, settings.INTAKE_MAX_BYTES)
        return markup.read(path, encoding, headings)
    if first in "{[":
        return structured.read(path, encoding, headings)
    return delimited.read(path, encoding, headings)


def _first_character(start: bytes, encoding: str) -> str:
    return start.decode(encoding, errors="replace").strip("\ufeff\x00 \t\r\n")[:1]


def _check_zip(path: Path) -> None:
    """Refuse archives that are not workbooks, are broken, or unfold to an absurd size."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            unfolded = sum(info.file_size for info in archive.infolist())
            protected = any(info.flag_bits & 1 for info in archive.infolist()) or _is_locked_document(archive)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError):
        raise FileRefused("broken", _("文件已损坏，无法打开。请用表格软件重新保存后再试。")) from None
    if protected:
        raise protected_by_password()
    if not any(name.startswith(("xl/", "content.xml")) for name in names):
        raise FileRefused("other_kind", _("这个压缩包不是表格。请解压后上传其中的 xlsx、csv 或 JSON 文件。"))
    if unfolded > MOST_UNFOLDED:
        raise FileRefused("too_big", _("表格展开后过大。请分成几个文件。"))


def _is_locked_document(archive: zipfile.ZipFile) -> bool:
    """Whether an OpenDocument file is encrypted: its parts are then listed with the key's derivation."""
    if "META-INF/manifest.xml" not in archive.namelist():
        return False
    with archive.open("META-INF/manifest.xml") as manifest:
        return b"encryption-data" in manifest.read(1 << 20)
