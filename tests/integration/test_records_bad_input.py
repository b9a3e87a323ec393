"""Files and cells as they really come, all through the whole intake: each gets its sentence, the rest goes on."""

import csv
import datetime as dt
import io
import json
import tracemalloc
import zipfile
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from parties.models import Subject
from records.intake.foresight import Foresight
from records.intake.mapping import map_row
from records.intake.readers import open_source
from records.intake.run import RowResult, import_file
from records.models import AdverseRecord, ImportRow
from records.views.runs import harmless
from tests.records_world import HEADINGS, MARKET, code, days_ago, office, row, write_csv

FILES = Path(__file__).parents[1] / "files"


@pytest.fixture
def world(db):
    return office()


def take_in(path):
    return [each for each in import_file(path) if isinstance(each, RowResult)]


#: A cell as it comes -> the stable code of the refusal and a word of the cure.
CELLS = {
    "formula": ({"处罚内容": "=HYPERLINK(1)"}, "formula", "改成数值"),
    "impossible registrar": ({"统一社会信用代码": "000000000000000000"}, "code_registrar", "营业执照|证照"),
    "masked code": ({"统一社会信用代码": "91370299*******X2A"}, "code_masked", "完整"),
    "half masked code": ({"统一社会信用代码": "9137029XXXXXXXXX2A"}, "code_masked", "完整"),
    "code as a number": ({"统一社会信用代码": "9.13703E+17"}, "code_as_number", "文本格式"),
    "date that is not": ({"处罚决定日期": "2026-02-30"}, "date_impossible", "更正日期"),
    "29 February of no leap year": ({"处罚决定日期": "2025年2月29日"}, "date_impossible", "更正日期"),
    "month alone": ({"处罚决定日期": "2026年4月"}, "date_incomplete", "年月日"),
    "a day to come": ({"处罚决定日期": "2099-01-01"}, "date_in_future", "更正日期"),
    "negative amount": ({"罚款金额（万元）": "-2"}, "amount_negative", "决定书"),
    "absurd amount": ({"罚款金额（万元）": "99999999999999"}, "amount_absurd", "单位"),
    "endless amount": ({"罚款金额（万元）": "1e999999999"}, "amount_unreadable", "数字"),
    "no amount": ({"罚款金额（万元）": "若干"}, "amount_unreadable", "数字"),
    "fraction of a cent": ({"罚款金额（万元）": "0.1234567"}, "amount_fraction", "金额或单位"),
    "unreadable characters": ({"处罚内容": "罚\ufffd款"}, "unreadable_characters", "编码"),
    "no code": ({"统一社会信用代码": "暂无"}, "no_code", "统一社会信用代码"),
    "a heading as a number": ({"行政处罚决定书文号": "12"}, "impossible_document_number", "完整文号"),
    "endless name": ({"行政相对人名称": "长" * 5000}, "too_long", "缩短"),
}


@pytest.mark.parametrize("case", CELLS)
def test_a_bad_cell_costs_only_its_row(world, tmp_path, case):
    changes, expected, cure = CELLS[case]
    good = row(行政处罚决定书文号="青市监处罚〔2026〕13号")
    refused, taken = take_in(write_csv(tmp_path / "a.csv", [row(**changes), good]))
    assert taken.outcome == "taken"
    assert refused.outcome == "refused" and expected in {reason["code"] for reason in refused.reasons}
    [reason] = [reason for reason in refused.reasons if reason["code"] == expected]
    assert reason["text"] and any(word in reason["cure"] for word in cure.split("|")), reason
    assert reason["field"], "the cell is named"


#: A cell as it comes -> field, value as stored; what was changed is said.
READ = {
    "iso with time": ({"处罚决定日期": f"{days_ago(5)} 10:30:00"}, "decision_date", days_ago(5)),
    "slashes": ({"处罚决定日期": f"{days_ago(5):%Y/%-m/%-d}"}, "decision_date", days_ago(5)),
    "Chinese date": ({"处罚决定日期": f"{days_ago(5):%Y年%-m月%-d日}"}, "decision_date", days_ago(5)),
    "serial": ({"处罚决定日期": str((days_ago(5) - dt.date(1899, 12, 30)).days)}, "decision_date", days_ago(5)),
    "full width amount": ({"罚款金额（万元）": "２．０"}, "fine_amount", 20000),
    "amount with unit": ({"罚款金额（万元）": "20000元"}, "fine_amount", 20000),
    "lower-case code": ({"统一社会信用代码": code(11).lower()}, "subject_code", code(11)),
    "full width and invisible": (
        {"统一社会信用代码": "\ufeff" + "".join(chr(ord(c) + 0xFEE0) for c in code(11)) + "\u200b"},
        "subject_code",
        code(11),
    ),
    "nothing": ({"处罚依据": "\\N"}, "legal_basis", ""),
    "1900-1-1": ({"违法事实": "1900-1-1"}, "facts", ""),
}


