"""What the tests of notices share: an office, its people, subjects, and facts such as a real case has."""

from types import SimpleNamespace

from django.db import transaction

from notices import actions
from notices.models import Notice
from parties.codes import make_code
from parties.models import Agency, Authority, Subject, User

RECORD = {
    "public_id": "R7K2M9PQRSTUV",
    "document_number": "青测市监处罚〔2026〕118号",
    "decision_date": "2026-05-20",
    "authority": "青测市示范区市场监督管理局",
    "category": "罚款；没收违法所得",
    "severity": "general",
    "content": "责令改正违法行为；没收违法所得1,260.00元；罚款人民币20,000.00元。",
    "publicity_from": "2026-05-20",
    "publicity_until": "2027-05-20",
    "earliest_application": "2026-08-20",
}
FACTS = {
    "case_number": "XF20261123-0001",
    "applied_on": "2026-11-20",
    "record": RECORD,
    "because": [
        {"text": "罚款属于一般失信信息，最短公示期三个月", "title": "信用修复管理办法", "article": "第七条"},
        {"text": "公示期自决定作出之日起计算", "title": "信用修复管理办法", "article": "第八条"},
    ],
    "reasons": [
        {
            "code": "proof_without_number",
            "text": "缴款凭证未载明决定文书号，不能证明罚款已经缴清",
            "cure": "请提交载明决定文书号的缴款凭证",
            "title": "信用修复管理办法",
            "article": "第十二条",
        }
    ],
    "opinion": "经电话核实。\n当事人已知悉。",
    "findings": ["罚款已于2026年6月2日缴清", "违法行为已经改正"],
    "due_on": "2026-12-02",
    "effective_on": "2026-11-23",
    "remedies": {"review_body": "青测市人民政府", "review_days": 60, "court": "青测市中级人民法院", "suit_months": 6},
    "contact": {"name": "信用科", "phone": "0532-00000000", "address": "青测市学院路1号"},
    "limits": {"accept_days": 3, "decide_days": 7},
}
OBJECTION = {
    "ground": "wrong",
    "field": "fine_amount",
    "claimed_value": "2,000.00元",
    "outcome": "upheld",
    "remedy": "correct",
    "old_value": "20,000.00元",
    "new_value": "2,000.00元",
}

DEFERRAL = {"ground": "确有经济困难", "requested_until": "2027-03-31", "until": "2027-02-28"}
CHANGE = {
    "document_number": "青政复决〔2026〕9号",
    "document_date": "2026-11-18",
    "decided_by": "青测市人民政府",
    "reason": "罚款数额计算错误，依法变更。",
    "fields": [
        {"field": "fine_amount", "old": "20000.00", "new": "2000.00"},
        {"field": "content", "old": "罚款人民币20,000.00元。", "new": "罚款人民币2,000.00元。"},
    ],
}


STATEMENT = {
    "generated_at": "2026-11-23T09:05+08:00",
    "kind": "authorised",
    "recipient": "青测市示范区招标办公室",
    "purpose": "投标资格审查",
    "authorised_on": "2026-11-20",
    "office": "青测市示范区市场监督管理局",
    "total": 1,
    "records": [{**RECORD, "status": "公示中", "objection": True, "explanation": "已经改正，缴清罚款。"}],
}


def facts_of(kind: str) -> dict:
    """Return full facts for a kind: those of objections say what was disputed."""
    more = {"objection": OBJECTION} if kind.startswith("objection") else {}
    if kind.startswith("deferral"):
        more = {"deferral": DEFERRAL}
    if kind == "decision_extension":
        more = {"extension": {"number": 1, "days": 10, "old_due_on": "2026-11-25"}}
    if kind == "prior_reminder":
        more = {"matter": {"document_number": "青图借〔2026〕15号", "text": "所借图书2册逾期未还。"}}
    if kind.startswith("record_"):
        more = {"change": CHANGE}
    if kind == Notice.Kind.CREDIT_STATEMENT:
        return {"statement": STATEMENT, "contact": FACTS["contact"]}
    return {**FACTS, **more}


def make_world() -> SimpleNamespace:
    """Create the lead office, another office, an enterprise, a person, and one account of every role."""
    lead = Authority.objects.create(
        name="青测市示范区发展和改革局",
        notice_prefix="青信修",
        is_lead=True,
        review_body="青测市人民政府",
        court="青测市人民法院",
    )
    market = Authority.objects.create(name="青测市示范区市场监督管理局", is_online=True)
    other = Authority.objects.create(name="青测市示范区交通运输局")
    company = Subject.objects.create(kind="entity", name="青测示范商贸有限公司", code=make_code(seed=1))
    person = Subject.objects.create(kind="person", name="张小明", identity_number="370200199001011234")
    role = User.Role
    people = {
        "clerk": User.objects.create_user("clerk", role=role.ENTERPRISE, full_name="李文书"),
        "stranger": User.objects.create_user("stranger", role=role.ENTERPRISE),
        "officer": User.objects.create_user("officer", role=role.OFFICER, authority=market),
        "outsider": User.objects.create_user("outsider", role=role.OFFICER, authority=other),
        "approver": User.objects.create_user("approver", role=role.APPROVER, authority=lead),
        "auditor": User.objects.create_user("auditor", role=role.AUDITOR),
        "administrator": User.objects.create_user("administrator", role=role.ADMINISTRATOR),
        "platform": User.objects.create_user("platform", role=role.PLATFORM),
    }
    Agency.objects.create(user=people["clerk"], subject=company)
    return SimpleNamespace(lead=lead, market=market, other=other, company=company, person=person, **people)


def issue(world: SimpleNamespace, kind: str = Notice.Kind.ACCEPTANCE, **changes) -> Notice:
    """Issue one notice in a transaction of its own."""
    given = {
        "kind": kind,
        "issuer": world.market,
        "addressee": world.company,
        "thing": world.company,
        "facts": facts_of(kind),
        "actor": world.officer,
        **changes,
    }
    with transaction.atomic():
        return actions.issue(**given)
