"""Reading: where a record stands with every platform, the feed of one platform, the work that waits."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, Count, IntegerField, Max, Min, Q, QuerySet, Value, When
from django.utils import timezone

from exchange.actions import delivering
from exchange.models import Delivery, DeliveryAttempt, OutboundEvent, Subscriber
from policy import workdays
from policy.rulebook import RuleBook

#: Digits of a primary key that every database can compare.
LONGEST_KEY = 18

#: What needs a person first, then what is on its way.
ORDER = (
    Delivery.Status.FAILED,
    Delivery.Status.PENDING,
    Delivery.Status.DELIVERED,
    Delivery.Status.CONFIRMED,
    Delivery.Status.SUPERSEDED,
)


@dataclass(frozen=True)
class SyncLine:
    """Where one platform stands with the newest event that changes what it shows of a record."""

    subscriber_name: str
    #: When the platform took the event in; ``None``: not yet.
    told_at: datetime | None
    #: When its receipt reached us; ``None``: not yet.
    confirmed_at: datetime | None
    status: str
    #: Not confirmed by the last day the rules allow.
    overdue: bool
    proof: str
    last_error: str
    delivery_id: int
    event_type: str
    #: The last day the rules allow, and whether holidays may still move it.
    due_on: date
    provisional: bool
    receipt_number: str = ""
    #: When the platform says that it acted.
    acted_at: datetime | None = None
    #: The platform did not take it, or an earlier event of the record that goes first; the tries go on by themselves.
    retrying: bool = False

    @property
    def status_text(self) -> str:
        return Delivery.Status(self.status).label

    @property
    def event_text(self) -> str:
        return OutboundEvent.Type(self.event_type).label


def sync_lines(record_id: str, today: date | None = None) -> list[SyncLine]:
    """Return one line per platform that was told of a record, by name.

    Once a record is taken down, the take-down is what counts: a mark cleared later changes nothing on show.
    """
    deliveries = (
        Delivery.objects.filter(event__subject=record_id)
        .exclude(status=Delivery.Status.SUPERSEDED)
        .select_related("event", "subscriber", "receipt")
        .order_by("-event__sequence")
    )
    per_subscriber: dict[int, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        per_subscriber[delivery.subscriber_id].append(delivery)
    today = today or timezone.localdate()
    lines = [_line(_decisive(newest_first), newest_first, today) for newest_first in per_subscriber.values()]
    return sorted(lines, key=lambda line: line.subscriber_name)


def due_for(event: OutboundEvent, calendar: workdays.WorkCalendar | None = None) -> workdays.Due:
    """Return the last day for a platform's confirmation: our days to share and the platform's to act.

    ``calendar``: by default the present one.
    """
    day = timezone.localdate(event.time)
    book = RuleBook.load(day)
    days = int(book.value("sync.share_working_days").value) + int(book.value("sync.receive_working_days").value)
    return workdays.due(day, days, calendar or workdays.WorkCalendar.load())


def taken_down_at(record_ids: list[str]) -> dict[str, datetime | None]:
    """Return, per record, when the last platform's receipt for its take-down came in; ``None``: one is missing.

    Takes public ids. A record that no platform was told to take down is left out.
    """
    told = Delivery.objects.filter(event__subject__in=record_ids, event__type__in=OutboundEvent.TAKE_DOWN)
    told = told.exclude(status=Delivery.Status.SUPERSEDED)
    found: dict[str, datetime | None] = {}
    for record_id, received_at in told.values_list("event__subject", "receipt__received_at"):
        before = found.get(record_id, received_at)
        found[record_id] = max(before, received_at) if before and received_at else None
    return found


def failed() -> QuerySet[Delivery]:
    """Return the deliveries that were given up and wait for an administrator, oldest event first."""
    return (
        Delivery.objects.filter(status=Delivery.Status.FAILED)
        .select_related("event", "subscriber")
        .order_by("event_id", "subscriber_id")
    )


def retried() -> list[dict]:
    """Return the platforms that did not take something: ``name``, ``number`` of all that waits, ``last_error``, ``next_at``.

    Nobody has to do anything: the tries go on by themselves, and what was given up is in :func:`failed`.
    """
    waiting = Delivery.objects.filter(status=Delivery.Status.PENDING, subscriber__active=True)
    rows = []
    for row in (
        waiting.values("subscriber_id", "subscriber__name")
        .annotate(number=Count("pk"), troubled=Count("pk", filter=~Q(last_error="")))
        .filter(troubled__gt=0)
        .order_by("subscriber__name")
    ):
        oldest = waiting.filter(subscriber_id=row["subscriber_id"]).exclude(last_error="").order_by("event_id")[0]
        rows.append(
            {
                "name": row["subscriber__name"],
                "number": row["number"],
                "last_error": oldest.last_error,
                "next_at": oldest.next_at,
            }
        )
    return rows


def oldest_unsent(now: datetime) -> datetime | None:
    """Return since when something could have been sent and was not; ``None``: nothing is left lying.

    What waits behind an earlier event is not counted. A platform that does not answer gets one try a sweep and its
    other deliveries wait: what counts for it is the last try made.
    """
    oldest = dict(
        delivering.sendable(now).order_by().values_list("subscriber_id").annotate(oldest=Min("next_at")).order_by()
    )
    silent = DeliveryAttempt.objects.filter(
        delivery__subscriber_id__in=oldest, delivery__status=Delivery.Status.PENDING, delivery__unanswered=True
    )
    tried = dict(silent.order_by().values_list("delivery__subscriber_id").annotate(last=Max("at")))
    return min((max(since, tried.get(key, since)) for key, since in oldest.items()), default=None)


def feed(subscriber: Subscriber, after: int, limit: int) -> list[Delivery]:
    """Return the deliveries of one platform whose event lies after a position, in the order of the feed."""
    return list(
        Delivery.objects.filter(subscriber=subscriber, event_id__gt=after)
        .exclude(status=Delivery.Status.SUPERSEDED)
        .select_related("event")
        .order_by("event_id")[:limit]
    )


def listed(*, status: str = "", subscriber: str = "", record: str = "") -> QuerySet[Delivery]:
    """Return deliveries for the page: filtered, what needs a person first, then the newest."""
    found = Delivery.objects.select_related("event", "subscriber", "receipt")
    if status in Delivery.Status.values:
        found = found.filter(status=status)
    if subscriber:
        is_key = subscriber.isdecimal() and len(subscriber) <= LONGEST_KEY
        found = found.filter(subscriber_id=int(subscriber)) if is_key else found.none()
    if record:
        found = found.filter(event__subject=record.replace("\0", ""))
    if status:
        return found.order_by("-event_id", "subscriber_id")
    rank = Case(*[When(status=value, then=Value(n)) for n, value in enumerate(ORDER)], output_field=IntegerField())
    return found.annotate(rank=rank).order_by("rank", "-event_id", "subscriber_id")


def platforms() -> QuerySet[Subscriber]:
    """Return every platform with the numbers of its deliveries given up, on their way and without receipt."""

    def number(status: Delivery.Status) -> Count:
        return Count("deliveries", filter=Q(deliveries__status=status))

    return Subscriber.objects.annotate(
        failed=number(Delivery.Status.FAILED),
        pending=number(Delivery.Status.PENDING),
        unconfirmed=number(Delivery.Status.DELIVERED),
    ).order_by("name")


def _decisive(newest_first: list[Delivery]) -> Delivery:
    """Return the newest delivery that changes what is shown."""
    for delivery in newest_first:
        if delivery.event.type == OutboundEvent.Type.PUBLISHED:
            break
        if delivery.event.type in OutboundEvent.TAKE_DOWN:
            return delivery
    return newest_first[0]


def _line(delivery: Delivery, of_the_record: list[Delivery], today: date) -> SyncLine:
    receipt = getattr(delivery, "receipt", None)
    due = due_for(delivery.event)
    return SyncLine(
        subscriber_name=delivery.subscriber.name,
        told_at=delivery.delivered_at,
        confirmed_at=receipt.received_at if receipt else None,
        status=delivery.status,
        overdue=receipt is None and due.date < today,
        proof=receipt.proof if receipt else "",
        last_error=delivery.last_error,
        delivery_id=delivery.pk,
        event_type=delivery.event.type,
        due_on=due.date,
        provisional=due.provisional,
        receipt_number=receipt.receipt_number if receipt else "",
        acted_at=receipt.acted_at if receipt else None,
        retrying=delivery.status == Delivery.Status.PENDING
        and any(
            one.status == Delivery.Status.PENDING and bool(one.last_error)
            for one in of_the_record
            if one.event.sequence <= delivery.event.sequence
        ),
    )
