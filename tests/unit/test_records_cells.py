"""Cells as they really come: dates, amounts, placeholders, numerals, document numbers, headings."""

import datetime as dt
from decimal import Decimal

import pytest

from records.canonical import split_categories
from records.documents import document_key, looks_impossible
from records.intake.amounts import amounts_in_text, disagree, read_amount
from records.intake.cells import CellProblem, lost_digits, read_text
from records.intake.dates import read_date
from records.intake.headings import SHIPPED
from records.intake.numerals import parse_numeral


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-04-01", dt.date(2026, 4, 1)),
        ("2026/4/1", dt.date(2026, 4, 1)),
        ("2026.4.1", dt.date(2026, 4, 1)),
        ("2018-7-27", dt.date(2018, 7, 27)),
        ("2018年5月25日", dt.date(2018, 5, 25)),
        ("2018 年 5 月 25 号", dt.date(2018, 5, 25)),
        ("20160320", dt.date(2016, 3, 20)),
        ("２０２６－０４－０１", dt.date(2026, 4, 1)),
        ("二〇二六年四月十五日", dt.date(2026, 4, 15)),
        ("2016-11-25 12:00:00", dt.date(2016, 11, 25)),
        ("2019-5-22 0:00:00", dt.date(2019, 5, 22)),
        ("2022-03-16 17:03:29.0", dt.date(2022, 3, 16)),
        ("2026-04-01T08:30:00+08:00", dt.date(2026, 4, 1)),
        ("2026-04-01T16:30:00Z", dt.date(2026, 4, 2)),  # already the next day in Beijing
        ("1559318400000", dt.date(2019, 6, 1)),
        ("43210", dt.date(2018, 4, 20)),
        (43210, dt.date(2018, 4, 20)),
        (43210.0, dt.date(2018, 4, 20)),
        (dt.date(2026, 4, 1), dt.date(2026, 4, 1)),
        (dt.datetime(2026, 4, 1, 12), dt.date(2026, 4, 1)),
        ("\ufeff2026-04-01\u200b", dt.date(2026, 4, 1)),
        ("1900-1-1", None),
        ("1900-1-1 0:00:00", None),
        (dt.date(1900, 1, 1), None),
        (dt.datetime(1899, 12, 30), None),
        (dt.datetime(1904, 1, 1), None),
        ("暂无", None),
        ("\\N", None),
    ],
)
def test_dates_read(cell, day):
    value, why = read_date(cell)
    assert value == day
    if value is None or (not isinstance(cell, dt.date) and cell != "2026-04-01"):
        assert why, "what was changed to read a cell is said"


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("2023-10", "date_incomplete"),
        ("2023年10月", "date_incomplete"),
        ("202310", "date_incomplete"),
        ("2023", "date_incomplete"),
        ("2026-02-30", "date_impossible"),
        ("20260230", "date_impossible"),
        ("2026-13-01", "date_impossible"),
        ("4/1/2026", "date_unreadable"),
        ("26-4-1", "date_unreadable"),
        ("去年", "date_unreadable"),
        ("99999", "date_unreadable"),
        ("=TODAY()", "formula"),
    ],
)
def test_dates_refused(cell, problem):
    with pytest.raises(CellProblem) as refused:
        read_date(cell)
    assert refused.value.code == problem
    assert refused.value.cure


@pytest.mark.parametrize(
    ("cell", "unit", "yuan"),
    [
        ("0.2", "万元", "2000.00"),
        (Decimal("0.2"), "万元", "2000.00"),
        (0.2, "万元", "2000.00"),
        (0.155295, "万元", "1552.95"),
        (0.1 + 0.2, "万元", "3000.00"),
        ("2000", "元", "2000.00"),
        ("2,000.50", "元", "2000.50"),
        ("¥9,000", "元", "9000.00"),
        ("0.2万元", "元", "2000.00"),
        ("5000元", "万元", "5000.00"),
        ("贰万元", "元", "20000.00"),
        ("肆万捌仟元整", "元", "48000.00"),
        ("０．２", "万元", "2000.00"),
        ("罚款2000元", "万元", "2000.00"),
        ("517900", "万元", "5179000000.00"),
        ("\\N", "万元", None),
        ("—", "万元", None),
    ],
)
def test_amounts_read(cell, unit, yuan):
    assert read_amount(cell, unit)[0] == (None if yuan is None else Decimal(yuan))


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("-5", "amount_negative"),
        (-5.0, "amount_negative"),
        ("abc", "amount_unreadable"),
        ("1e30", "amount_unreadable"),
        (float("nan"), "amount_unreadable"),
        ("9" * 20, "amount_absurd"),
        ("999999999999", "amount_absurd"),
        ("99999999万元", "amount_absurd"),
        ("0.0000001", "amount_fraction"),
        ("=1+1", "formula"),
    ],
)
def test_amounts_refused(cell, problem):
    with pytest.raises(CellProblem) as refused:
        read_amount(cell, "元")
    assert refused.value.code == problem


@pytest.mark.parametrize(
    ("content", "fine", "confiscated"),
    [
        ("罚款2000元", "2000", None),
        ("罚款人民币贰万元。", "20000", None),
        ("罚款人民币肆万捌仟元。", "48000", None),
        ("罚款人民币（大写）贰万元", "20000", None),
        ("罚款：人民币20000元（贰万元整）", "20000", None),
        ("处1万元罚款", "10000", None),
        ("处以人民币伍仟元整的罚款", "5000", None),
        ("罚款金额0.2万元;没收金额0.0万元", "2000", "0"),
        ("没收违法所得 11508.65 元;罚款 80000.0 元", "80000", "11508.65"),
        ("1.没收广告费142393.15元2.罚款427179.45元", "427179.45", "142393.15"),
        ("1，没收广告费用26220.46元2，罚款600000元", "600000", "26220.46"),
        ("罚款0.1万元，没收违法所得和非法财物", "1000", None),
        ("对甲罚款1万元，对乙罚款2万元", "30000", None),
        ("对甲罚款1万元，对乙罚款2万元，合计罚款3万元", "30000", None),
        ("¥9,000", "9000", None),
        ("100.00", "100", None),
        ("警告。", None, None),
        ("责令2018年前改正", None, None),
    ],
)
def test_amounts_in_a_decision(content, fine, confiscated):
    found = amounts_in_text(content)
    assert found.fine == (None if fine is None else Decimal(fine))
    assert found.confiscated == (None if confiscated is None else Decimal(confiscated))


