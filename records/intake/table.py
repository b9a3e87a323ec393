"""Tables of any origin: find the header under titles and notes, pass over totals, give rows of (heading, cell)."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice, zip_longest
from typing import Any

from django.utils.translation import gettext as _

from records.canonical import Reason, storable
from records.intake.headings import AMOUNTS, fold_heading
from records.intake.source import Layout, Row

#: Titles, units and notes may stand above the header; not more rows than this.
HEADER_WITHIN = 30
FEWEST_FIELDS = 2
#: Unused headings beyond these are not listed; a file that names new ones in every row must not fill the memory.
MOST_UNUSED = 200
LONGEST_SHOWN = 200
_TOTALS = ("合计", "总计", "小计", "共计", "累计")
_NOTES = (
    "注:",
    "注：",
    "备注:",
    "备注：",
    "说明:",
    "说明：",
    "制表",
    "填表",
    "填报",
    "审核人",
    "单位:",
    "单位：",
    "数据来源",
)

#: What a row above the header says of the amounts below: 单位：元, （金额单位：人民币万元）. Not 填报单位：元氏县….
_UNIT_ABOVE = re.compile(r"单位\s*[:：]?\s*(?:人民币)?(万元|元)\s*(?:$|[)）\],，;；])")

Cells = list[Any]


def read_table(lines: Iterable[tuple[int, Cells]], layout: Layout, place: str = "") -> Iterator[Row] | None:
    """Return the rows of a table, or ``None`` if nothing in it looks like a header.

    Takes (row number as a person counts, cells) in order. A table whose first column holds the headings is
    read as one row.
    """
    lines = iter(lines)
    head = list(islice(lines, HEADER_WITHIN))
    if _is_vertical(head, layout):
        return iter([_vertical(chain(head, lines), layout, place)])
    counts = [layout.headings.count(cells) for _number, cells in head]
    best = max(counts, default=0)
    if best < FEWEST_FIELDS:
        return None
    headings, at = _header(head, counts.index(best), layout)
    headings = _with_unit(headings, head[:at], layout)
    note_headings(headings, layout)
    return _rows(chain(head[at + 1 :], lines), headings, layout, place)


def _header(head: list[tuple[int, Cells]], at: int, layout: Layout) -> tuple[list[str], int]:
    """Return the headings and where the last row of them is: a heading may stand over others (行政相对人 over 名称)."""
    headings = [as_heading(cell) for cell in head[at][1]]
    below = [as_heading(cell) for cell in head[at + 1][1]] if at + 1 < len(head) else []
    filled = [text for text in below if text]
    if below != headings and len(filled) >= FEWEST_FIELDS and all(map(layout.headings.find, filled)):
        return _one_over_other(headings, below), at + 1
    if at > 0 and "" in headings:
        above = [as_heading(cell) for cell in head[at - 1][1]]
        known = [text if text and layout.headings.find(text) else "" for text in above]
        return _one_over_other(known, headings), at
    return headings, at


def _one_over_other(above: list[str], below: list[str]) -> list[str]:
    return [under or over for over, under in zip_longest(above, below, fillvalue="")]


def _with_unit(headings: list[str], above: list[tuple[int, Cells]], layout: Layout) -> list[str]:
    """Write the unit that a row above the header names behind the headings of amounts that name none, and say so."""
    said = [
        (number, found.group(1))
        for number, cells in above
        for cell in cells
        if isinstance(cell, str) and (found := _UNIT_ABOVE.search(cell))
    ]
    if len({unit for _number, unit in said}) != 1:
        return headings
    number, unit = said[0]
    out = []
    for text in headings:
        found = layout.headings.find(text) if text else None
        without = found is not None and found.field in AMOUNTS and not fold_heading(text)[1]
        out.append(f"{text}（{unit}）" if without else text)
    if out != headings:
        layout.skip(number, _("这里写明单位是%(unit)s：没有写单位的金额列按%(unit)s读") % {"unit": unit})
    return out


def as_heading(cell: Any) -> str:
    """Return a cell as the text of a heading: storable, without the blanks and marks around it."""
    return "" if cell is None else storable(cell).strip("\ufeff\u200b \t\r\n\u3000")


def note_headings(headings: Iterable[str], layout: Layout) -> None:
    """Write down in the layout which heading was understood as what."""
    for text in headings:
        if not text or text in layout.mapped or text in layout.unmapped or text in layout.passed_over:
            continue
        found = layout.headings.find(text)
        if found is None:
            passed_over = layout.headings.is_passed_over(text)
            unused, shown = layout.passed_over if passed_over else layout.unmapped, text[:LONGEST_SHOWN]
            if len(unused) < MOST_UNUSED and shown not in unused:
                unused.append(shown)
            continue
        layout.mapped[text] = found.field
        if found.guessed:
            layout.guessed.append(text)


def is_blank(cell: Any) -> bool:
    """Whether a cell holds nothing that can be seen."""
    return cell is None or (isinstance(cell, str) and not cell.strip("\ufeff\u200b \t\r\n\u3000\xa0"))


def _rows(lines: Iterable[tuple[int, Cells]], headings: list[str], layout: Layout, place: str) -> Iterator[Row]:
    for number, cells in lines:
        filled = [cell for cell in cells if not is_blank(cell)]
        if not filled:
            continue
        why = _not_a_record(filled, cells, headings)
        if why:
            layout.skip(number, why)
            continue
        row = Row(number, list(zip(headings, cells, strict=False)), place)
        if len(cells) > len(headings) and any(not is_blank(cell) for cell in cells[len(headings) :]):
            row.problem = too_many_cells(len(cells), len(headings))
        yield row


def too_many_cells(cells: int, headings: int) -> Reason:
    """Return why a row with more cells than headings is not taken: they may have shifted."""
    return Reason(
        "too_many_cells",
        _("这一行有 %(cells)s 格，表头只有 %(headings)s 列，内容可能错位。") % {"cells": cells, "headings": headings},
        "",
        _("请检查这一行：单元格里的逗号要用引号括起来，多出的内容要删掉。"),
    )


def _not_a_record(filled: Cells, cells: Cells, headings: list[str]) -> str:
    """Why a row of a table is not a record: a total, the header again, a note under the table."""
    first = str(filled[0]).strip().replace(" ", "")
    if first.startswith(_TOTALS) and len(first) <= 6:
        return _("合计行")
    if [as_heading(cell) for cell in cells[: len(headings)]] == headings:
        return _("重复的表头")
    if len(filled) == 1 and str(filled[0]).strip().startswith(_NOTES):
        return _("表格说明")
    return ""


def _is_vertical(head: list[tuple[int, Cells]], layout: Layout) -> bool:
    """Whether the headings stand in the first column: three different fields there, each with a cell beside it."""
    found = {
        heading.field
        for _number, cells in head
        if len(cells) > 1 and not is_blank(cells[0]) and (heading := layout.headings.find(as_heading(cells[0])))
    }
    return len(found) >= 3


def _vertical(lines: Iterable[tuple[int, Cells]], layout: Layout, place: str) -> Row:
    row = None
    for number, cells in lines:
        row = row or Row(number, [], place)
        for heading, cell in zip(cells[::2], cells[1::2], strict=False):
            if not is_blank(heading):
                row.cells.append((as_heading(heading), cell))
    row = row or Row(1, [], place)
    note_headings((heading for heading, _cell in row.cells), layout)
    return row
