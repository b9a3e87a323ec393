"""The two layouts of the 双公示 standard (2016 and 2019), by codes and by Chinese headings: read alike."""

import json

import pytest

from parties import actions as identity
from parties.identity import identity_check_character
from records.intake.mapping import map_row
from records.intake.readers import open_source
from records.intake.run import RowResult, import_file
from tests.records_world import MARKET, code, days_ago, office, write_csv

NUMBER = "37029919900307881"
NUMBER += identity_check_character(NUMBER)
#: 2016: code -> Chinese heading, and what a row has there.
OLD = {
    "CF_WSH": ("行政处罚决定书文号", "青市监处罚〔2026〕12号"),
    "CF_CFMC": ("处罚名称", "行政处罚决定书"),
    "CF_CFLB1": ("处罚类别1", "1"),
    "CF_CFLB2": ("处罚类别2", "0"),
    "CF_SY": ("处罚事由", "未按规定明码标价"),
    "CF_YJ": ("处罚依据", "《中华人民共和国价格法》第四十二条"),
    "CF_XDR_MC": ("行政相对人名称", "青禾澄江食品有限公司"),
    "CF_XDR_SHXYM": ("行政相对人代码_1(统一社会信用代码)", code(11)),
    "CF_XDR_ZDM": ("行政相对人代码_2(组织机构代码)", ""),
    "CF_XDR_GSDJ": ("行政相对人代码_3(工商登记码)", ""),
    "CF_XDR_SWDJ": ("行政相对人代码_4(税务登记号)", ""),
    "CF_XDR_SFZ": ("行政相对人代码_5 (居民身份证号)", ""),
    "CF_FR": ("法定代表人姓名", "田小禾"),
    "CF_JG": ("处罚结果", "警告，并处罚款2000元"),
    "CF_JDRQ": ("处罚决定日期", f"{days_ago(5):%Y/%m/%d}"),
    "CF_XZJG": ("处罚机关", MARKET),
    "CF_ZT": ("当前状态", "0"),
    "DFBM": ("地方编码", "370299"),
    "SJC": ("数据更新时间戳", f"{days_ago(4):%Y/%m/%d}"),
    "BZ": ("备注", ""),
}
#: 2019, likewise.
NEW = {
    "CF_XDR_MC": ("行政相对人名称", "青禾澄江食品有限公司"),
    "CF_XDR_LB": ("行政相对人类别", "法人及非法人组织"),
    "CF_XDR_SHXYM": ("行政相对人代码_1(统一社会信用代码)", code(11)),
    "CF_XDR_GSZC": ("行政相对人代码_2(工商注册号)", ""),
    "CF_XDR_ZZJG": ("行政相对人代码_3(组织机构代码)", ""),
    "CF_XDR_SWDJ": ("行政相对人代码_4(税务登记号)", ""),
    "CF_XDR_SYDW": ("行政相对人代码_5(事业单位证书号)", ""),
    "CF_XDR_SHZZ": ("行政相对人代码_6(社会组织登记证号)", ""),
    "CF_FRDB": ("法定代表人", "田小禾"),
    "CF_FR_ZJLX": ("法定代表人证件类型", "身份证"),
    "CF_FR_ZJHM": ("法定代表人证件号码", NUMBER),
    "CF_XDR_ZJLX": ("自然人证件类型", ""),
    "CF_XDR_ZJHM": ("自然人证件号码", ""),
    "CF_WSH": ("行政处罚决定书文号", "青市监处罚〔2026〕12号"),
    "CF_WFXW": ("违法行为类型", "不按规定明码标价"),
    "CF_SY": ("违法事实", "未按规定明码标价"),
    "CF_YJ": ("处罚依据", "《中华人民共和国价格法》第四十二条"),
    "CF_CFLB": ("处罚类别", "罚款;警告"),
    "CF_NR": ("处罚内容", "警告，并处罚款2000元"),
    "CF_NR_FK": ("罚款金额（万元）", "0.2"),
    "CF_NR_WFFF": ("没收违法所得、没收非法财物的金额（万元）", ""),
    "CF_NR_ZKDX": ("暂扣或吊销证照名称及编号", ""),
    "CF_JDRQ": ("处罚决定日期", f"{days_ago(5):%Y/%m/%d}"),
    "CF_YXQ": ("处罚有效期", "2099/12/31"),
    "CF_GSJZQ": ("公示截止期", "2029/04/01"),
    "CF_CFJG": ("处罚机关", MARKET),
    "CF_CFJGDM": ("处罚机关统一社会信用代码", ""),
    "CF_SJLY": ("数据来源单位", MARKET),
    "CF_SJLYDM": ("数据来源单位统一社会信用代码", ""),
    "BZ": ("备注", ""),
}


def written(path, layout, chinese: bool, **changes):
    """Write one row as NDJSON under codes, or as csv under Chinese headings."""
    values = {key: changes.get(key, value) for key, (_heading, value) in layout.items()}
    if not chinese:
        path = path / "a.ndjson"
        path.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
        return path
    return write_csv(path / "a.csv", [{layout[key][0]: value for key, value in values.items()}], encoding="gb18030")


def one(path):
    [result] = [each for each in import_file(path) if isinstance(each, RowResult)]
    return result


