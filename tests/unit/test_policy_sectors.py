"""The taxonomy of sectors, and which rule goes first for a sector and why."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.rulebook import LEVELS, RuleBook, RuleRow
from policy.sectors import Sector, from_text, hint, lineage, name_of, places, read_places
from policy.verdict import Basis

D = dt.date
ON = D(2026, 11, 23)


def row(value, **more) -> RuleRow:
    return RuleRow(
        **{"key": "k", "value": value, "unit": "", "basis": Basis("办法"), "effective_from": D(2026, 1, 1)} | more
    )


def test_the_taxonomy_is_whole():
    assert set(places()) == set(Sector.values)
    assert lineage("food") == ("food", "food_drug", "market")
    assert lineage("drug")[-1] == lineage("special_equipment")[-1] == "market"
    assert lineage("fire") == ("fire",)
    assert lineage("") == lineage("unknown") == ()
    for code in Sector.values:
        assert len(set(lineage(code))) == len(lineage(code))
        assert name_of(code) != code


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[sector]]\ncode = "nothing"', "nothing"),
        ('[[sector]]\ncode = "food"\n[[sector]]\ncode = "food"', "两次"),
        ('[[sector]]\ncode = "food"', "缺少"),
        ("\n".join(f'[[sector]]\ncode = "{code}"\nparent = "x"' for code in Sector.values), "上级"),
        ("\n".join(f'[[sector]]\ncode = "{code}"\nparent = "{code}"' for code in Sector.values), "上级"),
    ],
)
def test_a_wrong_taxonomy_says_what_is_wrong(text, said):
    with pytest.raises(ValueError, match=said):
        read_places(text)


@pytest.mark.parametrize(
    ("authority", "number", "code"),
    [
        ("青屿区市场监督管理局", "青市监处罚〔2026〕31号", "market"),
        # 市场监管局 with an abbreviation of what lies below it: the more specific one.
        ("青屿区市场监督管理局", "（青）食药监食罚〔2016〕3号", "food_drug"),
        ("青屿区应急管理局", "（青）应急罚〔2026〕12号", "work_safety"),
        ("青屿区消防救援大队", "青消行罚决字〔2026〕第0003号", "fire"),
        ("青岛市生态环境局青屿分局", "青环罚字（2026）5号", "environment"),
        ("青屿区交通运输局", "", "transport"),
        ("青屿区文化和旅游局", "", "culture_tourism"),
        ("青屿区人力资源和社会保障局", "", "labour"),
        ("青屿区住房和城乡建设局", "", "construction"),
        ("青屿区卫生健康局", "", "health"),
        ("青屿区综合行政执法局", "", "city"),
        ("青屿区农业农村局", "", "agriculture"),
        ("国家税务总局青屿区税务局", "", "tax"),
        ("青屿区图书馆", "", "library"),
        # An authority's name says more than a freely abbreviated number.
        ("青屿区水利局", "青环罚〔2026〕1号", "water"),
        # A place's name may hold such a word by chance: the last one counts.
        ("", "丽水环罚〔2026〕1号", "environment"),
        ("", "建德市监罚〔2026〕1号", "market"),
        # What stands after the year is no abbreviation.
        ("", "某罚〔2026〕消1号", None),
        ("某公司", "", None),
        ("", "", None),
    ],
)
def test_hints(authority, number, code):
    found = hint(authority, number)
    assert (found and found.code) == code
    if found:
        assert name_of(code) in found.because


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("food", "food"),
        ("食品药品", "food_drug"),
        ("市场监管-食品", "food"),
        ("市场监管领域", "market"),
        ("别的", ""),
        ("", ""),
    ],
)
def test_a_sector_is_read_from_its_code_or_name(text, code):
    assert from_text(text) == code


MARKET, FOOD_DRUG, FOOD = (row(n, sectors=(code,)) for n, code in ((1, "market"), (2, "food_drug"), (3, "food")))


@pytest.mark.parametrize(
    ("rows", "sector", "value", "says"),
    [
        ([row(0), MARKET, FOOD_DRUG, FOOD], "food", 3, "食品领域"),
        ([row(0), MARKET, FOOD_DRUG, FOOD], "drug", 2, "食品药品领域"),
        ([row(0), MARKET, FOOD_DRUG, FOOD], "special_equipment", 1, "市场监管领域"),
        ([row(0), MARKET, FOOD_DRUG, FOOD], "fire", 0, None),
        ([row(0), MARKET, FOOD_DRUG, FOOD], "", 0, None),
        ([row(0), MARKET], "unknown", 0, None),
        # A rule of the district for everybody does not displace a sector's; one for the sector does.
        ([row(0, level="district"), MARKET], "food", 1, "市场监管领域"),
        ([MARKET, row(9, level="district", sectors=("market",))], "food", 9, "更具体"),
        ([row(0), row(5, level="provincial")], "", 5, "更具体"),
        ([row(0), row(5, effective_from=D(2026, 4, 1))], "", 5, "在后"),
        # Nothing to explain where the others say the same.
        ([row(1), MARKET], "food", 1, None),
    ],
)
def test_the_nearer_sector_then_the_nearer_level_then_the_later_date(rows, sector, value, says):
    for order in (rows, rows[::-1]):
        found = RuleBook(ON, order).value("k", sector)
        assert found.value == value
        text = "".join(line.text for line in found.because)
        assert (says in text) if says else not text
        assert all(line.basis.title for line in found.because)


ROWS = st.lists(
    st.builds(
        RuleRow,
        key=st.just("k"),
        value=st.integers(),
        unit=st.just(""),
        basis=st.just(Basis("办法")),
        effective_from=st.dates(D(2020, 1, 1), D(2026, 11, 23)),
        sectors=st.lists(st.sampled_from(Sector.values), max_size=2, unique=True).map(tuple),
        level=st.sampled_from(list(LEVELS)),
    ),
    max_size=6,
)


@given(ROWS, st.sampled_from(["", *Sector.values]))
def test_what_governs_does_not_depend_on_the_order_and_concerns_the_sector(rows, sector):
    book = RuleBook(ON, rows)
    first = (book.candidates("k", sector) or [None])[0]
    again = (RuleBook(ON, rows[::-1]).candidates("k", sector) or [None])[0]
    fitting = [r for r in rows if not r.sectors or set(r.sectors) & set(lineage(sector))]
    assert (first is None) == (not fitting)
    if first is not None:
        rank = (bool(first.sectors), LEVELS[first.level], first.effective_from)
        assert rank == (bool(again.sectors), LEVELS[again.level], again.effective_from)
        # A rule for every sector governs only where no rule names the sector or one above it.
        assert first.sectors or not any(r.sectors for r in fitting)
        assert set(book.value("k", sector).beaten) <= set(rows)
