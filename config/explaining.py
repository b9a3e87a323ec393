"""What the rules say of one record, from class to eligibility: each line with its basis and whether it is verified."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from casework.models import Case
from policy import sectors
from policy.eligibility import Eligibility
from policy.publicity import Classification, Window, classify, publicity_window
from policy.rulebook import RuleBook
from policy.verdict import Because
from policy.ways import Way, ways_for
from records.documents import document_key
from records.eligibility import card
from records.facts import mask_name, policy_facts
from records.models import AdverseRecord, Severity


class NoSuchRecord(LookupError):
    """Nothing, or more than one record, goes by that name; the message says what to do."""


@dataclass(frozen=True)
class Explanation:
    """The calculation of one record as of one day. Days are Beijing days."""

    record: AdverseRecord
    today: date
    sector: list[Because]
    classification: Classification
    window: Window
    eligibility: Eligibility
    ways: list[Way]

    @property
    def agrees(self) -> bool:
        """Whether the record still says what the rules of ``today`` give."""
        record = self.record
        said = ("severity", "publicity_from", "publicity_until", "last_day", "earliest_application")
        return tuple(getattr(record, name) for name in said) == (
            self.classification.severity,
            self.window.start,
            self.window.until,
            self.window.disclosed_until,
            self.window.earliest_application,
        )

    @property
    def lines(self) -> list[Because]:
        """Every line that rests on a rule, in order."""
        return [*self.classification.because, *self.window.because, *self.eligibility.because]

    @property
    def unverified(self) -> list[Because]:
        return [line for line in self.lines if line.basis.title and not line.basis.verified]


def find_record(text: str) -> AdverseRecord:
    """Return the record with this public id or document number.

    Raises:
        NoSuchRecord: none, or several authorities used the same document number.
    """
    text = text.strip()
    found = list(
        AdverseRecord.objects.select_related("subject", "authority")
        .filter(Q(public_id=text.upper()) | Q(document_key=document_key(text)))
        .order_by("pk")[:10]
    )
    if not text or not found:
        raise NoSuchRecord(
            _("没有找到“%(text)s”这条信息：请给出记录编号（R 开头）或者完整的决定书文号。") % {"text": text}
        )
    if len(found) > 1:
        several = "、".join(f"{record.public_id}（{record.authority.name}）" for record in found)
        raise NoSuchRecord(_("有不止一条信息用这个文号，请改用记录编号：%(several)s。") % {"several": several})
    return found[0]


def explain(record: AdverseRecord, today: date) -> Explanation:
    """Work out class, window and eligibility of a record under the rules in force on ``today``."""
    book = RuleBook.load(today)
    facts = policy_facts(record, book)
    classification = classify(facts, book)
    open_case = record.cases.filter(kind=Case.Kind.REPAIR, status__in=Case.OPEN).exists()
    return Explanation(
        record=record,
        today=today,
        sector=_sector(record),
        classification=classification,
        window=publicity_window(facts, classification.severity, book),
        eligibility=card(record, open_case=open_case, today=today),
        ways=ways_for(facts.catalogue, book, record.sector),
    )


def as_json(told: Explanation) -> dict[str, Any]:
    """Return an explanation as JSON-able values; a natural person's name masked."""
    record, window, eligibility = told.record, told.window, told.eligibility
    return {
        "record": {
            "public_id": record.public_id,
            "document_number": record.document_number,
            "authority": record.authority.name,
            "subject": mask_name(record.subject_name) if record.subject.is_person else record.subject_name,
            "status": record.status,
            "decision_date": record.decision_date.isoformat(),
            "category": record.category,
            "sector": record.sector,
        },
        "on": told.today.isoformat(),
        "sector": [line.as_json() for line in told.sector],
        "class": {
            "severity": told.classification.severity,
            "because": [line.as_json() for line in told.classification.because],
        },
        "window": {
            "publicised": window.publicised,
            "from": _iso(window.start),
            "earliest_application": _iso(window.earliest_application),
            "until": _iso(window.until),
            "disclosed_until": _iso(window.disclosed_until),
            "because": [line.as_json() for line in window.because],
        },
        "eligibility": {
            "can_apply": eligibility.can_apply,
            "earliest": _iso(eligibility.earliest),
            "conditions": [
                {
                    "code": condition.code,
                    "met": condition.met,
                    "text": condition.text,
                    "cure": condition.cure,
                    "needs": condition.needs,
                    "title": condition.basis.title,
                    "article": condition.basis.article,
                    "verified": condition.basis.verified,
                }
                for condition in eligibility.conditions
            ],
        },
        "ways": [
            {
                "code": way.code,
                "name": way.name,
                "repairs": way.repairs,
                "title": way.basis.title,
                "article": way.basis.article,
                "verified": way.basis.verified,
            }
            for way in told.ways
        ],
        "agrees_with_record": told.agrees,
        "unverified": len(told.unverified),
    }


def as_text(told: Explanation) -> list[str]:
    """Return an explanation as lines for people."""
    record = told.record
    name = mask_name(record.subject_name) if record.subject.is_person else record.subject_name
    lines = [f"{record.public_id}  {record.document_number}  {name}", ""]
    lines += _part(_("领域"), told.sector)
    lines += _part(
        _("失信程度：%(class)s") % {"class": Severity(told.classification.severity).label}, told.classification.because
    )
    lines += _part(_("公示期限"), told.window.because)
    answer = _("现在可以申请") if told.eligibility.can_apply else _("现在不能申请")
    lines.append(_("信用修复：%(answer)s") % {"answer": answer})
    for condition in told.eligibility.conditions:
        mark = "✓" if condition.met else "✗"
        lines.append(f"  {mark} {condition.text}{condition.cure if not condition.met else ''}{_cited(condition.basis)}")
    lines.append("")
    if not told.agrees:
        lines.append(_("注意：记录里存的程度或日期是按登记时的规则算的，和今天的规则不一样。"))
    lines.append(
        _("其中 %(count)s 行依据还没有和官方原文核对（标有“未核验”）。") % {"count": len(told.unverified)}
        if told.unverified
        else _("各行依据都已核验。")
    )
    return lines


def _sector(record: AdverseRecord) -> list[Because]:
    """What is known of the record's sector, or what its authority and number hint at."""
    if record.sector:
        names = [sectors.name_of(code) for code in sectors.lineage(record.sector) or (record.sector,)]
        return [Because(_("记录写明的领域：%(names)s。") % {"names": " < ".join(names)})]
    hint = sectors.hint(record.authority.name, record.document_number)
    if hint is None:
        return [Because(_("没有写明领域，按一般规定计算。"))]
    return [Because(hint.because + _("记录没有写明领域，所以按一般规定计算；如果确实属于这一领域，请更正记录。"))]


def _part(title: str, lines: list[Because]) -> list[str]:
    return [title, *(f"  {line.text}{_cited(line.basis)}" for line in lines), ""]


def _cited(basis) -> str:
    if not basis.title:
        return ""
    return f"（{basis}{'' if basis.verified else _('，未核验')}）"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
