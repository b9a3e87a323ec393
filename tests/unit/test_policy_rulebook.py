"""The rule book and the packs it is made of: which rule goes first, and that the files are sound."""

import datetime as dt

import pytest

from policy.packs.reading import FOLDER, PackError, read_pack, read_packs
from policy.packs.reasons import KINDS, VERBS, read_reasons
from policy.rulebook import MissingRule, RuleBook, RuleRow
from policy.verdict import Basis

D = dt.date
#: Everything the code of the house asks for.
KEYS = [
    "publicity.minor.minimum_months",
    "publicity.minor.maximum_months",
    "publicity.minor.publicised",
    "publicity.general.minimum_months",
    "publicity.general.maximum_months",
    "publicity.general.publicised",
    "publicity.serious.minimum_months",
    "publicity.serious.maximum_months",
    "publicity.serious.publicised",
    "publicity.province_cap_years",
    "publicity.persons.publicised",
    "publicity.transition",
    "accept.working_days",
    "decide.working_days",
    "decide.extension_working_days",
    "supplement.times",
    "supplement.answer_working_days",
    "objection.mark_working_days",
    "objection.own_working_days",
    "objection.assisted_working_days",
    "sync.share_working_days",
    "sync.receive_working_days",
    "remedy.review_days",
    "remedy.suit_months",
    "report.working_days",
    "bar.false_materials_years",
    "repair.conditions",
    "repair.steps",
    "commitment.text",
    "calendar.statutory_days",
]


def row(value, **more) -> RuleRow:
    return RuleRow(
        **{"key": "k", "value": value, "unit": "", "basis": Basis("t"), "effective_from": D(2026, 1, 1)} | more
    )


@pytest.mark.parametrize(
    ("rows", "sector", "expected"),
    [
        ([row(1)], "", 1),
        ([row(1), row(2, sectors=("food",))], "", 1),
        ([row(1), row(2, sectors=("food",))], "food", 2),
        ([row(1), row(2, level="district")], "", 2),
        ([row(1, level="provincial"), row(2, level="sector"), row(3)], "", 1),
        # A rule that names the sector goes before a nearer one that does not.
        ([row(1, sectors=("food",)), row(2, level="district")], "food", 1),
        ([row(1), row(2, effective_from=D(2026, 5, 1))], "", 2),
    ],
)
def test_the_more_specific_rule_goes_first(rows, sector, expected):
    assert RuleBook(D(2026, 6, 1), rows).value("k", sector).value == expected
    assert RuleBook(D(2026, 6, 1), rows[::-1]).value("k", sector).value == expected


@pytest.mark.parametrize(
    ("on", "there"),
    [(D(2025, 12, 31), False), (D(2026, 1, 1), True), (D(2026, 3, 31), True), (D(2026, 4, 1), False)],
)
def test_both_ends_of_a_span_hold(on, there):
    book = RuleBook(on, [row(1, effective_until=D(2026, 3, 31))])
    assert (book.find("k") is not None) == there
    if not there:
        with pytest.raises(MissingRule, match="load_rules"):
            book.value("k")


@pytest.mark.parametrize("key", KEYS)
def test_every_rule_the_house_asks_for_is_shipped(key):
    value = RuleBook.from_packs(D(2026, 11, 23)).value(key)
    assert value.basis.title
    assert value.value is not None


def test_the_eras_follow_each_other_without_a_gap():
    before, after = RuleBook.from_packs(D(2026, 3, 31)), RuleBook.from_packs(D(2026, 4, 1))
    assert before.value("publicity.general.maximum_months").value == 36
    assert after.value("publicity.general.maximum_months").value == 12
    assert before.value("publicity.general.minimum_months", "fire").value == 12
    assert after.value("publicity.general.minimum_months", "fire").value == 3


#: Not in 58号令: what 36号令 brought, or what only today's settings need.
ONLY_SINCE_36 = {
    "bar.false_materials_reasons",
    "classify.serious.fine_from",
    "repair.during_reorganisation",
    "sync.authoritative_source",
}


@pytest.mark.parametrize("on", [D(2023, 5, 1), D(2026, 3, 31)])
def test_every_question_of_the_credit_rules_has_an_answer_under_the_older_measure_too(on):
    """58号令: conditions, ways, commitment and bars are asked on its last day as on 36号令's first."""
    asked = ("classify", "publicity", "repair", "bar", "commitment")
    then = RuleBook.from_packs(on)
    pack = next(pack for pack in read_packs() if pack.code == "national-36")
    wanted = {rule.key for rule in pack.rules if rule.active and rule.key.partition(".")[0] in asked} - ONLY_SINCE_36
    assert wanted - set(then.keys()) == set()
    assert "58号" in then.value("repair.conditions").basis.article


def test_numbers_that_were_not_seen_are_not_called_verified():
    for pack in read_packs():
        for rule in pack.rules:
            assert rule.mark == "V" or not rule.verified, rule.key
            assert rule.mark == "V" or rule.note, f"{rule.key}: an unseen number says why it is what it is"


def test_every_verb_has_reasons_enough():
    reasons, _sha256 = read_reasons(FOLDER / "reasons.toml")
    verbs = {
        "repair": VERBS - {"dismiss", "uphold"},
        "objection": VERBS - {"refuse"},
        "deferral": VERBS - {"dismiss", "uphold"},
        "explanation": {"refuse"},
    }
    enough = {"repair": 6, "objection": 6, "deferral": 3, "explanation": 4}
    assert set(verbs) == KINDS
    for kind in KINDS:
        for verb in verbs[kind]:
            fitting = [reason for reason in reasons if verb in reason.verbs and kind in reason.kinds]
            assert len(fitting) >= enough[kind], (verb, kind)
    for reason in reasons:
        assert reason.text.endswith("。"), reason.code
        assert reason.cure or reason.verbs == ["uphold"], f"{reason.code} says how to go on"
        assert bool(reason.cure) == bool(reason.cure_en), reason.code


HEAD = '[pack]\ncode="x"\ntitle="x"\nlevel="national"\nversion="1"\nbasis="b"\neffective_from=2026-01-01\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not toml", "TOML"),
        ('[pack]\ncode="x"', "缺少"),
        (HEAD.replace("national", "galactic"), "level"),
        (HEAD + '[[rule]]\nkey="a"\nunit=""\nmark="V"', "value"),
        (HEAD + '[[rule]]\nkey="a"\nvalue=1\nunit=""\nmark="Z"', "mark 只能是"),
        (HEAD + '[[rule]]\nkey="a"\nvalue=1\nunit=""\nmark="V"', "缺少 article"),
        (HEAD + '[[rule]]\nkey="a"\nvalue=1\nunit=""\nmark="P"\narticle="一"', "缺少 note"),
        (HEAD + '[[rule]]\nkey="a"\nvalue=1\nunit=""\nmark="V"\narticle="一"\nsectors=["x"]', "行业"),
        (HEAD + '[[rule]]\nkey="a"\nvalue=1\nunit=""\nmark="V"\nvaleu=2', "valeu"),
        (HEAD + '[[rule]]\nkey="a"\nvalue=1\nunit=""\nmark="V"\narticle="一"\neffective_until=2025-01-01', "失效日"),
        (HEAD + '[[rule]]\nkey="a"\nvalue=1\nunit=""\nmark="V"\narticle="一"\n' * 2, "两次"),
    ],
)
def test_a_wrong_pack_says_what_is_wrong(tmp_path, text, said):
    path = tmp_path / "pack.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match=said):
        read_pack(path)
