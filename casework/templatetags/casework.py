"""Small helpers of the case pages."""

from django import template

register = template.Library()


@register.filter
def notice_kind(kind, outcome: str) -> str:
    """``{{ kind|notice_kind:outcome }}``: which notice a decision of this kind makes."""
    return kind.decision_notice(outcome)


@register.filter
def lookup(mapping: dict, key):
    """``{{ verdicts|lookup:outcome }}``."""
    return mapping.get(key)
