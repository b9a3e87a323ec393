"""Sending: claims, waits, order, and every way in which the other side may misbehave."""

import json
import ssl
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from standardwebhooks import Webhook

from exchange import actions, backoff, sending, tasks
from exchange.actions import delivering
from exchange.models import Delivery, DeliveryAttempt, OutboundEvent, Receipt
from journal.models import Entry
from policy.verdict import Refused
from tests.integration.exchange_tools import FakePlatform, Type, emit, make_due

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fake():
    with FakePlatform().running() as platform:
        yield platform


@pytest.fixture
def subscriber(fake):
    return actions.subscribe(None, "甲", fake.url)


def only() -> Delivery:
    return Delivery.objects.get()


def of(sequence) -> Delivery:
    return Delivery.objects.get(event__sequence=sequence)


def in_threads(work, number=4):
    """Run ``work`` at the same moment in several threads, each with its own connection; return the results."""
    barrier = threading.Barrier(number)

    def one(_):
        barrier.wait()
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def test_the_request_is_a_signed_cloud_event(fake, subscriber, settings):
    settings.PUBLIC_URL = "https://credit.example"
    event = emit(Type.REMOVED)
    assert tasks.deliver(only().pk)
    [(headers, body)] = fake.requests
    sent = Webhook(subscriber.secret).verify(body, headers)
    assert headers["Content-Type"] == "application/cloudevents+json"
    assert headers["webhook-id"] == sent["id"] == str(event.event_id)
    assert (sent["type"], sent["subject"], sent["source"]) == (Type.REMOVED, "R234567", "https://credit.example")
    assert sent["data"]["subject_name"] == "青岛示例有限公司"
    assert only().status == "delivered"
    assert only().delivered_at


def test_every_try_has_the_same_id_and_body_and_its_own_signature(fake, subscriber):
    fake.will(500)
    emit(Type.PUBLISHED)
    tasks.sweep()
    make_due()
    time.sleep(1.1)  # timestamps are whole seconds
    tasks.sweep()
    (first, first_body), (second, second_body) = fake.requests
    assert first["webhook-id"] == second["webhook-id"]
    assert first_body == second_body
    assert first["webhook-timestamp"] != second["webhook-timestamp"]
    assert first["webhook-signature"] != second["webhook-signature"]


def test_failures_wait_by_the_table_and_end_as_visible_work(fake, subscriber):
    fake.will(500, body=b"no disk")
    emit(Type.PUBLISHED)
    waits = []
    for _ in range(backoff.MAX_TRIES):
        make_due()
        before = timezone.now()
        assert tasks.sweep() == 1
        waits.append(only().next_at and only().next_at - before)
    assert [round(wait.total_seconds() / 60) for wait in waits[:-1]] == [w.total_seconds() / 60 for w in backoff.WAITS]
    delivery = only()
    assert (delivery.status, delivery.next_at, delivery.attempts) == ("failed", None, 15)
    assert "500" in delivery.last_error
    assert "no disk" in delivery.last_error
    assert list(delivery.tries.values_list("number", "http_status")) == [(n, 500) for n in range(1, 16)]
    assert Entry.objects.filter(verb="exchange.give_up").count() == 1
    make_due()
    assert tasks.sweep() == 0


def test_what_is_not_due_is_not_sent(fake, subscriber):
    fake.will(500)
    emit(Type.PUBLISHED)
    tasks.sweep()
    assert not tasks.deliver(only().pk)
    assert tasks.sweep() == 0
    assert len(fake.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(fake, subscriber, status):
    fake.will(status, headers={"Location": fake.url + "/elsewhere"})
    emit(Type.PUBLISHED)
    tasks.sweep()
    assert len(fake.requests) == 1
    assert only().status == "pending"
    assert str(status) in only().last_error


def test_gone_is_given_up_at_once_but_the_platform_stays(fake, subscriber):
    fake.will(410)
    emit(Type.PUBLISHED)
    tasks.sweep()
    assert (only().status, only().attempts) == ("failed", 1)
    subscriber.refresh_from_db()
    assert subscriber.active
    emit(Type.PUBLISHED, "R other")
    assert Delivery.objects.filter(event__subject="R other").exists()


@pytest.mark.parametrize("slow", ["silent", "dripping"])
def test_a_slow_platform_counts_as_not_answering(fake, subscriber, monkeypatch, slow):
    monkeypatch.setattr(backoff, "READ_TIMEOUT", 0.5)
    monkeypatch.setattr(backoff, "TOTAL_TIMEOUT", 1)
    if slow == "silent":
        fake.will(200, seconds=3)
    else:
        monkeypatch.setattr(backoff, "TOTAL_TIMEOUT", 0)
        fake.will(200, body=b"x" * 10_000)
    emit(Type.PUBLISHED)
    started = time.monotonic()
    tasks.sweep()
    assert time.monotonic() - started < 2.5
    assert only().status == "pending"
    assert only().unanswered
    assert only().tries.get().http_status is None


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://127.0.0.1:9/x", "连接被拒绝"),
        ("https://127.0.0.1:9/x", "连接被拒绝"),
        ("http://nowhere.invalid/x", "找不到平台的主机名"),
        ("http://" + "a" * 70 + ".invalid/", "无法连接平台"),
    ],
)
def test_nobody_there(url, says):
    actions.subscribe(None, "甲", url)
    emit(Type.PUBLISHED)
    assert tasks.sweep() == 1
    assert (only().status, only().unanswered) == ("pending", True)
    assert says in only().last_error


