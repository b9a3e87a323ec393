"""Fictional rows for the intake's bench, in the layouts that authorities really send. The same seed, the same file."""

import csv
import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

from parties.codes import make_code
from parties.identity import identity_check_character

REGION = "370299"
#: Canonical name -> (heading of the 2019 standard, Chinese heading), in the order of the standard.
COLUMNS = {
    "name": ("CF_XDR_MC", "行政相对人名称"),
    "kind": ("CF_XDR_LB", "行政相对人类别"),
    "code": ("CF_XDR_SHXYM", "统一社会信用代码"),
    "registration": ("CF_XDR_GSZC", "工商注册号"),
    "organisation": ("CF_XDR_ZZJG", "组织机构代码"),
    "tax": ("CF_XDR_SWDJ", "税务登记号"),
    "institution": ("CF_XDR_SYDW", "事业单位证书号"),
    "association": ("CF_XDR_SHZZ", "社会组织登记证号"),
    "representative": ("CF_FRDB", "法定代表人"),
    "representative_kind": ("CF_FR_ZJLX", "法定代表人证件类型"),
    "representative_number": ("CF_FR_ZJHM", "法定代表人证件号码"),
    "identity_kind": ("CF_XDR_ZJLX", "证件类型"),
    "identity": ("CF_XDR_ZJHM", "证件号码"),
    "number": ("CF_WSH", "行政处罚决定书文号"),
    "violation": ("CF_WFXW", "违法行为类型"),
    "facts": ("CF_SY", "违法事实"),
    "basis": ("CF_YJ", "处罚依据"),
    "category": ("CF_CFLB", "处罚类别"),
    "content": ("CF_NR", "处罚内容"),
    "fine": ("CF_NR_FK", "罚款金额（万元）"),
    "confiscated": ("CF_NR_WFFF", "没收违法所得、没收非法财物的金额（万元）"),
    "licence": ("CF_NR_ZKDX", "暂扣或吊销证照名称及编号"),
    "date": ("CF_JDRQ", "处罚决定日期"),
    "valid": ("CF_YXQ", "处罚有效期"),
    "shown_until": ("CF_GSJZQ", "公示截止期"),
    "authority": ("CF_CFJG", "处罚机关"),
    "authority_code": ("CF_CFJGDM", "处罚机关统一社会信用代码"),
    "source": ("CF_SJLY", "数据来源单位"),
    "source_code": ("CF_SJLYDM", "数据来源单位统一社会信用代码"),
    "remark": ("BZ", "备注"),
}
LAYOUTS = ("cf", "zh")
#: Authorities that the office knows before the file comes; the file names as many again.
KNOWN_AUTHORITIES = 12
AUTHORITIES = 24
_FIELDS = ("市场监督管理", "应急管理", "生态环境", "交通运输", "卫生健康", "文化和旅游", "住房和城乡建设", "农业农村")
_FIELDS += ("城市管理", "水务", "消防救援", "自然资源")
_WORDS = "澄江禾木云帆恒拓晨光海澜初晴远山松石清泉嘉禾长风瑞丰明川"
_TRADES = ("食品", "机械制造", "物流", "装饰工程", "餐饮管理", "商贸", "建材", "纺织", "电子科技", "农业发展")
_WRONGS = (
    ("经营标签不符合规定的食品", "《中华人民共和国食品安全法》第一百二十五条第一款第（二）项"),
    ("未按规定对从业人员进行安全生产教育和培训", "《中华人民共和国安全生产法》第九十七条第（三）项"),
    ("未按规定处置危险废物", "《中华人民共和国固体废物污染环境防治法》第一百一十二条第一款第（一）项"),
    ("超限运输车辆擅自在公路行驶", "《公路安全保护条例》第六十四条"),
    ("发布虚假广告", "《中华人民共和国广告法》第五十五条第一款"),
    ("未在经营场所公示营业执照", "《中华人民共和国市场主体登记管理条例》第四十八条"),
)
_DETAILS = ("现场检查时", "根据群众举报核查", "在专项检查中", "经抽样检验", "经调取监控录像")
_FINES = (500, 1000, 2000, 3000, 5000, 8000, 10_000, 20_000, 30_000, 50_000, 100_000)
_HEAVY = 2_600_000


def authority(number: int) -> tuple[str, str]:
    """Return the name and the code of a fictional authority."""
    place = "青禾区" if number < KNOWN_AUTHORITIES else "青禾高新区"
    field = _FIELDS[number % KNOWN_AUTHORITIES]
    return f"{place}{field}局", make_code("1", "1", REGION, seed=500_000_000 + number)


def write(path: Path, rows: int, layout: str, today: dt.date, seed: int = 36) -> Path:
    """Write a csv of so many rows and return its path. ``layout``: ``cf`` (2019 standard) or ``zh`` (Chinese)."""
    place = LAYOUTS.index(layout)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([headings[place] for headings in COLUMNS.values()])
        for row in generate(rows, today, seed):
            writer.writerow([row.get(name, "") for name in COLUMNS])
    return path


