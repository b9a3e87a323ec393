"""The office and the example platform, a real process: the whole way from the event to the receipt."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
import requests
from standardwebhooks import Webhook

from exchange import events, queries, tasks
from exchange.actions import delivering
from exchange.models import Delivery, Receipt
from tests.integration.exchange_tools import Receiver, Type, emit, make_due

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receiver(tmp_path):
    platform = Receiver(tmp_path).start()
    yield platform
    platform.stop()


@pytest.fixture
def subscriber(receiver):
    return receiver.subscribe()


def shown(receiver):
    return {record["record_id"]: record for record in receiver.records()}


def test_a_record_from_publication_to_proven_removal(receiver, subscriber):
    emit(Type.PUBLISHED, document_number="青示罚〔2026〕1号")
    tasks.sweep()
    assert shown(receiver)["R234567"]["data"]["document_number"] == "青示罚〔2026〕1号"
    emit(Type.CORRECTED, document_number="青示罚〔2026〕2号")
    emit(Type.OBJECTION_MARKED)
    tasks.sweep()
    assert shown(receiver)["R234567"]["data"]["document_number"] == "青示罚〔2026〕2号"
    assert shown(receiver)["R234567"]["objection_marked"]
    page = requests.get(f"http://127.0.0.1:{receiver.port}/", timeout=5).text
    assert "青岛示例有限公司" in page
    assert "异议处理中" in page
    emit(Type.OBJECTION_CLEARED)
    tasks.sweep()
    assert not shown(receiver)["R234567"]["objection_marked"]
    emit(Type.REMOVED)
    [line] = queries.sync_lines("R234567")
    assert (line.status, line.told_at, line.confirmed_at) == ("pending", None, None)
    tasks.sweep()
    assert shown(receiver) == {}
    assert "青岛示例有限公司" not in requests.get(f"http://127.0.0.1:{receiver.port}/", timeout=5).text
    [line] = queries.sync_lines("R234567")
    assert (line.status, line.event_type, line.subscriber_name) == ("confirmed", Type.REMOVED, "示例平台")
    assert line.told_at
    assert line.confirmed_at
    assert line.proof == "已停止展示，并已删除内容。"
    assert Receipt.objects.count() == 5


def test_down_then_up_nothing_is_lost_or_doubled(receiver, subscriber):
    emit(Type.PUBLISHED, "R1")
    emit(Type.PUBLISHED, "R2")
    tasks.sweep()
    receiver.stop()
    emit(Type.REMOVED, "R1")
    emit(Type.PUBLISHED, "R3")
    tasks.sweep()
    assert {d.status for d in Delivery.objects.filter(attempts__gt=0, receipt=None)} == {"pending"}
    receiver.start()
    make_due()
    tasks.sweep()
    assert sorted(shown(receiver)) == ["R2", "R3"]
    assert set(Delivery.objects.values_list("status", flat=True)) == {"confirmed"}


def test_killed_between_sending_and_noting_the_platform_does_it_once(receiver, subscriber, monkeypatch):
    def die(*args):
        raise SystemExit

    emit(Type.PUBLISHED)
    with monkeypatch.context() as patch:
        patch.setattr(delivering, "record", die)
        with pytest.raises(SystemExit):
            tasks.deliver(Delivery.objects.get().pk)
    assert list(shown(receiver)) == ["R234567"]
    make_due()
    tasks.sweep()
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts) == ("confirmed", 2)
    # One receipt, numbered 1, was ever made: the second time it was only repeated.
    assert delivery.receipt.receipt_number == "HZ00000001"
    emit(Type.REMOVED)
    tasks.sweep()
    assert Receipt.objects.latest("pk").receipt_number == "HZ00000002"


def test_the_wrong_secret_is_refused_until_it_is_right(receiver, subscriber):
    receiver.trust("whsec_" + "A" * 43 + "=")
    emit(Type.PUBLISHED)
    tasks.sweep()
    delivery = Delivery.objects.get()
    assert delivery.status == "pending"
    assert "401" in delivery.last_error
    assert shown(receiver) == {}
    receiver.trust(subscriber.secret)
    make_due()
    tasks.sweep()
    assert Delivery.objects.get().status == "confirmed"


def signed(receiver, body, *, at=None, webhook_id="id-1", secret=None):
    at = at or datetime.now(UTC)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret or receiver.secret).sign(webhook_id, at, body),
    }


def post(receiver, body, headers):
    return requests.post(receiver.url, data=body.encode(), headers=headers, timeout=5)


def test_tampered_and_replayed_events_are_refused(receiver, subscriber):
    body = events.body(emit(Type.PUBLISHED))
    headers = signed(receiver, body)
    refused = [
        post(receiver, body.replace("青岛", "济南"), headers),
        post(receiver, body, headers | {"webhook-id": "id-2"}),
        post(receiver, body, headers | {"webhook-timestamp": str(int(time.time()) + 1)}),
        post(receiver, body, headers | {"webhook-signature": "v1,AAAA"}),
        post(receiver, body, headers | {"webhook-signature": "nonsense"}),
        post(receiver, body, {}),
        post(receiver, body, signed(receiver, body, at=datetime.now(UTC) - timedelta(minutes=6))),
        post(receiver, body, signed(receiver, body, at=datetime.now(UTC) + timedelta(minutes=6))),
        post(receiver, body, signed(receiver, body, secret="whsec_" + "B" * 32)),
        requests.post(receiver.url, data=b"\xff\xfe", headers=headers, timeout=5),
    ]
    assert [answer.status_code for answer in refused] == [401] * len(refused)
    assert shown(receiver) == {}
    assert post(receiver, body, headers).status_code == 200
    assert list(shown(receiver)) == ["R234567"]


@pytest.mark.parametrize(
    "event",
    [
        [],
        "text",
        {"specversion": "0.3"},
        {"specversion": "1.0"},
        {"specversion": "1.0", "type": 7, "subject": "R", "sequence": "1", "data": {}},
        {"specversion": "1.0", "type": "cn.xinxiu.record.sold", "subject": "R", "sequence": "1", "data": {}},
        {"specversion": "1.0", "type": Type.REMOVED, "subject": "R", "sequence": "first", "data": {}},
        {"specversion": "1.0", "type": Type.REMOVED, "subject": ["R"], "sequence": "1", "data": {}},
        {"specversion": "1.0", "type": Type.REMOVED, "subject": "R", "sequence": "1", "data": "x"},
    ],
)
def test_what_is_signed_but_no_event_is_a_400(receiver, event):
    receiver.trust("whsec_" + "A" * 43 + "=")
    body = json.dumps(event)
    assert post(receiver, body, signed(receiver, body)).status_code == 400


def test_the_same_event_again_gets_the_same_receipt_also_after_a_restart(receiver, subscriber):
    body = events.body(emit(Type.PUBLISHED))
    first = post(receiver, body, signed(receiver, body)).json()
    receiver.stop()
    receiver.start()
    assert post(receiver, body, signed(receiver, body)).json() == first
    assert len(receiver.records()) == 1


def test_an_older_event_changes_nothing(receiver, subscriber):
    published, removed = events.body(emit(Type.PUBLISHED)), events.body(emit(Type.REMOVED))
    assert post(receiver, removed, signed(receiver, removed, webhook_id="b")).status_code == 200
    late = post(receiver, published, signed(receiver, published, webhook_id="a"))
    assert late.status_code == 200
    assert late.json()["receipt"]["number"]
    assert shown(receiver) == {}


def test_without_a_secret_it_asks_to_come_back(receiver):
    assert post(receiver, "{}", {}).status_code == 503


def test_only_its_two_pages_and_only_on_loopback(receiver):
    assert requests.get(f"http://127.0.0.1:{receiver.port}/elsewhere", timeout=5).status_code == 404
    assert requests.put(receiver.url, timeout=5).status_code == 501
    assert requests.post(receiver.url, headers={"Content-Length": str(2**30)}, timeout=5).status_code == 413


def test_names_from_events_are_text_not_markup(receiver, subscriber):
    emit(Type.PUBLISHED, subject_name="<script>alert(1)</script>")
    tasks.sweep()
    page = requests.get(f"http://127.0.0.1:{receiver.port}/", timeout=5).text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