@pytest.mark.parametrize("chinese", [True, False])
@pytest.mark.parametrize("layout", [OLD, NEW])
def test_every_column_of_the_standard_is_known(tmp_path, layout, chinese):
    source = open_source(written(tmp_path, layout, chinese))
    [draft] = [map_row(row) for row in source.rows]
    assert (source.layout.unmapped, source.layout.guessed, draft.problems) == ([], [], [])
    assert draft.category == "罚款;警告" and draft.fine_amount == 2000
    assert (draft.subject_code, draft.authority_name) == (code(11), MARKET)
    assert draft.identity_number == "", "the representative's number is nobody's business"


@pytest.mark.parametrize("chinese", [True, False])
def test_a_person_of_the_older_layout(db, tmp_path, chinese):
    office()
    person = {"CF_XDR_MC": "田小禾", "CF_XDR_SHXYM": "", "CF_FR": "", "CF_XDR_SFZ": NUMBER}
    result = one(written(tmp_path, OLD, chinese, **person))
    assert result.outcome == "taken" and result.record.subject.is_person


@pytest.mark.parametrize(
    "changes",
    [
        {"CF_XDR_GSDJ": "370299100000012"},
        {"CF_XDR_MC": "青禾澄江小馆"},
        {"CF_XDR_MC": "青禾澄江食品店（个体）"},
        {"CF_XDR_MC": "青禾澄江食品有限公司"},
    ],
)
def test_a_representatives_number_does_not_make_an_entity_a_person(db, tmp_path, changes):
    office()
    changes = {"CF_XDR_MC": "田小禾", "CF_XDR_SHXYM": "", "CF_XDR_SFZ": NUMBER, **changes}
    result = one(written(tmp_path, OLD, False, **changes))
    assert [reason["code"] for reason in result.reasons] == ["kind_unclear"]
    assert "统一社会信用代码" in result.reasons[0]["cure"] and NUMBER not in json.dumps(result.as_json())


def test_an_older_code_that_was_mapped_goes_before_the_representatives_number(db, tmp_path):
    world = office()
    mapping = identity.propose_mapping(world.officer, "registration", "370299100000012", code(11), "换证记录")
    identity.apply(world.lead_officer, identity.check(world.lead_officer, mapping, "与登记档案一致"))
    changes = {"CF_XDR_SHXYM": "", "CF_XDR_GSDJ": "370299100000012", "CF_XDR_SFZ": NUMBER}
    result = one(written(tmp_path, OLD, False, **changes))
    assert (result.outcome, result.record.subject.code) == ("taken", code(11))


@pytest.mark.parametrize("state", ["1", "撤销", "已撤销"])
def test_what_was_annulled_is_no_new_record(db, tmp_path, state):
    office()
    result = one(written(tmp_path, OLD, True, CF_ZT=state))
    assert [reason["code"] for reason in result.reasons] == ["annulled"] and result.record is None


def test_what_is_disputed_is_taken_and_said(db, tmp_path):
    office()
    result = one(written(tmp_path, OLD, True, CF_ZT="2"))
    assert result.outcome == "taken" and "disputed" in [warning["code"] for warning in result.warnings]


@pytest.mark.parametrize(
    ("first", "second", "content", "category"),
    [
        ("0", "", "警告", "警告"),
        ("1", "2", "罚款100元，没收违法所得50元", "罚款;没收违法所得"),
        ("2", "", "没收", "没收违法所得;没收非法财物"),
        ("4", "", "吊销食品经营许可证", "吊销许可证件"),
        ("4", "5", "暂扣驾驶证，行政拘留三日", "暂扣许可证件;行政拘留"),
        ("罚款", "3", "罚款，责令停业整顿", "罚款;责令停产停业"),
        ("6", "", "通报", "其他"),
    ],
)
def test_categories_as_figures(tmp_path, first, second, content, category):
    path = written(tmp_path, OLD, True, CF_CFLB1=first, CF_CFLB2=second, CF_JG=content)
    [draft] = [map_row(row) for row in open_source(path).rows]
    assert (draft.category, draft.problems) == (category, [])
    figures = ";".join(filter(None, (first, second)))
    assert category == figures or any((each.field, each.old) == ("category", figures) for each in draft.changes)


def test_a_figure_that_may_be_either_is_asked_about(tmp_path):
    path = written(tmp_path, OLD, True, CF_CFLB1="4", CF_CFLB2="", CF_JG="见决定书")
    [draft] = [map_row(row) for row in open_source(path).rows]
    assert [problem.code for problem in draft.problems] == ["category_unclear"]


@pytest.mark.parametrize(
    ("written_as", "sector"),
    [
        ("market", "market"),
        ("市场监管领域", "market"),
        ("食品药品监管", "food_drug"),
        ("青禾区应急管理局", "work_safety"),
        ("外星事务", ""),
    ],
)
def test_sectors_are_told_by_the_one_taxonomy(tmp_path, written_as, sector):
    path = tmp_path / "a.ndjson"
    row = {key: value for key, (_heading, value) in NEW.items()} | {"领域": written_as}
    path.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    [draft] = [map_row(each) for each in open_source(path).rows]
    assert draft.sector == sector
    assert sector == written_as or any(each.field == "sector" and each.why for each in draft.changes)
