"""Class and publicity window: worked cases that name their article, and what must hold for all."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.facts import RecordFacts
from policy.publicity import classify, essence, publicity_window
from policy.rulebook import RuleBook
from policy.verdict import Basis
from policy.workdays import add_months

D = dt.date
TODAY = D(2026, 11, 23)
BOOK = RuleBook.from_packs(TODAY)
DECIDED = D(2026, 6, 15)


def facts(*categories, on=DECIDED, fine=None, person=False, content="", **more) -> RecordFacts:
    return RecordFacts(on, categories, content, None if fine is None else Decimal(fine), person, **more)


@pytest.mark.parametrize(
    ("given_facts", "severity", "key"),
    [
        # 轻微: 36号令 as reported: 警告, 通报批评, 简易程序.
        (facts("警告"), "minor", "警告"),
        (facts("通报批评"), "minor", "通报批评"),
        (facts("警告", "通报批评"), "minor", "警告"),
        (facts("警告;通报批评"), "minor", "警告"),
        (facts("罚款", fine=2000, summary_procedure=True), "minor", "简易程序"),
        (facts("罚款", fine=50_000, minor_declared=True), "minor", "认定单位"),
        # 行政处罚法 Art. 51: a summary procedure cannot fine an entity more than 3000, a person more than 200.
        (facts("罚款", fine=3000, summary_procedure=True), "minor", "简易程序"),
        (facts("罚款", fine=3001, summary_procedure=True), "general", "上限"),
        (facts("罚款", fine=200, summary_procedure=True, person=True), "minor", "简易程序"),
        (facts("罚款", fine=201, summary_procedure=True, person=True), "general", "上限"),
        # 一般: 较大数额罚款, 没收.
        (facts("罚款", fine=20_000), "general", "一般"),
        (facts("没收违法所得", "没收非法财物"), "general", "一般"),
        (facts("责令停产停业"), "general", "一般"),
        (facts("其他-责令改正"), "general", "一般"),
        # 严重: 吊销, 暂扣, 降低资质, 限制从业, 责令关闭, 巨额罚款, 严重失信主体名单.
        (facts("吊销许可证件"), "serious", "吊销"),
        (facts("吊销营业执照"), "serious", "吊销"),
        (facts("暂扣许可证件"), "serious", "暂扣"),
        (facts("降低资质等级"), "serious", "降低资质"),
        (facts("限制从业"), "serious", "限制从业"),
        (facts("责令关闭"), "serious", "责令关闭"),
        (facts("罚款", fine=1_000_000), "serious", "巨额罚款"),
        (facts("罚款", fine="999999.99"), "general", "一般"),
        (facts("警告", serious_list=True), "serious", "名单"),
        # Several in one decision: the heaviest governs.
        (facts("警告", "罚款", fine=500), "general", "最重"),
        (facts("警告", "罚款", "吊销许可证件", fine=500), "serious", "最重"),
        (facts("罚款；责令关闭", fine=500), "serious", "最重"),
        (facts("暂扣许可证件", minor_declared=True), "serious", "暂扣"),
        # A warning with a fine beside it is not only a warning, even if the category forgot the fine.
        (facts("警告", fine=800), "general", "一般"),
        # No category: read from the content.
        (facts(content="给予警告"), "minor", "没有填写"),
        (facts(content="给予警告，并处罚款5000元", fine=5000), "general", "没有填写"),
        (facts(content="吊销食品经营许可证"), "serious", "没有填写"),
        (facts(), "general", "未写明"),
    ],
)
def test_classes(given_facts, severity, key):
    answer = classify(given_facts, BOOK)
    assert answer.severity == severity
    text = "".join(line.text for line in answer.because)
    assert key in text
    assert all(line.basis.title for line in answer.because)


@pytest.mark.parametrize(
    ("on", "severity", "earliest", "until"),
    [
        # 36号令: 一般 3 months to 1 year; 严重 1 to 3 years; from the day of the decision.
        (D(2026, 4, 15), "general", D(2026, 7, 15), D(2027, 4, 15)),
        (D(2026, 4, 15), "serious", D(2027, 4, 15), D(2029, 4, 15)),
        # 民法典 Art. 202: no such day, so the month's last day.
        (D(2026, 8, 31), "general", D(2026, 11, 30), D(2027, 8, 31)),
        (D(2026, 11, 30), "general", D(2027, 2, 28), D(2027, 11, 30)),
        (D(2028, 2, 29), "serious", D(2029, 2, 28), D(2031, 2, 28)),
        # Decided under 58号令 (up to 3 years): no transition found, so today's rules.
        (D(2026, 3, 31), "general", D(2026, 6, 30), D(2027, 3, 31)),
        (D(2025, 12, 1), "general", D(2026, 3, 1), D(2026, 12, 1)),
    ],
)
def test_windows(on, severity, earliest, until):
    window = publicity_window(facts("罚款", on=on), severity, BOOK)
    assert (window.publicised, window.start, window.earliest_application, window.until) == (True, on, earliest, until)


@pytest.mark.parametrize("on", [D(2025, 12, 1), D(2022, 1, 1)])
def test_an_older_decision_explains_which_rules_it_is_under(on):
    text = "".join(line.text for line in publicity_window(facts("罚款", on=on), "general", BOOK).because)
    assert "没有查到过渡规定" in text
    assert "没有查到过渡规定" in "".join(line.text for line in classify(facts("罚款", on=on), BOOK).because)
    now = publicity_window(facts("罚款", on=D(2026, 4, 1)), "general", BOOK)
    assert "过渡" not in "".join(line.text for line in now.because)


def test_an_office_may_choose_the_rules_of_the_decision_day():
    rows = [row for row in BOOK._all if row.key != "publicity.transition"]
    transition = next(row for row in BOOK._all if row.key == "publicity.transition")
    book = RuleBook(TODAY, [*rows, type(transition)(**{**vars(transition), "value": "decision"})])
    then = publicity_window(facts("罚款", on=D(2025, 12, 1)), "general", book)
    # 58号令: 3 months to 3 years, and a year at least for food, drugs, special equipment, safety, fire.
    assert (then.earliest_application, then.until) == (D(2026, 3, 1), D(2028, 12, 1))
    food = publicity_window(facts("罚款", on=D(2025, 12, 1), sector="food"), "general", book)
    assert (food.earliest_application, food.until) == (D(2026, 12, 1), D(2028, 12, 1))
    assert classify(facts("吊销许可证件", on=D(2025, 12, 1)), book).severity == "general"
    # Older than every pack: only the rules in force can answer.
    old = publicity_window(facts("罚款", on=D(2022, 1, 1)), "general", book)
    assert old.until == D(2023, 1, 1)


def test_minor_ones_are_not_publicised_and_may_apply_at_once():
    window = publicity_window(facts("警告"), "minor", BOOK)
    assert (window.publicised, window.start, window.until) == (False, None, None)
    assert window.earliest_application == D(2026, 6, 15)


@pytest.mark.parametrize("severity", ["minor", "general", "serious"])
def test_natural_persons_are_never_publicised(severity):
    # 山东省社会信用条例 Art. 20.
    window = publicity_window(facts("罚款", person=True), severity, BOOK)
    assert not window.publicised
    assert window.until is None
    if severity != "minor":
        assert Basis("山东省社会信用条例", "第二十条") in [line.basis for line in window.because]


def test_natural_persons_stay_unpublished_whatever_a_rule_says():
    rows = [
        type(row)(**{**vars(row), "value": True}) if row.key == "publicity.persons.publicised" else row
        for row in BOOK._all
    ]
    assert not publicity_window(facts("罚款", person=True), "serious", RuleBook(TODAY, rows)).publicised


@pytest.mark.parametrize(
    ("ended", "until"),
    [
        # 山东省社会信用条例 Art. 38: at most 5 years from the end of the conduct.
        (D(2022, 5, 1), D(2027, 5, 1)),
        (D(2024, 2, 29), D(2029, 2, 28)),
        (D(2025, 1, 1), D(2029, 4, 15)),  # the cap lies later than three years: it does not bind
        (None, D(2029, 4, 15)),
    ],
)
def test_the_provincial_cap(ended, until):
    window = publicity_window(facts("吊销", on=D(2026, 4, 15), conduct_ended=ended), "serious", BOOK)
    assert window.until == until
    assert ("失信行为终止" in "".join(line.text for line in window.because)) == (until != D(2029, 4, 15))


def test_nothing_is_shown_after_the_cap():
    window = publicity_window(facts("吊销", on=D(2026, 4, 15), conduct_ended=D(2020, 1, 1)), "serious", BOOK)
    assert (window.publicised, window.start, window.until) == (False, None, None)


def edited(**values) -> RuleBook:
    """The shipped rules with other values, by key with ``__`` for the dots."""
    said = {key.replace("__", "."): value for key, value in values.items()}
    return RuleBook(TODAY, [replace(row, value=said.get(row.key, row.value)) for row in BOOK._all])


@pytest.mark.parametrize(
    ("given_facts", "severity", "publicised", "earliest", "until"),
    [
        # 107号令 as reported: a warning is not publicised; other minor ones stop by themselves after three months.
        (facts("警告", sector="market"), "minor", False, D(2026, 6, 15), None),
        (facts("罚款", fine=500, minor_declared=True, sector="market"), "minor", True, D(2026, 6, 15), D(2026, 9, 15)),
        # 食品 lies below 市场监管.
        (facts("罚款", fine=500, minor_declared=True, sector="food"), "minor", True, D(2026, 6, 15), D(2026, 9, 15)),
        (facts("警告", fine=500, minor_declared=True, sector="food"), "minor", True, D(2026, 6, 15), D(2026, 9, 15)),
        # Elsewhere a minor one is not publicised (36号令).
        (facts("罚款", fine=500, minor_declared=True, sector="tax"), "minor", False, D(2026, 6, 15), None),
        (facts("罚款", fine=5000, sector="market"), "general", True, D(2026, 9, 15), D(2027, 6, 15)),
        (facts("吊销许可证件", sector="market"), "serious", True, D(2027, 6, 15), D(2029, 6, 15)),
        # 山东省社会信用条例 Art. 20 goes before every sector.
        (facts("罚款", fine=500, minor_declared=True, sector="market", person=True), "minor", False, D(2026, 6, 15), None),
    ],
)  # fmt: skip
def test_market_regulation_has_rules_of_its_own(given_facts, severity, publicised, earliest, until):
    assert classify(given_facts, BOOK).severity == severity
    window = publicity_window(given_facts, severity, BOOK)
    assert (window.publicised, window.earliest_application, window.until) == (publicised, earliest, until)


def test_why_a_sectors_rule_goes_first_is_said():
    rows = [
        replace(row, value=6) if row.sectors == ("market",) and row.key.endswith("general.maximum_months") else row
        for row in BOOK._all
    ]
    told = publicity_window(facts("罚款", fine=5000, sector="food"), "general", RuleBook(TODAY, rows)).because
    assert "市场监管领域的专门规定，优先于" in "".join(line.text for line in told)


@pytest.mark.parametrize("sector", ["food", "food_drug", "drug", "special_equipment", "work_safety", "fire"])
def test_key_fields_were_shown_for_a_year_under_the_trial_measures(sector):
    # 58号令: food, drugs, special equipment, work safety, fire: at least a year.
    book = edited(publicity__transition="decision")
    window = publicity_window(facts("罚款", on=D(2024, 3, 1), fine=5000, sector=sector), "general", book)
    assert window.earliest_application == D(2025, 3, 1)
    other = publicity_window(facts("罚款", on=D(2024, 3, 1), fine=5000, sector="tax"), "general", book)
    assert other.earliest_application == D(2024, 6, 1)


def test_the_longest_period_governs_several_penalties():
    # 58号令: the longest; the same as the heaviest, unless an office's periods say otherwise.
    several = facts("罚款", "吊销许可证件", fine=5000)
    assert classify(several, BOOK).severity == "serious"
    odd = edited(publicity__general__maximum_months=48)
    answer = classify(several, odd)
    assert answer.severity == "general"
    assert "从其最长" in "".join(line.text for line in answer.because)
    assert (
        classify(several, edited(publicity__general__maximum_months=48, classify__several="heaviest")).severity
        == "serious"
    )
    # One penalty alone is what it is.
    assert classify(facts("吊销许可证件"), odd).severity == "serious"


@pytest.mark.parametrize(
    ("given_facts", "disclosed"),
    [
        # 山东省社会信用条例 Art. 38 also ends authorised queries; where the end of the conduct is unknown, from the decision.
        (facts("警告", conduct_ended=D(2026, 1, 1)), D(2031, 1, 1)),
        (facts("警告"), D(2031, 6, 15)),
        (facts("罚款", person=True, conduct_ended=D(2024, 2, 29)), D(2029, 2, 28)),
    ],
)
def test_what_is_not_publicised_is_not_disclosed_for_ever(given_facts, disclosed):
    severity = classify(given_facts, BOOK).severity
    window = publicity_window(given_facts, severity, BOOK)
    assert (window.until, window.disclosed_until) == (None, disclosed)


def test_what_is_publicised_is_disclosed_until_it_stops():
    window = publicity_window(facts("罚款", fine=5000), "general", BOOK)
    assert window.disclosed_until == window.until


RECORDS = st.builds(
    RecordFacts,
    decision_date=st.dates(D(2019, 1, 1), D(2030, 12, 31)),
    categories=st.lists(
        st.sampled_from(["警告", "通报批评", "罚款", "没收违法所得", "吊销许可证件", "责令关闭", "其他"]), max_size=4
    ).map(tuple),
    content=st.sampled_from(["", "警告", "罚款", "吊销"]),
    fine_amount=st.none() | st.decimals(0, 10_000_000, places=2),
    is_person=st.booleans(),
    sector=st.sampled_from(["", "food", "market", "fire", "tax", "unknown"]),
    serious_list=st.booleans(),
    minor_declared=st.booleans(),
    summary_procedure=st.booleans(),
    conduct_ended=st.none() | st.dates(D(2012, 1, 1), D(2030, 12, 31)),
)


@given(RECORDS)
def test_every_record_gets_a_class_and_a_window_that_hold_together(record):
    severity = classify(record, BOOK).severity
    window = publicity_window(record, severity, BOOK)
    assert severity in {"minor", "general", "serious"}
    assert window.publicised == (window.start is not None) == (window.until is not None)
    assert window.earliest_application >= record.decision_date
    assert not (record.is_person and window.publicised)
    if window.publicised:
        assert window.start == record.decision_date <= window.earliest_application <= window.until
        assert window.until <= add_months(record.decision_date, 36)
        if record.conduct_ended:
            assert window.until <= add_months(record.conduct_ended, 60)
    assert window.because


@given(RECORDS, st.sampled_from(["吊销许可证件", "责令关闭"]))
def test_a_heavier_penalty_never_makes_it_lighter(record, heavier):
    order = ["minor", "general", "serious"]
    more = RecordFacts(**{**vars(record), "categories": (*record.categories, heavier)})
    assert order.index(classify(more, BOOK).severity) >= order.index(classify(record, BOOK).severity)


@given(RECORDS)
def test_equal_essences_have_equal_answers(record):
    short = essence(record)
    assert classify(short, BOOK) == classify(record, BOOK)
    for severity in ("minor", "general", "serious"):
        assert publicity_window(short, severity, BOOK) == publicity_window(record, severity, BOOK)