def test_a_certificate_is_checked(tmp_path):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
        + ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", tmp_path / "key", "-out", tmp_path / "certificate"],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    with FakePlatform().running(context) as platform:
        actions.subscribe(None, "甲", platform.url.replace("http:", "https:"))
        emit(Type.PUBLISHED)
        tasks.sweep()
    assert platform.requests == []
    assert "证书" in only().last_error


def test_huge_and_broken_answers_do_no_harm(fake, subscriber):
    fake.will(200, body=b'{"receipt": ' + b"[" * 200_000)
    emit(Type.PUBLISHED)
    tasks.sweep()
    assert only().status == "delivered"


def test_an_unusable_receipt_leaves_the_delivery_waiting_and_says_why(fake, subscriber):
    future = (timezone.now() + timedelta(days=1)).isoformat()
    fake.will(200, body=json.dumps({"receipt": {"number": "1", "acted_at": future}}).encode())
    emit(Type.PUBLISHED)
    tasks.sweep()
    assert only().status == "delivered"
    assert "回执" in only().last_error
    assert not Receipt.objects.exists()


def test_the_request_runs_in_no_transaction_and_after_its_count_is_committed(fake, subscriber, monkeypatch):
    seen = []
    real = sending.send

    def look(*args):
        def elsewhere():
            delivery = only()
            seen.append((delivery.attempts, delivery.leased_until > timezone.now(), delivery.tries.count()))

        in_threads(elsewhere, 1)  # another connection sees only what is committed
        seen.append(connection.in_atomic_block)
        return real(*args)

    monkeypatch.setattr(sending, "send", look)
    emit(Type.PUBLISHED)
    tasks.sweep()
    assert seen == [(1, True, 1), False]


def test_inside_a_transaction_nothing_is_sent(fake, subscriber):
    emit(Type.PUBLISHED)
    with transaction.atomic():
        assert not tasks.deliver(only().pk)
    assert fake.requests == []
    assert only().attempts == 0


def test_a_process_killed_before_the_answer_is_noted_sends_the_same_id_again(fake, subscriber, monkeypatch):
    def die(*args):
        raise SystemExit

    emit(Type.PUBLISHED)
    with monkeypatch.context() as patch:
        patch.setattr(delivering, "record", die)
        with pytest.raises(SystemExit):
            tasks.deliver(only().pk)
    assert tasks.sweep() == 0  # the lease holds
    make_due()
    assert tasks.sweep() == 1
    assert len(set(fake.ids())) == 1
    assert len(fake.requests) == 2
    assert only().status == "delivered"
    assert list(only().tries.values_list("number", "http_status")) == [(1, None), (2, 204)]
    assert only().tries.first().milliseconds is None


def test_an_event_that_kills_every_process_is_given_up_too(fake, subscriber, monkeypatch):
    def die(*args):
        raise SystemExit

    emit(Type.PUBLISHED)
    with monkeypatch.context() as patch:
        patch.setattr(sending, "send", die)
        for _ in range(backoff.MAX_TRIES):
            make_due()
            with pytest.raises(SystemExit):
                tasks.deliver(only().pk)
    make_due()
    tasks.sweep()
    assert (only().status, only().attempts) == ("failed", 15)
    assert fake.requests == []


