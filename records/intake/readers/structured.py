"""JSON and NDJSON: find the rows wherever a publisher wrapped them."""

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from records.canonical import Reason, storable
from records.intake.headings import SHIPPED, Headings
from records.intake.readers.lines import read_pairs
from records.intake.source import FileRefused, Layout, Row, Source, check_size
from records.intake.table import note_headings

#: Rows are looked for this deep: ``{"result": {"data": {"items": [...]}}}`` and a bit.
DEEPEST = 8
FEWEST_FIELDS = 2
#: Characters; one record is never longer.
LONGEST_FIRST_LINE = 1 << 20
#: A number with more digits before or after the point is none that a decision names.
MOST_DIGITS = 60
_BLANK = "\ufeff \t\r\n"


def read(path: Path, encoding: str, headings: Headings = SHIPPED) -> Source:
    """Open a JSON document, read whole, or a file of one JSON object a line, read line by line.

    Raises:
        FileRefused: it is neither, or holds nothing that looks like a record.
    """
    if _is_lines(path, encoding, headings):
        return _read_lines(path, encoding, headings)
    check_size(path, settings.INTAKE_MAX_BYTES)  # has to be taken apart as a whole
    try:
        text = path.read_text(encoding=encoding, errors="replace")
        document = loads(text)
    except ValueError:
        return _read_lines(path, encoding, headings)
    except RecursionError:
        raise FileRefused("too_deep", _("JSON 嵌套过深，无法读取。请导出为普通的数组或表格。")) from None
    layout = Layout("json", encoding, headings=headings)
    rows = find_rows(document, layout)
    if not rows:
        raise nothing_found()
    return Source(layout, iter(rows))


def _is_lines(path: Path, encoding: str, headings: Headings) -> bool:
    """Whether the first line is a whole record and more follow: then the file need not be read at once."""
    with path.open(encoding=encoding, errors="replace") as stream:
        first = ""
        while not first.strip(_BLANK):
            first = stream.readline(LONGEST_FIRST_LINE)
            if not first:
                return False
        try:
            return _is_record(loads(first.strip(_BLANK)), headings) and any(line.strip(_BLANK) for line in stream)
        except (ValueError, RecursionError):
            return False


def loads(text: str) -> Any:
    """Parse JSON keeping numbers, and keys that an object has twice, as they are written.

    Raises:
        ValueError: it is none.
        RecursionError: it is nested too deeply.
    """
    return json.loads(text.lstrip("\ufeff"), parse_float=_number, parse_constant=str, object_pairs_hook=_object)


class _Twice(dict):
    """An object that has a key twice: ``pairs`` are all of it, as two columns with one heading are."""

    pairs: list[tuple[str, Any]]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        found = _Twice(found)
        found.pairs = pairs
    return found


def _number(text: str) -> Decimal | str:
    """Keep a number as it is written; one of absurd size stays text (spelt out it would fill the memory)."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return number if -MOST_DIGITS < number.adjusted() < MOST_DIGITS else text


def nothing_found() -> FileRefused:
    """Return the refusal of JSON that holds nothing like a record."""
    return FileRefused("no_rows", _("JSON 里找不到失信信息。请保留“行政处罚决定书文号”（CF_WSH）等字段名。"))


def find_rows(document: Any, layout: Layout, first: int = 1) -> list[Row]:
    """Return the rows of a parsed document, numbered from ``first``: the deepest list of things that look like
    records, else one thing that does, else heading and value lines."""
    found = _search(document, 0, layout.headings)
    rows = []
    for number, item in enumerate(found, start=first):
        if not isinstance(item, dict):
            rows.append(Row(number, problem=_not_an_object()))
            continue
        rows.append(row_of(item, number, layout))
    return rows


def row_of(item: dict[str, Any], number: int, layout: Layout) -> Row:
    """Return one object as a row; what is nested in it is not part of the row."""
    pairs = item.pairs if isinstance(item, _Twice) else item.items()
    cells = [(storable(key), value) for key, value in pairs if not isinstance(value, (dict, list))]
    note_headings((key for key, _value in cells), layout)
    return Row(number, cells)


def _search(thing: Any, depth: int, headings: Headings) -> list[Any]:
    if depth > DEEPEST:
        return []
    if isinstance(thing, list):
        if any(_is_record(item, headings) for item in thing):
            inner = [row for item in thing if isinstance(item, dict) for row in _inside(item, depth, headings)]
            return inner or thing
        if all(isinstance(item, str) for item in thing):
            pairs = read_pairs(thing, headings)
            return [dict(pairs)] if pairs else []
        return [row for item in thing for row in _search(item, depth + 1, headings)]
    if isinstance(thing, dict):
        return _inside(thing, depth, headings) or ([thing] if _is_record(thing, headings) else [])
    return []


def _inside(thing: dict, depth: int, headings: Headings) -> list[Any]:
    """Rows nested in an object: its own scalars are then the wrapper's (a company, a page), not a record."""
    return [
        row
        for value in thing.values()
        if isinstance(value, (dict, list))
        for row in _search(value, depth + 1, headings)
    ]


def _is_record(thing: Any, headings: Headings) -> bool:
    return isinstance(thing, dict) and headings.count(thing) >= FEWEST_FIELDS


def _read_lines(path: Path, encoding: str, headings: Headings) -> Source:
    layout = Layout("ndjson", encoding, headings=headings)
    with path.open(encoding=encoding, errors="replace") as stream:
        for line in stream:
            if not line.strip(_BLANK):
                continue
            try:
                document = loads(line.strip())
            except (ValueError, RecursionError):
                document = None
            if not _is_record(document, headings):
                raise FileRefused("broken", _("JSON 不完整或有语法错误，无法读取。请重新导出后再试。"))
            break
    return Source(layout, _lines(path, encoding, layout))


def _lines(path: Path, encoding: str, layout: Layout) -> Iterator[Row]:
    with path.open(encoding=encoding, errors="replace") as stream:
        for number, line in enumerate(stream, start=1):
            line = line.strip(_BLANK)
            if not line:
                continue
            try:
                item = loads(line)
            except (ValueError, RecursionError):
                yield Row(number, problem=_broken_object())
                continue
            if not isinstance(item, dict):
                yield Row(number, problem=_not_an_object())
                continue
            yield row_of(item, number, layout)


def _broken_object() -> Reason:
    return Reason("broken_line", _("这一行不是完整的 JSON。"), "", _("请补全这一行后重新导入，已录入的行不会重复。"))


def _not_an_object() -> Reason:
    return Reason("not_an_object", _("这一项不是 JSON 对象。"), "", _("每条失信信息应是一个 {…} 对象。"))
