"""Sending again what was given up."""

from django.utils import timezone

from exchange import guards
from exchange.actions.emitting import ring
from exchange.models import Delivery, Subscriber
from journal.actions import append, journalled
from parties.models import User
from policy.verdict import Refused


def retry(actor: User | None, delivery: Delivery) -> Delivery:
    """Make a delivery due at once and begin a new round of tries; return it. Every earlier try stays on record.

    Raises:
        Refused: not an administrator, or there is nothing to send again (see :func:`exchange.guards.can_retry`).
    """
    with journalled():
        delivery = (
            Delivery.objects.select_for_update(of=("self",)).select_related("subscriber", "event").get(pk=delivery.pk)
        )
        verdict = guards.can_retry(actor, delivery)
        if not verdict:
            raise Refused(verdict)
        before = delivery.status
        delivery.status = Delivery.Status.PENDING
        delivery.step = 0
        delivery.next_at = timezone.now()
        delivery.save(update_fields=["status", "step", "next_at"])
        append(
            actor,
            "exchange.retry",
            delivery,
            {"subscriber": delivery.subscriber.name, "from": before, "attempts": delivery.attempts},
        )
        ring(delivery.pk)
    return delivery


def retry_all(actor: User | None, subscriber: Subscriber) -> int:
    """Send again everything given up for one platform, oldest first; return how many.

    Raises:
        Refused: not an administrator, or the platform is inactive.
    """
    verdict = guards.can_subscribe(actor)
    if not verdict:
        raise Refused(verdict)
    failed = Delivery.objects.filter(subscriber=subscriber, status=Delivery.Status.FAILED).order_by("event_id")
    with journalled():
        return sum(1 for delivery in failed if retry(actor, delivery))
