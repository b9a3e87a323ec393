"""What the tests of records share: an office, its people, and fictional rows in the headings offices use."""

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

from django.utils import timezone

from parties.codes import make_code
from parties.models import Agency, Authority, Subject, User
from records.canonical import CanonicalRecord

HEADINGS = (
    *("行政相对人名称", "行政相对人类别", "统一社会信用代码", "行政处罚决定书文号", "违法行为类型", "违法事实"),
    *("处罚依据", "处罚类别", "处罚内容", "罚款金额（万元）", "处罚决定日期", "处罚机关"),
)
MARKET = "青禾区市场监督管理局"


def code(seed: int, **parts) -> str:
    return make_code(region="370299", seed=seed, **parts)


def days_ago(days: int) -> dt.date:
    return timezone.localdate() - dt.timedelta(days=days)


def office() -> SimpleNamespace:
    """Make a lead office and an authority, and one person of each role."""
    lead = Authority.objects.create(
        name="青禾区发展和改革局", is_lead=True, is_online=True, notice_prefix="青信修", code=code(1, registrar="1")
    )
    market = Authority.objects.create(
        name=MARKET, is_online=True, notice_prefix="青市监信", code=code(2, registrar="1"), review_body="青禾区人民政府"
    )
    other = Authority.objects.create(name="青禾区应急管理局", is_online=True, code=code(3, registrar="1"))
    subject = Subject.objects.create(kind="entity", name="青禾澄江食品有限公司", code=code(11))
    people = {}
    for name, role, authority in (
        ("officer", User.Role.OFFICER, market),
        ("colleague", User.Role.OFFICER, other),
        ("lead_officer", User.Role.OFFICER, lead),
        ("approver", User.Role.APPROVER, lead),
        ("auditor", User.Role.AUDITOR, None),
        ("administrator", User.Role.ADMINISTRATOR, None),
        ("enterprise", User.Role.ENTERPRISE, None),
        ("stranger", User.Role.ENTERPRISE, None),
        ("platform", User.Role.PLATFORM, None),
    ):
        people[name] = User.objects.create_user(name, password="x", role=role, authority=authority)
    Agency.objects.create(user=people["enterprise"], subject=subject)
    return SimpleNamespace(lead=lead, market=market, other=other, subject=subject, **people)


def draft(**changes) -> CanonicalRecord:
    """A clean row of an entity: fined 20,000 yuan a month ago, general by the rules."""
    values = {
        "subject_name": "青禾澄江食品有限公司",
        "subject_kind": "entity",
        "subject_code": code(11),
        "authority_name": MARKET,
        "document_number": "青市监处罚〔2026〕12号",
        "category": "罚款",
        "violation_type": "标签不符合规定",
        "content": "罚款人民币贰万元。",
        "fine_amount": Decimal("20000.00"),
        "decision_date": days_ago(5),
    }
    return CanonicalRecord(**{**values, **changes})


def row(**changes) -> dict[str, str]:
    """The same row in the headings of a file."""
    values = dict.fromkeys(HEADINGS, "")
    values |= {
        "行政相对人名称": "青禾澄江食品有限公司",
        "行政相对人类别": "法人及非法人组织",
        "统一社会信用代码": code(11),
        "行政处罚决定书文号": "青市监处罚〔2026〕12号",
        "处罚类别": "罚款",
        "处罚内容": "罚款人民币贰万元。",
        "罚款金额（万元）": "2",
        "处罚决定日期": days_ago(5).isoformat(),
        "处罚机关": MARKET,
    }
    return values | changes


def write_csv(path: Path, rows: list[dict[str, str]], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path
