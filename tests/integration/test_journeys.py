"""Whole journeys through the actions, and the invariants that they leave behind."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from casework.models import Case, Decision
from config import journey
from config.invariants import walk
from exchange import actions as exchange
from exchange.models import Delivery, OutboundEvent
from journal import actions as journal
from journal.models import Entry
from notices import actions as notices
from notices.models import Notice, NumberCounter
from parties.models import User
from records import actions as records
from records.models import AdverseRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def players():
    return journey.cast()


@pytest.mark.parametrize(
    ("index", "status", "record_status", "last_event"),
    [
        (0, Case.Status.APPROVED, AdverseRecord.Status.REPAIRED, OutboundEvent.Type.REMOVED),
        (1, Case.Status.UPHELD, AdverseRecord.Status.PUBLICISED, OutboundEvent.Type.CORRECTED),
        (2, Case.Status.DISMISSED, AdverseRecord.Status.PUBLICISED, OutboundEvent.Type.OBJECTION_CLEARED),
        (3, Case.Status.GRANTED, AdverseRecord.Status.DEFERRED, OutboundEvent.Type.REMOVED),
        (4, Case.Status.NOT_GRANTED, AdverseRecord.Status.PUBLICISED, OutboundEvent.Type.PUBLISHED),
    ],
    ids=["repair approved", "objection upheld", "objection dismissed", "deferral granted", "deferral refused"],
)
def test_journey_ends_in_decision_notice_event_and_unbroken_promises(players, index, status, record_status, last_event):
    story = journey.STORIES[index](players, 4000 + index)

    assert story.case.status == status
    assert story.record.status == record_status
    assert OutboundEvent.objects.filter(subject=story.record.public_id).latest("id").type == last_event
    assert story.case.decision.prepared_by == players.officer
    assert story.case.decision.approved_by == (players.colleague if index == 3 else players.approver)
    assert len(story.notices) == 2
    assert not story.record.objection_marked
    assert list(walk()) == []


def test_corrected_record_holds_the_new_value_and_keeps_the_old_one(players):
    story = journey.objection_story(players, 4100)
    correction = story.record.corrections.get()
    assert story.record.fine_amount == 500
    assert (correction.old_value, correction.new_value, correction.ordered_by) == (
        "5000.00",
        "500.00",
        story.case.number,
    )


@pytest.fixture
def platform():
    return exchange.subscribe(None, "测试平台", "http://127.0.0.1:1/events")


def _raw(sql, *args):
    with connection.cursor() as cursor:
        cursor.execute(sql, args)


def _cut_out_task(story):
    from viewflow.workflow.models import Task

    Task.objects.filter(process=story.case.process).update(status="NEW", flow_task_type="HUMAN")


def _defer_without_a_decision(story):
    tomorrow = timezone.localdate() + timedelta(days=1)
    AdverseRecord.objects.filter(pk=story.record.pk).update(
        status=AdverseRecord.Status.DEFERRED, deferred_until=tomorrow
    )


def _lose_a_delivery(story):
    lost = Delivery.objects.filter(event__subject=story.record.public_id).latest("event_id")
    lost.delete()


def _undo_a_revocation(story):
    administrator = User.objects.filter(role=User.Role.ADMINISTRATOR).first()
    notice = notices.revoke(administrator, Notice.objects.get(number=story.notices[0]), "测试")
    Notice.objects.filter(pk=notice.pk).update(status=Notice.Status.ISSUED)


def _rewrite_a_notice(story):
    notice = Notice.objects.get(number=story.notices[0])
    Notice.objects.filter(pk=notice.pk).update(facts={**notice.facts, "opinion": "改过"})


SABOTAGE = {
    "two_people": lambda s: _raw("DELETE FROM casework_decision WHERE case_id=%s", s.case.pk),
    "notice": lambda s: Notice.objects.filter(number=s.notices[0]).update(kind="decline"),
    "numbers": lambda s: NumberCounter.objects.filter(series=Notice.objects.get(number=s.notices[0]).series).update(
        last=99
    ),
    "event": lambda s: OutboundEvent.objects.filter(type=OutboundEvent.Type.REMOVED).update(
        type=OutboundEvent.Type.CORRECTED
    ),
    "objection_mark": lambda s: AdverseRecord.objects.filter(pk=s.record.pk).update(objection_marked=True),
    "flow": _cut_out_task,
    "journal": lambda s: _raw(
        "UPDATE journal_entry SET actor_name='nobody' WHERE sequence=%s", Entry.objects.count() - 2
    ),
    "deferral": _defer_without_a_decision,
    "letter": lambda s: OutboundEvent.objects.filter(type=OutboundEvent.Type.REMOVED).update(
        data={"reason": "expired"}
    ),
    "commitment": lambda s: _raw("DELETE FROM casework_commitment WHERE case_id=%s", s.case.pk),
    "delivery": _lose_a_delivery,
    "notice_row": _rewrite_a_notice,
    "notice_row: withdrawn": _undo_a_revocation,
    "notice_row: check code": lambda s: Notice.objects.filter(number=s.notices[0]).update(check_code="AAAAAAAAAA"),
    "notice_row: revoked by hand": lambda s: Notice.objects.filter(number=s.notices[0]).update(status="revoked"),
}


@pytest.mark.parametrize("promise", SABOTAGE)
def test_check_invariants_finds_and_names_what_is_broken(players, platform, promise, capsys):
    story = journey.repair_story(players, 4200)
    SABOTAGE[promise](story)

    with pytest.raises(SystemExit) as exit_:
        call_command("check_invariants", "--json")
    report = json.loads(capsys.readouterr().out)
    assert exit_.value.code == 1
    assert promise.partition(":")[0] in {item["promise"] for item in report["broken"]}
    assert all("/" in item["row"] for item in report["broken"])


def test_platforms_that_were_away_are_owed_only_what_backfill_tells(players, platform):
    away = platform
    told = journey.take_in(players, 4310)
    late = exchange.subscribe(None, "后来的平台", "http://127.0.0.1:1/events")  # owes nothing of before
    exchange.deactivate(None, away)
    unknown = journey.take_in(players, 4311)
    with journal.journalled():
        records.revoke(told, players.approver, "YY1", "测试")
        records.revoke(unknown, players.approver, "YY2", "测试")
    assert list(walk(["delivery"])) == []
    exchange.activate(None, away)
    assert list(walk(["delivery"])) == []

    removal = Delivery.objects.get(
        subscriber=away, event__subject=told.public_id, event__type=OutboundEvent.Type.REVOKED
    )
    removal.delete()
    assert [item.row for item in walk(["delivery"])] == [f"exchange.outboundevent/{removal.event_id}"]
    removal.event.deliveries.filter(subscriber=late).delete()
    assert len(list(walk(["delivery"]))) == 2


def test_check_invariants_is_content_with_an_untouched_house(players, capsys):
    journey.repair_story(players, 4300)
    call_command("check_invariants", "--json")
    assert json.loads(capsys.readouterr().out)["ok"] is True


def test_database_refuses_one_person_in_two_places(players):
    from django.db import IntegrityError, transaction

    story = journey.repair_story(players, 4400)
    decision = story.case.decision
    for column in ("approved_by", "applicant"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.filter(pk=decision.pk).update(**{column: decision.prepared_by})


def test_journey_command_drives_the_asked_number(players, capsys):
    call_command("journey", "--count", "3", "--json")
    report = json.loads(capsys.readouterr().out)
    assert [case["status"] for case in report["cases"]] == ["approved", "upheld", "dismissed"]
