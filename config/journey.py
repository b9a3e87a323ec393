"""Fictional cases driven from intake to receipt through the same actions that pages and API call.

The tests and benches use it, and ``manage.py journey`` shows it: every step is the real verb, nothing is faked.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from casework import actions as cases
from casework.models import Case
from config.demo.office import MARKET, create_office
from deferrals import actions as deferrals
from deferrals.models import Deferral
from exchange.models import Delivery
from journal import actions as journal
from notices import actions as notices
from notices import tasks as notice_tasks
from notices.models import Notice
from objections import actions as objections
from objections.models import Objection
from parties.codes import make_code
from parties.models import Agency, Authority, Subject, User
from policy.workdays import add_months
from records import actions as records
from records.canonical import CanonicalRecord
from records.models import AdverseRecord
from repair import actions as repair


@dataclass
class Cast:
    """Who plays: an enterprise's clerk, the determining authority's officers, two approvers of the lead office."""

    clerk: User
    officer: User
    colleague: User
    approver: User
    second_approver: User
    authority: Authority


@dataclass
class Story:
    """One finished journey and what it left behind."""

    record: AdverseRecord
    case: Case
    notices: list[str] = field(default_factory=list)


def cast() -> Cast:
    """Return the demo office's people, creating the office where it is missing."""
    create_office()
    person = {
        user.username: user
        for user in User.objects.filter(username__in=["enterprise", "officer", "officer2", "approver", "approver2"])
    }
    return Cast(
        clerk=person["enterprise"],
        officer=person["officer"],
        colleague=person["officer2"],
        approver=person["approver"],
        second_approver=person["approver2"],
        authority=Authority.objects.get(name=MARKET),
    )


def take_in(players: Cast, number: int, today: date | None = None, months_ago: int = 5) -> AdverseRecord:
    """Register a fictional, repairable record and give the clerk the right to act for its subject."""
    today = today or timezone.localdate()
    decided = add_months(today, -months_ago) - timedelta(days=number % 20)
    draft = CanonicalRecord(
        subject_name=f"青屿第{number}号贸易有限公司",
        subject_code=make_code(registrar="9", category="1", region="370299", seed=500_000 + number),
        subject_kind="entity",
        authority_name=players.authority.name,
        authority_code=players.authority.code,
        document_number=f"青市监处罚〔{decided.year}〕{1000 + number}号",
        category="罚款",
        violation_type="未按规定明码标价",
        facts="经查，当事人未按规定明码标价，事实清楚，证据确凿。",
        legal_basis="《中华人民共和国价格法》第四十二条",
        content="罚款5000元",
        fine_amount=Decimal(5000),
        decision_date=decided,
    )
    with journal.journalled():
        outcome, record, reasons = records.register(draft, None, None)
    if outcome != "taken":
        raise RuntimeError(f"The record was not taken in: {outcome} {[str(reason.text) for reason in reasons]}")
    Agency.objects.get_or_create(user=players.clerk, subject=Subject.objects.get(pk=record.subject_id))
    return record


def receipt_picture(number: int) -> SimpleUploadedFile:
    """Return a payment receipt as a PNG, different for every number (a reused certificate is flagged)."""
    picture = Image.new("RGB", (900, 620), "#fffdf6")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((20, 20, 880, 600), outline="#8a2a22", width=3)
    pen.text((60, 60), f"PAYMENT RECEIPT  No. {number:08d}", fill="#8a2a22", font_size=34)
    pen.text((60, 150), "Fine paid in full: CNY 5,000.00", fill="#222222", font_size=28)
    pen.text((60, 210), f"Decision {1000 + number}", fill="#222222", font_size=28)
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    return SimpleUploadedFile(f"receipt-{number}.png", buffer.getvalue(), "image/png")


def _wait_until_rendered(notice: Notice, seconds: float = 60) -> None:
    """Render the notice here, or wait for the worker that is rendering it at this moment."""
    until = time.monotonic() + seconds
    while True:
        if notice.rendering == Notice.Rendering.PENDING:
            notice_tasks.render(notice.pk)
        notice.refresh_from_db()
        if notice.rendering == Notice.Rendering.RENDERED:
            return
        if notice.rendering == Notice.Rendering.FAILED or time.monotonic() > until:
            raise RuntimeError(f"{notice.number} was not rendered: {notice.last_error or notice.rendering}")
        time.sleep(0.2)


def open_letters(players: Cast, record: AdverseRecord) -> int:
    """Render and open both letters: opening one is its service (送达). Return how many were served."""
    served = 0
    for notice in Notice.objects.filter(thing_type="records.adverserecord", thing_id=str(record.pk)):
        _wait_until_rendered(notice)
        notices.serve(players.clerk, notice)
        served += 1
    return served


