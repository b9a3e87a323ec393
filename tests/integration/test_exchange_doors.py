"""Doors of the exchange: the platform's API, the staff pages, the command. All under the same guards."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from exchange import actions
from exchange.models import Delivery, OutboundEvent, Receipt, Subscriber
from parties.models import ApiToken, Authority, User
from parties.tokens import find_user
from tests.integration.exchange_tools import Type, emit

pytestmark = pytest.mark.django_db
URL = "http://127.0.0.1:9/events"


def headers_of(platform):
    return {"Authorization": f"Bearer {actions.issue_token(None, platform)}"}


@pytest.fixture
def platform():
    return actions.subscribe(None, "甲", URL)


@pytest.fixture
def headers(platform):
    return headers_of(platform)


def pull(client, headers, **query):
    response = client.get("/api/v1/events", query, headers=headers)
    assert response.status_code == 200, response.content
    return response.json()


# --- Feed ------------------------------------------------------------------------------------------------


def test_the_feed_pages_through_everything_once(client, headers):
    emitted = [emit(Type.PUBLISHED, f"R{number}") for number in range(5)]
    seen, after, pages = [], 0, 0
    while True:
        page = pull(client, headers, after=after, limit=2)
        seen += page["events"]
        after, pages = page["next_after"], pages + 1
        if not page["more"]:
            break
    assert [item["event"]["id"] for item in seen] == [str(event.event_id) for event in emitted]
    assert [item["position"] for item in seen] == [1, 2, 3, 4, 5]
    assert pages == 3
    assert pull(client, headers, after=after) == {"events": [], "next_after": 5, "more": False}


def test_the_feed_is_the_event_as_it_is_pushed(client, headers):
    from exchange.events import cloud_event

    event = emit(Type.REMOVED)
    [item] = pull(client, headers)["events"]
    assert item["event"] == cloud_event(event)
    assert item["status"] == "pending"


@pytest.mark.parametrize("status", ["pending", "delivered", "failed", "confirmed"])
def test_the_feed_has_what_could_not_be_pushed_too(client, headers, status):
    emit(Type.PUBLISHED)
    Delivery.objects.update(status=status)
    assert [item["status"] for item in pull(client, headers)["events"]] == [status]


def test_the_feed_leaves_out_what_a_take_down_superseded(client, headers):
    emit(Type.PUBLISHED)
    emit(Type.REMOVED)
    assert [item["event"]["type"] for item in pull(client, headers)["events"]] == [Type.REMOVED]


def test_the_feed_shows_nothing_of_what_other_platforms_were_told(client, platform, headers):
    emit(Type.PUBLISHED, "R before")
    other = actions.subscribe(None, "乙", URL)
    emit(Type.PUBLISHED, "R after")
    assert [item["event"]["subject"] for item in pull(client, headers_of(other))["events"]] == ["R after"]
    assert len(pull(client, headers)["events"]) == 2


# --- Receipts --------------------------------------------------------------------------------------------


def give(client, headers, event, **change):
    receipt = {
        "event_id": str(event.event_id),
        "number": "HZ1",
        "acted_at": "2026-11-20T10:00:00+08:00",
        "proof": "https://p.example/1",
    }
    return client.post("/api/v1/receipts", receipt | change, content_type="application/json", headers=headers)


@pytest.fixture
def event(platform):
    event = emit(Type.REMOVED)
    OutboundEvent.objects.update(time="2026-11-20T00:00:00Z")
    return event


def test_a_receipt_given_later_confirms(client, platform, headers, event):
    response = give(client, headers, event)
    assert response.status_code == 200
    assert response.json()["status"] == "confirmed"
    receipt = Receipt.objects.get()
    assert (receipt.receipt_number, receipt.proof) == ("HZ1", "https://p.example/1")
    assert receipt.acted_at.isoformat() == "2026-11-20T02:00:00+00:00"
    assert Delivery.objects.get().status == "confirmed"


def test_the_same_receipt_again_gives_the_same_answer(client, headers, event):
    assert give(client, headers, event).json() == give(client, headers, event).json()
    assert Receipt.objects.count() == 1


def test_another_number_is_a_conflict(client, headers, event):
    give(client, headers, event)
    response = give(client, headers, event, number="HZ2")
    assert (response.status_code, response.json()["code"]) == (409, "already_confirmed")


def test_a_moment_to_come_is_refused(client, headers, event):
    response = give(client, headers, event, acted_at="2999-01-01T00:00:00Z")
    assert (response.status_code, response.json()["code"]) == (422, "acted_at_future")


def test_another_platforms_event_does_not_exist(client, platform, event):
    other = actions.subscribe(None, "乙", URL)
    response = give(client, headers_of(other), event)
    assert (response.status_code, response.json()["code"]) == (404, "unknown_event")
    assert not Receipt.objects.exists()


# --- Staff pages -----------------------------------------------------------------------------------------


def sign_in(client, role):
    authority = Authority.objects.create(name="示例区市场监督管理局") if role in ("officer", "approver") else None
    user = User.objects.create(username=role, role=role, authority=authority)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


@pytest.fixture
def failed(event):
    Delivery.objects.update(status="failed", last_error="平台应答 500：no disk", attempts=15, step=15)
    return Delivery.objects.get()


ROLES = [
    ("administrator", 200, 302),
    ("auditor", 200, 403),
    ("approver", 403, 403),
    ("officer", 403, 403),
    ("enterprise", 403, 403),
    ("platform", 403, 403),
]


@pytest.mark.parametrize(("role", "reads", "acts"), ROLES)
def test_who_reads_and_who_acts(client, failed, role, reads, acts):
    sign_in(client, role)
    assert client.get("/exchange/").status_code == reads
    assert client.get(f"/exchange/{failed.pk}/").status_code == reads
    assert client.post(f"/exchange/{failed.pk}/retry/").status_code == acts
    failed.refresh_from_db()
    assert failed.status == ("pending" if acts == 302 else "failed")
    Delivery.objects.update(status="failed")
    assert client.post(f"/exchange/platforms/{failed.subscriber_id}/retry/").status_code == acts


@pytest.mark.parametrize("path", ["/exchange/", "/exchange/1/"])
def test_strangers_are_sent_to_sign_in(client, path):
    response = client.get(path)
    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"]


def test_the_list_has_failures_first_and_filters_from_the_address(client, failed):
    actions.subscribe(None, "乙", URL)
    for number in range(3):
        emit(Type.PUBLISHED, f"RNEW{number}")
    sign_in(client, "auditor")
    page = client.get("/exchange/").content.decode()
    assert page.index("R234567") < page.index("RNEW0")
    assert "no disk" in page

    def listed(query):
        return [(d.event.subject, d.subscriber.name) for d in client.get(f"/exchange/?{query}").context["page_obj"]]

    assert listed("status=failed") == [("R234567", "甲")]
    assert listed("record=RNEW1") == [("RNEW1", "甲"), ("RNEW1", "乙")]
    other = Subscriber.objects.get(name="乙").pk
    assert listed(f"platform={other}&status=pending") == [(f"RNEW{n}", "乙") for n in (2, 1, 0)]
    for nonsense in ("status=x", "platform=x", "platform=999999999999999999999999", "record=%00", "page=x", "page=-5"):
        assert client.get(f"/exchange/?{nonsense}").status_code == 200, nonsense


def test_one_delivery_shows_every_try_the_event_and_the_receipt(client, platform, failed):
    failed.tries.create(number=1, at="2026-11-20T01:00:00Z", http_status=500, error="平台应答 500：a", milliseconds=12)
    failed.tries.create(number=2, at="2026-11-20T01:01:00Z")
    sign_in(client, "administrator")
    page = client.get(f"/exchange/{failed.pk}/").content.decode()
    for text in ("平台应答 500：a", "发送中断", str(failed.event.event_id), "马上重新发送"):
        assert text in page
    actions.confirm(platform.user, failed, "HZ77", failed.event.time)
    page = client.get(f"/exchange/{failed.pk}/").content.decode()
    assert "HZ77" in page
    assert "马上重新发送" not in page


def test_a_retry_that_makes_no_sense_is_explained(client, platform, failed):
    actions.confirm(platform.user, failed, "HZ1", failed.event.time)
    sign_in(client, "administrator")
    response = client.post(f"/exchange/{failed.pk}/retry/")
    assert response.status_code == 403
    assert "已经回执" in response.content.decode()


def test_retry_is_a_post(client, failed):
    sign_in(client, "administrator")
    assert client.get(f"/exchange/{failed.pk}/retry/").status_code == 405


# --- Command ---------------------------------------------------------------------------------------------


def run(*arguments):
    out = StringIO()
    call_command("subscribe", *arguments, stdout=out)
    return out.getvalue()


def test_subscribe_prints_secret_and_token_once():
    first = json.loads(run("甲", URL, "--json"))
    subscriber = Subscriber.objects.get()
    assert first["created"] is True
    assert first["secret"] == subscriber.secret
    assert find_user(first["token"]) == subscriber.user
    again = json.loads(run("甲", URL, "--json"))
    assert again == {"id": subscriber.pk, "name": "甲", "url": URL, "created": False}
    assert ApiToken.objects.count() == 1
    assert subscriber.secret not in run("甲", URL)
    assert find_user(json.loads(run("甲", URL, "--json", "--token"))["token"]) == subscriber.user


def test_subscribe_for_people_and_with_a_given_secret():
    secret = "whsec_" + "A" * 43 + "="
    text = run("甲", URL, "--secret", secret)
    assert secret in text
    assert "xinxiu_" in text
    assert run("甲", URL, "--secret", secret)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("甲", "http://127.0.0.1:9/other"), "--move"),
        (("乙", "nonsense"), "接收地址"),
        (("乙", URL, "--secret", "short"), "whsec_"),
        (("甲", URL, "--secret", "whsec_" + "A" * 43 + "="), "另一个签名密钥"),
    ],
)
def test_subscribe_says_in_one_sentence_what_is_wrong(platform, arguments, says):
    with pytest.raises(CommandError, match=says):
        run(*arguments)
    assert Subscriber.objects.count() == 1


def test_subscribe_moves_and_backfills(platform):
    emit(Type.PUBLISHED)
    moved = json.loads(run("甲", "http://127.0.0.1:9/other", "--move", "--json"))
    assert moved["url"] == Subscriber.objects.get().url == "http://127.0.0.1:9/other"
    assert json.loads(run("乙", URL, "--backfill", "--json"))["deliveries"] == 1
