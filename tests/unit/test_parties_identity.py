"""Residents' numbers (GB 11643) and how they are shown. All numbers here are made up, in a place that does not exist."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from parties.codes import check_code, make_code
from parties.identity import check_identity_number, identity_check_character, mask, mask_in

TODAY = dt.date(2026, 11, 23)


def number(region="370299", born="19900307", serial="123") -> str:
    first = f"{region}{born}{serial}"
    return first + identity_check_character(first)


@pytest.mark.parametrize(
    "text",
    [
        number(),
        number(born="20240229"),
        number(born="20261123"),
        number(region="810000"),
        number(region="830000"),
        number(region="937156"),  # the foreigner's permanent residence card
    ],
)
def test_good_numbers(text):
    assert check_identity_number(text, TODAY).valid


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("3702***********123", "masked"),
        ("370299900307123", "old_number"),
        (number()[:17], "length"),
        ("A" + number()[1:], "alphabet"),
        (number(region="990299"), None),
        (number(region="000299"), "region"),
        (number(born="19900230"), "birthday"),
        (number(born="20230229"), "birthday"),
        (number(born="20261124"), "birthday"),
        (number(born="18000101"), "birthday"),
        (number()[:17] + ("0" if number()[17] != "0" else "1"), "check"),
    ],
)
def test_bad_numbers(text, reason):
    verdict = check_identity_number(text, TODAY)
    assert not verdict.valid
    if reason:
        assert reason in [found.code for found in verdict.reasons]
    assert all(text not in found.text for found in verdict.reasons if text)


def test_folding():
    good = next(number(serial=f"{n:03d}") for n in range(100, 999) if number(serial=f"{n:03d}").endswith("X"))
    verdict = check_identity_number(f" {good.lower()}\u200b", TODAY)
    assert (verdict.valid, verdict.normalised) == (True, good)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2026, 1, 1)), st.integers(0, 999))
def test_stdnum_agrees_on_the_check_character(born, serial):
    text = number(region="370202", born=f"{born:%Y%m%d}", serial=f"{serial:03d}")
    assert check_identity_number(text, TODAY).valid
    assert ric.calc_check_digit(text) == text[-1]


@pytest.mark.parametrize(
    ("given_number", "shown"),
    [("370299199003071234", "3702**********1234"), ("E12345678", "E1*****78"), ("12345", "*****"), ("", "")],
)
def test_mask(given_number, shown):
    assert mask(given_number) == shown


@given(st.text("0123456789X", max_size=30))
def test_a_mask_hides_at_least_half_of_what_identifies(text):
    shown = mask(text)
    assert len(shown) == len(text)
    if text:
        assert shown.count("*") * 3 >= len(text)


ID = number()
HIDDEN = "3702**********" + ID[-4:]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"当事人张三（身份证号码{ID}）未按规定明码标价。", f"当事人张三（身份证号码{HIDDEN}）未按规定明码标价。"),
        (f"ID{ID}，{ID}", f"ID{HIDDEN}，{HIDDEN}"),
        (ID.translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"}), HIDDEN),
        (f"{ID[:6]} {ID[6:14]} {ID[14:]}", HIDDEN),
        (f"共5000 {ID}", f"共5000 {HIDDEN}"),
        (ID[:17] + "\u200b" + ID[17:], HIDDEN),
        ("370299199003071234"[:17] + "9", "3702**********1239"),  # one character miswritten is still somebody's
        ("身份证：370299900307123。", "身份证：3702*******7123。"),
        ("电话13800001234，+8613800001234，138-0000-1234", "电话138****1234，+86138****1234，138****1234"),
        ("没收13800001234元，货值13800001234.50元", "没收13800001234元，货值13800001234.50元"),
        ("370299900307123", "370299900307123"),  # fifteen digits that nobody calls an identity number
        (f"编号9{ID}0", f"编号9{ID}0"),
        ("青市监处罚〔2026〕1001号，2026-11-23 10:00", "青市监处罚〔2026〕1001号，2026-11-23 10:00"),
        ("", ""),
    ],
)
def test_numbers_of_people_in_free_text_are_masked(text, shown):
    assert mask_in(text) == shown
    assert mask_in(shown) == shown


@given(st.integers(0, 2**31))
def test_codes_of_organisations_stay(seed):
    text = f"统一社会信用代码{make_code(seed=seed)}，罚款5000元"
    assert mask_in(text) == text


not_digits = st.text(st.characters(exclude_categories=["Nd", "Cs"]), max_size=8)
people = st.builds(
    lambda region, born, serial: number(region, f"{born:%Y%m%d}", f"{serial:03}"),
    st.sampled_from(["370299", "110101", "650100", "810000", "830000", "937156"]),
    st.dates(dt.date(1900, 1, 1), TODAY),
    st.integers(0, 999),
)


@given(st.lists(st.tuples(st.text(max_size=8), not_digits, people, not_digits, st.text(max_size=8)), min_size=1))
def test_no_number_survives_masking(pieces):
    text = "".join(
        "".join((loose, before or "；", one, after or "；", more)) for loose, before, one, after, more in pieces
    )
    shown = mask_in(text)
    for _loose, _before, one, _after, _more in pieces:
        assert one not in shown and one.lower() not in shown


@given(people)
def test_a_number_in_the_code_column_comes_back_masked(one):
    verdict = check_code(one)
    if "identity_number" in [reason.code for reason in verdict.reasons]:
        assert verdict.normalised == mask(one)
    assert not any(one in reason.text for reason in verdict.reasons)
