"""The contents of a record that can be disputed."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from records.models import AdverseRecord

#: Canonical field names, in the order in which a record is read.
DISPUTABLE = (
    "subject_name",
    "document_number",
    "category",
    "violation_type",
    "facts",
    "legal_basis",
    "content",
    "fine_amount",
    "confiscated_amount",
    "decision_date",
    "valid_until",
)


def field_label(name: str) -> str:
    """Return what a field is called on paper; for the record as a whole, its name."""
    if name not in DISPUTABLE:
        return _("整条信息")
    return AdverseRecord._meta.get_field(name).verbose_name


def field_text(record: AdverseRecord, name: str) -> str:
    """Return the field's present value as text (dates ISO, amounts in yuan)."""
    if name not in DISPUTABLE:
        return ""
    value = getattr(record, name)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value or ""


def choices() -> list[tuple[str, str]]:
    """Return the choices of a form: the whole record, then every disputable field."""
    return [("", _("整条信息"))] + [(name, field_label(name)) for name in DISPUTABLE]
