"""A platform's side of the exchange: its feed, to catch up by itself, and its receipts."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from exchange import actions, events, guards, queries
from exchange.actions.confirming import NUMBER_LENGTH, PROOF_LENGTH
from exchange.models import Delivery, Receipt, Subscriber
from policy.verdict import Refused, no

router = Router(tags=["exchange"])

#: Text without NUL, which no database keeps.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]


EXAMPLE = {
    "event_id": "6f2f2f4e-2b1c-4c59-9d3a-0d6a5a1c9b10",
    "number": "HZ-2026-000123",
    "acted_at": "2026-11-27T10:30:00+08:00",
    "proof": "https://platform.example/records/removed/123",
}


class CloudEvent(Schema):
    """A CloudEvent 1.0, exactly as it is pushed."""

    specversion: str
    id: UUID
    source: str
    type: str
    subject: str = Field(description="Public id of the record.")
    time: str = Field(description="RFC 3339, UTC.")
    datacontenttype: str
    sequence: str = Field(description="Order within one subject, from 1, padded with zeros.")
    sequencetype: str
    data: dict[str, Any]


class FeedItem(Schema):
    """One event with its place in the feed and how far it has got with this platform."""

    position: int
    status: str = Field(description="pending, delivered (no receipt yet), confirmed or failed (given up pushing).")
    event: CloudEvent


class FeedPage(Schema):
    """A stretch of the feed. Ask again with ``after=next_after``, at once when ``more``."""

    events: list[FeedItem]
    next_after: int
    more: bool


class ReceiptIn(Schema):
    """What a platform states: that it did what the event asked."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    event_id: UUID
    number: Annotated[Text, StringConstraints(min_length=1, max_length=NUMBER_LENGTH)] = Field(
        description="The platform's own number for it."
    )
    acted_at: AwareDatetime = Field(description="When the platform acted; with its time zone.")
    proof: Annotated[Text, StringConstraints(max_length=PROOF_LENGTH)] = Field(
        "", description="An address, a digest, a sentence."
    )


class ReceiptOut(Schema):
    """A receipt as it is kept."""

    event_id: UUID
    number: str
    acted_at: datetime
    proof: str
    received_at: datetime
    status: str


@router.get("/events", response=FeedPage, summary="Events that concern this platform")
def pull_events(
    request: HttpRequest,
    after: Annotated[
        int, Query(ge=0, le=2**63 - 1, description="Position after which to read; 0: from the start.")
    ] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Return the events told to this platform after a position, oldest first, whether pushed successfully or not.

    Positions appear in order, so whoever reads on from ``next_after`` misses nothing.
    """
    deliveries = queries.feed(_subscriber(request), after, limit + 1)
    page = deliveries[:limit]
    return {
        "events": [
            {"position": one.event_id, "status": one.status, "event": events.cloud_event(one.event)} for one in page
        ],
        "next_after": page[-1].event_id if page else after,
        "more": len(deliveries) > limit,
    }


@router.post("/receipts", response=ReceiptOut, summary="Hand in a receipt")
def give_receipt(request: HttpRequest, receipt: ReceiptIn) -> dict[str, Any]:
    """State that the platform did what an event asked. The same receipt again gives the same answer."""
    delivery = Delivery.objects.filter(subscriber=_subscriber(request), event__event_id=receipt.event_id).first()
    if delivery is None:
        raise Refused(no("unknown_event", _("没有把这一事件发给过贵平台。"), _("请核对 event_id。")), status=404)
    kept = actions.confirm(request.auth, delivery, receipt.number, receipt.acted_at, receipt.proof)
    return _receipt_out(kept, receipt.event_id)


def _receipt_out(receipt: Receipt, event_id: UUID) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "number": receipt.receipt_number,
        "acted_at": receipt.acted_at.astimezone(UTC),
        "proof": receipt.proof,
        "received_at": receipt.received_at.astimezone(UTC),
        "status": Delivery.Status.CONFIRMED.value,
    }


def _subscriber(request: HttpRequest) -> Subscriber:
    verdict = guards.can_pull(request.auth)
    if not verdict:
        raise Refused(verdict)
    return request.auth.subscriber