@pytest.mark.parametrize("case", READ)
def test_a_cell_is_read_and_what_was_changed_is_said(world, tmp_path, case):
    changes, field, value = READ[case]
    [result] = take_in(write_csv(tmp_path / "a.csv", [row(**changes)]))
    assert (result.outcome, getattr(result.draft, field)) == ("taken", value)
    assert any(change["field"] == field and change["why"] for change in result.changes)
    stored = ImportRow.objects.get()
    assert stored.changes == result.changes


@pytest.mark.parametrize("seed", [11, 412])
def test_a_party_under_three_names_is_one_and_keeps_its_own(world, tmp_path, seed):
    """Known from before, or by the first row of the file; the preview says so as well."""
    names = ["青禾澄江食品有限公司", "澄江食品", "青禾澄江食品集团有限公司"]
    rows = [
        row(行政相对人名称=name, 统一社会信用代码=code(seed), 行政处罚决定书文号=f"青市监处罚〔2026〕{n}号")
        for n, name in enumerate(names, 1)
    ]
    path = write_csv(tmp_path / "a.csv", rows)
    foresight = Foresight("", None)
    foreseen = [foresight.look(each).as_json() for each in open_source(path).rows]
    results = take_in(path)
    assert [each["warnings"] for each in foreseen] == [result.warnings for result in results]
    assert [result.outcome for result in results] == ["taken"] * 3
    assert [[warning["code"] for warning in result.warnings] for result in results] == [
        [], ["name_differs"], ["name_differs"],
    ]  # fmt: skip
    assert Subject.objects.get(code=code(seed)).name == names[0]
    assert list(AdverseRecord.objects.order_by("pk").values_list("subject_name", flat=True)) == names


@pytest.mark.parametrize(
    ("second", "outcome", "told"),
    [
        (row()["行政处罚决定书文号"], "taken", ""),
        ("", "taken", ""),
        ("青市监处罚〔2026〕99号", "refused", "columns_disagree"),
    ],
)
def test_two_columns_with_one_heading(world, tmp_path, second, outcome, told):
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*HEADINGS, "行政处罚决定书文号"])
        writer.writerow([*(row()[heading] for heading in HEADINGS), second])
    [result] = take_in(path)
    assert result.outcome == outcome
    assert [reason["code"] for reason in result.reasons] == ([told] if told else [])


@pytest.mark.parametrize(
    ("heading", "second", "field"),
    [("罚款金额（万元）", "3", "fine_amount"), ("罚款数额（元）", "30000", "fine_amount"), ("违法事实", "乙", "facts")],
)
def test_two_columns_that_differ_and_identify_nobody_are_taken_with_a_warning(world, tmp_path, heading, second, field):
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*HEADINGS, heading])
        writer.writerow([*(row(违法事实="甲")[name] for name in HEADINGS), second])
    [result] = take_in(path)
    assert (result.outcome, int(result.record.fine_amount), result.record.facts) == ("taken", 20000, "甲")
    [warning] = result.warnings
    assert (warning["code"], warning["field"]) == ("columns_disagree", field)
    assert heading in warning["text"] and "决定书" in warning["cure"]


@pytest.mark.parametrize("name", ["dates-1904.xls", "dates-1900.xls"])
def test_old_workbooks_in_either_date_system(world, name):
    """Written by xlwt: a merged title, a unit row, a total row, real dates."""
    [result] = take_in(FILES / name)
    assert result.outcome == "taken", result.reasons
    assert (result.number, result.draft.decision_date, result.draft.valid_until) == (
        4, dt.date(2026, 4, 1), dt.date(2026, 7, 1),
    )  # fmt: skip
    assert result.draft.fine_amount == 20000


