"""What a record says, in the shapes that rules, notices and events want."""

from functools import cache
from typing import Any

from django.utils import timezone, translation

from parties.identity import mask, mask_in
from policy.facts import RecordFacts
from policy.rulebook import RuleBook
from policy.ways import catalogue_of
from records.canonical import as_text, split_categories
from records.models import AdverseRecord, Severity

#: Formal notices and stored reasons are Chinese, whatever language the person at the page reads.
FORMAL_LANGUAGE = "zh-hans"


def policy_facts(record: AdverseRecord, book: RuleBook) -> RecordFacts:
    """Return what the rules need to know of a stored record. Summary-procedure penalties are never stored.

    ``book`` says which sectors' records only the local catalogue lists.
    """
    return RecordFacts(
        decision_date=record.decision_date,
        categories=split_categories(record.category),
        content=record.content,
        fine_amount=record.fine_amount,
        is_person=record.subject.is_person,
        sector=record.sector,
        serious_list=record.serious_list,
        minor_declared=record.minor_declared,
        summary_procedure=False,
        conduct_ended=record.conduct_ended,
        catalogue=catalogue_of(record.sector, book),
    )


def notice_facts(record: AdverseRecord) -> dict[str, Any]:
    """Return the ``record`` part of a notice's facts: JSON text, ISO dates, formal Chinese labels.

    Numbers of people in what the authority wrote leave only masked.
    """
    return {
        "public_id": record.public_id,
        "document_number": record.document_number,
        "decision_date": as_text(record.decision_date),
        "authority": record.authority.name,
        "category": record.category,
        "severity": _formal_severity(record.severity),
        "content": mask_in(record.content),
        "publicity_from": as_text(record.publicity_from),
        "publicity_until": as_text(record.publicity_until),
        "earliest_application": as_text(record.earliest_application),
        # Its time was over before the notice: at registration, or by what was corrected.
        "ended": record.status == AdverseRecord.Status.EXPIRED,
    }


@cache
def _formal_severity(severity: str) -> str:
    with translation.override(FORMAL_LANGUAGE):
        return str(Severity(severity).label)


#: What a platform shows of an entity's record, sent with the events after which it shows something (new).
SHOWN = (
    "category",
    "violation_type",
    "content",
    "fine_amount",
    "confiscated_amount",
    "decision_date",
    "publicity_from",
    "publicity_until",
)
SHOWN_BY = ("publish", "correct")


def event_data(
    record: AdverseRecord, action: str, reason: str, case_number: str, effective_on: Any = None
) -> dict[str, Any]:
    """Return an event's data about a record. A natural person's name and number leave only masked, and so do
    numbers of people in the text of anybody's record.

    ``effective_on`` is the day (Beijing) from which a platform must show the change; empty: the day of the
    last change that we know, ``removed_at`` or today.
    """
    if effective_on is None:
        effective_on = timezone.localdate(record.removed_at) if record.removed_at else timezone.localdate()
    subject = record.subject
    person = subject.is_person
    shown = (
        {}
        if person or action not in SHOWN_BY
        else {"shown": {name: mask_in(as_text(getattr(record, name))) for name in SHOWN}}
    )
    return {
        **shown,
        "record_id": record.public_id,
        "subject_code": mask(subject.identity_number or "") if person else subject.code or "",
        "subject_name": mask_name(record.subject_name) if person else record.subject_name,
        "document_number": record.document_number,
        "authority": record.authority.name,
        "action": action,
        "reason": mask_in(reason),
        "case_number": case_number,
        "effective_on": as_text(effective_on),
    }


def mask_name(name: str) -> str:
    """Return a natural person's name with only the first character: 张*."""
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""
