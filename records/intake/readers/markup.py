"""HTML: tables (also those named .xls), saved pages with JSON in their scripts, and Excel's old XML."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from records.intake.headings import SHIPPED, Headings
from records.intake.readers.delimited import no_header
from records.intake.readers.lines import read_pairs
from records.intake.readers.structured import find_rows, loads
from records.intake.source import Layout, Row, Source
from records.intake.table import note_headings, read_table

_ROW, _CELL = ("tr", "row", "ss:row"), ("td", "th", "cell", "ss:cell")
_BREAKS = ("br", "p", "div", "li")
#: A cell that claims to span more rows or columns than this is a mistake of its writer.
WIDEST = 500


class _Page(HTMLParser):
    """Collects tables as lists of rows of texts, scripts that hold JSON, and the visible lines of text."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.scripts: list[str] = []
        self.lines: list[str] = []
        self._open: list[list[list[str]]] = []
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._down: dict[int, tuple[int, str]] = {}
        self._span = (1, 1)
        self._script: list[str] | None = None
        self._hidden = False

    def handle_starttag(self, tag, attrs):
        if tag in ("table", "ss:table"):
            self._end_row()
            self._open.append([])
            self._down = {}
        elif tag in _ROW and self._open:
            self._end_row()
            self._row = []
            self._fill_down()
        elif tag in _CELL and self._row is not None:
            self._end_cell()
            self._cell = []
            given = dict(attrs)
            self._span = (_number(given.get("rowspan")), _number(given.get("colspan")))
        elif tag == "script":
            self._script = []
        elif tag == "style":
            self._hidden = True
        elif tag in _BREAKS:
            self._text("\n")

    def handle_endtag(self, tag):
        if tag in _CELL:
            self._end_cell()
        elif tag in _ROW:
            self._end_row()
        elif tag in ("table", "ss:table") and self._open:
            self._end_row()
            self.tables.append(self._open.pop())
        elif tag == "script" and self._script is not None:
            self.scripts.append("".join(self._script).strip())
            self._script = None
        elif tag == "style":
            self._hidden = False

    def handle_data(self, data):
        if self._script is not None:
            self._script.append(data)
        elif not self._hidden:
            self._text(data)

    def close(self):
        super().close()
        self._end_row()
        self.tables.extend(reversed(self._open))
        self._open = []

    def _text(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)
        elif data.strip():
            self.lines.extend(part for part in data.splitlines() if part.strip())

    def _end_cell(self) -> None:
        if self._cell is None or self._row is None:
            return
        text = "".join(self._cell).strip()
        rows, columns = self._span
        if rows > 1:
            self._down[len(self._row)] = (rows - 1, text)
        self._row.extend([text, *[""] * (columns - 1)])
        self._cell = None
        self._fill_down()

    def _fill_down(self) -> None:
        """Put in the cells that a rowspan above reaches into this row."""
        while self._row is not None and (held := self._down.get(len(self._row))):
            left, text = held
            if left == 0:
                del self._down[len(self._row)]
                return
            if left > 1:
                self._down[len(self._row)] = (left - 1, text)
            else:
                del self._down[len(self._row)]
            self._row.append(text)

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is not None and self._open:
            self._open[-1].append(self._row)
        self._row = None


def read(path: Path, encoding: str, headings: Headings = SHIPPED) -> Source:
    """Open an HTML page.

    Raises:
        FileRefused: it holds no table and no data with headings we know.
    """
    page = _Page()
    with path.open(encoding=encoding, errors="replace") as stream:
        while chunk := stream.read(1 << 20):
            page.feed(chunk)
    page.close()
    layout = Layout("html", encoding, headings=headings)
    rows = list(_rows_of(page, layout))
    if not rows:
        pairs = read_pairs(page.lines, headings)
        if pairs is None:
            raise no_header()
        note_headings((heading for heading, _value in pairs), layout)
        rows = [Row(1, pairs)]
    return Source(layout, iter(rows))


def _rows_of(page: _Page, layout: Layout) -> Iterator[Row]:
    passed = 0
    for table in page.tables:
        found = read_table([(passed + n, cells) for n, cells in enumerate(table, start=1)], layout)
        yield from found or ()
        passed += len(table)
    for script in page.scripts:
        if script[:1] in ("{", "["):
            try:
                document = loads(script)
            except (ValueError, RecursionError):
                continue
            rows = find_rows(document, layout, passed + 1)
            passed += len(rows)
            yield from rows


def _number(text: str | None) -> int:
    return min(max(int(text), 1), WIDEST) if text and text.strip().isdigit() else 1