def test_a_defect_of_ours_stops_one_delivery_not_the_sweep(fake, subscriber, monkeypatch):
    real = sending.send

    def break_first(event, platform):
        if event.subject == "R1":
            raise ZeroDivisionError
        return real(event, platform)

    monkeypatch.setattr(sending, "send", break_first)
    emit(Type.PUBLISHED, "R1")
    emit(Type.PUBLISHED, "R2")
    assert tasks.sweep() == 2
    states = dict(Delivery.objects.values_list("event__subject", "status"))
    assert states == {"R1": "pending", "R2": "delivered"}


def test_sweeps_and_bells_at_once_send_each_event_once(fake, subscriber):
    for number in range(10):
        emit(Type.PUBLISHED, f"R{number}")
    fake.will(204, seconds=0.02)
    keys = list(Delivery.objects.values_list("pk", flat=True))
    in_threads(lambda: (tasks.sweep(), [tasks.deliver(pk) for pk in keys]), 4)
    assert len(fake.ids()) == len(set(fake.ids())) == 10
    assert set(Delivery.objects.values_list("status", "attempts")) == {("delivered", 1)}


def test_one_claim_wins(subscriber):
    emit(Type.PUBLISHED)
    pk = only().pk
    claims = in_threads(lambda: delivering.claim(pk), 6)
    assert sum(claim is not None for claim in claims) == 1
    assert DeliveryAttempt.objects.count() == 1


def test_a_late_failure_changes_nothing_for_who_took_over(subscriber):
    emit(Type.PUBLISHED)
    late = delivering.claim(only().pk)
    make_due()
    current = delivering.claim(only().pk)
    delivering.record(late, sending.Outcome(500, "late", 1))
    assert only().leased_until > timezone.now()
    assert only().last_error == ""
    delivering.record(current, sending.Outcome(204, "", 1))
    assert only().status == "delivered"


# --- Order of one record ---------------------------------------------------------------------------------


def test_events_of_one_record_arrive_in_order_whatever_rings_first(fake, subscriber):
    for type_ in (Type.PUBLISHED, Type.OBJECTION_MARKED, Type.OBJECTION_CLEARED):
        emit(type_)
    for delivery in Delivery.objects.order_by("-event_id"):
        tasks.deliver(delivery.pk)
    tasks.sweep()
    assert fake.sequences() == [1, 2, 3]


def test_the_next_event_is_rung_for_when_the_one_before_is_done(fake, subscriber, monkeypatch):
    emit(Type.PUBLISHED)
    emit(Type.CORRECTED)
    rung = []
    monkeypatch.setattr("exchange.actions.emitting.ring", rung.append)
    tasks.deliver(of(1).pk)
    assert rung == [of(2).pk]


def test_other_records_do_not_wait(fake, subscriber):
    fake.answers = [(500, {}, b"", 0), (204, {}, b"", 0)]
    emit(Type.PUBLISHED, "R1")
    emit(Type.PUBLISHED, "R2")
    tasks.sweep()
    assert Delivery.objects.get(event__subject="R2").status == "delivered"


def test_a_later_event_waits_but_not_for_ever(fake, subscriber):
    fake.will(500)
    emit(Type.PUBLISHED)
    emit(Type.OBJECTION_MARKED)
    for failed in range(1, backoff.HOLDING_TRIES):
        Delivery.objects.filter(event__sequence=1).update(next_at=timezone.now())
        tasks.sweep()
        assert fake.sequences() == [1] * failed
    Delivery.objects.filter(event__sequence=1).update(next_at=timezone.now())
    tasks.sweep()
    assert fake.sequences() == [1, 1, 1, 1, 2]


def test_what_was_given_up_holds_nothing_back(fake, subscriber):
    emit(Type.PUBLISHED)
    Delivery.objects.update(status="failed", next_at=None)
    emit(Type.CORRECTED)
    tasks.sweep()
    assert fake.sequences() == [2]


def test_a_take_down_overtakes_what_fails_and_nothing_follows_it(fake, subscriber):
    fake.will(500)
    emit(Type.PUBLISHED)
    tasks.sweep()
    fake.will(204)
    emit(Type.REMOVED)
    tasks.sweep()
    make_due()
    tasks.sweep()
    assert fake.sequences() == [1, 2]
    assert (of(1).status, of(2).status) == ("superseded", "delivered")


def test_a_take_down_waits_for_what_is_on_its_way_then_ends_it(fake, subscriber):
    emit(Type.PUBLISHED)
    on_its_way = delivering.claim(of(1).pk)
    emit(Type.REMOVED)
    assert tasks.sweep() == 0
    delivering.record(on_its_way, sending.Outcome(500, "no", 1))
    assert of(1).status == "superseded"
    assert tasks.sweep() == 1
    assert fake.sequences() == [2]


