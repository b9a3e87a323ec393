"""The small calculations behind a notice's layout and wording."""

import signal
import time
from datetime import UTC, date, datetime

import pytest

from notices import documents
from notices.models import Notice
from notices.templatetags import notice_text
from notices.timebox import TimeExceeded, time_box
from notices.verification import fold_code, fold_number, mask_name


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("甲\u200b乙", "甲乙"),  # zero-width space
        ("甲\u202e乙", "甲乙"),  # right-to-left override: could turn a sentence round
        ("甲\ufeff乙\x00丙", "甲乙丙"),
        ("第一行\r\n第二行", "第一行\n第二行"),
        ("  两端空白 ", "两端空白"),
        ("e\u0301", "é"),  # composed
        ({"a": ["\u200b甲"], "b": None, "n": 3}, {"a": ["甲"], "b": None, "n": 3}),
    ],
)
def test_clean_takes_out_what_cannot_be_seen(given, expected):
    assert documents.clean(given) == expected


@pytest.mark.parametrize(
    ("issuer", "size"),
    [
        ("某局", 42),  # never larger than the largest
        ("青测市示范区发展和改革局", 36.5),  # 12 characters fit on one line
        ("青" * 19, 23),  # 19 characters still fit on one line
        ("青" * 24, 36.5),  # two lines of 12
    ],
)
def test_mark_size(issuer, size):
    assert documents.mark_size(issuer) == pytest.approx(size, abs=0.3)


def test_a_long_mark_stands_in_two_even_lines():
    assert documents.mark_lines("某局") == ["某局"]
    assert [len(line) for line in documents.mark_lines("青" * 23)] == [12, 11]


@pytest.mark.parametrize(
    ("issuer", "indent"),
    [
        ("青测市发展和改革局", 4),  # date four characters in, the name centred on it
        ("青" * 20, (20 - 7.0) / 2),  # a longer name would leave the type area
    ],
)
def test_sign_indent(issuer, indent):
    assert documents.sign_indent(issuer, "2026年11月23日") == indent


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2026-04-09", "2026年4月9日"),
        (date(2026, 11, 23), "2026年11月23日"),
        ("2026-11-23T10:00:00", "2026年11月23日"),
        (None, ""),
        ("长期", "长期"),
    ],
)
def test_dates_are_not_zero_padded(given, expected):
    assert notice_text.cn_date(given) == expected


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"title": "信用修复管理办法", "article": "第七条"}, "《信用修复管理办法》第七条"),
        ({"title": "《信用修复管理办法》"}, "《信用修复管理办法》"),
        ({"text": "没有依据"}, ""),
        (None, ""),
    ],
)
def test_basis(item, expected):
    assert notice_text.basis(item) == expected


@pytest.mark.parametrize(
    ("given", "expected"), [("甲", "甲。"), ("甲。", "甲。"), ("甲；", "甲；"), ("", ""), (None, "")]
)
def test_sentence_ends_once(given, expected):
    assert notice_text.sentence(given) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "青信修准〔2026〕1号",
        "青信修准(2026)1号",
        "青信修准 [2026] 1 号",
        "青信修准（２０２６）１号",
        "青信修准【2026】1号",
    ],
)
def test_numbers_are_taken_as_people_type_them(typed):
    assert fold_number(typed) == "青信修准〔2026〕1号"


@pytest.mark.parametrize("typed", ["ABCDE23456", "abcde 23456", " ABCDE-23456 ", "ＡＢＣＤＥ２３４５６"])
def test_check_codes_are_taken_as_people_type_them(typed):
    assert fold_code(typed) == "ABCDE23456"


@pytest.mark.parametrize(("name", "masked"), [("张三", "张*"), ("欧阳小明", "欧***"), ("王", "王*")])
def test_names_of_persons_are_masked(name, masked):
    assert mask_name(name) == masked


@pytest.mark.parametrize(("kind", "you"), [("entity", "你单位"), ("business", "你"), ("person", "你")])
def test_the_addressee_is_spoken_to(kind, you):
    context = documents.context_of(
        Notice.Kind.DECLINE, {"addressee": {"name": "甲", "kind": kind}}, issued_at=datetime(2026, 11, 23, tzinfo=UTC)
    )
    assert context["you"] == you


def test_the_date_is_beijings():
    late = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    assert documents.context_of(Notice.Kind.DECLINE, {}, issued_at=late)["issued_on"] == "2027-01-01"


def test_the_qr_code_leads_to_the_verification_page(settings):
    settings.PUBLIC_URL = "https://credit.example"
    address = documents.verification_address("青信修准〔2026〕1号", "ABCDE23456")
    assert address.startswith("https://credit.example/verify/ABCDE23456/?number=%E9%9D%92")


def test_time_box_stops_and_gives_the_outer_alarm_back():
    rings = []
    before = signal.signal(signal.SIGALRM, lambda *args: rings.append(1))
    signal.setitimer(signal.ITIMER_REAL, 30)
    try:
        with pytest.raises(TimeExceeded), time_box(0.05):
            time.sleep(5)
        left, _interval = signal.getitimer(signal.ITIMER_REAL)
        assert 20 < left < 30
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        time.sleep(0.05)
        assert rings == [1]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
