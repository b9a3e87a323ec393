"""Workbooks (xlsx, xls, ods), read by calamine in a process of its own."""

import datetime as dt
import io
import json
import posixpath
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from records.canonical import Reason
from records.intake.headings import SHIPPED, Headings
from records.intake.readers.delimited import no_header
from records.intake.source import FileRefused, Layout, Row, Source, protected_by_password
from records.intake.table import read_table

CHILD = Path(__file__).with_name("workbook_child.py")
#: Seconds for the child, whatever its own limits say.
PATIENCE = 400
#: More merged cells, or rows in one, than anybody merges by hand.
MOST_MERGED = 20_000
#: No sheet has more columns; a file may claim a cell in any.
MOST_COLUMNS = 16_384
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINKS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def read(path: Path, headings: Headings = SHIPPED) -> Source:
    """Open a workbook; every sheet with a header we know is read, one after the other.

    Raises:
        FileRefused: it is protected, broken, asks for too much memory, or has no such sheet.
    """
    cells = _unfold(path)
    layout = Layout("workbook", "", headings=headings)
    rows = _rows(cells, layout, _formulas(path))
    first = next(rows, None)
    if first is None and not layout.mapped:
        raise no_header()
    return Source(layout, chain([first] if first else [], rows))


def _unfold(path: Path) -> IO[str]:
    """Let a limited process of its own write all cells into a temporary file; return that file at its beginning."""
    out = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - _rows closes it
    command = [sys.executable, "-I", str(CHILD), str(path.resolve())]
    try:
        subprocess.run(  # noqa: S603 - our own script and a path
            command, stdout=out, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise FileRefused("too_big", _("表格太大，读取超时。请分成几个文件。")) from None
    last = _last_line(out)
    if last == {"error": "password"} or (last != {"end": True} and _looks_protected(path)):
        raise protected_by_password()
    if last != {"end": True}:
        raise FileRefused("broken", _("表格已损坏或过于庞大，无法打开。请用表格软件重新保存、分成小文件后再试。"))
    out.seek(0)
    return out


def _last_line(out: IO[str]) -> Any:
    size = out.seek(0, io.SEEK_END)
    if size == 0:
        return None
    binary = out.buffer  # type: ignore[attr-defined]
    binary.seek(max(0, size - 64))
    try:
        return json.loads(binary.read().decode("utf-8", errors="replace").splitlines()[-1])
    except (ValueError, IndexError):
        return None


def _looks_protected(path: Path) -> bool:
    """Whether an old container holds an encrypted package: then it is not broken, only locked.

    The directory that names it may stand at either end of the file.
    """
    with path.open("rb") as stream:
        ends = stream.read(1 << 20)
        stream.seek(max(0, path.stat().st_size - (1 << 20)))
        return "EncryptedPackage".encode("utf-16-le") in ends + stream.read()


def _rows(cells: IO[str], layout: Layout, formulas: dict[str, dict]) -> Iterator[Row]:
    """Yield the rows of all sheets. Of several, the later ones are numbered on, and the place names the sheet."""
    with cells:
        several = sum(line.startswith('{"sheet"') for line in cells) > 1
        cells.seek(0)
        sheet = json.loads(next(cells))
        passed = 0
        while "sheet" in sheet:
            reader = _Sheet(sheet, cells, passed, formulas.get(sheet["sheet"], {}))
            for row in read_table(reader, layout) or ():
                if several:
                    where = {"name": sheet["sheet"], "row": row.number - passed}
                    row.place = _("工作表“%(name)s”第%(row)s行") % where
                yield row
            sheet, height = reader.finish()
            passed += height


class _Sheet:
    """Iterates (number, cells) of one sheet: cells merged downwards filled, formulas without a result as a reason."""

    def __init__(self, head: dict, lines: Iterator[str], passed: int, formulas: dict[int, list[int]]):
        self._lines, self._passed, self._formulas = lines, passed, formulas
        self._indent = [""] * head["start"]
        self._down = _merged_down(head["merged"])
        self._held: dict[int, Any] = {}
        self._at = 0
        self._next: dict | None = None

    def __iter__(self) -> "_Sheet":
        return self

    def __next__(self) -> tuple[int, list[Any]]:
        if self._next is not None:
            raise StopIteration
        line = json.loads(next(self._lines))
        if isinstance(line, dict):
            self._next = line
            raise StopIteration
        # Rows come from the sheet's first, columns from its first used one.
        cells = self._indent + [_typed(value) for value in line]
        at, self._at = self._at, self._at + 1
        for column in self._formulas.get(at, ()):
            _widen(cells, column)
            if cells[column] in ("", None):
                cells[column] = formula_without_result()
        empty = not any(value not in ("", None) for value in cells)
        for column, top in self._down.get(at, ()):
            _widen(cells, column)
            if at == top:
                self._held[column] = cells[column]
            elif cells[column] in ("", None) and not empty:  # what is merged over empty rows makes no records of them
                cells[column] = self._held.get(column, "")
        return self._passed + at + 1, cells

    def finish(self) -> tuple[dict, int]:
        """Read what nobody asked for; return the line that follows the sheet and the sheet's number of rows."""
        for _rest in self:
            pass
        return self._next or {}, self._at


def _widen(cells: list[Any], column: int) -> None:
    """Give a row the cell of a column: the empty ones at its end were left out."""
    cells.extend([""] * (column + 1 - len(cells)))


def _typed(value: Any) -> Any:
    if isinstance(value, dict):
        if "moment" in value:
            return dt.datetime.fromisoformat(value["moment"])
        return dt.date.fromisoformat(value["day"])
    return value


def formula_without_result() -> Reason:
    """Return why a cell that holds a formula, and no result of it, is not read."""
    return Reason(
        "formula",
        _("单元格里是公式，文件没有保存它的结果。"),
        "",
        _("请在表格软件里打开并保存一次，或者把公式改成数值后重新导入。"),
    )


def _merged_down(merged: list) -> dict[int, list[tuple[int, int]]]:
    """Rows that a vertically merged cell covers: row -> [(column, first row)]."""
    down: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _right) in merged[:MOST_MERGED]:
        if 0 < bottom - top < MOST_MERGED and left < MOST_COLUMNS:
            for row in range(top, bottom + 1):
                down.setdefault(row, []).append((left, top))
    return down


def _formulas(path: Path) -> dict[str, dict[int, list[int]]]:
    """Return the formula cells of an xlsx whose result is missing, by sheet, row and column: calamine gives them as
    empty."""
    found: dict[str, dict[int, list[int]]] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for name, member in _members(archive):
                if _mentions_formula(archive, member):
                    rows = found.setdefault(name, {})
                    for row, column in _formula_cells(archive, member):
                        if column < MOST_COLUMNS:
                            rows.setdefault(row, []).append(column)
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
        rows = None
        for event, element in ElementTree.iterparse(stream, events=("start", "end")):  # noqa: S314
            if event == "start":
                rows = element if element.tag == f"{_MAIN}sheetData" else rows
            elif element.tag == f"{_MAIN}c":
                if element.find(f"{_MAIN}f") is not None and not element.findtext(f"{_MAIN}v"):
                    yield _coordinates(element.get("r", "A1"))
            elif element.tag == f"{_MAIN}row" and rows is not None:
                rows.clear()  # not only the row: a million empty ones would stay


def _coordinates(reference: str) -> tuple[int, int]:
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter.upper()) - 64
    return int(reference[len(letters) :] or 1) - 1, column - 1
