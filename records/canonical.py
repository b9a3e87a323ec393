"""One adverse record as intake understands it: clean, typed, before it is anybody's row."""

import hashlib
import json
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any

from parties.identity import mask

#: Fields of :class:`CanonicalRecord` that are the record's content: compared for 'known' and corrected one by one.
CONTENT_FIELDS = (
    "subject_name",
    "category",
    "violation_type",
    "facts",
    "legal_basis",
    "content",
    "fine_amount",
    "confiscated_amount",
    "licence",
    "decision_date",
    "valid_until",
    "remark",
    "sector",
    "conduct_ended",
    "minor_declared",
    "serious_list",
)
#: Never leave the database unmasked.
PERSONAL_FIELDS = ("identity_number",)


def storable(text: Any) -> str:
    """Return a text that every database keeps: without NUL and lone surrogates, which PostgreSQL's JSON refuses."""
    return str(text).replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True)
class Reason:
    """Why a row was not taken (or should be looked at): stable code, sentence, canonical field, cure."""

    code: str
    text: str
    field: str = ""
    cure: str = ""
    #: Title and article, where a rule says so.
    basis: str = ""

    def as_json(self) -> dict[str, str]:
        out = {"code": self.code, "text": storable(self.text), "field": self.field, "cure": storable(self.cure)}
        if self.basis:
            out["basis"] = self.basis
        return out


@dataclass(frozen=True)
class Change:
    """One adjustment made to read a cell: canonical field, as written, as read, and why."""

    field: str
    old: str
    new: str
    why: str

    def as_json(self) -> dict[str, str]:
        told = {"from": storable(self.old), "to": storable(self.new), "why": storable(self.why)}
        return {"field": self.field, **told}


@dataclass
class CanonicalRecord:
    """A row of any layout in one shape. Field names are :class:`records.models.AdverseRecord`'s where it has them.

    Amounts are yuan (``Decimal``), dates calendar days in Beijing. Nothing here has been checked yet:
    ``problems`` holds what could not be read, ``changes`` what was adjusted to read it, and
    :func:`records.intake.validation.check` says whether it may become a record.
    """

    subject_name: str = ""
    #: ``entity``, ``business``, ``person``, or empty: told from the code.
    subject_kind: str = ""
    subject_code: str = ""
    identity_number: str = ""
    legal_representative: str = ""
    #: Older codes (工商注册号, 组织机构代码, 税务登记号 ...). They alone do not identify a subject.
    registration_number: str = ""
    organisation_code: str = ""
    tax_number: str = ""
    authority_name: str = ""
    authority_code: str = ""
    data_provider: str = ""
    data_provider_code: str = ""
    document_number: str = ""
    category: str = ""
    violation_type: str = ""
    facts: str = ""
    legal_basis: str = ""
    content: str = ""
    fine_amount: Decimal | None = None
    confiscated_amount: Decimal | None = None
    licence: str = ""
    decision_date: date | None = None
    valid_until: date | None = None
    conduct_ended: date | None = None
    remark: str = ""
    sector: str = ""
    #: 简易程序 or 普通程序, if the file has such a column.
    procedure: str = ""
    minor_declared: bool = False
    serious_list: bool = False

    changes: list[Change] = field(default_factory=list)
    problems: list[Reason] = field(default_factory=list)
    warnings: list[Reason] = field(default_factory=list)

    @property
    def categories(self) -> tuple[str, ...]:
        return split_categories(self.category)

    def values(self) -> dict[str, Any]:
        """Return the canonical fields (without changes, problems and warnings), typed."""
        names = [f.name for f in fields(self) if f.name not in ("changes", "problems", "warnings")]
        return {name: getattr(self, name) for name in names}

    def as_json(self) -> dict[str, Any]:
        """Return the canonical fields as JSON values: ISO dates, amounts as text, identity number masked."""
        out = {name: as_text(value) if not isinstance(value, bool) else value for name, value in self.values().items()}
        for name in ("fine_amount", "confiscated_amount", "decision_date", "valid_until", "conduct_ended"):
            out[name] = out[name] or None
        if self.identity_number:
            out["identity_number"] = mask(self.identity_number)
        return out

    def content_hash(self) -> str:
        """Return the SHA-256 of the content fields: what 'same content' means."""
        return digest({name: getattr(self, name) for name in CONTENT_FIELDS})


def digest(values: dict[str, Any]) -> str:
    """Return the SHA-256 of canonical values: blanks folded, amounts with two decimals."""
    folded = [[name, "".join(as_text(value).split())] for name, value in sorted(values.items())]
    return hashlib.sha256(json.dumps(folded, ensure_ascii=False).encode()).hexdigest()


def as_text(value: Any) -> str:
    """Return one canonical value as text: ``2026-04-01``, ``2000.00``, empty for nothing."""
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return str(value)


def split_categories(text: str) -> tuple[str, ...]:
    """Return the 处罚类别 of a cell one by one: files join several with ; 、 , or a blank."""
    for mark in "；;、，,/|\n\t":
        text = text.replace(mark, ";")
    return tuple(part.strip() for part in text.split(";") if part.strip())
