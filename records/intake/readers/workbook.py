"""Workbooks (xlsx, xls, ods), read by calamine."""

import io
import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import python_calamine
from django.utils.translation import gettext as _

from records.canonical import Reason
from records.intake.readers.delimited import no_header
from records.intake.source import FileRefused, Layout, Row, Source
from records.intake.table import read_table

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINKS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def read(path: Path) -> Source:
    """Open a workbook; every sheet with a header we know is read, one after the other.

    Raises:
        FileRefused: it is protected, broken, or has no such sheet.
    """
    try:
        # From the bytes, not from the path: by name alone a misnamed workbook would not be read.
        book = python_calamine.load_workbook(io.BytesIO(path.read_bytes()))
        names = book.sheet_names
    except python_calamine.PasswordError:
        raise _protected() from None
    except BaseException as error:  # noqa: BLE001 - a panic below python_calamine is no Exception
        raise _unreadable(error, path) from None
    layout = Layout("workbook", "")
    rows = _sheets(book, names, layout, _formulas(path))
    first = next(rows, None)
    if first is None and not layout.mapped:
        raise no_header()
    return Source(layout, _again(first, rows))


def _again(first: Row | None, rest: Iterator[Row]) -> Iterator[Row]:
    if first is not None:
        yield first
    yield from rest


def _protected() -> FileRefused:
    return FileRefused("password", _("文件受密码保护，无法打开。请取消密码后重新上传。"))


def _unreadable(error: BaseException, path: Path) -> FileRefused:
    """Turn calamine's errors, and the panics of the library under it, into a sentence; let real exits through."""
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        raise error
    with path.open("rb") as stream:
        if b"E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e" in stream.read(1 << 20):
            return _protected()
    return FileRefused("broken", _("表格已损坏，无法打开。请用表格软件重新保存后再试。"))


def _sheets(book, names: list[str], layout: Layout, formulas: dict[str, dict]) -> Iterator[Row]:
    """Yield the rows of all sheets. Of several, the later ones are numbered on, and the place names the sheet."""
    passed = 0
    for name in names:
        try:
            sheet = book.get_sheet_by_name(name)
            lines = list(_lines(sheet, passed, formulas.get(name, {})))
        except python_calamine.PasswordError:
            raise _protected() from None
        except BaseException as error:  # noqa: BLE001 - as above
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            if isinstance(error, FileRefused):
                raise
            if type(error).__name__ in ("TypeError", "WorksheetNotFound"):
                continue  # a chart or a macro sheet
            raise FileRefused("broken", _("工作表“%(name)s”已损坏，无法读取。") % {"name": name}) from None
        rows = read_table(lines, layout)
        for row in rows or ():
            if len(names) > 1:
                row.place = _("工作表“%(name)s”第%(row)s行") % {"name": name, "row": row.number - passed}
            yield row
        passed += lines[-1][0] - passed if lines else 0


def _lines(sheet, passed: int, formulas: dict[tuple[int, int], bool]) -> Iterator[tuple[int, list[Any]]]:
    """Yield (number, cells), cells merged downwards filled, formulas without a result replaced by a reason."""
    down = _merged_down(sheet)
    held: dict[int, Any] = {}
    indent = [""] * (sheet.start[1] if sheet.start else 0)
    for at, row in enumerate(sheet.iter_rows()):  # rows from the sheet's first, columns from its first used one
        cells = indent + row
        for column, top in down.get(at, ()):
            if column < len(cells):
                if at == top:
                    held[column] = cells[column]
                elif cells[column] in ("", None):
                    cells[column] = held.get(column, "")
        for column, value in enumerate(cells):
            if (at, column) in formulas and value in ("", None):
                cells[column] = formula_without_result()
        yield passed + at + 1, cells


def formula_without_result() -> Reason:
    return Reason(
        "formula",
        _("单元格里是公式，文件没有保存它的结果。"),
        "",
        _("请在表格软件里打开并保存一次，或者把公式改成数值后重新导入。"),
    )


def _merged_down(sheet) -> dict[int, list[tuple[int, int]]]:
    """Rows that a vertically merged cell covers: row -> [(column, first row)]."""
    down: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _right) in sheet.merged_cell_ranges or ():
        if 0 < bottom - top < 100_000:
            for row in range(top, bottom + 1):
                down.setdefault(row, []).append((left, top))
    return down


def _formulas(path: Path) -> dict[str, dict[tuple[int, int], bool]]:
    """Return the formula cells of an xlsx, by sheet: calamine gives only their results, which may be missing."""
    found: dict[str, dict[tuple[int, int], bool]] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for name, member in _members(archive):
                if _mentions_formula(archive, member):
                    found[name] = dict.fromkeys(_formula_cells(archive, member), True)
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, OSError, ValueError):
        return found
    return found


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    links = {
        link.get("Id"): link.get("Target", "")
        for link in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    }
    for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):  # noqa: S314
        target = links.get(sheet.get(f"{_LINKS}id"), "")
        member = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
        yield sheet.get("name", ""), member


def _mentions_formula(archive: zipfile.ZipFile, member: str) -> bool:
    tail = b""
    with archive.open(member) as stream:
        while chunk := stream.read(1 << 20):
            if b"<f>" in tail + chunk or b"<f " in tail + chunk or b"<f/" in tail + chunk:
                return True
            tail = chunk[-3:]
    return False


def _formula_cells(archive: zipfile.ZipFile, member: str) -> Iterator[tuple[int, int]]:
    with archive.open(member) as stream:
        for _event, element in ElementTree.iterparse(stream):  # noqa: S314
            if element.tag == f"{_MAIN}c":
                if element.find(f"{_MAIN}f") is not None:
                    yield _coordinates(element.get("r", "A1"))
            elif element.tag == f"{_MAIN}row":
                element.clear()


def _coordinates(reference: str) -> tuple[int, int]:
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter.upper()) - 64
    return int(reference[len(letters) :] or 1) - 1, column - 1
