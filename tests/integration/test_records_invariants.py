"""Whatever is changed behind the system's back in a record's life is found and named."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from config.invariants import walk
from deferrals.models import Deferral
from exchange.models import OutboundEvent
from journal import actions as journal
from journal.models import Entry
from notices.models import Notice
from records import actions
from records.digests import digest_of
from records.models import AdverseRecord, Explanation, UpstreamChange
from records.uploads import inspect
from tests import records_world
from tests.integration.test_casework_pages import png
from tests.records_world import code, days_ago, draft

pytestmark = pytest.mark.django_db
S = AdverseRecord.Status
CHECKED = ["record", "explanation", "shown", "window", "deferred", "notified", "upstream", "person"]


@pytest.fixture
def world():
    return records_world.office()


def take(number=12, **changes):
    with journal.journalled():
        given = {"document_number": f"青市监处罚〔2026〕{number}号"} | changes
        outcome, record, reasons = actions.register(draft(**given), None, None)
    assert outcome == "taken", reasons
    return record


def broken() -> set[str]:
    return {item.promise for item in walk(CHECKED)}


def change(record, **values):
    AdverseRecord.objects.filter(pk=record.pk).update(**values)


def test_a_record_that_went_through_everything_is_as_the_journal_says(world):
    record = take()
    explanation = actions.explain(world.enterprise, record, "标签已经全部更换。")
    actions.show_explanation(world.approver, explanation)
    with journal.journalled():
        actions.set_objection_mark(record, world.officer, True, "YY1")
        actions.correct(record, world.officer, "fine_amount", "2000000", "YY1")
        actions.set_objection_mark(record, world.officer, False, "YY1")
    report = actions.report_change(
        world.officer,
        record,
        kind="annul",
        document_number="青复决〔2026〕3号",
        effective_on=timezone.localdate(),
        decided_by="青禾区人民政府",
        reason="事实不清",
        document=inspect(SimpleUploadedFile("决定.png", png())),
    )
    actions.confirm_change(world.lead_officer, report)
    over = take(13, decision_date=dt.date(2025, 1, 6))
    assert over.status == S.EXPIRED
    take(14, subject_kind="person", subject_code="", identity_number="11010119900307803X", subject_name="程某某")
    assert broken() == set()
    fresh = AdverseRecord.objects.get(pk=record.pk)
    last = Entry.objects.filter(thing_type="records.adverserecord", thing_id=str(record.pk)).latest("sequence")
    assert last.data["digest"] == digest_of(fresh)


@pytest.mark.parametrize(
    ("values", "also"),
    [
        ({"fine_amount": 1}, set()),
        ({"content": "罚款一元"}, set()),
        ({"severity": "minor"}, set()),
        ({"publicity_from": days_ago(1)}, set()),
        ({"publicity_until": timezone.localdate() + dt.timedelta(days=3000)}, set()),
        ({"earliest_application": days_ago(5)}, set()),
        ({"publicity_until": days_ago(3)}, {"window"}),
        ({"publicity_until": None}, {"window"}),
        ({"disclosed_until": None}, set()),
        ({"publicity_until": None, "disclosed_until": days_ago(3), "status": "withheld"}, {"window", "shown"}),
        ({"because": []}, set()),
        ({"rule_ids": []}, set()),
        ({"status": "withheld"}, {"shown"}),
        ({"status": "expired"}, {"shown"}),
        ({"status": "deferred", "deferred_until": days_ago(2)}, {"shown", "window"}),
        ({"notified_at": timezone.now()}, {"notified"}),
        ({"objection_marked": True}, set()),
        ({"removed_at": timezone.now()}, set()),
    ],
)
def test_a_record_changed_behind_the_systems_back_is_found(world, values, also):
    record = take()
    assert broken() == set()
    change(record, **values)
    assert broken() == {"record"} | also


def test_a_record_that_the_journal_never_saw_is_found(world):
    record = take()
    AdverseRecord.objects.create(
        **{
            name: getattr(record, name)
            for name in ("subject", "subject_name", "authority", "decision_date", "severity", "earliest_application")
        },
        document_number="青市监处罚〔2026〕99号",
        document_key="99",
        content_hash="x",
    )
    assert broken() == {"record"}


def test_a_line_from_before_digests_were_kept_accuses_nobody(world):
    record = take()
    with journal.journalled():
        journal.append(None, "records.notified", record, {"record_id": record.public_id})
    change(record, fine_amount=1)
    assert broken() == set()


def test_words_put_into_a_subjects_mouth_are_found(world):
    record = take()
    explanation = actions.explain(world.enterprise, record, "标签已经全部更换。")
    Explanation.objects.filter(pk=explanation.pk).update(text="我们承认违法。")
    assert broken() == {"explanation"}
    Explanation.objects.filter(pk=explanation.pk).update(text="标签已经全部更换。", status="live")
    assert broken() == {"explanation"}


def test_a_person_with_a_window_or_shown_to_a_platform_is_found(world):
    person = take(subject_kind="person", subject_code="", identity_number="11010119900307803X", subject_name="程某某")
    event = OutboundEvent.objects.filter(subject=person.public_id).first()
    assert event is None, "nothing about a person goes to a platform at registration"
    change(person, publicity_from=days_ago(1))
    assert broken() == {"record", "person"}


def test_letters_received_but_not_noted_are_found(world):
    from notices.models import ProofOfService

    record = take()
    for notice in Notice.objects.filter(thing_type="records.adverserecord", thing_id=str(record.pk)):
        ProofOfService.objects.create(notice=notice, method="inbox", served_at=timezone.now(), received_by_name="某人")
    assert broken() == {"notified"}


def test_the_document_behind_an_annulment_is_kept(world):
    record = take(subject_code=code(11))
    found = actions.report_change(
        world.officer,
        record,
        kind="annul",
        document_number="青复决〔2026〕3号",
        effective_on=timezone.localdate(),
        decided_by="青禾区人民政府",
        reason="事实不清",
        document=inspect(SimpleUploadedFile("决定.png", png())),
    )
    assert broken() == set()
    UpstreamChange.objects.filter(pk=found.pk).update(sha256="0" * 64)
    assert broken() == {"upstream"}
    found.file.storage.delete(found.file.name)
    assert broken() == {"upstream"}


def test_a_deferral_longer_than_granted_is_found():
    from config import journey
    from tests.integration.test_casework_cells import bring_to

    players = journey.cast()
    case = bring_to(players, "deferral", Deferral.Status.GRANTED, 8200)
    assert broken() == set()
    change(case.record, deferred_until=timezone.localdate() + dt.timedelta(days=900))
    assert broken() == {"record", "deferral"}
