"""The hash chain of the journal: pure calculations."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64


def digest(
    *,
    sequence: int,
    at: datetime,
    actor_id: int | None,
    actor_name: str,
    verb: str,
    thing_type: str,
    thing_id: str,
    data: dict[str, Any],
    previous_hash: str,
) -> str:
    """Return the SHA-256 (64 hex digits) of one journal line.

    ``at`` is any aware moment; it is hashed in UTC with microseconds. ``data`` must survive JSON unchanged.
    """
    line = [
        sequence,
        at.astimezone(UTC).isoformat(timespec="microseconds"),
        actor_id,
        actor_name,
        verb,
        thing_type,
        thing_id,
        data,
        previous_hash,
    ]
    text = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def digest_entry(entry) -> str:
    """Return what ``entry.hash`` must be, given everything else in the entry."""
    return digest(
        sequence=entry.sequence,
        at=entry.at,
        actor_id=entry.actor_id,
        actor_name=entry.actor_name,
        verb=entry.verb,
        thing_type=entry.thing_type,
        thing_id=entry.thing_id,
        data=entry.data,
        previous_hash=entry.previous_hash,
    )
