"""What leaves the house and how long it waits: pure shapes, tables and texts."""

import json
import re
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from exchange import backoff, events
from exchange.actions.subscribing import new_secret
from exchange.models import OutboundEvent
from exchange.sending import Outcome, read_receipt

EVENT = OutboundEvent(
    id=7,
    event_id=uuid.UUID("6f2f2f4e-2b1c-4c59-9d3a-0d6a5a1c9b10"),
    type=OutboundEvent.Type.REMOVED,
    subject="R234567",
    sequence=3,
    time=datetime(2026, 11, 27, 2, 30, 15, 123456, tzinfo=UTC),
    data={"subject_name": "青岛示例有限公司", "b": 1, "a": 2},
)


def test_cloud_event_has_the_attributes_of_the_standard(settings):
    settings.PUBLIC_URL = "https://credit.example"
    assert events.cloud_event(EVENT) == {
        "specversion": "1.0",
        "id": "6f2f2f4e-2b1c-4c59-9d3a-0d6a5a1c9b10",
        "source": "https://credit.example",
        "type": "cn.xinxiu.record.removed",
        "subject": "R234567",
        "time": "2026-11-27T02:30:15.123456Z",
        "datacontenttype": "application/json",
        "sequence": "0000000003",
        "sequencetype": "Integer",
        "data": {"subject_name": "青岛示例有限公司", "b": 1, "a": 2},
    }


def test_body_is_the_same_bytes_whatever_order_the_database_gives_the_keys_in():
    twin = OutboundEvent(**{f.name: getattr(EVENT, f.name) for f in OutboundEvent._meta.fields})
    twin.data = {"a": 2, "b": 1, "subject_name": "青岛示例有限公司"}
    assert events.body(EVENT) == events.body(twin)
    assert json.loads(events.body(EVENT)) == events.cloud_event(EVENT)


def test_sequences_sort_as_text_too():
    texts = []
    for sequence in (2, 10, 9, 100):
        EVENT.sequence = sequence
        texts.append(events.cloud_event(EVENT)["sequence"])
    EVENT.sequence = 3
    assert [int(text) for text in sorted(texts)] == [2, 9, 10, 100]


def test_new_secrets_are_standard_and_never_the_same():
    first, second = new_secret(), new_secret()
    assert first != second
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", first)
    Webhook(first)


HOUR = 60
WAITS_IN_MINUTES = [1, 5, 15, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR] + [24 * HOUR] * 7


@pytest.mark.parametrize(("tries", "minutes"), list(enumerate(WAITS_IN_MINUTES, start=1)))
def test_wait_after_each_failed_try(tries, minutes):
    assert backoff.wait_after(tries) == timedelta(minutes=minutes)


def test_the_try_after_the_last_wait_is_the_last():
    assert backoff.MAX_TRIES == 15
    assert backoff.wait_after(14) is not None
    assert backoff.wait_after(15) is None


def test_a_lease_outlasts_any_request():
    assert backoff.LEASE.total_seconds() > backoff.CONNECT_TIMEOUT + backoff.READ_TIMEOUT + backoff.TOTAL_TIMEOUT


def test_the_documentation_tells_platforms_the_same_waits():
    text = (Path(__file__).parents[2] / "docs" / "exchange.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (\d+) (minutes?|hours?) \|", text, flags=re.MULTILINE)
    told = {int(n): int(count) * (HOUR if unit.startswith("hour") else 1) for n, count, unit in rows}
    assert told == dict(enumerate(WAITS_IN_MINUTES, start=1))


@pytest.mark.parametrize(
    ("status", "accepted", "unanswered"),
    [
        (200, True, False),
        (202, True, False),
        (204, True, False),
        (299, True, False),
        (301, False, False),
        (400, False, False),
        (410, False, False),
        (500, False, False),
        (502, False, True),
        (503, False, True),
        (504, False, True),
        (None, False, True),
    ],
)
def test_what_an_answer_means(status, accepted, unanswered):
    outcome = Outcome(status, "", 1)
    assert (outcome.accepted, outcome.unanswered) == (accepted, unanswered)


GOOD = {"number": "HZ1", "acted_at": "2026-11-27T10:00:00+08:00", "proof": "https://p.example/1"}


@pytest.mark.parametrize(
    ("content", "number", "has_error"),
    [
        (json.dumps({"receipt": GOOD}), "HZ1", False),
        (json.dumps({"receipt": GOOD | {"proof": None}}), "HZ1", False),
        (json.dumps({"receipt": GOOD | {"number": "HZ\0\ud800"}}), "HZ?", False),
        ("", None, False),  # 204: no receipt yet, which is fine
        ("OK", None, False),
        ("[1]", None, False),
        ("{}", None, False),
        (json.dumps({"receipt": None}), None, False),
        (json.dumps({"receipt": "HZ1"}), None, True),
        (json.dumps({"receipt": GOOD | {"number": 1}}), None, True),
        (json.dumps({"receipt": GOOD | {"acted_at": "yesterday"}}), None, True),
        (json.dumps({"receipt": GOOD | {"acted_at": "2026-13-45T10:00:00Z"}}), None, True),
        (json.dumps({"receipt": GOOD | {"acted_at": 5}}), None, True),
        (json.dumps({"receipt": GOOD | {"proof": ["x"]}}), None, True),
        (json.dumps({"receipt": {"number": "HZ1"}}), None, True),
        ("[" * 100_000, None, False),  # nested too deeply to be JSON for us
        (b"\xff\xfe\x00", None, False),
    ],
)
def test_receipts_in_answers(content, number, has_error):
    receipt, error = read_receipt(content.encode() if isinstance(content, str) else content)
    assert (receipt.number if receipt else None, bool(error)) == (number, has_error)
