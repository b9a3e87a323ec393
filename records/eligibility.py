"""The eligibility card: may this record be repaired, when, and what is still missing."""

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from policy.eligibility import Bar, Eligibility, repair_eligibility
from policy.rulebook import RuleBook
from records.models import AdverseRecord


def card(
    record: AdverseRecord,
    *,
    performance_proved: bool = False,
    commitment_signed: bool = False,
    open_case: bool = False,
    bars: Iterable[Bar] = (),
    today: date | None = None,
) -> Eligibility:
    """Return whether a repair may be applied for, every condition with its cure and its article.

    Takes what the case knows (proof, commitment, another open case, bars); ``today`` is the day in Beijing,
    by default the present one. The rules are those in force on that day.
    """
    today = today or timezone.localdate()
    return repair_eligibility(
        earliest_application=record.earliest_application,
        live=record.is_live,
        performance_proved=performance_proved,
        commitment_signed=commitment_signed,
        open_case=open_case,
        bars=list(bars),
        today=today,
        book=RuleBook.load(today),
    )
