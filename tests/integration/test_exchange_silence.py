"""A platform that is down is its own trouble: health and the work page tell it from work of ours left lying."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from config import health
from exchange import actions, queries
from exchange.models import Delivery, DeliveryAttempt
from parties.models import User
from portal.templatetags.xinxiu import sync_words
from tests.integration.exchange_tools import Type, emit

pytestmark = pytest.mark.django_db


@pytest.fixture
def platform():
    return actions.subscribe(None, "甲平台", "http://127.0.0.1:9/events")


def failing(delivery: Delivery, tried: timedelta, *, due: timedelta, unanswered=True) -> None:
    """``delivery`` was tried ``tried`` ago without success and is due again ``due`` from now."""
    now = timezone.now()
    delivery.attempts = delivery.step = 1
    delivery.next_at, delivery.last_error, delivery.unanswered = now + due, "连接被拒绝", unanswered
    delivery.save()
    DeliveryAttempt.objects.create(delivery=delivery, number=1, at=now - tried)


def waiting_since(delivery: Delivery, age: timedelta) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(next_at=timezone.now() - age)


def two_of_one_record():
    emit(Type.PUBLISHED)
    emit(Type.OBJECTION_MARKED)
    return Delivery.objects.order_by("event_id")


def test_what_waits_behind_a_failing_event_is_not_late(platform):
    first, second = two_of_one_record()
    failing(first, timedelta(minutes=20), due=timedelta(minutes=5))
    waiting_since(second, timedelta(hours=1))
    assert queries.oldest_unsent(timezone.now()) is None
    answer = health.deliveries()
    assert (answer["ok"], answer["retrying"]) == (True, 2)


@pytest.mark.parametrize(("tried", "well"), [(timedelta(minutes=1), True), (timedelta(minutes=30), False)])
def test_other_records_of_a_silent_platform_count_from_its_last_try(platform, tried, well):
    emit(Type.PUBLISHED, "R111111")
    emit(Type.PUBLISHED, "R222222")
    first, second = Delivery.objects.order_by("event_id")
    failing(first, tried, due=timedelta(minutes=5))
    waiting_since(second, timedelta(hours=1))
    assert health.deliveries()["ok"] is well


def test_what_nobody_sends_is_late(platform):
    emit(Type.PUBLISHED)
    waiting_since(Delivery.objects.get(), timedelta(minutes=11))
    assert health.deliveries()["ok"] is False


def test_the_work_page_says_that_something_is_tried_again(client, platform):
    first, second = two_of_one_record()
    failing(first, timedelta(minutes=20), due=timedelta(minutes=5))
    waiting_since(second, timedelta(hours=1))
    client.force_login(User.objects.create(username="a", role=User.Role.ADMINISTRATOR))
    page = client.get(reverse("portal:work")).content.decode()
    assert "甲平台暂未应答，2 条消息还没有送到" in page
    sending = page.split("向平台发送")[1].split("</div>")[0]
    assert "停滞" not in sending
    assert "到时自动再发" in sending
    assert "没有需要处理的消息" not in page


def test_the_line_of_a_record_says_what_it_waits_for(platform):
    first, second = two_of_one_record()
    assert "正在发送" in sync_words(queries.sync_lines("R234567")[0])
    failing(first, timedelta(minutes=20), due=timedelta(minutes=5))
    [line] = queries.sync_lines("R234567")
    assert line.delivery_id == second.pk
    assert "平台暂未应答，系统会继续发送" in sync_words(line)
