"""Files of every layout, written here with fictional rows: read alike, or refused in a sentence."""

import json
import zipfile

import openpyxl
import pytest

from records.intake.mapping import map_row
from records.intake.readers import open_source
from records.intake.source import FileRefused
from tests.records_world import HEADINGS, row, write_csv


def read(path):
    source = open_source(path)
    return source.layout, list(source.rows)


def drafts(path):
    return [map_row(each) for each in read(path)[1]]


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def same(found, number="青市监处罚〔2026〕12号"):
    assert [each.problems for each in found] == [[]] * len(found)
    assert found[0].document_number == number
    assert found[0].subject_code == row()["统一社会信用代码"]
    assert found[0].fine_amount == 20000
    assert found[0].decision_date.isoformat() == row()["处罚决定日期"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_in_every_encoding(tmp_path, encoding, delimiter):
    path = write_csv(tmp_path / "a.csv", [row(), row(行政处罚决定书文号="青市监处罚〔2026〕13号")], encoding, delimiter)
    found = drafts(path)
    assert len(found) == 2
    same(found)


def test_titles_totals_blanks_and_repeated_headers(tmp_path):
    path = tmp_path / "a.csv"
    write_csv(path, [row()])
    header, line = path.read_text(encoding="utf-8").splitlines()
    blank = "," * (len(HEADINGS) - 1)
    text = "\n".join(
        ["行政处罚信息公示表", "单位：青禾区", blank, header, line, blank, header, "合计,,,,,,,,,2", line + ",,"]
    )
    layout, rows = read(write(path, text))
    assert [each.number for each in rows] == [5, 9], "numbers are those a spreadsheet shows"
    assert [skipped["row"] for skipped in layout.skipped] == [7, 8]
    same([map_row(each) for each in rows])


@pytest.mark.parametrize(
    ("above", "heading", "yuan"),
    [
        ("单位：元", "罚款金额", 2000),
        ("（金额单位：人民币元）", "罚款金额", 2000),
        ("青禾区行政处罚信息公示表（单位：元）", "罚款金额", 2000),
        ("单位：万元", "处罚金额", 20_000_000),  # a column that is in yuan elsewhere
        ("单位：元", "罚款金额（万元）", 20_000_000),  # the heading's own goes first
        ("填报单位：元氏县某局", "罚款金额", 20_000_000),
        ("", "罚款金额", 20_000_000),
    ],
)
def test_the_unit_above_the_header_holds_for_the_amounts_below(tmp_path, above, heading, yuan):
    text = f"行政处罚公示表\n,,,{above}\n文号,{heading},处罚决定日期,处罚机关\n罚〔2026〕1号,2000,2026-04-01,某局\n"
    layout, [one] = read(write(tmp_path / "a.csv", text))
    assert map_row(one).fine_amount == yuan
    told = any("单位是" in each["why"] for each in layout.skipped)
    assert told == (heading in ("罚款金额", "处罚金额") and above[-2:] not in ("某局", ""))


@pytest.mark.parametrize(
    "header",
    [
        "行政相对人,,决定书文号,处罚情况,,处罚机关\n名称,统一社会信用代码,,处罚类别,罚款金额,\n",
        "名称,统一社会信用代码,决定书文号,处罚,,处罚机关\n,,,处罚类别,罚款金额,\n",
    ],
)
def test_headings_over_headings(tmp_path, header):
    line = "青禾甲有限公司,91370299MAC9WBCJ39,罚〔2026〕1号,罚款,0.2,某局\n"
    _layout, [one] = read(write(tmp_path / "a.csv", f"行政处罚公示表\n{header}{line}"))
    read_as = map_row(one)
    assert (read_as.subject_name, read_as.document_number, read_as.authority_name, read_as.fine_amount) == (
        *("青禾甲有限公司", "罚〔2026〕1号", "某局"),
        2000,
    )


def test_a_cell_too_many_is_a_problem_of_that_row(tmp_path):
    path = write_csv(tmp_path / "a.csv", [row(), row()])
    lines = path.read_text(encoding="utf-8").splitlines()
    found = drafts(write(path, "\n".join([lines[0], lines[1] + ",多出", lines[2]])))
    assert [[problem.code for problem in each.problems] for each in found] == [["too_many_cells"], []]


def test_a_lost_quotation_mark_ends_the_file_with_a_reason(tmp_path):
    path = write_csv(tmp_path / "a.csv", [row()])
    text = path.read_text(encoding="utf-8") + '"没有结束' + "很长" * 150_000
    found = drafts(write(path, text))
    assert found[0].problems == []
    assert [problem.code for problem in found[1].problems] == ["broken_line"]


def test_mixed_encodings_cost_only_their_rows(tmp_path):
    path = write_csv(tmp_path / "a.csv", [row(), row()])
    good, bad = path.read_bytes().splitlines()[1:3]
    header = path.read_bytes().splitlines()[0]
    path.write_bytes(b"\n".join([header, good, bad.decode().encode("gb18030"), good]))
    found = drafts(path)
    assert found[0].problems == [] and found[2].problems == []
    assert {problem.code for problem in found[1].problems} == {"unreadable_characters"}


@pytest.mark.parametrize("name", ["青禾澄江食品", "青禾澄江食品有限公司"])
def test_utf8_in_a_file_of_gb18030_is_found_although_every_byte_has_a_character(tmp_path, name):
    """An even number of characters makes good GB18030 nonsense: 闈掑笨 for 青岛."""
    cells = {"行政相对人名称": name, "行政处罚决定书文号": "AB〔2026〕12", "处罚机关": "青禾市监"}
    lines = [",".join(cells), *[",".join(cells.values())] * 3]
    assert "\ufffd" not in name.encode().decode("gb18030", errors="replace")
    encoded = [line.encode("utf-8" if number == 2 else "gb18030") for number, line in enumerate(lines)]
    path = tmp_path / "a.csv"
    path.write_bytes(b"\n".join(encoded))
    layout, found = read(path)[0], drafts(path)
    assert layout.encoding == "gb18030"
    assert [bool(each.problems) for each in found] == [False, True, False]
    assert ("unreadable_characters", "subject_name") in {(each.code, each.field) for each in found[1].problems}


STANDARD = {
    "CF_XDR_MC": row()["行政相对人名称"],
    "CF_XDR_LB": "法人及非法人组织",
    "CF_XDR_SHXYM": row()["统一社会信用代码"],
    "CF_WSH": row()["行政处罚决定书文号"],
    "CF_CFLB": "罚款",
    "CF_NR": "罚款20000元",
    "CF_NR_FK": 2,
    "CF_JDRQ": row()["处罚决定日期"],
    "CF_CFJG": row()["处罚机关"],
    "CF_XDR_GSZC": None,
    "BZ": "\\N",
}
CAMEL = {
    "name": row()["行政相对人名称"],
    "creditCode": row()["统一社会信用代码"],
    "punishNumber": row()["行政处罚决定书文号"],
    "decisionDate": row()["处罚决定日期"],
    "departmentName": row()["处罚机关"],
    "type": "罚款",
    "content": "罚款人民币贰万元。",
}
LINES = [
    "行政处罚决定文书号", "：" + row()["行政处罚决定书文号"], "处罚类别", "：罚款", "行政相对人名称", "：某公司",
    "相对人代码", "：" + row()["统一社会信用代码"], "处罚结果", "：20000.00", "处罚决定日期", "：" + row()["处罚决定日期"],
    "处罚机关", "：某局", "\u00a0",
]  # fmt: skip


@pytest.mark.parametrize(
    "document",
    [
        [STANDARD],
        {"total": 1, "rows": [STANDARD]},
        {"error_code": 0, "reason": "ok", "result": {"total": 1, "items": [CAMEL]}},
        {"data": {"total": 1, "items": [CAMEL]}, "message": "查询成功"},
        {"msg": "成功", "code": "00", "data": "", "datas": [CAMEL]},
        {"name": "某公司", "creditCode": "只是外层", "punishments": [CAMEL]},
        CAMEL,
        {**CAMEL, "detail": {"remark": None, "fileName": None}},
        {"lines": LINES},
    ],
)
def test_json_layouts(tmp_path, document):
    path = write(tmp_path / "a.json", json.dumps(document, ensure_ascii=False))
    found = drafts(path)
    assert len(found) == 1
    same(found)


def test_ndjson_goes_on_after_a_broken_line(tmp_path):
    good = json.dumps(STANDARD, ensure_ascii=False)
    found = drafts(write(tmp_path / "a.json", f'{good}\n{{"CF_WSH": \n[1]\n\n{good}\n'))
    assert [[problem.code for problem in each.problems] for each in found] == [
        [], ["broken_line"], ["not_an_object"], [],
    ]  # fmt: skip
    same([found[0], found[3]])


def test_amounts_in_json_keep_their_digits(tmp_path):
    document = [{**STANDARD, "CF_NR": "罚款", "CF_NR_FK": 0.155295}]
    [found] = drafts(write(tmp_path / "a.json", json.dumps(document)))
    assert str(found.fine_amount) == "1552.95"


def html(rows, tag="td"):
    head = "".join(f"<th>{heading}</th>" for heading in HEADINGS)
    lines = "".join("<tr>" + "".join(f"<{tag}>{each[h]}" for h in HEADINGS) for each in rows)
    return f"<html><body><table><tr><td colspan=12>处罚公示</td></tr><tr>{head}</tr>{lines}</table></body></html>"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_html_table_named_xls(tmp_path, encoding):
    found = drafts(write(tmp_path / "a.xls", html([row(), row()]), encoding))
    assert len(found) == 2
    same(found)


def test_html_rowspan_reaches_down(tmp_path):
    text = (
        "<table><tr><th>处罚机关</th><th>文号</th><th>处罚决定日期</th></tr>"
        "<tr><td rowspan=2>某局</td><td>罚〔2026〕1号</td><td>2026-04-01</td></tr>"
        "<tr><td>罚〔2026〕2号</td><td>2026-04-02</td></tr>"
        "<tr><td>另一局</td><td>罚〔2026〕3号</td><td>2026-04-03</td></tr></table>"
    )
    found = drafts(write(tmp_path / "a.html", text))
    assert [(each.authority_name, each.document_number) for each in found] == [
        ("某局", "罚〔2026〕1号"),
        ("某局", "罚〔2026〕2号"),
        ("另一局", "罚〔2026〕3号"),
    ]


def test_html_with_json_in_its_scripts(tmp_path):
    scripts = "".join(
        f'<div><script type="text/html">{json.dumps(each, ensure_ascii=False)}</script></div>'
        for each in (CAMEL, {**CAMEL, "type": "使用绝对化用语"})
    )
    found = drafts(write(tmp_path / "a.html", f"<!-- saved --><div>{scripts}<script>var x = 1;</script></div>"))
    same(found)
    assert (found[0].category, found[0].violation_type) == ("罚款", "")
    assert (found[1].category, found[1].violation_type) == ("罚款", "使用绝对化用语"), "category read from the content"


def test_html_with_headings_in_the_first_column(tmp_path):
    rows = "".join(f"<tr><th>{heading}</th><td>{row()[heading]}</td></tr>" for heading in HEADINGS)
    found = drafts(write(tmp_path / "a.html", f"<table>{rows}</table>"))
    assert len(found) == 1
    same(found)


def workbook(path, *sheets, epoch=None):
    book = openpyxl.Workbook()
    book.remove(book.active)
    if epoch:
        book.epoch = epoch
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for each in rows:
            sheet.append(each)
    book.save(path)
    return path


def values(**changes):
    return [row(**changes)[heading] for heading in HEADINGS]


@pytest.mark.parametrize("epoch", [None, openpyxl.utils.datetime.CALENDAR_MAC_1904])
def test_workbook_with_title_and_real_dates(tmp_path, epoch):
    import datetime as dt

    day = dt.date.fromisoformat(row()["处罚决定日期"])
    path = workbook(
        tmp_path / "a.xlsx",
        ("说明", [["请按要求填写"]]),
        ("1月", [["行政处罚公示"], list(HEADINGS), values(处罚决定日期=day, **{"罚款金额（万元）": 2.0})]),
        ("2月", [list(HEADINGS), values(行政处罚决定书文号="青市监处罚〔2026〕13号")]),
        epoch=epoch,
    )
    found = drafts(path)
    assert len(found) == 2
    same(found)
    rows = read(path)[1]
    assert "1月" in rows[0].place and "第3行" in rows[0].place
    assert len({each.number for each in rows}) == 2


def test_workbook_whose_table_does_not_start_in_its_corner(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ("表", [[], [], [None, None, *HEADINGS], [None, None, *values()]]))
    [each] = read(path)[1]
    assert each.number == 4
    same([map_row(each)])


def test_workbook_named_csv_is_read_as_what_it_is(tmp_path):
    path = workbook(tmp_path / "a.csv", ("表", [list(HEADINGS), values()]))
    same(drafts(path))


def test_workbook_merged_cells_fill_down(tmp_path):
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    for each in (
        ["处罚机关", "文号", "处罚决定日期"],
        ["某局", "罚〔2026〕1号", "2026-04-01"],
        ["", "罚〔2026〕2号", "2026-04-02"],
    ):
        sheet.append(each)
    sheet.merge_cells("A2:A3")
    book.save(path)
    assert [each.authority_name for each in drafts(path)] == ["某局", "某局"]


def test_workbook_merged_cells_at_the_end_of_a_row(tmp_path):
    """The last column is where authorities merge most, and an empty last cell is not in the file at all."""
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    for each in (
        ["文号", "处罚决定日期", "处罚机关"],
        ["罚〔2026〕1号", "2026-04-01", "某局"],
        ["罚〔2026〕2号", "2026-04-02"],
    ):
        sheet.append(each)
    sheet.merge_cells("C2:C9")  # over six empty rows more, which are no records
    book.save(path)
    assert [each.authority_name for each in drafts(path)] == ["某局", "某局"]


def test_workbook_with_a_heading_over_headings(tmp_path):
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    for each in (
        ["行政相对人", "", "决定书文号", "处罚情况", "", "处罚机关"],
        ["名称", "统一社会信用代码", "", "处罚类别", "罚款金额（万元）", ""],
        ["青禾甲有限公司", "91370299MAC9WBCJ39", "罚〔2026〕1号", "罚款", 0.2, "某局"],
    ):
        sheet.append(each)
    for area in ("A1:B1", "C1:C2", "D1:E1", "F1:F2"):
        sheet.merge_cells(area)
    book.save(path)
    [one] = drafts(path)
    assert (one.subject_name, one.document_number, one.authority_name) == ("青禾甲有限公司", "罚〔2026〕1号", "某局")


def test_formula_without_a_stored_result_in_the_last_column(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ("表", [list(HEADINGS), [*values()[:-1], "=A2"]]))
    [one] = read(path)[1]
    assert [problem.code for problem in map_row(one).problems] == ["formula"]


def test_formula_without_a_stored_result(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        ("表", [list(HEADINGS), values(行政处罚决定书文号='="青罚〔2026〕"&"1号"'), values()]),
    )
    found = drafts(path)
    assert [(problem.code, problem.field) for problem in found[0].problems] == [("formula", "document_number")]
    assert found[1].problems == []


def test_code_stored_as_a_number(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ("表", [list(HEADINGS), values(统一社会信用代码=913702991234567890)]))
    [found] = drafts(path)
    assert [(problem.code, problem.field) for problem in found.problems] == [("code_as_number", "subject_code")]


def test_a_workbook_that_asks_for_all_the_memory_is_only_broken(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ("表", [list(HEADINGS), values()]))
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    far = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    members[sheet] = members[sheet].replace(b"</sheetData>", far)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(FileRefused) as refused:
        open_source(path)
    assert refused.value.code == "broken"


def zip_of(path, names):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return path


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.csv", b"", "empty"),
        ("blank.csv", b"\xef\xbb\xbf \r\n", "empty"),
        ("photo.csv", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "other_kind"),
        ("letter.xlsx", b"%PDF-1.7\n%....", "other_kind"),
        ("broken.xlsx", b"PK\x03\x04" + b"\x00" * 200, "broken"),
        ("broken.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "broken"),
        (
            "locked.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
        (
            "far.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 3_000_000 + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
        ("head.csv", "处罚机关,文号\n\n合计,\n".encode(), "no_rows"),
        ("noise.csv", bytes(range(256)) * 40, "not_text"),
        ("text.csv", "今天天气很好\n没有表格".encode(), "no_header"),
        ("other.csv", "甲,乙,丙\n1,2,3\n".encode(), "no_header"),
        ("half.json", b'{"rows": [', "broken"),
        ("other.json", b'{"hello": [1, 2]}', "no_rows"),
        ("deep.json", b"[" * 200_000, "too_deep"),
        ("page.html", "<html><body><p>登录</p></body></html>".encode(), "no_header"),
    ],
)
def test_files_refused_in_a_sentence(tmp_path, name, content, code):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        list(open_source(path).rows)
    assert refused.value.code == code
    assert refused.value.text.endswith("。")


@pytest.mark.parametrize("name", ["rows.csv", "xl/workbook.xml"])
def test_archives_that_only_a_password_opens(tmp_path, name):
    path = zip_of(tmp_path / "locked.zip", [name])
    content = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + flags] |= 1  # the member is encrypted
    path.write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        open_source(path)
    assert refused.value.code == "password"


def test_open_document_that_only_a_password_opens(tmp_path):
    path = tmp_path / "locked.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", b"\x00 not to be read \xff")
        archive.writestr("META-INF/manifest.xml", "<manifest:encryption-data manifest:checksum='x'/>")
    with pytest.raises(FileRefused) as refused:
        open_source(path)
    assert refused.value.code == "password"


