"""Bars from a subject's past, and ways of repair: worked cases that name their article, and what holds for all."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.bars import BROKEN_COMMITMENT, FALSE_MATERIALS, REPAIRED, Incident, bars_for, needs_history
from policy.eligibility import repair_eligibility
from policy.packs.reading import read_pack_rows, read_packs
from policy.rulebook import RuleBook, RuleRow
from policy.verdict import Basis
from policy.ways import can_repair_by, ways_for

D = dt.date
TODAY = D(2026, 11, 23)
BOOK = RuleBook.from_packs(TODAY)
#: The packs with everything that is shipped switched off switched on.
EVERYTHING = RuleBook(
    TODAY,
    [
        row
        for pack in read_packs()
        for row in read_pack_rows(replace(pack, rules=[replace(r, active=True) for r in pack.rules]))
    ],
)


def bars(*incidents, book=BOOK, today=TODAY, **more):
    return [(bar.code, bar.until) for bar in bars_for(incidents, today=today, book=book, **more)]


@pytest.mark.parametrize(
    ("incidents", "expected"),
    [
        ([], []),
        # 58号令: three years from the day on which it was found; ends on the corresponding day (民法典 Arts. 201, 202).
        ([Incident(FALSE_MATERIALS, D(2024, 1, 10))], [("false_materials", D(2027, 1, 10))]),
        ([Incident(FALSE_MATERIALS, D(2023, 11, 23))], [("false_materials", TODAY)]),
        ([Incident(FALSE_MATERIALS, D(2023, 11, 22))], []),
        ([Incident(FALSE_MATERIALS, D(2024, 2, 29))], [("false_materials", D(2027, 2, 28))]),
        # Twice: the later one counts.
        ([Incident(FALSE_MATERIALS, D(2024, 1, 10)), Incident(FALSE_MATERIALS, D(2025, 1, 10))], [("false_materials", D(2028, 1, 10))]),
        ([Incident(BROKEN_COMMITMENT, D(2026, 1, 1))], [("broken_commitment", D(2029, 1, 1))]),
        # Both: the longer one first.
        (
            [Incident(FALSE_MATERIALS, D(2024, 1, 10)), Incident(BROKEN_COMMITMENT, D(2026, 1, 1))],
            [("broken_commitment", D(2029, 1, 1)), ("false_materials", D(2027, 1, 10))],
        ),
        # Found tomorrow bars tomorrow.
        ([Incident(FALSE_MATERIALS, D(2026, 11, 24))], []),
        # Limits on how often are from before 国办发〔2025〕22号 and shipped switched off.
        ([Incident(REPAIRED, D(2026, 11, 1), "虚假广告")] * 5, []),
    ],
)  # fmt: skip
def test_bars_as_shipped(incidents, expected):
    assert bars(*incidents, sector="fire", conduct="虚假广告") == expected


@pytest.mark.parametrize(
    ("repairs", "more", "expected"),
    [
        ([(D(2025, 11, 22), "a")], {}, []),
        ([(D(2025, 11, 23), "a")], {}, [("after_repair", TODAY)]),
        # Two within five years: until the older of the last two is five years old.
        ([(D(2022, 5, 1), "a"), (D(2024, 5, 1), "b")], {}, [("repairs", D(2027, 5, 1))]),
        ([(D(2020, 5, 1), "a"), (D(2022, 5, 1), "b"), (D(2024, 5, 1), "c")], {}, [("repairs", D(2027, 5, 1))]),
        ([(D(2021, 5, 1), "a"), (D(2024, 5, 1), "b")], {}, []),
        ([(D(2024, 5, 1), "a")], {"conduct": "a"}, [("same_kind", D(2029, 5, 1))]),
        ([(D(2024, 5, 1), "a")], {"conduct": "b"}, []),
        ([(D(2024, 5, 1), "")], {"conduct": ""}, []),
        ([], {"sector": "food"}, [("sector_unrepairable", None)]),
        ([], {"sector": "tax"}, []),
    ],
)
def test_limits_of_older_schemes_when_an_office_switches_them_on(repairs, more, expected):
    incidents = [Incident(REPAIRED, day, conduct) for day, conduct in repairs]
    assert bars(*incidents, book=EVERYTHING, **more) == expected


def test_history_is_only_looked_up_where_it_matters():
    assert not needs_history(BOOK)
    assert needs_history(EVERYTHING)


INCIDENTS = st.lists(
    st.builds(
        Incident,
        st.sampled_from([FALSE_MATERIALS, BROKEN_COMMITMENT, REPAIRED]),
        st.dates(D(2015, 1, 1), D(2027, 1, 1)),
        st.sampled_from(["", "a", "b"]),
    ),
    max_size=8,
)


@given(INCIDENTS, st.sampled_from([BOOK, EVERYTHING]), st.sampled_from(["", "food", "tax"]), st.sampled_from(["", "a"]))
def test_bars_stand_today_longest_first_and_only_grow_with_more_incidents(incidents, book, sector, conduct):
    found = bars_for(incidents, today=TODAY, book=book, sector=sector, conduct=conduct)
    ends = [bar.until or D.max for bar in found]
    assert ends == sorted(ends, reverse=True)
    assert all(bar.stands(TODAY) and bar.text.endswith("。") and bar.basis.title for bar in found)
    assert len({bar.code for bar in found}) == len(found)
    fewer = {
        bar.code: bar.until or D.max
        for bar in bars_for(incidents[:-1], today=TODAY, book=book, sector=sector, conduct=conduct)
    }
    more = {bar.code: bar.until or D.max for bar in found}
    assert all(more[code] >= until for code, until in fewer.items())


def with_rule(key, value) -> RuleBook:
    return RuleBook(
        TODAY, [*BOOK._all, RuleRow(key, value, "", Basis("本区办法", "第三条"), D(2026, 6, 1), level="district")]
    )


@pytest.mark.parametrize(
    ("way", "catalogue", "allowed", "code"),
    [
        # 36号令: performance and a commitment; hours and donations are no condition and replace none.
        ("performance", "national", True, ""),
        ("volunteering", "national", False, "way_not_allowed"),
        ("donation", "national", False, "way_not_allowed"),
        ("deferral", "national", False, "way_not_allowed"),
        # 即信用〔2019〕1号 item 5 names them for the district's own records, but no quantity is published.
        ("performance", "local", True, ""),
        ("volunteering", "local", False, "way_without_scheme"),
        ("donation", "local", False, "way_without_scheme"),
        ("explanation", "local", False, "way_not_allowed"),
        ("nothing", "national", False, "way_not_allowed"),
        ("performance", "nothing", False, "way_not_allowed"),
    ],
)
def test_ways(way, catalogue, allowed, code):
    verdict = can_repair_by(way, catalogue, BOOK)
    assert (bool(verdict), verdict.code) == (allowed, code)
    if not allowed:
        assert verdict.reason.endswith("。")
        assert verdict.cure.endswith("。")


def test_a_published_quantity_opens_a_way_for_local_records_only():
    book = with_rule("repair.volunteering.minimum_hours", 20)
    assert can_repair_by("volunteering", "local", book)
    assert not can_repair_by("volunteering", "national", book)


def test_what_softens_is_listed_after_what_repairs():
    assert [(way.code, way.repairs) for way in ways_for("national", BOOK)] == [
        ("performance", True), ("deferral", False), ("explanation", False),
    ]  # fmt: skip
    assert [way.code for way in ways_for("local", BOOK) if way.repairs] == ["performance", "volunteering", "donation"]
    assert all(way.name != way.code and way.basis.title for way in ways_for("local", BOOK))


def card(**more):
    given_facts = {
        "earliest_application": TODAY, "live": True, "performance_proved": True, "commitment_signed": True,
        "open_case": False, "bars": [], "today": TODAY, "book": BOOK,
    }  # fmt: skip
    return repair_eligibility(**{**given_facts, **more})


def test_a_way_that_is_not_open_keeps_from_applying():
    answer = card(way="donation")
    assert not answer.can_apply
    way = answer.conditions[0]
    assert (way.code, way.met, way.needs) == ("way", False, "office")
    assert "国家目录" in way.text
    book = with_rule("repair.volunteering.minimum_hours", 20)
    answer = card(way="volunteering", catalogue="local", book=book)
    assert answer.can_apply
    assert (answer.conditions[0].code, answer.conditions[0].met) == ("way", True)


def test_the_usual_way_needs_no_line_of_its_own():
    assert "way" not in [condition.code for condition in card().conditions]
