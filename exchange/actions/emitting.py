"""Telling the platforms: the outbox."""

import json
from collections.abc import Iterable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django_q.tasks import async_task

from exchange.models import Delivery, FeedHead, OutboundEvent, Subscriber


def emit(type: OutboundEvent.Type, record_id: str, data: dict[str, Any]) -> OutboundEvent:  # noqa: A002
    """Write one event about a record and one delivery per active platform; return the event.

    Takes the event's type, the record's public id and JSON-able facts (dates and decimals become text). The event
    gets the next number of its record and the next position of the feed. Runs inside the caller's transaction,
    after its record and notice and before its journal line: the feed stays locked until commit, which is what
    makes both numbers gapless and the feed safe to read by position.

    Raises:
        RuntimeError: called outside a transaction.
        ValueError: an unknown type or an empty record id.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An event is written in the transaction of what it tells.")
    type = OutboundEvent.Type(type)  # noqa: A001
    if not record_id:
        raise ValueError("An event is about a record: its public id is empty.")
    head = lock_head()
    last = OutboundEvent.objects.filter(subject=record_id).aggregate(last=Max("sequence"))["last"] or 0
    event = OutboundEvent.objects.create(
        id=head.position + 1,
        type=type,
        subject=record_id,
        sequence=last + 1,
        time=timezone.now(),
        data=json.loads(json.dumps(data, cls=DjangoJSONEncoder)),
    )
    head.position = event.id
    head.save(update_fields=["position"])
    if type in OutboundEvent.TAKE_DOWN and last:
        supersede_before(event)
    tell(event, Subscriber.objects.filter(active=True))
    return event


def tell(event: OutboundEvent, subscribers: Iterable[Subscriber]) -> list[Delivery]:
    """Write the deliveries of one event, due at once, and ring the bell for each."""
    now = timezone.now()
    deliveries = Delivery.objects.bulk_create(
        Delivery(event=event, subscriber=subscriber, next_at=now) for subscriber in subscribers
    )
    for delivery in deliveries:
        ring(delivery.pk)
    return deliveries


def ring(delivery_id: int) -> None:
    """Wake a worker for one delivery. Only a bell: the minutely sweep finds the row anyway."""
    async_task("exchange.tasks.deliver", delivery_id, save=False)


def supersede_before(event: OutboundEvent) -> int:
    """Close what was not yet delivered of the events before a take-down; return how many deliveries.

    Sent later, they would put a removed record back on show. What is on its way this very moment is left: the
    take-down waits for it (:func:`exchange.tasks.deliver`). The condition names columns of the row itself, so a
    claim that commits while this waits is seen.
    """
    earlier = OutboundEvent.objects.filter(subject=event.subject, sequence__lt=event.sequence)
    unsent = (
        Delivery.objects.filter(event_id__in=list(earlier.values_list("id", flat=True)))
        .filter(status__in=[Delivery.Status.PENDING, Delivery.Status.FAILED])
        .filter(Q(leased_until=None) | Q(leased_until__lte=timezone.now()))
    )
    # Locked in a fixed order, so that two who close or retry the same rows cannot wait for each other.
    keys = list(unsent.select_for_update().order_by("event_id", "pk").values_list("pk", flat=True))
    return Delivery.objects.filter(pk__in=keys).update(
        status=Delivery.Status.SUPERSEDED, next_at=None, leased_until=None
    )


def lock_head() -> FeedHead:
    """Lock the end of the feed until commit: nobody adds an event or a platform meanwhile."""
    try:
        return FeedHead.objects.select_for_update().get(id=1)
    except FeedHead.DoesNotExist:
        FeedHead.objects.get_or_create(id=1)
        return FeedHead.objects.select_for_update().get(id=1)
