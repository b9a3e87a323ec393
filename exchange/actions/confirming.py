"""Taking a platform's receipt."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from exchange import guards
from exchange.models import Delivery, OutboundEvent, Receipt
from journal.actions import append, journalled
from parties.models import User
from policy.deadlines.actions import lapse
from policy.verdict import Refused, Stale, no

#: How far a platform's clock may be ahead of ours.
CLOCK_TOLERANCE = timedelta(minutes=5)
#: Nobody acted before; dates of the year 1 do not survive a change of time zone.
EARLIEST_YEAR = 2000
NUMBER_LENGTH = 100
PROOF_LENGTH = 2000
#: Nobody waits for such a delivery any more.
OVER = (Delivery.Status.CONFIRMED, Delivery.Status.SUPERSEDED)


def confirm(
    actor: User | None, delivery: Delivery, receipt_number: str, acted_at: datetime, proof: str = ""
) -> Receipt:
    """Record that a platform did what an event asked; return the receipt.

    Takes who hands it in (``None``: it came in the platform's answer), the delivery, the platform's own number,
    the moment it acted (aware) and a free proof. Idempotent: the same number again gives the receipt that is
    already there. A receipt counts whatever the delivery's state: the platform may have pulled the event, or its
    answer to us may have been lost.

    Raises:
        Refused: not this platform's delivery (403); no number, no or a future moment, too long (422).
        Stale: the delivery is confirmed under another number (409).
    """
    with journalled():
        delivery = Delivery.objects.select_for_update(of=("self",)).select_related("subscriber").get(pk=delivery.pk)
        verdict = guards.can_confirm(actor, delivery)
        if not verdict:
            raise Refused(verdict)
        receipt_number, proof = receipt_number.strip(), proof.strip()
        _check(receipt_number, acted_at, proof)
        receipt = Receipt.objects.filter(delivery=delivery).first()
        if receipt:
            if receipt.receipt_number == receipt_number:
                return receipt
            raise Stale(
                no(
                    "already_confirmed",
                    _("这一事件已由回执 %(number)s 确认，不能再用另一编号确认。") % {"number": receipt.receipt_number},
                    _("如果回执编号有误，请联系信用主管部门。"),
                )
            )
        now = timezone.now()
        receipt = Receipt.objects.create(
            delivery=delivery, receipt_number=receipt_number, acted_at=acted_at, received_at=now, proof=proof
        )
        delivery.status = Delivery.Status.CONFIRMED
        delivery.delivered_at = delivery.delivered_at or now
        delivery.next_at = None
        delivery.last_error = ""
        delivery.save(update_fields=["status", "delivered_at", "next_at", "last_error"])
        if not Delivery.objects.filter(event=delivery.event_id).exclude(status__in=OVER).exists():
            lapse(OutboundEvent(pk=delivery.event_id))
        append(
            actor,
            "exchange.confirm",
            delivery,
            {"subscriber": delivery.subscriber.name, "receipt_number": receipt_number, "acted_at": acted_at},
        )
    return receipt


def _check(number: str, acted_at: datetime, proof: str) -> None:
    """Refuse (422) a receipt that does not say what a receipt must say."""
    if not number or len(number) > NUMBER_LENGTH:
        problem = no("receipt_number", _("回执编号不能为空，最长 %(most)d 个字符。") % {"most": NUMBER_LENGTH})
    elif timezone.is_naive(acted_at):
        problem = no("acted_at_naive", _("处理时间要写明时区，例如 2026-11-27T10:00:00+08:00。"))
    elif acted_at > timezone.now() + CLOCK_TOLERANCE:
        problem = no("acted_at_future", _("处理时间晚于现在。"), _("请核对平台的时钟和时区。"))
    elif acted_at.year < EARLIEST_YEAR:
        problem = no("acted_at_past", _("处理时间不合理：%(year)d 年。") % {"year": acted_at.year})
    elif len(proof) > PROOF_LENGTH:
        problem = no("proof_too_long", _("证明最长 %(most)d 个字符。") % {"most": PROOF_LENGTH})
    else:
        return
    raise Refused(problem, status=422)
