"""Files of a million rows: kinds that can be read row by row are, and nothing grows with what they hold."""

import json
import tracemalloc
import zipfile
from pathlib import Path

import openpyxl
import pytest

from records.intake import table
from records.intake.headings import SHIPPED
from records.intake.mapping import map_row
from records.intake.readers import open_source, structured, workbook
from records.intake.source import FileRefused
from tests.records_world import HEADINGS, row, write_csv

ROWS = 4000
#: Bytes. The rows of these files, kept, take six times as much.
MOST = 1_500_000


def numbered():
    return [row(行政处罚决定书文号=f"青市监处罚〔2026〕{n}号", 违法事实=f"第{n}次检查发现。" * 20) for n in range(ROWS)]


def as_csv(path):
    return write_csv(path / "a.csv", numbered())


def as_ndjson(path):
    file = path / "a.json"
    file.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in numbered()), encoding="utf-8")
    return file


def as_workbook(path):
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("表")
    sheet.append(HEADINGS)
    for each in numbered():
        sheet.append([each[heading] for heading in HEADINGS])
    book.save(path / "a.xlsx")
    return path / "a.xlsx"


@pytest.mark.parametrize("write", [as_csv, as_ndjson, as_workbook])
def test_reading_keeps_no_rows(tmp_path, write, monkeypatch):
    path = write(tmp_path)
    SHIPPED.find("文号")  # the table of headings is read once
    monkeypatch.setattr(Path, "read_text", lambda *_arguments, **_options: pytest.fail("the file was read at once"))
    tracemalloc.start()
    try:
        rows = open_source(path).rows
        tracemalloc.reset_peak()
        found = sum(1 for _row in rows)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found == ROWS
    assert peak < MOST


RECORD = json.dumps(
    {"CF_WSH": "青罚〔2026〕1号", "CF_XDR_MC": "青禾澄江食品有限公司", "CF_JDRQ": "2026-04-01"}, ensure_ascii=False
)


@pytest.mark.parametrize(
    ("text", "format", "rows"),
    [
        (f"{RECORD}\n{RECORD}\n", "ndjson", 2),
        (f"\n\n{RECORD}\n\n{RECORD}", "ndjson", 2),
        (f"\ufeff{RECORD}\n{RECORD}", "ndjson", 2),
        (f"{RECORD}\n{{broken\n", "ndjson", 2),
        (f"{RECORD}\n\n", "json", 1),
        (f"[{RECORD},{RECORD}]", "json", 2),
        (f"[\n{RECORD},\n{RECORD}\n]", "json", 2),
        (json.dumps(json.loads(RECORD), ensure_ascii=False, indent=1), "json", 1),
        (f'{{"rows": [{RECORD}]}}\n\n', "json", 1),
        (f'{{"total": 2}}\n{RECORD}\n', None, 0),
        (f"{{broken\n{RECORD}\n", None, 0),
    ],
)
def test_lines_and_documents_are_told_apart(tmp_path, text, format, rows):  # noqa: A002
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    if format is None:
        with pytest.raises(FileRefused):
            open_source(path)
        return
    source = open_source(path)
    assert (source.layout.format, len(list(source.rows))) == (format, rows)


def test_a_first_line_without_end_is_no_line(tmp_path, monkeypatch):
    monkeypatch.setattr(structured, "LONGEST_FIRST_LINE", 20)
    path = tmp_path / "a.json"
    path.write_text(f"{RECORD}\n{RECORD}\n", encoding="utf-8")
    assert len(list(open_source(path).rows)) == 2, "read as a document first, then as lines"


def test_halves_of_characters_are_refused_and_their_headings_can_be_stored(tmp_path):
    path = tmp_path / "a.json"
    broken = RECORD.replace("青罚", "\\ud800").replace("CF_JDRQ", "CF_J\\ud800")
    path.write_text(f"{broken}\n{RECORD}\n", encoding="utf-8")
    source = open_source(path)
    first, second = (map_row(each) for each in source.rows)
    assert [(each.code, each.field) for each in first.problems] == [("unreadable_characters", "document_number")]
    assert not second.problems
    for thing in (source.layout.as_json(), first.as_json(), [each.as_json() for each in first.problems]):
        json.dumps(thing, ensure_ascii=False).encode()


def test_new_headings_in_every_row_do_not_pile_up(tmp_path, monkeypatch):
    monkeypatch.setattr(table, "MOST_UNUSED", 5)
    path = tmp_path / "a.json"
    path.write_text("\n".join(RECORD.replace("{", f'{{"x{n}": 1, ', 1) for n in range(20)), encoding="utf-8")
    source = open_source(path)
    assert len(list(source.rows)) == 20 and len(source.layout.unmapped) == 5


def test_only_formulas_without_a_result_are_remembered(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(list(HEADINGS))
    book.active.append([row()[heading] for heading in HEADINGS])
    book.active["N2"] = "=1+1"
    book.save(tmp_path / "a.xlsx")
    [found] = workbook._formulas(tmp_path / "a.xlsx").values()
    assert found == {1: [13]}
    changed = tmp_path / "b.xlsx"
    with zipfile.ZipFile(tmp_path / "a.xlsx") as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<v></v>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>"))
    assert not any(workbook._formulas(changed).values())
