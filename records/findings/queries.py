"""Reading findings: what bars a subject, and what waits for whom."""

from django.db.models import QuerySet

from parties.guards import acts_for
from parties.models import User
from policy.bars import Incident
from records.findings.models import Finding
from records.guards import sees_all
from records.models import AdverseRecord


def incidents_of(subject_id: int) -> list[Incident]:
    """Return what stands against a subject, as the bars want it (:func:`policy.bars.bars_for`)."""
    found = Finding.objects.filter(subject_id=subject_id, status__in=Finding.BARRING).order_by("found_on")
    return [Incident(kind, found_on) for kind, found_on in found.values_list("kind", "found_on")]


def waiting_findings(user: User) -> QuerySet[Finding]:
    """Return the findings that wait for a second person and that this person may see, oldest first."""
    waiting = Finding.objects.filter(status__in=Finding.WAITING).select_related(
        "record__authority", "record__subject", "proposed_by", "lift_proposed_by"
    )
    waiting = waiting.order_by("proposed_at")
    return waiting if sees_all(user) else waiting.filter(record__authority_id=user.authority_id)


def findings_about(user: User, record: AdverseRecord) -> list[Finding]:
    """Return what was found against the record's subject, as far as this person may see it: all of it on any of the
    subject's records, because all of it bars."""
    found = Finding.objects.filter(subject=record.subject_id).select_related("record__authority", "subject")
    if acts_for(user, record.subject) and not user.works_here:
        return list(found.exclude(status__in=[Finding.Status.PROPOSED, Finding.Status.DISMISSED]))
    if not sees_all(user):
        found = found.filter(record__authority_id=user.authority_id)
    return list(found)