def test_fine_and_confiscation_together_are_neither():
    found = amounts_in_text("罚没款合计 5179000000 元")
    assert (found.fine, found.both) == (None, Decimal(5179000000))


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [("2000", "2000", False), ("2000", "20000", True), ("2000", "19999", False), ("0", "5", True), ("0", "0", False)],
)
def test_tenfold(one, other, differ):
    assert disagree(Decimal(one), Decimal(other)) is differ


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十五", 15),
        ("一亿二千万", 120_000_000),
        ("壹佰零伍万叁仟", 1_053_000),
        ("两千", 2000),
        ("元", None),
        ("", None),
    ],
)
def test_numerals(text, value):
    assert parse_numeral(text) == value


@pytest.mark.parametrize(
    "empty", ["\\N", "暂无", "空", "无", "—", "——", "-", "NULL", "N/A", "（空）", "1900-1-1", "  "]
)
def test_placeholders_are_empty(empty):
    assert read_text(empty).value == ""


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("\ufeff某公司\u200b", "某公司"),
        ("\xa0某公司\u3000", "某公司"),
        ('="0123"', "0123"),
        ("-", ""),
        ("a-b", "a-b"),
        (3.0, "3"),
        (None, ""),
    ],
)
def test_text(cell, value):
    assert read_text(cell).value == value


@pytest.mark.parametrize("formula", ["=A1+B1", '=HYPERLINK("x")', "+cmd|' /C calc'!A0", "@SUM(A1)"])
def test_formulas_are_not_content(formula):
    with pytest.raises(CellProblem) as refused:
        read_text(formula)
    assert refused.value.code == "formula"


def test_long_numbers_lose_digits():
    assert lost_digits(9.1370299e17)
    assert lost_digits("9.13703E+17")
    assert not lost_digits("913702991234567890")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("青市监罚〔2026〕12号", "青市监罚（2026）12号"),
        ("青市监罚〔2026〕12号", "青市监罚【2026】第12号"),
        ("青市监罚〔2026〕12号", "青市监罚[2026]第00012 号"),
        ("青市监罚〔2026〕12号", "青市监罚〔２０２６〕１２"),
        ("（青）文执罚〔2026〕第12号", "(青)文执罚［2026］12号"),
    ],
)
def test_one_document_number_in_many_hands(one, other):
    assert document_key(one) == document_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("青罚〔2026〕12号", "青罚〔2026〕120号"),
        ("青罚罚〔2026〕1号", "青罚〔2026〕1号"),
        ("青罚〔2025〕1号", "青罚〔2026〕1号"),
    ],
)
def test_other_documents_stay_apart(one, other):
    assert document_key(one) != document_key(other)


@pytest.mark.parametrize(
    ("number", "impossible"),
    [
        ("3", True),
        ("12345", True),
        ("未经备案网站提供服务", True),
        ("号" * 130 + "1", True),
        ("青罚〔2026〕1号", False),
        ("某某局 行政处罚决定书〔2026〕2号", False),
        ("370299202600012345", False),
    ],
)
def test_impossible_document_numbers(number, impossible):
    assert looks_impossible(number) is impossible


@pytest.mark.parametrize(
    ("heading", "field", "unit"),
    [
        ("行政相对人名称", "subject_name", ""),
        (" 行政相对人名称* ", "subject_name", ""),
        ("行政相对人名称（必填）", "subject_name", ""),
        ("CF_XDR_MC", "subject_name", ""),
        ("cf_xdr_mc", "subject_name", ""),
        ("统一社会信用代码", "subject_code", ""),
        ("行政相对人代码_1（统一社会信用代码）", "subject_code", ""),
        ("uniscId", "subject_code", ""),
        ("sHXYDM", "subject_code", ""),
        ("CF_XDR_ZJHM", "identity_number", ""),
        ("punishNumber", "document_number", ""),
        ("penDecNo", "document_number", ""),
        ("wH", "document_number", ""),
        ("decisionDate", "decision_date", ""),
        ("cFRQ", "decision_date", ""),
        ("departmentName", "authority_name", ""),
        ("处罚内容/结果", "content", ""),
        ("罚款金额（万元）", "fine_amount", "万元"),
        ("罚款金额(元)", "fine_amount", "元"),
        ("罚款金额", "fine_amount", "万元"),
        ("CF_NR_FK", "fine_amount", "万元"),
        ("fKJE", "fine_amount", "元"),
        ("document_number", "document_number", ""),
    ],
)
def test_headings(heading, field, unit):
    found = SHIPPED.find(heading)
    assert (found.field, found.unit, found.guessed) == (field, unit, False)


def test_misspelt_headings_are_understood_and_said():
    found = SHIPPED.find("行政相对人名秤")
    assert (found.field, found.guessed) == ("subject_name", True)
    assert SHIPPED.find("随便什么列") is None
    assert SHIPPED.find("法定代表人证件类型") is None


def test_categories_split():
    assert split_categories("罚款；没收违法所得、警告") == ("罚款", "没收违法所得", "警告")
