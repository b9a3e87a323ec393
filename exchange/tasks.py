"""What the workers call: one delivery by its key, and the sweep that finds whatever is due. Safe to run twice."""

import logging

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange import sending
from exchange.actions import delivering, emitting
from exchange.models import Delivery, OutboundEvent
from parties.turns import Turn

logger = logging.getLogger(__name__)

#: Seconds after which a sweep hands over to the next one; well below the queue's time limit for a task.
SWEEP_SECONDS = 60
SWEEP_BATCH = 500


def deliver(pk: int) -> bool:
    """Make one try of one delivery if it is its turn; return whether the platform accepted it.

    The claim is committed before the request and the request runs in no transaction, so a slow platform locks
    nothing. A process that dies in between leaves a lease that runs out after a minute; the event then goes out
    again under the same id. When called inside a transaction nothing is sent: the sweep will.
    """
    delivery = _try(pk)
    return delivery is not None and delivery.status in (Delivery.Status.DELIVERED, Delivery.Status.CONFIRMED)


def sweep() -> int:
    """Send everything that is due, oldest event first; return how many tries were made.

    A platform that does not answer is left alone for the rest of this sweep (its other deliveries keep their
    tries), so one that is down holds up nobody else. Ends after a minute, sooner when other work waits, and rings for
    the next when there is more.
    """
    supersede_overtaken()
    tried, silent, turn = 0, set(), Turn("exchange.tasks.sweep", SWEEP_SECONDS)
    while not turn.is_over():
        due = delivering.sendable(timezone.now()).exclude(subscriber_id__in=silent)
        keys = list(due.values_list("pk", "subscriber_id")[:SWEEP_BATCH])
        before = tried
        for pk, subscriber_id in keys:
            if subscriber_id in silent or turn.is_over():
                continue
            delivery = _try(pk)
            tried += delivery is not None
            if delivery is not None and delivery.unanswered:
                silent.add(subscriber_id)
        if tried == before:
            return tried
    if delivering.sendable(timezone.now()).exclude(subscriber_id__in=silent).exists():
        turn.ring_again()
    return tried


def supersede_overtaken() -> int:
    """Close what a dead process left on its way when a take-down was emitted; return how many."""
    stuck = Delivery.objects.filter(status=Delivery.Status.PENDING, leased_until__lte=timezone.now())
    take_downs = OutboundEvent.objects.filter(
        type__in=OutboundEvent.TAKE_DOWN, subject__in=stuck.values("event__subject")
    )
    closed = 0
    for event in take_downs:
        with transaction.atomic():
            closed += emitting.supersede_before(event)
    return closed


def _try(pk: int) -> Delivery | None:
    """Make one try; return the delivery as it is afterwards, or ``None`` when there was nothing to do."""
    if connection.in_atomic_block:
        logger.warning("Delivery %s is not sent inside a transaction; the sweep will.", pk)
        return None
    claim = delivering.claim(pk)
    if claim is None:
        return None
    try:
        outcome = sending.send(claim.delivery.event, claim.delivery.subscriber)
    except Exception:  # noqa: BLE001 - one delivery that breaks us must not stop the sweep for all others
        logger.exception("Delivery %s could not be sent", pk)
        outcome = sending.Outcome(None, _("系统内部错误，已经记录。"), 0, ours=True)
    delivery = delivering.record(claim, outcome)
    if delivery.status != Delivery.Status.PENDING:
        _ring_next(delivery)
    return delivery


def _ring_next(delivery: Delivery) -> None:
    """Wake a worker for the next event of the same record, whose own bell rang while this one was on its way."""
    following = (
        delivering.sendable(timezone.now())
        .filter(subscriber_id=delivery.subscriber_id, event__subject=delivery.event.subject)
        .values_list("pk", flat=True)
        .first()
    )
    if following:
        emitting.ring(following)
