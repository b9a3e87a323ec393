"""csv and tsv, in any of the encodings offices use."""

import csv
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from records.canonical import Reason
from records.intake.headings import SHIPPED, Headings
from records.intake.readers.lines import read_pairs
from records.intake.source import FileRefused, Layout, Row, Source
from records.intake.table import HEADER_WITHIN, note_headings, read_table

_DELIMITERS = (",", "\t", ";", "|", "，")
#: One cell longer than this is a lost quotation mark, not a cell.
MOST_IN_A_CELL = 200_000


def read(path: Path, encoding: str, headings: Headings = SHIPPED) -> Source:
    """Open a delimited text file.

    Raises:
        FileRefused: none of its rows looks like a header.
    """
    layout = Layout("csv", encoding, headings=headings)
    delimiter = _delimiter(path, encoding, headings)
    if delimiter == "\t":
        layout.format = "tsv"
    rows = read_table(_lines(path, encoding, delimiter), layout)
    if rows is None:
        pairs = read_pairs(_plain_lines(path, encoding), headings)
        if pairs is None:
            raise no_header()
        note_headings((heading for heading, _value in pairs), layout)
        layout.format = "lines"
        rows = iter([Row(1, pairs)])
    return Source(layout, rows)


def no_header() -> FileRefused:
    """Return the refusal of a table none of whose rows names columns that we know."""
    return FileRefused(
        "no_header",
        _(
            "找不到认得的表头。请保留“行政相对人名称、统一社会信用代码、行政处罚决定书文号、处罚决定日期、处罚机关”等列名。"
        ),
    )


def _plain_lines(path: Path, encoding: str) -> Iterator[str]:
    with path.open(encoding=encoding, errors="replace") as stream:
        for number, line in enumerate(stream):
            if number > 2000:
                return
            yield line.rstrip("\r\n")


def _delimiter(path: Path, encoding: str, headings: Headings) -> str:
    """The delimiter under which the best header appears."""
    best, most = ",", 0
    for delimiter in _DELIMITERS:
        found = 0
        for number, cells in _lines(path, encoding, delimiter):
            if number > HEADER_WITHIN:
                break
            if cells and not isinstance(cells[0], Reason):
                found = max(found, headings.count(cells))
        if found > most:
            best, most = delimiter, found
    return best


def _lines(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list]]:
    """Yield (row number, cells). A row that cannot be taken apart is the last: what follows has no beginning."""
    limit = csv.field_size_limit(MOST_IN_A_CELL)
    number = 0
    try:
        with path.open(encoding=encoding, errors="replace", newline="") as stream:
            for number, cells in enumerate(csv.reader(stream, delimiter=delimiter), start=1):
                yield number, cells
    except csv.Error:
        yield number + 1, [broken_line()]
    finally:
        csv.field_size_limit(limit)


def broken_line() -> Reason:
    """Return why nothing is read from a row on: the file cannot be taken apart into cells there."""
    return Reason(
        "broken_line",
        _("从这一行起，文件无法分成单元格，后面的内容没有读取。"),
        "",
        _("通常是某一格少了一个引号。请补上引号后重新导入，已录入的行不会重复。"),
    )
