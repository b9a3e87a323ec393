"""What a query shows of a subject, and what the credit statement says: the same lines, from one place."""

from typing import Any

from django.utils import timezone, translation

from parties.models import Subject
from records.actions.common import is_over
from records.canonical import as_text
from records.enquiries.models import QueryRecord
from records.facts import FORMAL_LANGUAGE, notice_facts
from records.models import AdverseRecord
from records.queries import explanation_of

#: The statuses of a record that counts today.
COUNTING = [status for status in AdverseRecord.LIVE if status != AdverseRecord.Status.DEFERRED]


def lines_of(subject: Subject) -> list[dict[str, Any]]:
    """Return a subject's live records, newest decision first, as JSON: what stands, and that it is disputed.

    What was repaired, has run out or was revoked is not in it, and nothing says that it ever was; nor is what counts
    only from a later day (延期).
    """
    live = AdverseRecord.objects.filter(subject=subject, status__in=COUNTING).select_related("authority")
    return [_line(record) for record in live.order_by("-decision_date", "-pk") if not is_over(record)]


def _line(record: AdverseRecord) -> dict[str, Any]:
    explanation = explanation_of(record)
    with translation.override(FORMAL_LANGUAGE):
        status = str(record.get_status_display())
    return {
        **notice_facts(record),
        "subject_name": record.subject_name,
        "violation_type": record.violation_type,
        "status": status,
        "objection": record.objection_marked,
        "disclosed_until": as_text(record.disclosed_until),
        "explanation": explanation.text if explanation else "",
    }


def rules_under(query: QueryRecord) -> list[int]:
    """Return the ids of the rules on which the statement of this query rests: class and dates of what it lists."""
    listed = AdverseRecord.objects.filter(public_id__in=[line["public_id"] for line in query.shown])
    return sorted({rule_id for rule_ids in listed.values_list("rule_ids", flat=True) for rule_id in rule_ids})


def statement_facts(query: QueryRecord) -> dict[str, Any]:
    """Return the facts of the credit statement that answers a query (``notices``' ``statement`` key)."""
    return {
        "statement": {
            "generated_at": timezone.localtime(query.asked_at).isoformat(timespec="minutes"),
            "kind": query.kind,
            "recipient": query.recipient,
            "purpose": query.purpose,
            "authorised_on": query.authorised_on.isoformat() if query.authorised_on else "",
            "office": query.office.name if query.office else "",
            "total": len(query.shown),
            "records": query.shown,
        }
    }
