"""The public register's questions: what is public today, and what a name or a code finds."""

import re
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from exchange.models import OutboundEvent
from parties.models import Subject
from records.models import AdverseRecord
from records.search.models import RegisterName
from records.search.names import fold, key_of, says_nothing, span

_CODE = re.compile(r"[0-9A-Z]{18}")
#: Shorter texts would list half the register.
SHORTEST_NAME = 2
#: So many records are listed for one question; whoever needs another one writes more of the name.
MOST = 200
#: So many endings are looked at: one record each, and some more for subjects whose last record has just ended.
ENDINGS = 2 * MOST
#: The records of so many subjects are read by one query.
AT_ONCE = 100
PUBLIC_KINDS = (Subject.Kind.ENTITY, Subject.Kind.BUSINESS)


@dataclass(frozen=True)
class Found:
    """What a question found: primary keys, newest decision first.

    ``more``: there are others; they are never counted. ``empty_because``: ``short`` or ``common`` when the text is
    too little to be looked for.
    """

    pks: list[int]
    more: bool = False
    empty_because: str = ""

    def __len__(self) -> int:
        return len(self.pks)


def public_records() -> QuerySet[AdverseRecord]:
    """Return what the public register shows today: entities only, publicised, inside the window.

    A natural person is excluded here too, not only by never being publicised.
    """
    today = timezone.localdate()
    return AdverseRecord.objects.select_related("subject", "authority").filter(
        Q(publicity_until__gte=today) | Q(publicity_until__isnull=True),
        status=AdverseRecord.Status.PUBLICISED,
        publicity_from__lte=today,
        subject__kind__in=PUBLIC_KINDS,
    )


def find_public(text: str) -> Found:
    """Return the public records of a code (18 characters, exact) or of names that contain the text.

    Full width, letter case, blanks and invisible characters do not matter. At most :data:`MOST`; a longer register
    does not make a question longer: one walk of an ordered index, then as many records as are shown.
    """
    key = key_of(text)
    if _CODE.fullmatch(key):
        return _found(_newest(Q(subject__code=key)))
    if len(key) < SHORTEST_NAME:
        return Found([], empty_because="short")
    if says_nothing(key):
        return Found([], empty_because="common")
    first, behind = span(key)
    walked = list(
        RegisterName.objects.filter(ending__gte=first, ending__lt=behind)
        .order_by("ending", "subject_id")
        .values_list("subject_id", flat=True)[: ENDINGS + 1]
    )
    subjects = list(dict.fromkeys(walked[:ENDINGS]))
    dated: list[tuple] = []
    # A hundred subjects often fill the list; the records of four hundred need not all be read for it.
    while subjects and len(dated) <= MOST:
        dated += _newest(Q(subject_id__in=subjects[:AT_ONCE]))
        del subjects[:AT_ONCE]
    return _found(dated, more=bool(subjects) or len(walked) > ENDINGS)


def search_register(text: str) -> QuerySet[AdverseRecord]:
    """Return the public records that a code or a part of a name finds, as a queryset: :func:`find_public`."""
    return public_records().filter(pk__in=find_public(text).pks)


def was_public(public_id: str) -> bool:
    """Whether a record that the register does not show (any more) was told to the platforms as published.

    Never for a natural person's: nobody may learn here that there is one.
    """
    if not AdverseRecord.objects.filter(public_id=public_id, subject__kind__in=PUBLIC_KINDS).exists():
        return False
    return OutboundEvent.objects.filter(subject=public_id, type=OutboundEvent.Type.PUBLISHED).exists()


def _newest(whose: Q) -> list[tuple]:
    """Return (day of decision, primary key) of the newest public records, one more than a list takes."""
    newest = public_records().filter(whose).order_by("-decision_date", "-pk")
    return list(newest.values_list("decision_date", "pk")[: MOST + 1])


def _found(dated: list[tuple], more: bool = False) -> Found:
    pks = [pk for _day, pk in sorted(dated, reverse=True)]
    return Found(pks[:MOST], more or len(pks) > MOST)


__all__ = ["MOST", "Found", "find_public", "fold", "public_records", "search_register", "was_public"]
