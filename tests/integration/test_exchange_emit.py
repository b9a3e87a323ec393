"""The outbox: numbers without gaps, one delivery per active platform, nothing outside the caller's transaction."""

import threading
from datetime import date

import pytest
from django.db import connection, transaction
from django_q.models import OrmQ

from exchange import actions
from exchange.models import Delivery, FeedHead, OutboundEvent, Subscriber
from journal.models import Entry
from parties.models import User
from policy.verdict import Refused
from tests.integration.exchange_tools import Type, emit

pytestmark = pytest.mark.django_db(transaction=True)
URL = "http://127.0.0.1:9/events"


def statuses(record_id="R234567"):
    rows = Delivery.objects.filter(event__subject=record_id).order_by("event__sequence")
    return [row.status for row in rows]


def test_numbers_per_record_and_positions_have_no_gaps():
    for record_id in ("RA", "RB", "RA", "RA"):
        emit(Type.CORRECTED, record_id)
    rows = OutboundEvent.objects.values_list("id", "subject", "sequence")
    assert list(rows) == [(1, "RA", 1), (2, "RB", 1), (3, "RA", 2), (4, "RA", 3)]
    assert FeedHead.objects.get().position == 4


def test_a_rolled_back_decision_leaves_no_event_no_number_and_no_bell():
    actions.subscribe(None, "甲", URL)
    emit(Type.PUBLISHED)
    bells = OrmQ.objects.count()
    with pytest.raises(RuntimeError, match="decision"), transaction.atomic():
        actions.emit(Type.REMOVED, "R234567", {})
        raise RuntimeError("the decision fails")
    assert OutboundEvent.objects.count() == Delivery.objects.count() == 1
    assert OrmQ.objects.count() == bells
    assert emit(Type.REMOVED).id == 2


def test_outside_a_transaction_it_refuses():
    with pytest.raises(RuntimeError):
        actions.emit(Type.PUBLISHED, "R234567", {})


@pytest.mark.parametrize(("type", "record_id"), [("cn.xinxiu.record.sold", "R1"), (Type.REMOVED, "")])
def test_nonsense_is_refused(type, record_id):
    with pytest.raises(ValueError), transaction.atomic():  # noqa: PT011
        actions.emit(type, record_id, {})


def test_data_becomes_json():
    event = emit(Type.REMOVED, effective_on=date(2026, 11, 27))
    event.refresh_from_db()
    assert event.data["effective_on"] == "2026-11-27"


def test_one_delivery_and_one_bell_per_active_platform():
    actions.subscribe(None, "甲", URL)
    actions.deactivate(None, actions.subscribe(None, "乙", URL))
    actions.subscribe(None, "丙", URL)
    bells = OrmQ.objects.count()
    event = emit(Type.PUBLISHED)
    assert sorted(d.subscriber.name for d in event.deliveries.all()) == ["丙", "甲"]
    assert OrmQ.objects.count() == bells + 2


@pytest.mark.parametrize("take_down", [Type.REMOVED, Type.REVOKED])
def test_a_take_down_supersedes_what_was_not_delivered(take_down):
    actions.subscribe(None, "甲", URL)
    emit(Type.PUBLISHED)
    Delivery.objects.update(status="delivered")
    emit(Type.CORRECTED)
    Delivery.objects.filter(event__sequence=2).update(status="failed")
    emit(Type.OBJECTION_MARKED)
    emit(Type.PUBLISHED, "R other")
    emit(take_down)
    assert statuses() == ["delivered", "superseded", "superseded", "pending"]
    assert statuses("R other") == ["pending"]


def left():
    """Everything that emitting leaves, without what is random or the time."""
    events = OutboundEvent.objects.values_list("id", "type", "subject", "sequence", "data")
    deliveries = Delivery.objects.order_by("event_id", "subscriber_id")
    return list(events), list(deliveries.values_list("event_id", "subscriber__name", "status"))


def test_many_in_one_call_leave_what_one_by_one_leaves():
    for name in ("甲", "乙"):
        actions.subscribe(None, name, URL)
    happenings = [
        actions.Happening(type, record_id, {"record_id": record_id, "on": date(2026, 11, 27)})
        for type, record_id in [
            (Type.PUBLISHED, "RA"),
            (Type.PUBLISHED, "RB"),
            (Type.CORRECTED, "RA"),
            (Type.REMOVED, "RA"),
            (Type.PUBLISHED, "RA"),
            (Type.REVOKED, "RC"),
        ]
    ]
    emit(Type.PUBLISHED, "RA")
    found = []
    for together in (False, True):
        with transaction.atomic():
            if together:
                assert [event.id for event in actions.emit_all(happenings)] == [2, 3, 4, 5, 6, 7]
            else:
                for happening in happenings:
                    actions.emit(happening.type, happening.record_id, happening.data)
            found.append((left(), FeedHead.objects.get().position))
            transaction.set_rollback(True)
    assert found[0] == found[1]
    assert [status for event, name, status in found[0][0][1] if name == "甲"].count("superseded") == 3


