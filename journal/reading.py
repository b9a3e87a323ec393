"""Reading the whole journal in order with constant memory, even where somebody damaged it."""

from collections.abc import Iterator

from django.db.models import Max, Subquery

from journal.chain import GENESIS
from journal.models import ChainHead, Entry
from journal.verify import Line, Report, walk

FIELDS = (
    "sequence", "at", "actor_id", "actor_name", "verb", "thing_type", "thing_id", "data", "previous_hash", "hash",
)  # fmt: skip
CHUNK = 1000


def verify() -> Report:
    """Walk the journal as it stands and return what was found.

    The head and the last number are read in one statement, so lines that are appended meanwhile do not disturb.
    """
    head = (
        ChainHead.objects.filter(id=1)
        .annotate(last=Subquery(Entry.objects.order_by("-sequence").values("sequence")[:1]))
        .first()
    )
    if head is None:
        last_sequence = Entry.objects.aggregate(last=Max("sequence"))["last"] or 0
        return walk(read(last_sequence), 0, GENESIS)
    return walk(read(head.last or 0), head.sequence, head.hash)


def read(until: int) -> Iterator[Line]:
    """Yield the lines up to a number, lowest first, a chunk at a time."""
    after = None
    while True:
        entries = Entry.objects.filter(sequence__lte=until).order_by("sequence")
        if after is not None:
            entries = entries.filter(sequence__gt=after)
        try:
            chunk = [Line(**row) for row in entries.values(*FIELDS)[:CHUNK]]
        except (ValueError, TypeError):
            # A cell no longer holds what its type allows: find the line, one at a time.
            numbers = list(entries.values_list("sequence", flat=True)[:CHUNK])
            chunk = [_read_one(number) for number in numbers]
        if not chunk:
            return
        yield from chunk
        after = chunk[-1].sequence


def _read_one(sequence: int) -> Line:
    try:
        return Line(**Entry.objects.values(*FIELDS).get(sequence=sequence))
    except (ValueError, TypeError):
        return Line(sequence, unreadable=True)