def workbook(path, rows):
    book = openpyxl.Workbook()
    for each in rows:
        book.active.append(each)
    book.save(path)
    return path


def test_misspelt_headings_totals_and_formulas_in_one_workbook(world, tmp_path):
    headings = [heading.replace("行政相对人名称", "行政相对人名秤") for heading in HEADINGS]
    good = [row()[heading] for heading in HEADINGS]
    bad = [*good]
    bad[HEADINGS.index("行政处罚决定书文号")] = '="青市监处罚〔2026〕"&"14号"'
    path = workbook(tmp_path / "a.xlsx", [["处罚公示"], headings, good, bad, ["合计", None, None, None], headings])
    taken, refused = take_in(path)
    assert (taken.number, taken.outcome) == (3, "taken")
    assert (refused.number, [reason["code"] for reason in refused.reasons]) == (4, ["formula"])


def raw_json(text):
    return text.encode()


#: Files that cannot be read at all: a sentence on the page, never a 500.
FILES_REFUSED = {
    "deeply nested": raw_json('{"a":' * 50_000),
    "nested and closed": raw_json('{"a":' * 3_000 + "1" + "}" * 3_000),
    "endless number": raw_json('{"文号": ' + "9" * 5_000 + "}"),
    "empty array": raw_json("[]"),
    "empty": b"",
    "blank utf-16": "\ufeff \r\n".encode("utf-16-le"),
    "truncated workbook": b"PK\x03\x04" + b"\x14\x00" * 60,
    "truncated old workbook": (FILES / "dates-1904.xls").read_bytes()[:700],
    "locked": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"),
    "picture": b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
    "noise": bytes(range(256)) * 40,
    "page": b"<html><body><p>please log in</p></body></html>",
}


@pytest.mark.parametrize("direct", ["on", ""])
@pytest.mark.parametrize("case", FILES_REFUSED)
def test_a_bad_file_is_a_sentence_on_the_page(world, client, case, direct):
    client.force_login(world.officer)
    file = SimpleUploadedFile("表.xlsx", FILES_REFUSED[case])
    response = client.post(reverse("records:import"), {"file": file, "source": "", "direct": direct})
    assert response.status_code == 400
    assert "govuk-error-summary" in response.content.decode()


@pytest.mark.parametrize(
    "document",
    [
        '[{"CF_WSH": "罚〔2026〕1号", "CF_NR_FK": 1e999999999}]',
        '[{"CF_WSH": "罚〔2026〕1号", "CF_NR_FK": 1e-999999}]',
        '[{"CF_WSH": "罚〔2026〕1号", "CF_NR_FK": 1e99999999999999999999}]',
        '[{"CF_WSH": "罚〔2026〕1号", "CF_NR_FK": ' + "9" * 55 + "}]",
        '[{"CF_WSH": "罚〔2026〕1号", "CF_NR_FK": 0.' + "3" * 55 + "}]",
        '[{"CF_WSH": "罚〔2026〕1号", "CF_NR": "\\u0000", "CF_SY": "\\ud83d", "BZ\\u0000\\ud83d": 1}]',
        '[{"CF_WSH": "罚〔2026〕1号", "CF_NR": {"a": [[[[]]]]}, "CF_JDRQ": true, "CF_XDR_MC": NaN}]',
    ],
)
def test_hostile_values_in_json_are_rows_with_reasons(world, tmp_path, client, document):
    path = tmp_path / "a.json"
    path.write_text(document, encoding="utf-8")
    [result] = take_in(path)
    assert result.outcome == "refused" and result.reasons
    client.force_login(world.officer)
    file = SimpleUploadedFile("a.json", document.encode())
    response = client.post(reverse("records:import"), {"file": file, "source": ""})
    assert response.status_code == 302
    assert client.get(response.url).status_code == 200
    assert client.post(response.url, {"verb": "start"}).status_code == 302


def test_a_huge_file_is_read_row_by_row(tmp_path):
    """200,000 rows take no more memory than 20,000: nothing is kept of a row that was read."""

    def peak(count):
        path = tmp_path / f"{count}.csv"
        line = ",".join(row()[heading] for heading in HEADINGS) + "\n"
        with path.open("w", encoding="utf-8") as stream:
            stream.write(",".join(HEADINGS) + "\n")
            for _n in range(count):
                stream.write(line)
        tracemalloc.start()
        read = sum(1 for each in open_source(path).rows if each.cells)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert read == count
        return most

    small, large = peak(5_000), peak(50_000)
    assert large < small * 1.5 + 2_000_000


