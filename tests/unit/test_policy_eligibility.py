"""The eligibility card: every condition with its sentence, what is missing, and when applying is possible."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.eligibility import Bar, repair_eligibility
from policy.rulebook import RuleBook
from policy.verdict import Basis

D = dt.date
TODAY = D(2026, 11, 23)
BOOK = RuleBook.from_packs(TODAY)
BAR = Bar("false_materials", "您曾提交虚假材料。", D(2027, 1, 10), Basis("办法", "第一条"))


def card(**changes):
    given_facts = {
        "earliest_application": D(2026, 11, 23),
        "live": True,
        "performance_proved": False,
        "commitment_signed": False,
        "open_case": False,
        "bars": [],
        "today": TODAY,
        "book": BOOK,
    }
    return repair_eligibility(**{**given_facts, **changes})


@pytest.mark.parametrize(
    ("changes", "can_apply", "earliest", "missing"),
    [
        # Proof and commitment are gathered while applying: they do not keep from starting.
        ({}, True, D(2026, 11, 23), {"performance": "you", "commitment": "you"}),
        ({"performance_proved": True, "commitment_signed": True}, True, D(2026, 11, 23), {}),
        (
            {"earliest_application": D(2026, 11, 24)},
            False,
            D(2026, 11, 24),
            {"minimum_period": "time", "performance": "you", "commitment": "you"},
        ),
        ({"live": False, "performance_proved": True}, False, D(2026, 11, 23), {"live": "office", "commitment": "you"}),
        (
            {"open_case": True, "performance_proved": True, "commitment_signed": True},
            False,
            D(2026, 11, 23),
            {"no_open_case": "office"},
        ),
        (
            {"bars": [BAR], "performance_proved": True, "commitment_signed": True},
            False,
            D(2027, 1, 11),
            {"false_materials": "time"},
        ),
        (
            {"bars": [Bar("law", "法律规定不可修复。")], "performance_proved": True, "commitment_signed": True},
            False,
            D(2026, 11, 23),
            {"law": "office"},
        ),
        # The bar's last day still bars; the day after does not.
        ({"bars": [BAR], "today": D(2027, 1, 10)}, False, D(2027, 1, 11), None),
        ({"bars": [BAR], "today": D(2027, 1, 11)}, True, D(2026, 11, 23), None),
    ],
)
def test_cards(changes, can_apply, earliest, missing):
    answer = card(**changes)
    assert (answer.can_apply, answer.earliest) == (can_apply, earliest)
    if missing is not None:
        assert {condition.code: condition.needs for condition in answer.missing} == missing


def test_texts_are_whole_and_say_the_day():
    answer = card(earliest_application=D(2026, 12, 1))
    assert len({condition.code for condition in answer.conditions}) == len(answer.conditions) == 6
    period = next(condition for condition in answer.conditions if condition.code == "minimum_period")
    assert "2026年12月1日 星期二" in period.cure
    assert "还有 8 天" in period.cure
    for condition in answer.conditions:
        assert condition.text.endswith("。")
        assert condition.met or condition.cure.endswith("。")
    assert [line.text for line in answer.because] == [condition.text for condition in answer.conditions]


@given(
    st.dates(D(2026, 1, 1), D(2028, 1, 1)), st.dates(D(2026, 1, 1), D(2028, 1, 1)), st.booleans(), st.booleans(),
    st.booleans(), st.booleans(), st.none() | st.dates(D(2026, 1, 1), D(2028, 1, 1)), st.booleans(),
)  # fmt: skip
def test_applying_is_possible_exactly_when_nothing_but_proof_is_missing(
    earliest, today, live, proved, signed, open_case, until, barred
):
    bars = [Bar("bar", "有限制。", until)] if barred else []
    answer = card(
        earliest_application=earliest, today=today, live=live, performance_proved=proved, commitment_signed=signed,
        open_case=open_case, bars=bars,
    )  # fmt: skip
    in_the_way = {condition.code for condition in answer.missing} - {"performance", "commitment"}
    assert answer.can_apply == (not in_the_way)
    assert answer.earliest >= earliest
    if answer.can_apply:
        assert today >= answer.earliest
