"""Residents' numbers (GB 11643) and how they are shown. All numbers here are made up, in a place that does not exist."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from parties.identity import check_identity_number, identity_check_character, mask

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
