"""The names that the register's search writes down: complete for every question, and no more than needed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.search.names import endings, key_of, says_nothing, span

NAMES = st.text(alphabet="青禾澄江食品有限责任公司股份分(个体工商户) Ａb1", min_size=1, max_size=24)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("澄江食品有限公司", ["澄江食品有限公司", "江食品有限公司", "食品有限公司", "品有限公司"]),
        ("澄江食品店", ["澄江食品店", "江食品店", "食品店", "品店", "店"]),
        ("Ａb 贸易（青禾）公司", ["AB贸易(青禾)公司", "B贸易(青禾)公司", "贸易(青禾)公司", "易(青禾)公司"]
         + ["(青禾)公司", "青禾)公司", "禾)公司", ")公司"]),
        ("有限公司", ["有限公司"]),
        ("", []),
        (" \u200b\x00", []),
    ],
)  # fmt: skip
def test_what_is_written_down(name, written):
    assert [ending.decode() for ending in endings(name)] == written


@given(name=NAMES, start=st.integers(0, 23), length=st.integers(1, 24))
def test_every_part_of_a_name_is_found_unless_it_is_only_a_legal_form(name, start, length):
    key = key_of(name)
    part = key[start : start + length]
    if not part:
        return
    first, behind = span(part)
    found = any(first <= ending < behind for ending in endings(name))
    assert found or says_nothing(part)


@given(name=NAMES, other=NAMES)
def test_nothing_is_found_that_the_name_does_not_contain(name, other):
    part = key_of(other)
    if not part:
        return
    first, behind = span(part)
    if any(first <= ending < behind for ending in endings(name)):
        assert part in key_of(name)


@pytest.mark.parametrize(("text", "nothing"), [("公司", True), ("有限", True), ("食品", False), ("限公司分", True)])
def test_a_piece_of_a_legal_form_says_nothing(text, nothing):
    assert says_nothing(text) is nothing
