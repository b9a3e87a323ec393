"""Every platform was told of everything that happened while it was subscribed, and of what it missed before that."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from config.invariants.broken import Broken, row
from exchange.models import Delivery, OutboundEvent, Subscriber
from journal.models import Entry


@dataclass(frozen=True)
class Span:
    """A time in which a platform was active: from, and until (``None``: still)."""

    begun: datetime
    ended: datetime | None


def every_platform_told() -> Iterator[Broken]:
    """Each event has a delivery to each platform that was active when it was emitted.

    A delivery that a take-down closed (``superseded``) is still a row. When a platform is activated again it must
    also have the events it missed: those of a record shown at that moment, or of which it was told before, from the
    record's last take-down on (:func:`exchange.actions.backfill`).
    """
    for subscriber in Subscriber.objects.order_by("pk"):
        missing = OutboundEvent.objects.filter(
            ~Exists(Delivery.objects.filter(event=OuterRef("pk"), subscriber=subscriber))
        )
        spans = spans_of(subscriber)
        for span in spans:
            unsent = missing.filter(time__gte=span.begun)
            if span.ended is not None:
                unsent = unsent.filter(time__lt=span.ended)
            yield from _tell(unsent, subscriber)
        for before, after in zip(spans, spans[1:], strict=False):
            missed = missing.filter(time__gte=before.ended, time__lt=after.begun)
            yield from _tell(_owed(missed, subscriber, after.begun), subscriber)


def spans_of(subscriber: Subscriber) -> list[Span]:
    """Return when the platform was active, as the journal tells it, in order.

    Who changes that holds the end of the feed until commit, so an event's time lies clearly in or out of a span.
    """
    verbs = ("exchange.subscribe", "exchange.activate", "exchange.deactivate")
    lines = Entry.objects.filter(thing_type="exchange.subscriber", thing_id=str(subscriber.pk), verb__in=verbs)
    begun: datetime | None = subscriber.created_at
    spans = []
    for verb, at in lines.order_by("sequence").values_list("verb", "at"):
        if verb == "exchange.deactivate" and begun is not None:
            spans.append(Span(begun, at))
            begun = None
        elif verb == "exchange.activate" and begun is None:
            begun = at
    if begun is not None:
        spans.append(Span(begun, None))
    return spans


def _owed(missed: QuerySet[OutboundEvent], subscriber: Subscriber, moment: datetime) -> Iterator[OutboundEvent]:
    """Yield those of the missed events that the platform had to be told when it came back at ``moment``."""
    past = OutboundEvent.objects.filter(time__lt=moment)
    told = set(past.filter(deliveries__subscriber=subscriber).values_list("subject", flat=True))
    standing = past.filter(subject__in=missed.values("subject")).order_by().values_list("subject")
    standing = standing.annotate(
        published=Max("sequence", filter=Q(type=OutboundEvent.Type.PUBLISHED)),
        taken_down=Max("sequence", filter=Q(type__in=OutboundEvent.TAKE_DOWN)),
    )
    stands = {subject: (published or 0, taken_down or 0) for subject, published, taken_down in standing}
    for event in missed:
        published, taken_down = stands[event.subject]
        if (published > taken_down or event.subject in told) and event.sequence >= taken_down:
            yield event


def _tell(events, subscriber: Subscriber) -> Iterator[Broken]:
    for event in events:
        text = _("平台“%(name)s”应当收到这个事件，却没有投递。") % {"name": subscriber.name}
        yield Broken("delivery", row(event), text)