def test_a_take_down_is_not_held_by_a_dead_process(fake, subscriber):
    emit(Type.PUBLISHED)
    assert delivering.claim(of(1).pk)
    emit(Type.REMOVED)
    Delivery.objects.filter(event__sequence=1).update(leased_until=timezone.now())
    assert tasks.sweep() == 1
    assert fake.sequences() == [2]
    assert of(1).status == "superseded"


def test_published_again_after_a_take_down_is_sent(fake, subscriber):
    for type_ in (Type.PUBLISHED, Type.REMOVED, Type.PUBLISHED):
        emit(type_)
    tasks.sweep()
    assert fake.sequences() == [2, 3]


# --- Many platforms --------------------------------------------------------------------------------------


def test_a_platform_that_is_down_holds_up_nobody_and_is_asked_once_per_sweep(fake, subscriber):
    actions.subscribe(None, "乙", "http://127.0.0.1:9/x")
    for number in range(5):
        emit(Type.PUBLISHED, f"R{number}")
    assert tasks.sweep() == 6
    assert len(fake.requests) == 5
    silent = Delivery.objects.filter(subscriber__name="乙").order_by("event_id")
    assert [d.attempts for d in silent] == [1, 0, 0, 0, 0]


def test_what_failed_for_want_of_an_answer_goes_out_as_soon_as_one_gets_through(fake, subscriber):
    fake.will(503)
    emit(Type.PUBLISHED, "R1")
    tasks.sweep()
    fake.answers = [(400, {}, b"", 0), (204, {}, b"", 0)]
    emit(Type.PUBLISHED, "R2")
    emit(Type.PUBLISHED, "R3")
    tasks.sweep()
    states = dict(Delivery.objects.values_list("event__subject", "status"))
    assert states == {"R1": "delivered", "R2": "pending", "R3": "delivered"}


def test_an_inactive_platform_is_sent_nothing_and_loses_nothing(fake, subscriber):
    emit(Type.PUBLISHED)
    actions.deactivate(None, subscriber)
    assert tasks.sweep() == 0
    assert not tasks.deliver(only().pk)
    actions.activate(None, subscriber)
    assert tasks.sweep() == 1


# --- Sending again by hand -------------------------------------------------------------------------------


def test_retry_begins_a_new_round_and_keeps_every_try(fake, subscriber):
    fake.will(410)
    emit(Type.PUBLISHED)
    tasks.sweep()
    fake.will(500)
    actions.retry(None, only())
    assert (only().status, only().step, only().attempts) == ("pending", 0, 1)
    tasks.sweep()
    assert only().next_at < timezone.now() + timedelta(minutes=2)
    fake.will(204)
    actions.retry(None, only())
    tasks.sweep()
    assert list(only().tries.values_list("number", "http_status")) == [(1, 410), (2, 500), (3, 204)]
    assert len(set(fake.ids())) == 1
    assert Entry.objects.filter(verb="exchange.retry").count() == 2


def test_retry_all_sends_what_was_given_up_oldest_first(fake, subscriber):
    fake.will(410)
    for number in range(3):
        emit(Type.PUBLISHED, f"R{number}")
    tasks.sweep()
    fake.requests.clear()
    fake.will(204)
    assert actions.retry_all(None, subscriber) == 3
    tasks.sweep()
    assert [json.loads(body)["subject"] for _, body in fake.requests] == ["R0", "R1", "R2"]
    assert actions.retry_all(None, subscriber) == 0


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (lambda d: None, "not_tried"),
        (lambda d: Delivery.objects.update(status="confirmed"), "confirmed"),
        (lambda d: Delivery.objects.update(status="superseded"), "superseded"),
        (lambda d: actions.deactivate(None, d.subscriber), "platform_inactive"),
        (lambda d: delivering.claim(d.pk), "in_flight"),
        (lambda d: (Delivery.objects.update(status="delivered"), emit(Type.REMOVED)), "superseded"),
    ],
)
def test_retry_says_why_not(subscriber, prepare, code):
    emit(Type.PUBLISHED)
    delivery = only()
    prepare(delivery)
    with pytest.raises(Refused) as refused:
        actions.retry(None, delivery)
    assert refused.value.verdict.code == code
    assert refused.value.verdict.reason


def test_events_are_never_rewritten(fake, subscriber):
    event = emit(Type.PUBLISHED)
    tasks.sweep()
    kept = OutboundEvent.objects.get()
    assert (kept.event_id, kept.time, kept.data) == (event.event_id, event.time, event.data)
