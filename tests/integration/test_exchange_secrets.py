"""Changing a platform's signing secret: nothing is lost meanwhile, and nobody learns a secret who should not."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from config.tasks import tidy
from exchange import actions, tasks
from exchange.models import Delivery, Subscriber
from journal.models import Entry
from parties.models import Authority, User
from policy.verdict import Refused, Stale
from tests.integration.exchange_tools import FakePlatform, Receiver, Type, emit, make_due

pytestmark = pytest.mark.django_db
URL = "http://127.0.0.1:9/events"


@pytest.fixture
def platform():
    return actions.subscribe(None, "甲", URL)


@pytest.fixture
def administrator():
    return User.objects.create_user("admin", role=User.Role.ADMINISTRATOR)


@pytest.fixture
def receiver(tmp_path):
    receiver = Receiver(tmp_path).start()
    yield receiver
    receiver.stop()


def let_overlap_end(platform):
    Subscriber.objects.filter(pk=platform.pk).update(old_secret_until=timezone.now() - timedelta(seconds=1))


def confirmed() -> int:
    return Delivery.objects.filter(status=Delivery.Status.CONFIRMED).count()


@pytest.mark.django_db(transaction=True)
def test_a_real_platform_misses_nothing_whichever_secret_it_has(receiver):
    subscriber = receiver.subscribe()
    changed = actions.rotate_secret(None, subscriber)
    emit(Type.PUBLISHED, "R1")
    tasks.sweep()
    assert confirmed() == 1, "the platform still has the old secret"
    receiver.trust(changed.secret)
    emit(Type.PUBLISHED, "R2")
    tasks.sweep()
    assert confirmed() == 2, "the platform has the new one, the overlap goes on"
    let_overlap_end(changed)
    emit(Type.PUBLISHED, "R3")
    tasks.sweep()
    assert confirmed() == 3


@pytest.mark.django_db(transaction=True)
def test_a_platform_that_forgot_to_change_is_seen_and_catches_up(receiver):
    subscriber = receiver.subscribe()
    changed = actions.rotate_secret(None, subscriber, overlap=timedelta())
    emit(Type.REMOVED, "R1")
    tasks.sweep()
    assert "401" in Delivery.objects.get().last_error
    receiver.trust(changed.secret)
    make_due()
    tasks.sweep()
    assert confirmed() == 1


@pytest.mark.django_db(transaction=True)
def test_one_signature_before_two_during_one_after():
    with FakePlatform().running() as fake:
        subscriber = actions.subscribe(None, "甲", fake.url)
        emit(Type.PUBLISHED, "R1")
        tasks.sweep()
        changed = actions.rotate_secret(None, subscriber)
        emit(Type.PUBLISHED, "R2")
        tasks.sweep()
        let_overlap_end(changed)
        emit(Type.PUBLISHED, "R3")
        tasks.sweep()
    signatures = [headers["webhook-signature"].split(" ") for headers, _body in fake.requests]
    assert [len(each) for each in signatures] == [1, 2, 1]
    assert all(each.startswith("v1,") for line in signatures for each in line)
    headers, body = fake.requests[-1]
    Webhook(changed.secret).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(subscriber.secret).verify(body, headers)


def test_the_journal_says_who_and_until_when_but_no_secret(platform, administrator):
    changed = actions.rotate_secret(administrator, platform)
    actions.retire_old_secret(administrator, changed)
    actions.retire_old_secret(administrator, changed)
    lines = Entry.objects.filter(verb__in=["exchange.rotate_secret", "exchange.retire_secret"]).order_by("pk")
    assert [line.verb for line in lines] == ["exchange.rotate_secret", "exchange.retire_secret"]
    assert lines[0].data["version"] == 2 and lines[0].data["old_until"]
    assert not any(secret in str(line.data) for line in lines for secret in (platform.secret, changed.secret))


def test_only_one_old_secret_signs_and_a_leak_ends_it_at_once(platform):
    first = actions.rotate_secret(None, platform)
    with pytest.raises(Refused) as refused:
        actions.rotate_secret(None, first)
    assert (refused.value.verdict.code, refused.value.status) == ("overlap_running", 409)
    assert refused.value.verdict.cure
    leaked = actions.rotate_secret(None, first, overlap=timedelta())
    assert leaked.signing_secrets(timezone.now()) == [leaked.secret]
    assert leaked.secret not in (first.secret, platform.secret)
    again = actions.rotate_secret(None, leaked)
    let_overlap_end(again)
    assert actions.rotate_secret(None, again).secret_version == 5, "an overlap that is over stands in nobody's way"


def test_a_page_that_is_no_longer_true_changes_nothing(platform):
    actions.rotate_secret(None, platform, overlap=timedelta(), version=1)
    with pytest.raises(Stale):
        actions.rotate_secret(None, platform, overlap=timedelta(), version=1)
    assert Subscriber.objects.get().secret_version == 2


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"secret": "short"}, "secret"),
        ({"overlap": timedelta(hours=-1)}, "overlap"),
        ({"overlap": timedelta(days=31)}, "overlap"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(platform, wrong, code):
    with pytest.raises(Refused) as refused:
        actions.rotate_secret(None, platform, **wrong)
    assert (refused.value.verdict.code, refused.value.status) == (code, 422)
    with pytest.raises(Refused, match="相同"):
        actions.rotate_secret(None, platform, secret=platform.secret)
    assert Subscriber.objects.get().secret == platform.secret


def test_what_no_longer_signs_is_forgotten(platform):
    changed = actions.rotate_secret(None, platform)
    tidy()
    assert Subscriber.objects.get().old_secret == platform.secret
    let_overlap_end(changed)
    tidy()
    tidy()
    assert (Subscriber.objects.get().old_secret, Subscriber.objects.get().old_secret_until) == ("", None)


def test_the_database_keeps_no_old_secret_without_an_end(platform):
    with pytest.raises(IntegrityError), transaction.atomic():
        Subscriber.objects.update(old_secret=platform.secret)


# --- Page ------------------------------------------------------------------------------------------------


def test_an_administrator_changes_it_on_the_page_and_sees_it_once(client, platform, administrator):
    client.force_login(administrator)
    address = reverse("exchange:platform", args=[platform.pk])
    assert platform.secret not in client.get(address).content.decode()
    sent = {"overlap": "72", "version": "1"}
    response = client.post(reverse("exchange:rotate_secret", args=[platform.pk]), sent)
    secret = Subscriber.objects.get().secret
    assert secret != platform.secret and secret in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    shown = client.get(address).content.decode()
    assert secret not in shown and "旧密钥同时签名到" in shown
    # Reloading the answer sends the form again: the page says so, and nothing changes.
    assert client.post(reverse("exchange:rotate_secret", args=[platform.pk]), sent).status_code == 409
    assert Subscriber.objects.get().secret == secret
    assert 'value="72"' not in shown, "during an overlap only a leak is a reason to change again"
    client.post(reverse("exchange:retire_secret", args=[platform.pk]))
    assert Subscriber.objects.get().old_secret == ""
    assert client.post(reverse("exchange:rotate_secret", args=[platform.pk]), {"version": "2"}).status_code == 400


def test_an_administrator_stops_and_starts_a_platform(client, platform, administrator):
    client.force_login(administrator)
    address = reverse("exchange:set_active", args=[platform.pk])
    client.post(address, {"active": "0"})
    assert not Subscriber.objects.get().active
    assert "已停用" in client.get(reverse("exchange:platform", args=[platform.pk])).content.decode()
    client.post(address, {"active": "1"})
    assert Subscriber.objects.get().active


@pytest.mark.parametrize(
    ("role", "reads"),
    [("auditor", True), ("officer", False), ("approver", False), ("enterprise", False), ("platform", False)],
)
def test_nobody_else_changes_it(client, platform, role, reads):
    office = Authority.objects.create(name="青屿区发展和改革局") if role in ("officer", "approver") else None
    client.force_login(User.objects.create_user("somebody", role=role, authority=office))
    page = client.get(reverse("exchange:platform", args=[platform.pk]))
    assert page.status_code == (200 if reads else 403)
    if reads:
        assert "更换密钥" not in page.content.decode()
    for name, data in (("rotate_secret", {"overlap": "0", "version": "1"}), ("retire_secret", {}), ("set_active", {})):
        assert client.post(reverse(f"exchange:{name}", args=[platform.pk]), data).status_code == 403, name
    after = Subscriber.objects.get()
    assert (after.secret, after.active) == (platform.secret, True)


# --- Command ---------------------------------------------------------------------------------------------


def run(*arguments):
    out = StringIO()
    call_command("rotate_secret", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_the_new_secret_once(platform):
    made = json.loads(run("甲", "--json"))
    after = Subscriber.objects.get()
    assert (made["secret"], made["version"], after.old_secret) == (after.secret, 2, platform.secret)
    assert made["old_until"]
    retired = json.loads(run("甲", "--retire", "--json"))
    assert "secret" not in retired and retired["old_until"] is None
    given = "whsec_" + "A" * 43 + "="
    assert given in run("甲", "--secret", given, "--overlap", "0")
    assert Subscriber.objects.get().signing_secrets(timezone.now()) == [given]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("乙",), "没有登记"), (("甲", "--overlap", "-5"), "0 至 30 天"), (("甲", "--secret", "x"), "whsec_")],
)
def test_the_command_says_in_one_sentence_what_is_wrong(platform, arguments, says):
    with pytest.raises(CommandError, match=says):
        run(*arguments)
