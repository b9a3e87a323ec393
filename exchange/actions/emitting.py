"""Telling the platforms: the outbox."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django_q.tasks import async_task

from exchange.models import Delivery, FeedHead, OutboundEvent, Subscriber
from journal.stored import as_stored

#: So many deliveries at once get a bell each; more get one wake-up, and none if work is waiting already.
BELLS = 10


@dataclass(frozen=True)
class Happening:
    """What platforms are to be told: the event's type, the record's public id and JSON-able facts."""

    type: OutboundEvent.Type
    record_id: str
    data: dict[str, Any]


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
    return emit_all([Happening(type, record_id, data)])[0]


def emit_all(happenings: Iterable[Happening]) -> list[OutboundEvent]:
    """Write several events in order with one lock of the feed, as :func:`emit` does one; return them.

    Raises:
        RuntimeError: called outside a transaction.
        ValueError: an unknown type or an empty record id.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An event is written in the transaction of what it tells.")
    happenings = list(happenings)
    types = [OutboundEvent.Type(happening.type) for happening in happenings]
    if not all(happening.record_id for happening in happenings):
        raise ValueError("An event is about a record: its public id is empty.")
    if not happenings:
        return []
    head = lock_head()
    last = _last_sequences({happening.record_id for happening in happenings})
    now, events, overtaking = timezone.now(), [], []
    for type, happening in zip(types, happenings, strict=True):  # noqa: A001
        before = last.get(happening.record_id, 0)
        event = OutboundEvent(
            id=head.position + 1,
            type=type,
            subject=happening.record_id,
            sequence=before + 1,
            time=now,
            data=as_stored(happening.data),
        )
        head.position, last[event.subject] = event.id, event.sequence
        events.append(event)
        if type in OutboundEvent.TAKE_DOWN and before:
            overtaking.append(event)
    OutboundEvent.objects.bulk_create(events)
    head.save(update_fields=["position"])
    tell(events, Subscriber.objects.filter(active=True))
    for event in overtaking:
        supersede_before(event)
    return events


def _last_sequences(record_ids: set[str]) -> dict[str, int]:
    """Return the number of each record's last event; records without one are left out."""
    rows = OutboundEvent.objects.filter(subject__in=record_ids).order_by().values_list("subject")
    return dict(rows.annotate(last=Max("sequence")))


def tell(events: list[OutboundEvent], subscribers: Iterable[Subscriber]) -> list[Delivery]:
    """Write the deliveries of these events, due at once, and ring the bell."""
    subscribers, now = list(subscribers), timezone.now()
    busy = len(events) * len(subscribers) > BELLS and work_is_waiting()
    deliveries = Delivery.objects.bulk_create(
        Delivery(event=event, subscriber=subscriber, next_at=now) for event in events for subscriber in subscribers
    )
    if len(deliveries) <= BELLS:
        for delivery in deliveries:
            ring(delivery.pk)
    elif not busy:
        async_task("exchange.tasks.sweep", save=False)
    return deliveries


def work_is_waiting() -> bool:
    """Whether deliveries are due already: then a worker was woken up before, or the next sweep is near."""
    return Delivery.objects.filter(status=Delivery.Status.PENDING, next_at__lte=timezone.now()).exists()


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