def generate(rows: int, today: dt.date, seed: int) -> Iterator[dict[str, str]]:
    """Yield rows as an honest month of files has them: most clean, some written oddly, a few to be refused.

    About 6 rows in 10 bring a new party, 8 in 100 are natural persons', 2 in 100 cannot be taken, 1 in 100 repeats
    or contradicts an earlier one.
    """
    draw = random.Random(seed)
    parties = max(1, rows * 6 // 10)
    authorities = [authority(number) for number in range(AUTHORITIES)]
    earlier: dict[str, str] = {}
    for number in range(1, rows + 1):
        if earlier and number % 100 == 0:
            row = dict(earlier)
            if number % 300 == 0:
                row["facts"] += "当事人已配合调查。"
        else:
            row = _row(draw, number, parties, authorities, today)
        if number % 100 == 50:
            earlier = dict(row)
        if number % 50 == 7:
            _spoil(draw, row, today)
        yield row


def _row(draw: random.Random, number: int, parties: int, authorities: list, today: dt.date) -> dict[str, str]:
    name, code = authorities[min(int(draw.expovariate(0.25)), AUTHORITIES - 1)]
    violation, basis = draw.choice(_WRONGS)
    day = today - dt.timedelta(days=int(draw.triangular(1, 1100, 30)))
    row = _party(draw, draw.randrange(parties))
    row |= {
        "number": f"青{name[3:5]}罚〔{day.year}〕{number}号",
        "violation": violation,
        "facts": f"{draw.choice(_DETAILS)}，发现当事人于{day.year}年{day.month}月存在{violation}的行为，涉及货值"
        f"{draw.randrange(100, 90_000)}元，上述事实有现场笔录、询问笔录、照片等证据证实，当事人对违法事实没有异议。",
        "basis": basis,
        "date": _written(draw, day),
        "authority": name,
        "authority_code": code if draw.random() < 0.9 else "",
        "source": "青禾区信用信息中心",
        "valid": "2099-12-31" if draw.random() < 0.1 else "",
        "remark": "\\N" if draw.random() < 0.1 else "",
    }
    return row | _penalty(draw)


def _party(draw: random.Random, number: int) -> dict[str, str]:
    name = "".join(_WORDS[number // len(_WORDS) ** place % len(_WORDS)] for place in range(4))
    if number % 12 == 5:
        digits = f"{REGION}19{60 + number % 40:02}{1 + number % 12:02}{1 + number % 28:02}{number % 1000:03}"
        identity = digits + identity_check_character(digits)
        return {"name": f"田{name[:2]}", "kind": "自然人", "identity_kind": "身份证", "identity": identity}
    business = number % 6 == 1
    code = make_code("9", "2" if business else "1", REGION, seed=number)
    if draw.random() < 0.04:
        code = code.lower() if draw.random() < 0.5 else f" {code}"
    return {
        "name": f"青禾{name}{_TRADES[number % 10]}" + ("店" if business else "有限公司"),
        "kind": "个体工商户" if business else "法人及非法人组织",
        "code": code,
        "representative": f"田{name[1:3]}",
    }


def _penalty(draw: random.Random) -> dict[str, str]:
    chance = draw.random()
    if chance < 0.08:
        return {"category": "警告", "content": "警告。", "fine": "0"}
    if chance < 0.1:
        return {"category": "责令停产停业", "content": "责令停产停业整顿。"}
    fine = draw.choice(_FINES) if draw.random() < 0.7 else draw.randrange(200, 90_000, 10)
    if chance > 0.995:
        fine = _HEAVY
    row = {
        "category": "罚款",
        "fine": f"{fine / 10_000:.4f}".rstrip("0").rstrip("."),
        "content": f"罚款人民币{fine}元。",
    }
    if chance < 0.25:
        taken = draw.randrange(10, 5000)
        row["category"] = "罚款;没收违法所得、没收非法财物"
        row["confiscated"] = f"{taken / 10_000:.4f}"
        row["content"] = f"1.没收违法所得{taken}元；2.罚款{fine}元。"
    elif chance < 0.35:
        row["category"] = ""
    return row


def _written(draw: random.Random, day: dt.date) -> str:
    chance = draw.random()
    if chance < 0.75:
        return day.isoformat()
    return f"{day.year}/{day.month}/{day.day}" if chance < 0.9 else f"{day.year}年{day.month}月{day.day}日"


def _spoil(draw: random.Random, row: dict[str, str], today: dt.date) -> None:
    kind = draw.randrange(4)
    if kind == 0:
        row["code"] = row.get("code", "")[:8] + "********"
        row["identity"] = ""
    elif kind == 1:
        row["number"] = ""
    elif kind == 2:
        row["date"] = (today + dt.timedelta(days=20)).isoformat()
    else:
        row["content"] = f"当场作出处罚决定，{row['content']}"
