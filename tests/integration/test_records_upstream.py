"""A decision annulled or changed upstream: reported with its document, confirmed by another, followed at once."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from config.journey import receipt_picture
from exchange.models import OutboundEvent
from journal.models import Entry
from notices.models import Notice
from parties.models import Agency, User
from policy.verdict import Refused
from records import actions, queries
from records.life import guards
from records.life.deadlines import deadline_of
from records.life.models import UpstreamChange
from records.models import AdverseRecord
from records.uploads import inspect
from tests.integration.test_records_sweep import events, fresh, letters, take
from tests.records_world import days_ago, office

pytestmark = pytest.mark.django_db
Kind, S = UpstreamChange.Kind, UpstreamChange.Status


@pytest.fixture
def world(db):
    world = office()
    world.second = User.objects.create_user("second", role=User.Role.OFFICER, authority=world.market)
    return world


def report(actor, record, kind=Kind.ANNUL, **changes):
    return actions.report_change(
        actor,
        record,
        **{
            "kind": kind,
            "document_number": "青政复决〔2026〕9号",
            "effective_on": days_ago(1),
            "decided_by": "青禾区人民政府",
            "reason": "主要事实不清、证据不足，依法撤销。",
            "document": inspect(receipt_picture(1)),
            "values": {"fine_amount": "2000.00", "content": "罚款人民币贰仟元。"} if kind == Kind.CHANGE else None,
            **changes,
        },
    )


def test_an_annulment_revokes_the_record_and_everybody_is_told(world):
    record = take()
    change = report(world.officer, record)
    assert fresh(record).status == AdverseRecord.Status.PUBLICISED, "a report alone changes nothing"
    actions.confirm_change(world.second, change)
    record, change = fresh(record), UpstreamChange.objects.get()
    assert (record.status, change.status, change.settled_by) == ("revoked", S.CONFIRMED, world.second)
    assert events(record) == ["published", "revoked"]
    letter = Notice.objects.get(thing_id=str(record.pk), kind=Notice.Kind.RECORD_REVOKED)
    assert letter.number.startswith("青市监信撤〔")
    assert letter.facts["change"]["document_number"] == "青政复决〔2026〕9号"
    assert "第四十条" in letter.facts["because"][0]["article"]
    told = set(Entry.objects.filter(thing_id=str(record.pk)).values_list("verb", flat=True))
    assert {"records.report_change", "records.revoke", "records.confirm_change"} <= told


def test_a_change_corrects_every_field_and_works_the_window_out_again(world):
    record = take()
    change = report(world.officer, record, Kind.CHANGE)
    assert [item["field"] for item in change.changes] == ["fine_amount", "content"]
    actions.confirm_change(world.lead_officer, change)
    record = fresh(record)
    assert (record.fine_amount, record.content) == (Decimal("2000.00"), "罚款人民币贰仟元。")
    assert record.is_live
    assert events(record) == ["published", "corrected", "corrected"]
    assert {correction.ordered_by for correction in record.corrections.all()} == {"青政复决〔2026〕9号"}
    letter = Notice.objects.get(thing_id=str(record.pk), kind=Notice.Kind.RECORD_CORRECTED)
    assert letter.facts["change"]["fields"][0] == {"field": "fine_amount", "old": "20000.00", "new": "2000.00"}


def test_a_record_whose_publicity_is_over_can_still_be_annulled(world):
    record = take(decision_date=days_ago(800))
    assert record.status == AdverseRecord.Status.EXPIRED
    actions.confirm_change(world.second, report(world.officer, record))
    assert fresh(record).status == AdverseRecord.Status.REVOKED


def test_dismissed_leaves_the_record_as_it_is(world):
    record = take()
    change = actions.dismiss_change(world.second, report(world.officer, record), "文书说的是另一份决定。")
    assert (change.status, fresh(record).status) == (S.DISMISSED, "publicised")
    assert events(record) == ["published"] and Notice.Kind.RECORD_REVOKED not in letters(record)
    report(world.officer, record)  # another report may follow


#: who -> (may report, may settle what the officer reported)
WHO = {
    "officer": (True, False),
    "second": (True, True),
    "lead_officer": (True, True),
    "approver": (True, True),
    "colleague": (False, False),
    "auditor": (False, False),
    "administrator": (False, False),
    "enterprise": (False, False),
    "stranger": (False, False),
    "platform": (False, False),
}


@pytest.mark.parametrize("who", WHO)
def test_who_may_report_and_who_may_settle(world, who):
    record = take()
    actor = getattr(world, who)
    assert bool(guards.can_report_change(actor, record)) == WHO[who][0]
    change = report(world.officer, record)
    verdict = guards.can_settle_change(actor, change)
    assert bool(verdict) == WHO[who][1]
    assert verdict or verdict.reason
    if not verdict:
        before = Entry.objects.count()
        for attempt in (
            lambda: actions.confirm_change(actor, change),
            lambda: actions.dismiss_change(actor, change, "不"),
        ):
            with pytest.raises(Refused):
                attempt()
        assert (Entry.objects.count(), UpstreamChange.objects.get().status) == (before, S.REPORTED)


def test_the_subjects_own_people_take_no_part(world):
    record = take()
    change = report(world.officer, record)
    Agency.objects.create(user=world.second, subject=record.subject)
    assert guards.can_settle_change(world.second, change).code == "own_record"


def test_the_database_itself_refuses_one_person_twice(world):
    change = report(world.officer, take())
    with pytest.raises(IntegrityError), transaction.atomic():
        UpstreamChange.objects.filter(pk=change.pk).update(
            settled_by=world.officer, settled_at=timezone.now(), status=S.CONFIRMED
        )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"effective_on": days_ago(-1)}, "future"),
        ({"effective_on": days_ago(400)}, "too_early"),
        ({"kind": Kind.CHANGE, "values": {}}, "nothing"),
        ({"kind": Kind.CHANGE, "values": {"fine_amount": "二十"}}, "bad_value"),
        ({"kind": Kind.CHANGE, "values": {"subject_id": "1"}}, "field"),
        ({"kind": Kind.CHANGE, "values": {"fine_amount": "20,000"}}, "nothing"),
    ],
)
def test_bad_reports_get_a_sentence_and_leave_nothing(world, changes, code):
    record = take()
    with pytest.raises(Refused) as refused:
        report(world.officer, record, **changes)
    assert (refused.value.verdict.code, UpstreamChange.objects.count()) == (code, 0)


def test_one_open_report_a_record(world):
    record = take()
    report(world.officer, record)
    with pytest.raises(Refused) as refused:
        report(world.second, record)
    assert (refused.value.verdict.code, refused.value.status) == ("reported", 409)


def test_settling_twice_says_so(world):
    change = report(world.officer, take())
    actions.confirm_change(world.second, change)
    with pytest.raises(Refused) as refused:
        actions.confirm_change(world.lead_officer, change)
    assert refused.value.status == 409
    assert OutboundEvent.objects.filter(type=OutboundEvent.Type.REVOKED).count() == 1


@pytest.mark.parametrize(
    ("effective", "today", "due", "left"),
    [
        (dt.date(2026, 11, 23), dt.date(2026, 11, 23), dt.date(2026, 11, 26), 3),
        (dt.date(2026, 11, 20), dt.date(2026, 11, 25), dt.date(2026, 11, 25), 0),
        (dt.date(2026, 11, 18), dt.date(2026, 11, 25), dt.date(2026, 11, 23), -2),
        (dt.date(2026, 9, 29), dt.date(2026, 10, 8), dt.date(2026, 10, 9), 1),  # National Day between
    ],
)
def test_three_working_days_from_the_day_after(world, effective, today, due, left):
    change = UpstreamChange(record=take(), effective_on=effective)
    deadline = deadline_of(change, today)
    assert (deadline.due, deadline.left, deadline.provisional) == (due, left, False)


def test_into_a_year_without_holidays_is_provisional(world):
    change = UpstreamChange(record=take(), effective_on=dt.date(2026, 12, 30))
    assert deadline_of(change, dt.date(2026, 12, 30)).provisional


def test_pages_from_search_to_confirmation(world, client):
    record = take()
    client.force_login(world.officer)
    found = client.get(reverse("records:changes"), {"q": "青市监处罚(2026)12号"}).content.decode()
    assert reverse("portal:my_record", args=[record.public_id]) in found
    assert (
        reverse("records:report_change", args=[record.public_id])
        in client.get(reverse("portal:my_record", args=[record.public_id])).content.decode()
    )
    url = reverse("records:report_change", args=[record.public_id])
    form = {
        "kind": "change",
        "document_number": "青政复决〔2026〕9号",
        "decided_by": "青禾区人民政府",
        "effective_on": days_ago(1).isoformat(),
        "reason": "罚款数额计算错误。",
        "file": receipt_picture(2),
        "new_category": "罚款",
        "new_content": "罚款人民币贰仟元。",
        "new_fine_amount": "2000",
        "new_violation_type": "标签不符合规定",
        "new_decision_date": record.decision_date.isoformat(),
    }
    assert client.post(url, {**form, "file": SimpleUploadedFile("x.pdf", b"nothing")}).status_code == 422
    answer = client.post(url, {**form, "file": receipt_picture(2)})
    change = UpstreamChange.objects.get()
    assert answer.url == reverse("records:change", args=[change.pk])
    assert [item["field"] for item in change.changes] == ["content", "fine_amount"]
    own = client.get(answer.url).content.decode()
    assert "请由另一位工作人员核实" in own and "撤销这条信息并告知当事人" not in own
    client.force_login(world.second)
    assert "青政复决〔2026〕9号" in client.get(reverse("records:changes")).content.decode()
    assert client.get(reverse("records:change_document", args=[change.pk])).status_code == 200
    client.post(reverse("records:confirm_change", args=[change.pk]))
    assert fresh(record).fine_amount == Decimal("2000.00")
    assert "没有等待核实的撤销或变更" in client.get(reverse("records:changes")).content.decode()


def test_pages_are_closed_to_others(world, client):
    record = take()
    change = report(world.officer, record)
    urls = [
        reverse("records:change", args=[change.pk]),
        reverse("records:change_document", args=[change.pk]),
    ]
    for who in ("enterprise", "stranger", "colleague", "platform"):
        client.force_login(getattr(world, who))
        assert [client.get(url).status_code for url in urls] == [403, 403], who
    client.force_login(world.auditor)
    assert [client.get(url).status_code for url in urls] == [200, 200]
    assert list(queries.pending_changes(world.colleague)) == []
    assert list(queries.pending_changes(world.auditor)) == [change]


def test_an_adopted_correction_is_told_in_writing(world):
    from tests.records_world import draft

    record = take()
    with transaction.atomic():
        actions.register(draft(fine_amount=Decimal("30000.00")), None, None)
    with transaction.atomic():
        actions.decide_proposal(record.proposals.get(), world.officer, True)
    letter = Notice.objects.get(thing_id=str(record.pk), kind=Notice.Kind.RECORD_CORRECTED)
    assert letter.facts["change"]["fields"][0]["new"] == "30000.00"