def test_a_zip_that_unfolds_for_ever_is_refused(world, client, tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 5_000_000)
    client.force_login(world.officer)
    file = SimpleUploadedFile("a.xlsx", buffer.getvalue())
    assert client.post(reverse("records:import"), {"file": file, "source": ""}).status_code == 400


# --- late -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "late"), [(0, False), (7, False), (60, True), (3000, True)])
def test_late_is_flagged_with_its_days(world, client, tmp_path, days, late):
    [result] = take_in(write_csv(tmp_path / "a.csv", [row(处罚决定日期=days_ago(days).isoformat())]))
    record = AdverseRecord.objects.get()
    assert (result.outcome, record.reported_late, record.late_days > 0) == ("taken", late, late)
    told = [warning["text"] for warning in result.warnings if warning["code"] == "late"]
    assert len(told) == late
    assert not late or str(record.late_days) in told[0]
    client.force_login(world.officer)
    staff = client.get(reverse("portal:my_record", args=[record.public_id])).content.decode()
    assert ("迟报" in staff) == late
    client.force_login(world.lead_officer)
    run = ImportRow.objects.get().run
    page = client.get(reverse("records:import_run", args=[run.pk])).content.decode()
    assert ("七天双公示”的时限，照常录入并注明" in page) == late
    report = client.get(reverse("records:import_report", args=[run.pk])).getvalue().decode("utf-8-sig")
    [_head, line] = list(csv.reader(io.StringIO(report)))
    assert line[-1] == (str(record.late_days) if late else "")
    for shown in (page, line[-3]):
        assert ("（即信用〔2019〕1号）第6项" in shown) == late, "the term names its basis"
    for shown in (page, line[-2]):
        assert "罚款金额：2 → 20000.00" in shown, "what was changed names its column"
    client.force_login(world.enterprise)
    assert "超过时限" not in client.get(reverse("portal:my_record", args=[record.public_id])).content.decode()


def test_days_late_are_working_days_after_the_term(db):
    from records.lateness import days_late

    # 2026-04-01 is a Wednesday; 清明 is 4-6 April: the 7th working day is Monday 13 April.
    decided = dt.date(2026, 4, 1)
    assert [days_late(decided, dt.date(2026, 4, day)) for day in (10, 13, 14, 17, 18, 20)] == [0, 0, 1, 4, 4, 5]


# --- report -----------------------------------------------------------------------------------------------------

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "＋1",
    "－1",
    "＠1",
    " =1",
    "\u3000=1",
    "\ufeff=1",
]


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_cell_of_a_report_acts_as_a_formula(cell):
    safe = harmless(cell)
    assert safe == f"'{cell}"
    assert safe.lstrip(" \u3000\ufeff")[0] == "'"


@pytest.mark.parametrize("cell", ["青禾", "1=1", "a@b", "3", "", "（-1）"])
def test_ordinary_cells_stay_as_they_are(cell):
    assert harmless(cell) == cell


def test_a_report_is_harmless_through_the_whole_way(world, client, tmp_path):
    rows = [
        {**row(行政处罚决定书文号=f"青市监处罚〔2026〕{n}号"), "行政相对人名称": name}
        for n, name in enumerate(["-1+1公司", "@SUM(1+9)*cmd|' /C calc'!A0", '＝1","=2', '正常";=3'], 1)
    ]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    list(import_file(path, actor=world.officer))
    client.force_login(world.officer)
    report = client.get(reverse("records:import_report", args=[ImportRow.objects.first().run_id])).getvalue()
    assert report.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(report.decode("utf-8-sig"))))
    assert len({len(line) for line in lines}) == 1, "a cell never breaks out of its column"
    for line in lines[1:]:
        assert all(not cell.startswith(("=", "+", "-", "@", "＝", "\t", "\r")) for cell in line)
    assert all(part.startswith('"') for part in report.decode("utf-8-sig").splitlines()[1:]), "every cell is quoted"


def test_the_mapping_never_sets_what_is_no_field(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{**row(), "problems": 1, "changes": 2, "__class__": 3}]), encoding="utf-8")
    [draft] = [map_row(each) for each in open_source(path).rows]
    assert draft.problems == [] and draft.authority_name == MARKET
