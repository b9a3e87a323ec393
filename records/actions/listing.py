"""Which names the register's search knows: written with every record that becomes public, tidied once a day.

Adding happens in the transaction that publicises. Taking away is no verb's business: a name without a public record
finds nothing, so it may wait for :func:`tidy_names`.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from parties.models import Subject
from records.models import AdverseRecord
from records.search.finding import PUBLIC_KINDS
from records.search.models import RegisterName
from records.search.names import endings, names_of, whole

#: Records or subjects a transaction.
BATCH = 1000


def list_names(records: Iterable[AdverseRecord]) -> int:
    """Write down the names of those of the records that are public, inside the caller's transaction.

    Takes saved records with their subjects; give a batch in one call. Returns how many endings are new. A record
    must be saved before its names: :func:`tidy_names` relies on it.
    """
    wanted = {
        (whole(name), record.subject_id): name
        for record in records
        if record.status == AdverseRecord.Status.PUBLICISED and record.subject.kind in PUBLIC_KINDS
        for name in names_of(record)
    }
    if not wanted:
        return 0
    _hold({subject for _ending, subject in wanted})
    for pair in known_pairs(ending for ending, _subject in wanted):
        wanted.pop(pair, None)
    # Always in one order, so that two transactions that write the same names wait and do not lock each other out.
    rows = sorted({(subject, ending) for (_whole, subject), name in wanted.items() for ending in endings(name)})
    _insert(rows)
    return len(rows)


def known_pairs(whole_names: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    """Yield each of these endings that is there, with each subject that has it."""
    # By the ending alone: asked for subjects as well, SQLite would try every ending with every subject.
    asked = iter(sorted(set(whole_names)))
    while part := list(islice(asked, BATCH)):
        for ending, subject in RegisterName.objects.filter(ending__in=part).values_list("ending", "subject_id"):
            yield bytes(ending), subject


def _hold(subjects: set[int]) -> None:
    """Keep the subjects' rows from :func:`tidy_names` until the transaction ends, without keeping others from them.

    A new record's foreign key would do it, but PostgreSQL looks at it only when the transaction ends. SQLite has one
    writer at a time.
    """
    if not connection.features.has_select_for_update:
        return
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(Subject._meta.db_table)
        held = f"SELECT 1 FROM {table} WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"  # noqa: S608
        cursor.execute(held, [sorted(subjects)])


def _insert(rows: list[tuple[int, bytes]]) -> None:
    """Write (subject, ending) pairs; one that is there already is left alone."""
    # Seven rows a new subject, by the million: as objects they would cost three times as much as the writing itself.
    table = connection.ops.quote_name(RegisterName._meta.db_table)
    with connection.cursor() as cursor:
        for start in range(0, len(rows), BATCH):
            part = rows[start : start + BATCH]
            places = ", ".join(["(%s, %s)"] * len(part))
            cursor.execute(
                f"INSERT INTO {table} (subject_id, ending) VALUES {places} ON CONFLICT DO NOTHING",  # noqa: S608
                [value for row in part for value in row],
            )


def list_new_name(subject: Subject) -> int:
    """Write down the name that a subject bears now, if the register shows one of its records."""
    return list_names(AdverseRecord.objects.filter(subject=subject, status=AdverseRecord.Status.PUBLICISED)[:1])


def add_missing() -> int:
    """Write down every name of every public record that is not there; return how many endings were missing."""
    public = AdverseRecord.objects.filter(
        status=AdverseRecord.Status.PUBLICISED, subject__kind__in=PUBLIC_KINDS
    ).select_related("subject")
    needed = public.only("status", "subject_name", "subject__kind", "subject__name").order_by("pk")
    added = 0
    for batch in _batches(needed.iterator(chunk_size=BATCH)):
        with transaction.atomic():
            added += list_names(batch)
    return added


def tidy_names() -> int:
    """Forget the names of subjects without a live record; return how many endings went.

    A record that is being registered holds its subject's row; such a subject is passed over, so that its names are
    never taken away from under the new record.
    """
    gone, last = 0, 0
    live = AdverseRecord.objects.filter(subject=OuterRef("subject_id"), status__in=AdverseRecord.LIVE)
    while True:
        idle = RegisterName.objects.filter(~Exists(live), subject_id__gt=last).order_by("subject_id")
        subjects = list(idle.values_list("subject_id", flat=True).distinct()[:BATCH])
        if not subjects:
            return gone
        last = subjects[-1]
        with transaction.atomic():
            free = Subject.objects.select_for_update(skip_locked=True).filter(pk__in=subjects)
            held = list(free.values_list("pk", flat=True))
            gone += RegisterName.objects.filter(~Exists(live), subject_id__in=held).delete()[0]


def _batches(records: Iterator[AdverseRecord]) -> Iterator[list[AdverseRecord]]:
    while batch := list(islice(records, BATCH)):
        yield batch
