"""What a rule's value may be: right ones pass, wrong ones get a sentence, and every pack is right."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy import naming
from policy.packs.reading import read_packs
from policy.rulebook import RuleBook
from policy.values import LARGEST, REQUIRED, UNITS, problem_with

D = dt.date


def test_every_shipped_value_is_right():
    for pack in read_packs():
        for rule in pack.rules:
            assert not problem_with(rule.key, rule.value, rule.unit), rule.key


def test_what_is_required_is_shipped_for_every_sector():
    book = RuleBook.from_packs(D(2026, 11, 23))
    for key in REQUIRED:
        assert any(not row.sectors for row in book.candidates(key)), key


@pytest.mark.parametrize(
    ("key", "value", "unit"),
    [
        ("k", -1, "months"),
        ("k", 1.5, "months"),
        ("k", True, "years"),
        ("k", "3", "working_days"),
        ("k", 10**9, "years"),
        ("k", [3], "working_days"),
        ("k", 1, "bool"),
        ("k", "true", "bool"),
        ("k", "", "text"),
        ("k", 3, "text"),
        ("k", "警告", "texts"),
        ("k", ["警告", ""], "texts"),
        ("k", ["prayer"], "ways"),
        ("k", [["performance"]], "ways"),
        ("k", {"times": 2}, "times_in_years"),
        ("k", {"times": 0, "years": 5}, "times_in_years"),
        ("k", {"times": True, "years": 5}, "times_in_years"),
        ("k", [{"day": "13-01", "name": "x"}], "days"),
        ("k", [{"day": "01-01"}], "days"),
        ("k", 3, "fortnights"),
        ("publicity.transition", "yesterday", "text"),
        ("publicity.transition", [], "text"),
        ("classify.several", "lightest", "text"),
    ],
)
def test_wrong_values_get_a_sentence(key, value, unit):
    assert problem_with(key, value, unit).endswith("。")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(["k", "publicity.transition", "classify.several"]), JSON, st.sampled_from([*sorted(UNITS), "x"]))
def test_any_value_gets_an_answer_and_what_passes_can_be_said(key, value, unit):
    problem = problem_with(key, value, unit)
    assert isinstance(problem, str)
    if not problem:
        assert isinstance(naming.in_words(value, unit), str)
        if unit in LARGEST and not isinstance(value, list):
            assert 0 <= value <= LARGEST[unit]
