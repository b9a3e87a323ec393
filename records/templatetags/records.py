"""What other rooms' templates show of a record's life."""

from django import template

from records.findings.guards import can_propose
from records.findings.queries import findings_about
from records.life import guards
from records.models import AdverseRecord
from records.queries import explanation_of

register = template.Library()


@register.inclusion_tag("records/parts_explanation.html")
def explanation(record: AdverseRecord, level: str = "h2") -> dict:
    """Draw the subject's explanation in a card, or nothing when none is shown."""
    return {"explanation": explanation_of(record), "level": level}


@register.simple_tag
def may_report_change(user, record: AdverseRecord) -> bool:
    """Whether this person may report that the decision behind the record was annulled or changed."""
    return bool(guards.can_report_change(user, record))


@register.simple_tag
def may_report_finding(user, record: AdverseRecord) -> bool:
    """Whether this person may report false materials or a broken commitment in the record's repair."""
    return bool(can_propose(user, record))


@register.inclusion_tag("records/parts_findings.html")
def findings(user, record: AdverseRecord) -> dict:
    """Draw what was found against the record's subject, as far as this person may see it; nothing when there is none."""
    return {"findings": findings_about(user, record)}
