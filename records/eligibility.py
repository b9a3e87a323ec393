"""The eligibility card: may this record be repaired, when, and what is still missing."""

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from policy.bars import REPAIRED, Incident, bars_for, needs_history
from policy.eligibility import Bar, Eligibility, repair_eligibility
from policy.rulebook import RuleBook
from policy.ways import PERFORMANCE, catalogue_of
from records.findings.queries import incidents_of
from records.models import AdverseRecord


def card(
    record: AdverseRecord,
    *,
    performance_proved: bool = False,
    commitment_signed: bool = False,
    open_case: bool = False,
    bars: Iterable[Bar] = (),
    today: date | None = None,
    way: str = PERFORMANCE,
) -> Eligibility:
    """Return whether a repair may be applied for, every condition with its cure and its article.

    Takes what the case knows (proof, commitment, another open case, bars beside those that findings against the
    subject and its earlier repairs give) and the way of repair (:mod:`policy.ways`); ``today`` is the day in Beijing, by default the present
    one. The rules are those in force on that day.
    """
    today = today or timezone.localdate()
    book = RuleBook.load(today)
    history = incidents_of(record.subject_id)
    if needs_history(book, record.sector):
        history += _history(record)
    earlier = bars_for(history, today=today, book=book, sector=record.sector, conduct=record.violation_type)
    return repair_eligibility(
        earliest_application=record.earliest_application,
        live=record.is_live,
        performance_proved=performance_proved,
        commitment_signed=commitment_signed,
        open_case=open_case,
        bars=[*bars, *earlier],
        today=today,
        book=book,
        way=way,
        catalogue=catalogue_of(record.sector, book),
        sector=record.sector,
    )


def _history(record: AdverseRecord) -> list[Incident]:
    """Return the repairs that the record's subject was granted before."""
    repaired = AdverseRecord.objects.filter(
        subject_id=record.subject_id, status=AdverseRecord.Status.REPAIRED, removed_at__isnull=False
    )
    return [
        Incident(REPAIRED, timezone.localdate(removed_at), conduct)
        for removed_at, conduct in repaired.values_list("removed_at", "violation_type")
    ]
