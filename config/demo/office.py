"""青屿区, a district that does not exist: its offices, its people and the enterprises on its books."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from journal import actions as journal
from parties.codes import make_code
from parties.identity import identity_check_character
from parties.models import Agency, Authority, Subject, User
from policy.workdays import add_months
from records.canonical import CanonicalRecord

PASSWORD = "xinxiu-demo-2026"  # noqa: S105 - printed on the console: it opens fictional data only

LEAD = "青屿区发展和改革局"
MARKET = "青屿区市场监督管理局"
SAFETY = "青屿区应急管理局"
LIBRARY = "青屿区图书馆"


@dataclass(frozen=True)
class Person:
    """A demo login."""

    username: str
    full_name: str
    role: str
    authority: str = ""
    subjects: tuple[int, ...] = ()


#: Names that no register knows; codes are made from the seed, in a region that is not assigned.
ENTERPRISES = (
    "青屿海澜食品有限公司",
    "青屿恒拓机械制造有限公司",
    "青屿云帆物流有限公司",
    "青屿禾木装饰工程有限公司",
    "青屿初晴餐饮管理有限公司",
    "青屿区晨光便民超市",
)

PEOPLE = (
    Person("enterprise", "林晓", User.Role.ENTERPRISE, subjects=(0, 1)),
    Person("enterprise2", "周禾", User.Role.ENTERPRISE, subjects=(2, 3)),
    Person("officer", "陈立", User.Role.OFFICER, MARKET),
    Person("officer2", "孙敏", User.Role.OFFICER, MARKET),
    Person("safety", "高远", User.Role.OFFICER, SAFETY),
    Person("library", "苏云", User.Role.OFFICER, LIBRARY),
    Person("reader", "程一帆", User.Role.ENTERPRISE),
    Person("approver", "王静", User.Role.APPROVER, LEAD),
    Person("approver2", "赵宁", User.Role.APPROVER, LEAD),
    Person("lead", "何川", User.Role.OFFICER, LEAD),
    Person("auditor", "许岩", User.Role.AUDITOR),
    Person("administrator", "韩冰", User.Role.ADMINISTRATOR),
)


def code_of(number: int) -> str:
    """Return the valid, fictional credit code of the demo enterprise with this number."""
    category = "2" if ENTERPRISES[number].endswith("超市") else "1"
    return make_code(registrar="9", category=category, region="370299", seed=7300 + number)


def reader_number() -> str:
    """Return the demo reader's resident number: valid in form, of nobody (no place has the region 370299)."""
    first = "37029919980615221"
    return first + identity_check_character(first)


def create_office() -> list[User]:
    """Create the demo's authorities, enterprises and logins where they are missing; return the people created now."""
    with journal.journalled():
        _create_authorities()
        for number, name in enumerate(ENTERPRISES):
            kind = Subject.Kind.BUSINESS if name.endswith("超市") else Subject.Kind.ENTITY
            Subject.objects.get_or_create(
                code=code_of(number), defaults={"name": name, "kind": kind, "legal_representative": "张三"}
            )
        created = [person for person in PEOPLE if not User.objects.filter(username=person.username).exists()]
        return [_create_person(person) for person in created]


def _create_authorities() -> None:
    common = {
        "review_body": "青屿区人民政府",
        "court": "青屿区人民法院",
        "address": "青屿区和信路1号政务服务中心二楼",
        "is_online": True,
    }
    rows = (
        (LEAD, "发改局", "青信修", "0532-00000001", True),
        (MARKET, "市场监管局", "青市监信", "0532-00000002", False),
        (SAFETY, "应急局", "青应急信", "0532-00000003", False),
        (LIBRARY, "图书馆", "青图信", "0532-00000004", False),
    )
    for seed, (name, short_name, prefix, phone, is_lead) in enumerate(rows):
        Authority.objects.get_or_create(
            name=name,
            defaults={
                **common,
                "short_name": short_name,
                "notice_prefix": prefix,
                "phone": phone,
                "is_lead": is_lead,
                "code": make_code(registrar="1", category="1", region="370299", seed=7000 + seed),
            },
        )


def _create_person(person: Person) -> User:
    user = User(
        username=person.username,
        full_name=person.full_name,
        role=person.role,
        authority=Authority.objects.filter(name=person.authority).first(),
        is_staff=person.role == User.Role.ADMINISTRATOR,
        is_superuser=person.role == User.Role.ADMINISTRATOR,
        phone="0532-00000010",
    )
    user.set_password(PASSWORD)
    user.save()
    for number in person.subjects:
        Agency.objects.create(user=user, subject=Subject.objects.get(code=code_of(number)))
    journal.append(None, "demo.create_user", user, {"username": user.username, "role": user.role})
    return user


@dataclass(frozen=True)
class Sample:
    """One demo record: whose, by whom, what, and how many months ago it was decided."""

    subject: int
    authority: str
    document_number: str
    months_ago: int
    category: str
    violation_type: str
    content: str
    fine: str
    sector: str = ""


SAMPLES = (
    Sample(
        0, MARKET, "青市监处罚〔{year}〕31号", 5, "罚款", "生产经营标签不符合规定的食品", "罚款8000元", "8000", "food"
    ),
    Sample(0, MARKET, "青市监处罚〔{year}〕58号", 1, "罚款", "发布虚假广告", "罚款20000元", "20000", "market"),
    Sample(
        1,
        SAFETY,
        "（青）应急罚〔{year}〕12号",
        7,
        "罚款",
        "未按规定对从业人员进行安全培训",
        "罚款30000元",
        "30000",
        "work_safety",
    ),
    Sample(
        1,
        MARKET,
        "青市监处罚〔{year}〕7号",
        8,
        "罚款;没收违法所得",
        "销售不合格产品",
        "罚款15000元，没收违法所得1200元",
        "15000",
        "market",
    ),
    Sample(2, MARKET, "青市监处罚〔{year}〕44号", 4, "罚款", "未按规定公示收费标准", "罚款5000元", "5000", "market"),
    Sample(
        3,
        SAFETY,
        "（青）应急罚〔{year}〕20号",
        6,
        "吊销许可证件",
        "安全生产条件严重不符",
        "吊销安全生产许可证",
        "",
        "work_safety",
    ),
    Sample(4, MARKET, "青市监处罚〔{year}〕50号", 3, "警告", "未公示健康证明", "警告", "", "food"),
    Sample(5, MARKET, "青市监处罚〔{year}〕61号", 4, "罚款", "经营超过保质期的食品", "罚款6000元", "6000", "food"),
)


def sample_records(today: date) -> list[CanonicalRecord]:
    """Return the demo's records as intake rows, decided so many months before ``today`` (a Beijing day)."""
    rows = []
    for sample in SAMPLES:
        decided = add_months(today, -sample.months_ago) - timedelta(days=3)
        rows.append(
            CanonicalRecord(
                subject_name=ENTERPRISES[sample.subject],
                subject_code=code_of(sample.subject),
                subject_kind="business" if ENTERPRISES[sample.subject].endswith("超市") else "entity",
                legal_representative="张三",
                authority_name=sample.authority,
                authority_code=Authority.objects.get(name=sample.authority).code,
                data_provider=sample.authority,
                document_number=sample.document_number.format(year=decided.year),
                category=sample.category,
                violation_type=sample.violation_type,
                facts=f"经查，当事人{sample.violation_type}，事实清楚，证据确凿。",
                legal_basis="《中华人民共和国行政处罚法》及有关专门法律的规定",
                content=sample.content,
                fine_amount=Decimal(sample.fine) if sample.fine else None,
                decision_date=decided,
                sector=sample.sector,
            )
        )
    return rows
