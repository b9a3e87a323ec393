"""The two ends of one try: claiming a delivery before the request, and recording what came of it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange import backoff
from exchange.actions.confirming import confirm
from exchange.guards import is_overtaken
from exchange.models import Delivery, DeliveryAttempt, OutboundEvent
from exchange.sending import Outcome
from journal.actions import append, journalled
from policy.verdict import Refused


@dataclass(frozen=True)
class Claim:
    """One try of one delivery, ours until its lease runs out."""

    delivery: Delivery
    #: Which try of the delivery this is; whoever comes later has a higher one.
    number: int


def sendable(now: datetime) -> QuerySet[Delivery]:
    """Return the deliveries that may be sent now, oldest event first.

    Due, not on their way, to an active platform, and in their record's turn: a later event waits while an earlier
    one to the same platform is on its way or has failed fewer than ``HOLDING_TRIES`` times. A take-down waits
    only for what is on its way, and nothing goes after a take-down that came before it.
    """
    same = Delivery.objects.filter(
        subscriber_id=OuterRef("subscriber_id"), event__subject=OuterRef("event__subject")
    ).order_by()
    earlier = same.filter(status=Delivery.Status.PENDING, event__sequence__lt=OuterRef("event__sequence"))
    on_its_way = Exists(earlier.filter(leased_until__gt=now))
    holding = Exists(earlier.filter(step__lt=backoff.HOLDING_TRIES))
    overtaken = Exists(
        same.filter(event__sequence__gt=OuterRef("event__sequence"), event__type__in=OutboundEvent.TAKE_DOWN)
    )
    return (
        Delivery.objects.filter(status=Delivery.Status.PENDING, next_at__lte=now, subscriber__active=True)
        .filter(Q(leased_until=None) | Q(leased_until__lte=now))
        .filter(~on_its_way, ~overtaken)
        .filter(Q(event__type__in=OutboundEvent.TAKE_DOWN) | ~holding)
        .order_by("event_id", "subscriber_id")
    )


def claim(pk: int) -> Claim | None:
    """Take one delivery for one try, or return ``None`` when it is not its turn or somebody else has it.

    The claim is one UPDATE that compares the try counter (it only grows), so of any number of processes on
    either database exactly one wins. Counter and try are committed before the request leaves.
    """
    now = timezone.now()
    with journalled():
        delivery = sendable(now).select_related("event", "subscriber").filter(pk=pk).first()
        if delivery is None:
            return None
        same = Delivery.objects.filter(pk=pk, status=Delivery.Status.PENDING, attempts=delivery.attempts)
        if delivery.step >= backoff.MAX_TRIES:
            # Every try of the round was counted, and the process died in the last one.
            if same.select_for_update().exists():
                give_up(delivery, _("发送多次中断，没有得到结果。"))
            return None
        if not same.update(attempts=F("attempts") + 1, step=F("step") + 1, leased_until=now + backoff.LEASE):
            return None
        number = delivery.attempts + 1
        DeliveryAttempt.objects.create(delivery=delivery, number=number, at=now)
    return Claim(delivery, number)


def record(taken: Claim, outcome: Outcome) -> Delivery:
    """Write down what a try brought and what follows: a receipt, waiting for one, the next try, or giving up.

    A success always counts. A failure changes nothing any more when the lease ran out and somebody else took
    the delivery, or when a receipt came in meanwhile.
    """
    now = timezone.now()
    with journalled():
        delivery = (
            Delivery.objects.select_for_update(of=("self",))
            .select_related("event", "subscriber")
            .get(pk=taken.delivery.pk)
        )
        DeliveryAttempt.objects.filter(delivery=delivery, number=taken.number).update(
            http_status=outcome.status, error=outcome.error[:500], milliseconds=outcome.milliseconds
        )
        if outcome.accepted:
            _record_success(delivery, outcome, now)
        elif delivery.attempts == taken.number and delivery.status == Delivery.Status.PENDING:
            _record_failure(delivery, outcome, now)
    return delivery


def give_up(delivery: Delivery, error: str) -> None:
    """Make a delivery visible work. Inside the caller's transaction."""
    delivery.status = Delivery.Status.FAILED
    delivery.next_at = delivery.leased_until = None
    delivery.last_error = error
    delivery.save(update_fields=["status", "next_at", "leased_until", "last_error"])
    append(
        None,
        "exchange.give_up",
        delivery,
        {"subscriber": delivery.subscriber.name, "event_id": str(delivery.event.event_id), "error": error},
    )


def _record_success(delivery: Delivery, outcome: Outcome, now: datetime) -> None:
    if delivery.status != Delivery.Status.CONFIRMED:
        delivery.status = Delivery.Status.DELIVERED
    delivery.delivered_at = delivery.delivered_at or now
    delivery.next_at = delivery.leased_until = None
    delivery.unanswered = False
    delivery.last_error = outcome.receipt_error
    delivery.save(update_fields=["status", "delivered_at", "next_at", "leased_until", "unanswered", "last_error"])
    # The platform is back: what only failed because nobody answered need not wait any longer.
    Delivery.objects.filter(
        subscriber_id=delivery.subscriber_id, status=Delivery.Status.PENDING, unanswered=True, next_at__gt=now
    ).update(next_at=now)
    if outcome.receipt:
        try:
            given = outcome.receipt
            confirm(None, delivery, given.number, given.acted_at, given.proof)
        except Refused as refused:
            Delivery.objects.filter(pk=delivery.pk).update(
                last_error=_("平台应答中的回执无法使用：%(why)s") % {"why": refused.verdict.reason}
            )


def _record_failure(delivery: Delivery, outcome: Outcome, now: datetime) -> None:
    wait = None if outcome.status == 410 else backoff.wait_after(delivery.step)
    delivery.unanswered = outcome.unanswered
    delivery.leased_until = None
    delivery.last_error = outcome.error
    if is_overtaken(delivery):
        delivery.status, delivery.next_at = Delivery.Status.SUPERSEDED, None
    elif wait is not None:
        delivery.next_at = now + wait
    delivery.save(update_fields=["status", "next_at", "leased_until", "unanswered", "last_error"])
    if wait is None and delivery.status == Delivery.Status.PENDING:
        give_up(delivery, outcome.error)
