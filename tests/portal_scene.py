"""A small office for the portal's tests: one person of each role, and records in every standing."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from casework.models import Case
from exchange.actions import emit
from exchange.models import Delivery, OutboundEvent, Receipt, Subscriber
from journal import actions as journal
from notices import actions as notices
from notices.models import Notice
from objections.models import Objection
from parties.codes import make_code
from parties.models import Agency, Authority, Subject, User
from records.actions.listing import list_names
from records.facts import event_data, notice_facts
from records.models import AdverseRecord
from repair.models import RepairApplication

PASSWORD = "scene-of-tests-2026"


@dataclass
class Scene:
    """What :func:`build` made, by name."""

    lead: Authority
    market: Authority
    subject: Subject
    people: dict[str, User]
    records: dict[str, AdverseRecord] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)


def build(today: date | None = None) -> Scene:
    """Make the office. ``today``: the Beijing day that dates are counted from."""
    today = today or timezone.localdate()
    lead = _authority("青屿区发展和改革局", "青信修", 1, is_lead=True)
    market = _authority("青屿区市场监督管理局", "青市监信", 2)
    subject = Subject.objects.create(
        kind=Subject.Kind.ENTITY, name="青屿海澜食品有限公司", code=make_code(region="370299", seed=41)
    )
    people = {
        name: _person(name, full_name, role, authority)
        for name, full_name, role, authority in (
            ("enterprise", "林晓", User.Role.ENTERPRISE, None),
            ("stranger", "周禾", User.Role.ENTERPRISE, None),
            ("officer", "陈立", User.Role.OFFICER, market),
            ("approver", "王静", User.Role.APPROVER, lead),
            ("auditor", "许岩", User.Role.AUDITOR, None),
            ("administrator", "韩冰", User.Role.ADMINISTRATOR, None),
            ("platform", "共享平台", User.Role.PLATFORM, None),
        )
    }
    Agency.objects.create(user=people["enterprise"], subject=subject)
    scene = Scene(lead, market, subject, people)
    _records(scene, today)
    return scene


def _authority(name: str, prefix: str, seed: int, *, is_lead: bool = False) -> Authority:
    return Authority.objects.create(
        name=name,
        notice_prefix=prefix,
        phone="0532-00000001",
        address="青屿区和信路1号政务服务中心二楼",
        code=make_code(registrar="1", category="1", region="370299", seed=seed),
        is_lead=is_lead,
        is_online=True,
    )


def _person(username: str, full_name: str, role: str, authority: Authority | None) -> User:
    user = User(username=username, full_name=full_name, role=role, authority=authority)
    user.is_staff = user.is_superuser = role == User.Role.ADMINISTRATOR
    user.set_password(PASSWORD)
    user.save()
    return user


def record(scene: Scene, name: str, number: int, decided: date, **changes) -> AdverseRecord:
    """Make one record of the scene's subject, a general one unless told otherwise, without its letters."""
    facts = {
        "public_id": f"R{number:012d}",
        "status": AdverseRecord.Status.PUBLICISED,
        "subject": scene.subject,
        "subject_name": scene.subject.name,
        "authority": scene.market,
        "document_number": f"青市监处罚〔2026〕{number}号",
        "document_key": f"青市监处罚2026{number}",
        "category": "罚款",
        "violation_type": "生产经营标签不符合规定的食品",
        "facts": "当事人生产的预包装食品标签未标明生产日期，货值金额 3,200 元。",
        "legal_basis": "《中华人民共和国食品安全法》第一百二十五条第一款第二项",
        "content": "罚款人民币壹万贰仟元整。",
        "fine_amount": Decimal("12000"),
        "decision_date": decided,
        "severity": "general",
        "publicity_from": decided,
        "earliest_application": decided + timedelta(days=90),
        "publicity_until": decided + timedelta(days=365),
        "because": [{"text": "处以罚款，属一般失信信息", "title": "信用修复管理办法", "article": "第二章"}],
        "content_hash": f"{number:064d}",
    }
    made = AdverseRecord.objects.create(**(facts | changes))
    list_names([made])
    scene.records[name] = made
    return made


