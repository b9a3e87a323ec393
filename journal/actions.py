"""Writing the journal. The only writer."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from journal.chain import digest_entry
from journal.models import ChainHead, Entry
from journal.stored import as_stored


@dataclass(frozen=True)
class Line:
    """What is to be written: a verb, the thing it happened to and the facts worth keeping, as they are now."""

    verb: str
    thing: models.Model
    data: dict[str, Any] = field(default_factory=dict)
    actor: models.Model | None = None

    def __post_init__(self):
        # The line may wait for the end of its verb: what it says must not change with what it was made of.
        object.__setattr__(self, "data", _plain(as_stored(self.data)))


_collected: ContextVar[list[Line] | None] = ContextVar("journal_lines", default=None)


@contextmanager
def journalled() -> Iterator[None]:
    """Run a verb as one transaction whose journal lines are written together as its very last step.

    The chain's head is one row that every verb needs. Locked last and only once, it cannot take part in a deadlock,
    however many rows and however many lower verbs a verb touches. Verbs nest: lines of an inner one wait for the
    outermost, and vanish with the inner one if it fails. (A bare ``transaction.atomic`` inside a verb does not take
    its lines with it when it fails: make such a part a ``journalled`` one.)
    """
    lines = _collected.get()
    if lines is not None:
        start = len(lines)
        try:
            with transaction.atomic():
                yield
        except BaseException:
            del lines[start:]
            raise
        return
    lines = []
    token = _collected.set(lines)
    try:
        with transaction.atomic():
            yield
            _collected.set(None)
            if lines:
                append_all(lines)
    finally:
        _collected.reset(token)


def append(actor: models.Model | None, verb: str, thing: models.Model, data: dict[str, Any] | None = None) -> None:
    """Append one line to the journal, at the end of the running :func:`journalled` verb or at once without one.

    Takes the acting user (``None``: the system itself), a verb (``room.verb``), the thing (saved, with a primary key)
    and JSON-able facts (dates, decimals and floats become text; identity numbers do not belong here).

    Raises:
        RuntimeError: called outside a transaction.
        ValueError: the thing is not saved yet.
    """
    line = Line(verb, thing, data or {}, actor)
    lines = _collected.get()
    if lines is None:
        append_all([line])
    else:
        _require_transaction()
        lines.append(line)


def append_all(lines: Iterable[Line]) -> list[Entry]:
    """Append several lines in order with one lock of the chain's head, and return them.

    Raises:
        RuntimeError: called outside a transaction.
        ValueError: the thing is not saved yet.
    """
    _require_transaction()
    lines = list(lines)
    if unsaved := [line.verb for line in lines if line.thing.pk is None]:
        raise ValueError(f"The journal tells of saved things only: {', '.join(unsaved)}.")
    if not lines:
        return []
    head = _lock_head()
    now = timezone.now()
    entries = []
    for line in lines:
        entry = Entry(
            sequence=head.sequence + 1,
            at=now,
            actor_id=getattr(line.actor, "pk", None),
            actor_name=_plain(str(line.actor))[:200] if line.actor is not None else "系统",
            verb=line.verb,
            thing_type=line.thing._meta.label_lower,
            thing_id=str(line.thing.pk),
            data=line.data,
            previous_hash=head.hash,
        )
        entry.hash = digest_entry(entry)
        head.sequence, head.hash = entry.sequence, entry.hash
        entries.append(entry)
    Entry.objects.bulk_create(entries, batch_size=500)
    head.save(update_fields=["sequence", "hash"])
    return entries


def _require_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A journal line is written in the transaction of what it tells.")


def _lock_head() -> ChainHead:
    head = ChainHead.objects.select_for_update().filter(id=1).first()
    if head is None:
        # The very first line; whoever loses the race finds the winner's row and waits for it.
        ChainHead.objects.get_or_create(id=1)
        head = ChainHead.objects.select_for_update().get(id=1)
    return head


def _plain(value: Any) -> Any:
    """Return JSON that every database gives back exactly as it was hashed.

    PostgreSQL's jsonb writes floats in its own way (1e16 comes back as a whole number) and refuses NUL and lone
    surrogates; so floats become text and such characters are replaced.
    """
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    return value
