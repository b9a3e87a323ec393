"""What officers taught about the headings of one source, and how canonical fields are called on pages."""

import re
import unicodedata
from typing import Any

from django.utils.translation import gettext_lazy as _

from parties.models import Subject
from policy.sectors import Sector
from records.intake.headings import AMOUNTS, choice_of, fields_known
from records.models import AdverseRecord, HeadingAlias

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")

#: Fields that are no column of a record, or that people would not know by the column's name.
_LABELS = {
    "subject_kind": _("当事人类别"),
    "subject_code": _("统一社会信用代码"),
    "identity_number": _("自然人证件号码"),
    "legal_representative": _("法定代表人"),
    "registration_number": _("工商注册号"),
    "organisation_code": _("组织机构代码"),
    "tax_number": _("税务登记号"),
    "authority_name": _("处罚机关"),
    "authority_code": _("处罚机关代码"),
    "data_provider_code": _("数据来源单位代码"),
    "category_more": _("处罚类别（第二列）"),
    "fine_amount": _("罚款金额"),
    "confiscated_amount": _("没收金额"),
    "procedure": _("处罚程序"),
    "severity_declared": _("失信程度（机关认定）"),
    "state_declared": _("当前状态（正常、撤销、异议）"),
}


def fold_text(text: str) -> str:
    """Return a text without invisible characters and with single blanks."""
    return " ".join(_INVISIBLE.sub("", str(text)).split())


def fold_source(source: str) -> str:
    """Return the name of a source as it is looked up: half width, no blanks."""
    return "".join(fold_text(unicodedata.normalize("NFKC", source)).split())[:200]


def taught(source: str) -> dict[str, str]:
    """Return what officers taught about the headings of a source: ``Headings.own``. Nothing for no source."""
    folded = fold_source(source)
    if not folded:
        return {}
    rows = HeadingAlias.objects.filter(source=folded, active=True)
    return {alias.key: choice_of(alias.field, alias.unit) for alias in rows}


def choices_of_fields() -> list[tuple[str, str]]:
    """Return what a heading may be said to mean, for a form: ``(field or field|unit, label)``."""
    choices = []
    for field in fields_known():
        label = label_of(field)
        if field in AMOUNTS:
            choices += [(choice_of(field, unit), f"{label}（{unit}）") for unit in ("元", "万元")]
        else:
            choices.append((field, label))
    return choices


def lines_of(understood: dict[str, Any]) -> list[tuple[str, str]]:
    """Return a row as it was understood, for a page: ``(label, value)`` of every field that has a value."""
    lines = []
    for field in (*fields_known(), "minor_declared"):
        value = understood.get(field)
        if value in (None, "", False):
            continue
        if field == "subject_kind":
            value = dict(Subject.Kind.choices).get(value, value)
        elif field == "sector":
            value = dict(Sector.choices).get(value, value)
        lines.append((label_of(field), str(_("是") if value is True else value)))
    return lines


def label_of(field: str) -> str:
    """Return what a canonical field is called on pages."""
    if field in _LABELS:
        return str(_LABELS[field])
    return str(AdverseRecord._meta.get_field(field).verbose_name)
