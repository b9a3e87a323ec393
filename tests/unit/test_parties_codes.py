"""Unified social credit codes: every part is checked, python-stdnum agrees where it is right, and nothing is guessed."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_10

from parties.codes import (
    ALPHABET,
    CATEGORIES,
    check_character,
    check_code,
    fold_old_code,
    inner_check_character,
    make_code,
    registration_number_holds,
)

GOOD = make_code(seed=7)
KINDS = [(registrar, category) for registrar, categories in CATEGORIES.items() for category in categories]


def codes(**fixed):
    """Strategy of valid codes."""
    return st.builds(
        lambda kind, province, rest, body: make_code(*kind, region=f"{province}{rest:04d}", body=body),
        st.sampled_from(fixed.get("kinds", KINDS)),
        st.sampled_from(["10", "11", "37", "44", "65"]),
        st.integers(0, 9999),
        st.text(ALPHABET, min_size=8, max_size=8),
    )


def rechecked(first17: str) -> str:
    """Give 17 characters the check character that fits them."""
    return first17 + check_character(first17)


def reinner(first16: str) -> str:
    """Give 16 characters both check characters that fit them."""
    return rechecked(first16 + inner_check_character(first16[8:16]))


@pytest.mark.parametrize(("registrar", "category"), KINDS)
def test_every_registrar_and_category(registrar, category):
    assert check_code(make_code(registrar, category)).valid


def test_made_codes_are_fictional_and_repeatable():
    assert make_code(seed=1) == make_code(seed=1) != make_code(seed=2)
    assert make_code()[2:8] == "370299"
    with pytest.raises(ValueError, match="16 characters"):
        make_code(body="short")
    with pytest.raises(ValueError, match="第 1 位"):
        make_code(registrar="B")


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("", ["empty"]),
        ("  \ufeff ", ["empty"]),
        # A good check character on an impossible code.
        ("000000000000000000", ["registrar", "region"]),
        (reinner("B1370299MA000000"), ["registrar"]),
        (reinner("94370299MA000000"), ["category"]),
        (reinner("Y2370299MA000000"), ["category"]),
        (reinner("91000000MA000000"), ["region"]),
        (reinner("9199A299MA000000"), ["region"]),
        # Masked on purpose, in every way people mask.
        ("913302******1j283l", ["masked"]),
        ("9133 02＊＊＊＊＊＊1J283L", ["masked"]),
        ("913302xxxxxx1J283L", ["masked"]),
        # Older and other numbers.
        ("370299000012345", ["old_registration"]),
        ("MA0000000", ["organisation_code"]),
        (GOOD[:17], ["length"]),
        (GOOD + "1", ["length"]),
        (GOOD + GOOD, ["length"]),
        # Letters that the code never uses are named, not guessed.
        (GOOD[:8] + "O" + GOOD[9:], ["alphabet"]),
        (GOOD[:8] + "OI" + GOOD[10:], ["alphabet", "alphabet"]),
        (GOOD[:8] + "中" + GOOD[9:], ["alphabet"]),
        # A resident's number in the wrong column (fictional place and person).
        ("99029919900307001" + "X", None),
        # Each check character on its own.
        (rechecked(GOOD[:16] + ("0" if GOOD[16] != "0" else "1")), ["inner_check"]),
        (GOOD[:17] + ("0" if GOOD[17] != "0" else "1"), ["check"]),
    ],
)
def test_each_refusal_names_what_is_wrong(text, reasons):
    verdict = check_code(text)
    assert not verdict.valid
    if reasons is not None:
        assert [reason.code for reason in verdict.reasons] == reasons
    for reason in verdict.reasons:
        assert reason.text.endswith("。")
        assert "请" in reason.text or "核对" in reason.text


def test_a_residents_number_is_recognised_and_not_repeated():
    number = "37029919900307123"
    from parties.identity import identity_check_character

    number += identity_check_character(number)
    verdict = check_code(number)
    assert [reason.code for reason in verdict.reasons] == ["identity_number"]
    assert number not in verdict.reasons[0].text


@pytest.mark.parametrize(
    ("first17", "off", "told"),
    [
        ("37029919900307123", 1, ["identity_number", "identity_check"]),
        ("37029919900230001", 0, ["identity_number", "identity_birthday"]),  # 30 February
        ("37029919900230001", 1, None),  # so much is wrong that it may be anything
    ],
)
def test_a_residents_number_with_one_slip_is_told_and_not_repeated(first17, off, told):
    from parties.identity import identity_check_character

    right = "0123456789X".index(identity_check_character(first17))
    number = first17 + "0123456789X"[(right + off) % 11]
    verdict = check_code(number)
    codes = [reason.code for reason in verdict.reasons]
    if told is None:
        assert "identity_number" not in codes
    else:
        assert codes == told and number not in verdict.normalised and "*" in verdict.normalised


@pytest.mark.parametrize(
    "older",
    [f"37029900001234{digit}" for digit in range(10)] + [f"12345678-{char}" for char in "0123456789X"],
)
def test_older_codes_say_whether_their_own_check_holds(older):
    [reason] = check_code(older).reasons
    good = older in ("370299000012344", "12345678-8")
    assert ("它自己的校验位也不对" in reason.text) == (not good)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        (GOOD, 0),
        (GOOD.lower(), 1),
        (f"\ufeff{GOOD}", 1),
        (f"{GOOD[:8]}\u200b{GOOD[8:]}", 1),
        (f" {GOOD[:4]} {GOOD[4:]}\u00a0", 1 + 1),  # a no-break space is a width of its own
        (f"{GOOD[:8]}-{GOOD[8:17]}－{GOOD[17]}", None),
        ("".join(chr(ord(char) + 0xFEE0) for char in GOOD), 1),
        (f"\t{GOOD}\r\n", 1),
    ],
)
def test_what_is_folded_is_said(written, folded):
    verdict = check_code(written)
    assert (verdict.valid, verdict.normalised) == (True, GOOD)
    if folded is not None:
        assert len(verdict.folded) == folded


def test_organisation_code_check_of_gb_11714():
    # Weights 3 7 9 10 5 8 4 2, letters A = 10 ... Z = 35; 10 is written X and 11 is written 0.
    assert inner_check_character("00000000") == "0"
    assert inner_check_character("MA000000") == str(11 - (22 * 3 + 10 * 7) % 11)
    tens = next(
        f"{n:08d}"
        for n in range(100)
        if (11 - sum(int(f"{n:08d}"[i]) * w for i, w in enumerate((3, 7, 9, 10, 5, 8, 4, 2))) % 11) == 10
    )
    assert inner_check_character(tens) == "X"


@given(codes(kinds=[kind for kind in KINDS if kind[0].isdigit()]))
def test_stdnum_accepts_whatever_we_accept(code):
    """python-stdnum knows digits as registrars only, and no more than the outer check: it must never say less."""
    assert check_code(code).valid
    assert uscc.is_valid(code)


@given(st.text("0123456789", min_size=8, max_size=8), st.text(ALPHABET, min_size=9, max_size=9))
def test_the_outer_check_is_stdnums(digits, body):
    first = digits + body
    assert check_character(first) == uscc.calc_check_digit(first)


@given(codes(), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_found(code, place, char):
    assume(code[place] != char)
    assert not check_code(code[:place] + char + code[place + 1 :]).valid


@given(codes(), st.integers(0, 16))
def test_two_swapped_neighbours_are_always_found(code, place):
    assume(code[place] != code[place + 1])
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert not check_code(swapped).valid


@given(st.text(max_size=40))
def test_any_text_gets_an_answer(text):
    verdict = check_code(text)
    assert verdict.valid == (not verdict.reasons)
    assert check_code(verdict.normalised).valid == verdict.valid


def test_a_run_of_x_in_a_valid_code_is_no_mask():
    code = make_code(body="MAXXXX9Q")
    assert check_code(code).valid
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert [reason.code for reason in check_code(wrong).reasons] == ["masked"]


@given(st.text("0123456789", min_size=14, max_size=14), st.integers(1, 9))
def test_stdnum_agrees_on_old_registration_numbers(first14, off):
    right = int(mod_11_10.calc_check_digit(first14))
    assert registration_number_holds(f"{first14}{right}")
    assert not registration_number_holds(f"{first14}{(right + off) % 10}")
    assert not registration_number_holds(first14)


@pytest.mark.parametrize(
    ("written", "folded"),
    [("12345678-9", "123456789"), (" ｍａ12 3456x7 ", "MA123456X7"), ("3702\u200b99", "370299"), ("", "")],
)
def test_older_codes_are_folded(written, folded):
    assert fold_old_code(written) == folded