def _records(scene: Scene, today: date) -> None:
    ready = record(scene, "ready", 101, today - timedelta(days=120))
    record(scene, "early", 102, today - timedelta(days=20))
    marked = record(scene, "marked", 103, today - timedelta(days=150), objection_marked=True)
    record(
        scene,
        "minor",
        104,
        today - timedelta(days=30),
        status=AdverseRecord.Status.WITHHELD,
        severity="minor",
        publicity_from=None,
        publicity_until=None,
        earliest_application=today - timedelta(days=30),
    )
    reviewing = record(scene, "reviewing", 105, today - timedelta(days=130))
    asked = record(scene, "asked", 106, today - timedelta(days=131))
    repaired = record(
        scene,
        "repaired",
        107,
        today - timedelta(days=200),
        status=AdverseRecord.Status.REPAIRED,
        removed_at=timezone.now() - timedelta(days=2),
    )
    record(scene, "expired", 108, today - timedelta(days=400), status=AdverseRecord.Status.EXPIRED)
    with journal.journalled():
        for kind in (Notice.Kind.ADVERSE_RECORD, Notice.Kind.REPAIR_GUIDANCE):
            notices.issue(
                kind=kind,
                issuer=scene.market,
                addressee=scene.subject,
                thing=ready,
                facts={"record": notice_facts(ready)},
                actor=None,
            )
        journal.append(scene.people["officer"], "records.register", ready, {"document_number": ready.document_number})
    _case(scene, "reviewing", RepairApplication, reviewing, 1, Case.Status.ACCEPTED)
    _case(scene, "objection", Objection, marked, 2, Case.Status.ACCEPTED)
    supplement = _case(scene, "asked", RepairApplication, asked, 3, Case.Status.SUPPLEMENT_REQUESTED)
    supplement.supplements.create(
        items=[{"code": "proof", "text": "还差一份缴款凭证", "cure": "上传银行回单或财政票据"}],
        requested_by=scene.people["officer"],
        requested_at=timezone.now() - timedelta(days=1),
    )
    removed(scene, repaired)


def _case(scene: Scene, name: str, model: type[Case], about: AdverseRecord, number: int, status: str) -> Case:
    then = timezone.now() - timedelta(days=1)
    made = model.objects.create(
        kind=Case.Kind.REPAIR if model is RepairApplication else Case.Kind.OBJECTION,
        number=f"XF20261123-{number:04d}",
        status=status,
        record=about,
        subject=about.subject,
        opened_by=scene.people["enterprise"],
        authority=about.authority,
        submitted_at=then,
        accepted_at=then if status == Case.Status.ACCEPTED else None,
    )
    scene.cases[name] = made
    return made


def removed(scene: Scene, about: AdverseRecord, at: datetime | None = None) -> list[Delivery]:
    """Tell four platforms that a record is removed: three have confirmed, one was given up."""
    at = at or timezone.now() - timedelta(days=2)
    for number in range(1, 5):
        Subscriber.objects.create(
            name=f"共享平台{number}", url=f"https://platform{number}.invalid/", secret="whsec_c2NlbmU="
        )
    with journal.journalled():
        event = emit(OutboundEvent.Type.REMOVED, about.public_id, event_data(about, "remove", "repaired", "XF1"))
    deliveries = list(event.deliveries.order_by("subscriber__name"))
    for number, delivery in enumerate(deliveries, start=1):
        done = number < len(deliveries)
        delivery.status = Delivery.Status.CONFIRMED if done else Delivery.Status.FAILED
        delivery.attempts = 1 if done else 8
        delivery.delivered_at = at if done else None
        delivery.last_error = "" if done else "连接被拒绝"
        delivery.save()
        if done:
            Receipt.objects.create(
                delivery=delivery, receipt_number=f"HZ{number}", acted_at=at, received_at=at, proof="页面已撤下"
            )
    return deliveries