def test_archives_that_are_no_workbook(tmp_path):
    with pytest.raises(FileRefused) as refused:
        open_source(zip_of(tmp_path / "a.xlsx", ["word/document.xml"]))
    assert refused.value.code == "other_kind"


@pytest.mark.parametrize(
    ("limit", "name", "text"),
    [
        ("INTAKE_MAX_STREAMED_BYTES", "a.csv", "x" * 11),
        ("INTAKE_MAX_BYTES", "a.json", '[{"CF_WSH": "1"}]'),
        ("INTAKE_MAX_BYTES", "a.html", "<table></table>"),
    ],
)
def test_too_big(tmp_path, settings, limit, name, text):
    setattr(settings, limit, 10)
    with pytest.raises(FileRefused) as refused:
        open_source(write(tmp_path / name, text))
    assert refused.value.code == "too_big"


def test_missing(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(FileRefused) as refused:
            open_source(path)
        assert refused.value.code == "no_file"


def test_two_columns_of_one_meaning_that_disagree(tmp_path):
    text = "文号,案号,处罚机关,处罚决定日期\n罚〔2026〕1号,罚〔2026〕2号,某局,2026-04-01\n罚〔2026〕1号,罚〔2026〕1号,某局,2026-04-01\n"
    found = drafts(write(tmp_path / "a.csv", text))
    assert [[problem.code for problem in each.problems] for each in found] == [["columns_disagree"], []]


@pytest.mark.parametrize(
    ("amount", "content", "yuan", "warned"),
    [
        ("2", "罚款20000元", 20000, False),
        ("", "罚款20000元", 20000, False),
        ("20000", "罚款20000元", 20000, True),  # 元 in the 万元 column: exactly ten thousand times
        ("20", "罚款20000元", 200000, True),
        ("2", "警告", 20000, False),
    ],
)
def test_amount_against_the_text(tmp_path, amount, content, yuan, warned):
    path = write_csv(tmp_path / "a.csv", [row(处罚内容=content, **{"罚款金额（万元）": amount})])
    [found] = drafts(path)
    assert found.fine_amount == yuan
    assert [warning.code for warning in found.warnings] == (["amount_differs_tenfold"] if warned else [])


def test_reference_to_the_second_category_column(tmp_path):
    text = "文号,处罚机关,处罚类别1,处罚类别2\n罚〔2026〕1号,某局,其他（见处罚类别2）,警告\n"
    [found] = drafts(write(tmp_path / "a.csv", text))
    assert found.category == "警告"
