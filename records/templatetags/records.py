"""What other rooms' templates show of a record's life."""

from django import template

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
