"""Receipts, and what they make of a record's line per platform."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from exchange import actions, queries
from exchange.models import Delivery, OutboundEvent, Receipt
from journal.models import Entry
from parties.models import User
from policy.verdict import Refused
from tests.integration.exchange_tools import Type, emit

pytestmark = pytest.mark.django_db
NOW = timezone.now()
URL = "http://127.0.0.1:9/events"


@pytest.fixture
def subscriber():
    return actions.subscribe(None, "甲", URL)


@pytest.fixture
def delivery(subscriber):
    emit(Type.REMOVED)
    return Delivery.objects.get()


def test_a_receipt_confirms_and_is_journalled(subscriber, delivery):
    receipt = actions.confirm(subscriber.user, delivery, " HZ1 ", NOW, "proof")
    delivery.refresh_from_db()
    assert (receipt.receipt_number, receipt.acted_at, receipt.proof) == ("HZ1", NOW, "proof")
    assert delivery.status == "confirmed"
    assert delivery.next_at is None
    assert delivery.delivered_at
    line = Entry.objects.get(verb="exchange.confirm")
    assert line.actor_id == subscriber.user_id
    assert line.data["receipt_number"] == "HZ1"


def test_the_same_receipt_again_is_fine(subscriber, delivery):
    first = actions.confirm(subscriber.user, delivery, "HZ1", NOW)
    again = actions.confirm(subscriber.user, delivery, "HZ1", NOW - timedelta(hours=1), "other")
    assert again == first
    assert Receipt.objects.get().acted_at == NOW
    assert Entry.objects.filter(verb="exchange.confirm").count() == 1


def test_another_number_is_refused_with_a_sentence(subscriber, delivery):
    actions.confirm(subscriber.user, delivery, "HZ1", NOW)
    with pytest.raises(Refused) as refused:
        actions.confirm(subscriber.user, delivery, "HZ2", NOW)
    assert refused.value.status == 409
    assert "HZ1" in refused.value.verdict.reason
    assert Receipt.objects.get().receipt_number == "HZ1"


@pytest.mark.parametrize("status", ["pending", "delivered", "failed", "superseded"])
def test_a_receipt_counts_whatever_became_of_the_push(subscriber, delivery, status):
    Delivery.objects.update(status=status)
    actions.confirm(subscriber.user, delivery, "HZ1", NOW)
    assert Delivery.objects.get().status == "confirmed"


@pytest.mark.parametrize(
    ("number", "acted_at", "proof", "code"),
    [
        ("", NOW, "", "receipt_number"),
        ("  ", NOW, "", "receipt_number"),
        ("x" * 101, NOW, "", "receipt_number"),
        ("HZ1", datetime(2026, 11, 20), "", "acted_at_naive"),  # noqa: DTZ001
        ("HZ1", NOW + timedelta(hours=1), "", "acted_at_future"),
        ("HZ1", NOW.replace(year=1), "", "acted_at_past"),
        ("HZ1", NOW, "x" * 2001, "proof_too_long"),
    ],
)
def test_unusable_receipts_are_refused(subscriber, delivery, number, acted_at, proof, code):
    with pytest.raises(Refused) as refused:
        actions.confirm(subscriber.user, delivery, number, acted_at, proof)
    assert (refused.value.status, refused.value.verdict.code) == (422, code)


@pytest.mark.parametrize(
    ("role", "allowed"), [("platform", False), ("enterprise", False), ("auditor", False), ("administrator", True)]
)
def test_only_the_platform_itself_or_an_administrator(delivery, role, allowed):
    actor = User.objects.create(username="somebody", role=role)
    if allowed:
        assert actions.confirm(actor, delivery, "HZ1", NOW)
        return
    with pytest.raises(Refused) as refused:
        actions.confirm(actor, delivery, "HZ1", NOW)
    assert refused.value.status == 403


# --- Lines per platform ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("types", "decisive"),
    [
        ([Type.PUBLISHED], 1),
        ([Type.PUBLISHED, Type.CORRECTED], 2),
        ([Type.PUBLISHED, Type.OBJECTION_MARKED, Type.OBJECTION_CLEARED], 3),
        ([Type.PUBLISHED, Type.REMOVED], 2),
        ([Type.PUBLISHED, Type.OBJECTION_MARKED, Type.REMOVED, Type.OBJECTION_CLEARED], 3),
        ([Type.PUBLISHED, Type.REMOVED, Type.REVOKED], 3),
        ([Type.PUBLISHED, Type.REMOVED, Type.PUBLISHED, Type.CORRECTED], 4),
    ],
)
def test_the_line_is_about_the_newest_event_that_changes_what_is_shown(subscriber, types, decisive):
    for type_ in types:
        emit(type_)
    [line] = queries.sync_lines("R234567")
    assert Delivery.objects.get(pk=line.delivery_id).event.sequence == decisive
    assert line.event_type == types[decisive - 1]


def test_one_line_per_platform_by_name_and_none_for_other_records(subscriber, delivery):
    actions.subscribe(None, "乙", URL)
    emit(Type.REVOKED)
    assert [line.subscriber_name for line in queries.sync_lines("R234567")] == ["乙", "甲"]
    assert queries.sync_lines("R other") == []


# Friday 2026-11-20 and 3 + 3 working days: Monday 30 November.
@pytest.mark.parametrize(
    ("today", "confirmed", "overdue"),
    [
        (date(2026, 11, 20), False, False),
        (date(2026, 11, 30), False, False),  # due today is not overdue
        (date(2026, 12, 1), False, True),
        (date(2026, 12, 1), True, False),
    ],
)
def test_overdue_counts_working_days_from_the_event(subscriber, delivery, today, confirmed, overdue):
    OutboundEvent.objects.update(time=datetime.fromisoformat("2026-11-20T23:30:00+08:00"))
    if confirmed:
        actions.confirm(None, delivery, "HZ1", datetime.fromisoformat("2026-11-21T09:00:00+08:00"))
    [line] = queries.sync_lines("R234567", today=today)
    assert line.due_on == date(2026, 11, 30)
    assert line.overdue is overdue


def test_failed_lists_what_waits_for_a_person_oldest_first(subscriber):
    for number in range(3):
        emit(Type.PUBLISHED, f"R{number}")
    Delivery.objects.exclude(event__subject="R1").update(status="failed")
    assert [d.event.subject for d in queries.failed()] == ["R0", "R2"]