def apply_for_repair(players: Cast, record: AdverseRecord, number: int) -> Case:
    """The clerk's part: describe, prove, promise, hand in."""
    case = repair.start(players.clerk, record)
    paid = max(record.decision_date + timedelta(days=10), record.decision_date)
    repair.describe(
        players.clerk, case, min(paid, timezone.localdate()), "罚款已缴清，违法行为已改正。", "0532-00000010"
    )
    cases.attach_evidence(players.clerk, case, receipt_picture(number), "performance")
    cases.sign_commitment(players.clerk, case, "张三")
    return cases.submit(players.clerk, case)


def repair_story(players: Cast, number: int) -> Story:
    """One repair from intake to decision: accept, recommend, approve."""
    record = take_in(players, number)
    open_letters(players, record)
    case = apply_for_repair(players, record, number)
    cases.accept(players.officer, case)
    cases.recommend(players.officer, case, Case.Status.APPROVED, "缴款凭证与决定书一致，义务已履行完毕。")
    cases.decide(players.approver, case, Case.Status.APPROVED)
    return _finish(record, case)


def objection_story(players: Cast, number: int, upheld: bool = True) -> Story:
    """One objection from intake to decision: mark, verify, uphold (a correction) or dismiss."""
    record = take_in(players, number)
    open_letters(players, record)
    case = objections.start(players.clerk, record)
    objections.describe(
        players.clerk,
        case,
        ground=Objection.Ground.WRONG,
        field="fine_amount",
        claimed_value="500.00",
        statement="决定书写明罚款500元，公示为5000元。",
        contact_phone="0532-00000010",
    )
    cases.attach_evidence(players.clerk, case, receipt_picture(number), "objection")
    cases.sign_commitment(players.clerk, case, "张三")
    cases.submit(players.clerk, case)
    cases.accept(players.officer, case)
    if upheld:
        objections.verify(
            players.officer, case, remedy=Objection.Remedy.CORRECT, field="fine_amount", corrected_value="500.00"
        )
        cases.recommend(players.officer, case, Case.Status.UPHELD, "经核对决定书原件，金额录入有误。")
        cases.decide(players.approver, case, Case.Status.UPHELD)
    else:
        cases.recommend(players.officer, case, Case.Status.DISMISSED, "经核对，公示内容与决定书一致。", ["O-N01"])
        cases.decide(players.approver, case, Case.Status.DISMISSED, codes=["O-N01"])
    return _finish(record, case)


def deferral_story(players: Cast, number: int, granted: bool = True) -> Story:
    """One request for more time: proposed by one officer of the authority, decided by a colleague or the lead office."""
    record = take_in(players, number)
    open_letters(players, record)
    case = deferrals.start(players.clerk, record)
    until = add_months(timezone.localdate(), 3)
    deferrals.describe(
        players.clerk,
        case,
        ground=Deferral.Ground.HARDSHIP,
        requested_until=until,
        statement="货款未收回，资金周转困难，预计三个月后一次缴清。",
        contact_phone="0532-00000010",
    )
    cases.attach_evidence(players.clerk, case, receipt_picture(number), "deferral")
    cases.submit(players.clerk, case)
    cases.accept(players.officer, case)
    if granted:
        deferrals.propose(players.officer, case, granted_until=until)
        cases.recommend(players.officer, case, Case.Status.GRANTED, "财务报表与所述困难一致。")
        cases.decide(players.colleague, case, Case.Status.GRANTED)
    else:
        cases.recommend(players.officer, case, Case.Status.NOT_GRANTED, "材料不能证明困难。", ["E-F01"])
        cases.decide(players.approver, case, Case.Status.NOT_GRANTED, codes=["E-F01"])
    return _finish(record, case)


def _finish(record: AdverseRecord, case: Case) -> Story:
    record = AdverseRecord.objects.get(pk=record.pk)
    case = Case.objects.get(pk=case.pk)
    numbers = Notice.objects.filter(thing_type="casework.case", thing_id=str(case.pk)).values_list("number", flat=True)
    return Story(record, case, list(numbers))


#: The kinds of story, in turn.
STORIES: tuple[Callable[[Cast, int], Story], ...] = (
    repair_story,
    objection_story,
    lambda players, number: objection_story(players, number, upheld=False),
    deferral_story,
    lambda players, number: deferral_story(players, number, granted=False),
)


def drive(count: int) -> Iterator[Story]:
    """Drive ``count`` journeys, kinds in turn, with numbers that were not used before; yield each when it is done."""
    players = cast()
    start = AdverseRecord.objects.count()
    for index in range(count):
        yield STORIES[index % len(STORIES)](players, start + index + 1)


def confirmed(record: AdverseRecord) -> tuple[int, int]:
    """Return how many platforms confirmed the newest events of this record, and how many were told."""
    deliveries = Delivery.objects.filter(event__subject=record.public_id)
    return deliveries.filter(status=Delivery.Status.CONFIRMED).count(), deliveries.count()
