"""The shape in which events leave the house: CloudEvents 1.0, structured JSON."""

import json
from datetime import UTC
from typing import Any

from django.conf import settings

from exchange.models import OutboundEvent

CONTENT_TYPE = "application/cloudevents+json"


def cloud_event(event: OutboundEvent) -> dict[str, Any]:
    """Return the CloudEvent of a stored event: the same dictionary every time, whatever happened since.

    ``sequence`` (with ``sequencetype`` Integer) is the CloudEvents extension of that name: the order of events
    of one ``subject``, from 1 without gaps, padded with zeros so that it sorts as text too.
    """
    return {
        "specversion": "1.0",
        "id": str(event.event_id),
        "source": settings.PUBLIC_URL,
        "type": event.type,
        "subject": event.subject,
        "time": event.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "sequence": f"{event.sequence:010d}",
        "sequencetype": "Integer",
        "data": event.data,
    }


def body(event: OutboundEvent) -> str:
    """Return the request body of an event: byte for byte the same at every try."""
    return json.dumps(cloud_event(event), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def pretty(event: OutboundEvent) -> str:
    """Return the event as people read it: indented."""
    return json.dumps(cloud_event(event), ensure_ascii=False, indent=2)