def test_many_deliveries_have_one_wake_up_and_none_while_work_is_waiting():
    actions.subscribe(None, "甲", URL)
    bells = OrmQ.objects.count()
    with transaction.atomic():
        actions.emit_all([actions.Happening(Type.PUBLISHED, f"R{n}", {}) for n in range(30)])
    assert [bell.func() for bell in OrmQ.objects.order_by("id")[bells:]] == ["exchange.tasks.sweep"]
    with transaction.atomic():
        actions.emit_all([actions.Happening(Type.PUBLISHED, f"S{n}", {}) for n in range(30)])
    assert OrmQ.objects.count() == bells + 1
    emit(Type.PUBLISHED, "R one")
    assert OrmQ.objects.count() == bells + 2, "a single one is not left to the sweep"


def test_a_correction_supersedes_nothing():
    actions.subscribe(None, "甲", URL)
    emit(Type.PUBLISHED)
    emit(Type.CORRECTED)
    assert statuses() == ["pending", "pending"]


def test_many_at_once_number_one_record_without_gap_or_double():
    barrier, errors = threading.Barrier(4), []

    def work():
        try:
            barrier.wait()
            for _ in range(5):
                emit(Type.CORRECTED)
        except Exception as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert list(OutboundEvent.objects.values_list("id", "sequence")) == [(n, n) for n in range(1, 21)]


def test_the_feed_shows_positions_in_the_order_of_commits():
    """A second event cannot be committed, and seen, before a first that got its position earlier."""
    first_written, second_done, errors = threading.Event(), threading.Event(), []

    def second():
        try:
            first_written.wait(5)
            emit(Type.PUBLISHED, "RB")
        except Exception as error:  # noqa: BLE001
            errors.append(error)
        finally:
            second_done.set()
            connection.close()

    thread = threading.Thread(target=second)
    thread.start()
    with transaction.atomic():
        actions.emit(Type.PUBLISHED, "RA", {})
        first_written.set()
        assert not second_done.wait(1)
    thread.join()
    assert errors == []
    assert list(OutboundEvent.objects.values_list("id", "subject")) == [(1, "RA"), (2, "RB")]


# --- Platforms -------------------------------------------------------------------------------------------


def test_subscribe_makes_secret_account_and_journal_line():
    platform = actions.subscribe(None, " 甲 ", URL)
    assert platform.name == "甲"
    assert platform.secret.startswith("whsec_")
    assert platform.user.role == User.Role.PLATFORM
    assert not platform.user.has_usable_password()
    line = Entry.objects.get(verb="exchange.subscribe")
    assert platform.secret not in str(line.data)


def test_subscribe_again_gives_the_same_platform():
    first = actions.subscribe(None, "甲", URL)
    again = actions.subscribe(None, "甲", URL)
    assert (again.pk, again.secret) == (first.pk, first.secret)
    assert Subscriber.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "url", "secret", "status"),
    [
        ("", URL, None, 422),
        ("名" * 101, URL, None, 422),
        ("甲", "ftp://127.0.0.1/x", None, 422),
        ("甲", "127.0.0.1/x", None, 422),
        ("甲", "http://", None, 422),
        ("甲", "http://user:password@127.0.0.1/", None, 422),
        ("甲", "http://127.0.0.1:99999/", None, 422),
        ("甲", "http://[::1/", None, 422),
        ("甲", "http://127.0.0.1/a b", None, 422),
        ("甲", "http://127.0.0.1/" + "x" * 200, None, 422),
        ("甲", URL, "secret", 422),
        ("甲", URL, "whsec_YWJj", 422),  # three bytes
        ("甲", URL, "whsec_Ä", 422),
        ("已有", "http://127.0.0.1:9/other", None, 409),
    ],
)
def test_subscribe_refuses_what_cannot_be(name, url, secret, status):
    actions.subscribe(None, "已有", URL)
    with pytest.raises(Refused) as refused:
        actions.subscribe(None, name, url, secret)
    assert refused.value.status == status
    assert refused.value.verdict.reason
    assert Subscriber.objects.count() == 1


@pytest.mark.parametrize("role", ["enterprise", "auditor", "platform"])
def test_only_administrators_register_platforms(role):
    actor = User.objects.create(username="somebody", role=role)
    with pytest.raises(Refused) as refused:
        actions.subscribe(actor, "甲", URL)
    assert refused.value.status == 403


def told(platform):
    rows = Delivery.objects.filter(subscriber=platform).order_by("event_id")
    return [(row.event.subject, row.event.sequence) for row in rows]


def test_a_new_platform_hears_of_the_past_only_by_backfill_and_only_what_is_shown():
    emit(Type.PUBLISHED, "shown")
    emit(Type.CORRECTED, "shown")
    emit(Type.PUBLISHED, "gone")
    emit(Type.REMOVED, "gone")
    emit(Type.OBJECTION_CLEARED, "gone")
    emit(Type.PUBLISHED, "back")
    emit(Type.REMOVED, "back")
    emit(Type.PUBLISHED, "back")
    platform = actions.subscribe(None, "甲", URL)
    assert told(platform) == []
    assert actions.backfill(None, platform) == 4
    assert told(platform) == [("shown", 1), ("shown", 2), ("back", 2), ("back", 3)]
    assert actions.backfill(None, platform) == 0


def test_an_inactive_platform_is_told_what_it_missed_when_it_returns():
    platform = actions.subscribe(None, "甲", URL)
    emit(Type.PUBLISHED, "known")
    actions.deactivate(None, platform)
    emit(Type.REMOVED, "known")
    emit(Type.PUBLISHED, "brief")
    emit(Type.REMOVED, "brief")
    assert told(platform) == [("known", 1)]
    actions.activate(None, platform)
    assert told(platform) == [("known", 1), ("known", 2)]
