"""Writing the journal. The only writer."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone

from journal.chain import digest_entry
from journal.models import ChainHead, Entry


@dataclass(frozen=True)
class Line:
    """What is to be written: a verb, the thing it happened to and the facts worth keeping."""

    verb: str
    thing: models.Model
    data: dict[str, Any] = field(default_factory=dict)


def append(actor: models.Model | None, verb: str, thing: models.Model, data: dict[str, Any] | None = None) -> Entry:
    """Append one line to the journal and return it.

    Takes the acting user (``None``: the system itself), a verb (``app.verb``), the thing and JSON-able facts
    (dates and decimals become text; identity numbers do not belong here). Must run inside the transaction
    that does what the line tells, as its last lock: the chain's head stays locked until commit.

    Raises:
        RuntimeError: called outside a transaction.
    """
    return append_all(actor, [Line(verb, thing, data or {})])[0]


def append_all(actor: models.Model | None, lines: Iterable[Line]) -> list[Entry]:
    """Append several lines in order with one lock of the chain's head; see :func:`append`."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A journal line is written in the transaction of what it tells.")
    head = _lock_head()
    now = timezone.now()
    entries = []
    for line in lines:
        entry = Entry(
            sequence=head.sequence + 1,
            at=now,
            actor_id=getattr(actor, "pk", None),
            actor_name=str(actor) if actor is not None else "系统",
            verb=line.verb,
            thing_type=line.thing._meta.label_lower,
            thing_id=str(line.thing.pk),
            data=json.loads(json.dumps(line.data, cls=DjangoJSONEncoder)),
            previous_hash=head.hash,
        )
        entry.hash = digest_entry(entry)
        head.sequence, head.hash = entry.sequence, entry.hash
        entries.append(entry)
    Entry.objects.bulk_create(entries, batch_size=500)
    head.save(update_fields=["sequence", "hash"])
    return entries


def _lock_head() -> ChainHead:
    ChainHead.objects.get_or_create(id=1)
    return ChainHead.objects.select_for_update().get(id=1)
