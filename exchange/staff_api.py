"""The office's side of the exchange over the API: deliveries, their tries, and sending again what was given up."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from exchange import actions, events, guards, queries
from exchange.api import CloudEvent
from exchange.models import Delivery, Subscriber
from policy.shapes import After, Key, Limit, ask, stretch

router = Router(tags=["exchange"])


class DeliveryOut(Schema):
    """One event told to one platform."""

    id: int
    platform: str
    platform_id: int
    record_id: str
    event_type: str
    status: str = Field(description="pending, delivered (no receipt yet), confirmed, failed (given up) or superseded.")
    attempts: int
    next_at: datetime | None
    delivered_at: datetime | None
    last_error: str
    receipt_number: str


class DeliveryList(Schema):
    items: list[DeliveryOut]
    more: bool = Field(description="Older ones follow: ask again with `after` set to the last `id`.")


class TryOut(Schema):
    at: datetime
    http_status: int | None
    error: str


class DeliveryDetail(DeliveryOut):
    event: CloudEvent
    due: date = Field(description="The last day for the platform's confirmation.")
    provisional: bool = Field(description="Holidays not announced yet may move that day.")
    proof: str
    tries: list[TryOut]
    may_retry: bool


class Sent(Schema):
    count: int = Field(description="Deliveries that are sent again.")


def _out(delivery: Delivery) -> dict[str, Any]:
    receipt = getattr(delivery, "receipt", None)
    names = ("status", "attempts", "next_at", "delivered_at", "last_error")
    return {
        **{name: getattr(delivery, name) for name in names},
        "id": delivery.pk,
        "platform": delivery.subscriber.name,
        "platform_id": delivery.subscriber_id,
        "record_id": delivery.event.subject,
        "event_type": delivery.event.type,
        "receipt_number": receipt.receipt_number if receipt else "",
    }


def _detail(request: HttpRequest, delivery: Delivery) -> dict[str, Any]:
    due = queries.due_for(delivery.event)
    receipt = getattr(delivery, "receipt", None)
    return {
        **_out(delivery),
        "event": events.cloud_event(delivery.event),
        "due": due.date,
        "provisional": due.provisional,
        "proof": receipt.proof if receipt else "",
        "tries": [{"at": one.at, "http_status": one.http_status, "error": one.error} for one in delivery.tries.all()],
        "may_retry": bool(guards.can_retry(request.user, delivery)),
    }


def _find(pk: int) -> Delivery:
    return get_object_or_404(Delivery.objects.select_related("event", "subscriber", "receipt"), pk=pk)


@router.get("/deliveries", response=DeliveryList, summary="What was told to the platforms, newest first")
def list_deliveries(
    request: HttpRequest,
    status: Annotated[str, Query(max_length=20)] = "",
    platform: Annotated[str, Query(max_length=18, description="`platform_id`.")] = "",
    record: Annotated[str, Query(max_length=20, description="Public id of a record.")] = "",
    after: After = 0,
    limit: Limit = 50,
) -> dict[str, Any]:
    ask(guards.can_read_deliveries(request.user))
    found, more = stretch(queries.listed(status=status, subscriber=platform, record=record), after, limit)
    return {"items": [_out(delivery) for delivery in found], "more": more}


@router.get("/deliveries/{delivery_id}", response=DeliveryDetail, summary="One delivery: the event, receipt, tries")
def read_delivery(request: HttpRequest, delivery_id: Key) -> dict[str, Any]:
    ask(guards.can_read_deliveries(request.user))
    return _detail(request, _find(delivery_id))


@router.post("/deliveries/{delivery_id}/retry", response=DeliveryDetail, summary="Send one delivery again at once")
def retry_delivery(request: HttpRequest, delivery_id: Key) -> dict[str, Any]:
    actions.retry(request.user, _find(delivery_id))
    return _detail(request, _find(delivery_id))


@router.post("/platforms/{platform_id}/retry", response=Sent, summary="Send again everything given up for one platform")
def retry_platform(request: HttpRequest, platform_id: Key) -> dict[str, Any]:
    return {"count": actions.retry_all(request.user, get_object_or_404(Subscriber, pk=platform_id))}
