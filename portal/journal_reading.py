"""Reading the journal: filters, the chain's state, and whether decisions were really made by two people."""

from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from casework.models import Decision
from journal.chain import GENESIS, digest_entry
from journal.models import ChainHead, Entry
from portal.journal_words import thing_in_words, verb_in_words, verbs_saying

#: So many of the newest lines are recalculated whenever the page is opened; all of them: manage.py journal verify.
NEWEST_CHECKED = 200


@dataclass(frozen=True)
class Row:
    """One line of the journal and whether its own hash is right."""

    entry: Entry
    intact: bool

    @property
    def verb(self) -> str:
        return verb_in_words(self.entry.verb)

    @property
    def thing(self) -> str:
        return thing_in_words(self.entry.thing_type)


@dataclass(frozen=True)
class ChainState:
    """What recalculating the newest lines found; ``broken_at`` is the sequence of the first bad line."""

    length: int
    head: str
    checked: int
    broken_at: int | None

    @property
    def intact(self) -> bool:
        return self.broken_at is None


@dataclass(frozen=True)
class TwoPersonFigures:
    """How many decisions there are, and how many break the two-person rule in one way or another (must be 0)."""

    decisions: int
    one_person: int
    applicant_took_part: int
    pairs: list[dict]


def filtered(wanted: dict) -> QuerySet[Entry]:
    """Return the lines that match, newest first. Keys: verb (its code or its words), actor, thing (texts), since, until (Beijing days)."""
    lines = Entry.objects.order_by("-sequence")
    if verb := wanted.get("verb"):
        lines = lines.filter(Q(verb__icontains=verb) | Q(verb__in=verbs_saying(verb)))
    if actor := wanted.get("actor"):
        lines = lines.filter(actor_name__icontains=actor)
    if thing := wanted.get("thing"):
        kind, _, number = thing.rpartition("/")
        lines = (
            lines.filter(thing_type__iexact=kind, thing_id=number)
            if kind
            else lines.filter(Q(thing_type__icontains=thing) | Q(thing_id=thing))
        )
    if since := wanted.get("since"):
        lines = lines.filter(at__gte=timezone.make_aware(datetime.combine(since, time.min)))
    if until := wanted.get("until"):
        lines = lines.filter(at__lte=timezone.make_aware(datetime.combine(until, time.max)))
    return lines


def checked(entries: list[Entry]) -> list[Row]:
    """Return each line with whether its hash still fits what it says."""
    return [Row(entry, entry.hash == digest_entry(entry)) for entry in entries]


def chain_state() -> ChainState:
    """Recalculate the newest lines, their links and the head's place."""
    head = ChainHead.objects.filter(id=1).first() or ChainHead(sequence=0, hash=GENESIS)
    newest = list(Entry.objects.order_by("-sequence")[: NEWEST_CHECKED + 1])[::-1]
    broken = None
    if (newest[-1].sequence, newest[-1].hash) != (head.sequence, head.hash) if newest else head.sequence:
        broken = head.sequence
    for index, entry in enumerate(newest):
        linked = index == 0 or (
            entry.previous_hash == newest[index - 1].hash and entry.sequence == newest[index - 1].sequence + 1
        )
        first = index > 0 or entry.sequence > 1 or entry.previous_hash == GENESIS
        if not (linked and first and entry.hash == digest_entry(entry)):
            broken = entry.sequence
            break
    return ChainState(head.sequence, head.hash, len(newest), broken)


def two_person_figures() -> TwoPersonFigures:
    """Count decisions by their two people, and those the rule forbids."""
    decisions = Decision.objects.all()
    pairs = decisions.values(preparer=F("prepared_by__full_name"), approver=F("approved_by__full_name")).annotate(
        total=Count("id")
    )
    return TwoPersonFigures(
        decisions=decisions.count(),
        one_person=decisions.filter(prepared_by=F("approved_by")).count(),
        applicant_took_part=decisions.filter(Q(prepared_by=F("applicant")) | Q(approved_by=F("applicant"))).count(),
        pairs=list(pairs.order_by("-total")[:20]),
    )
