"""Platforms over the API: how each stands, its signing secret, and whether it is sent to at all. Doors only."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from exchange import actions, guards, queries
from exchange.forms import RotateSecretForm
from exchange.models import Subscriber
from policy.shapes import Key, ask, checked

router = Router(tags=["exchange"])


class PlatformOut(Schema):
    """A platform. Its secret is never told again after it was made."""

    id: int
    name: str
    url: str
    active: bool
    failed: int = Field(description="Deliveries given up.")
    pending: int
    unconfirmed: int
    secret_version: int
    old_secret_until: datetime | None = Field(description="Until then the old secret signs too; null: no overlap runs.")
    may_rotate: bool


class PlatformList(Schema):
    items: list[PlatformOut]


class NewSecretOut(PlatformOut):
    secret: str = Field(description="The new signing secret, told this once.")


class RotateIn(Schema):
    """``overlap``: hours that the old secret signs beside the new one; ``version``: the secret that is replaced."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"overlap": 72, "version": 1}]})

    overlap: int | None = Field(None, description="72, 168, or 0: the old one has leaked and stops at once.")
    version: int | None = Field(None, ge=1, le=2**31 - 1)


class ActiveIn(Schema):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"active": False}]})

    active: bool


def _out(request: HttpRequest, found: Subscriber) -> dict[str, Any]:
    overlapping = found.old_secret_until is not None and timezone.now() < found.old_secret_until
    names = ("name", "url", "active", "failed", "pending", "unconfirmed", "secret_version")
    return {
        "id": found.pk,
        **{name: getattr(found, name) for name in names},
        "old_secret_until": found.old_secret_until if overlapping else None,
        "may_rotate": bool(guards.can_rotate(request.user, found)),
    }


def _told(request: HttpRequest, pk: int) -> dict[str, Any]:
    return _out(request, get_object_or_404(queries.platforms(), pk=pk))


@router.get("/platforms", response=PlatformList, summary="Every platform, with what waits for it")
def list_platforms(request: HttpRequest) -> dict[str, Any]:
    ask(guards.can_read_deliveries(request.user))
    return {"items": [_out(request, found) for found in queries.platforms()]}


@router.get("/platforms/{platform_id}", response=PlatformOut, summary="One platform")
def read_platform(request: HttpRequest, platform_id: Key) -> dict[str, Any]:
    ask(guards.can_read_deliveries(request.user))
    return _told(request, platform_id)


@router.post("/platforms/{platform_id}/secret", response=NewSecretOut, summary="Change a platform's signing secret")
def rotate(request: HttpRequest, platform_id: Key, body: RotateIn) -> dict[str, Any]:
    """Make a new secret and tell it, this once. Until the overlap ends both sign. 409 if it was changed meanwhile."""
    subscriber = get_object_or_404(Subscriber, pk=platform_id)
    ask(guards.can_read_deliveries(request.user))
    given = checked(RotateSecretForm(body.dict()))
    overlap = timedelta(hours=given["overlap"])
    made = actions.rotate_secret(request.user, subscriber, overlap=overlap, version=given["version"])
    return {**_told(request, platform_id), "secret": made.secret}


@router.post("/platforms/{platform_id}/secret/retire", response=PlatformOut, summary="End an overlap of two secrets")
def retire(request: HttpRequest, platform_id: Key) -> dict[str, Any]:
    actions.retire_old_secret(request.user, get_object_or_404(Subscriber, pk=platform_id))
    return _told(request, platform_id)


@router.post("/platforms/{platform_id}/active", response=PlatformOut, summary="Stop sending, or send again")
def set_active(request: HttpRequest, platform_id: Key, body: ActiveIn) -> dict[str, Any]:
    """Activated again, a platform is told by itself of what it missed."""
    subscriber = get_object_or_404(Subscriber, pk=platform_id)
    (actions.activate if body.active else actions.deactivate)(request.user, subscriber)
    return _told(request, platform_id)
