"""What a case's notices say: gathered once, frozen into the notice row."""

from typing import Any

from django.utils import timezone, translation

from casework.clock import clock, local_day
from casework.kinds import kind_of
from casework.models import Case
from notices.models import Notice
from parties.queries import lead_authority
from policy.reasons import as_items
from policy.rulebook import RuleBook
from policy.workdays import WorkCalendar
from records.facts import notice_facts as record_facts

#: Notices against which the party has remedies (行政复议法 20, 行政诉讼法 46).
ADVERSE = {Notice.Kind.DECLINE, Notice.Kind.REPAIR_REFUSAL, Notice.Kind.DEFERRAL_REFUSAL}
#: Notices made by the lead office; the others are the handling authority's.
LEAD_NOTICES = {Notice.Kind.REPAIR_APPROVAL, Notice.Kind.REPAIR_REFUSAL, Notice.Kind.OBJECTION_RESULT}


def issuer_of(case: Case, notice_kind: str):
    """Return the authority that issues this kind of notice about this case."""
    return lead_authority() if notice_kind in LEAD_NOTICES else case.authority


def notice_facts(
    case: Case, notice_kind: str, *, codes: list[str] | None = None, opinion: str = "", outcome: str = ""
) -> tuple[dict[str, Any], list[int]]:
    """Return the facts that a notice about this case prints, and the ids of the rules it rests on.

    Takes the case as it stands when the notice is issued, the notice's kind, reason codes, free text and, for a
    decision, its outcome. All dates are Beijing days in ISO form.
    """
    with translation.override("zh-hans"):  # a notice is a Chinese document, whatever language its officer reads
        return _facts(case, notice_kind, codes or [], opinion, outcome)


def _facts(
    case: Case, notice_kind: str, codes: list[str], opinion: str, outcome: str
) -> tuple[dict[str, Any], list[int]]:
    kind = kind_of(case)
    today = timezone.localdate()
    book = RuleBook.load(today)
    running = clock(case, today, WorkCalendar.load(), book)
    issuer = issuer_of(case, notice_kind)
    rule_ids = [running.rule_id] if running and running.rule_id else []
    facts: dict[str, Any] = {
        "case_number": case.number or "",
        "applied_on": local_day(case.submitted_at).isoformat() if case.submitted_at else "",
        "record": record_facts(case.record),
        "because": [line.as_json() for line in running.because] if running else [],
        "reasons": as_items(codes),
        "opinion": opinion.strip(),
        "findings": kind.findings(case),
        "due_on": running.due.isoformat() if running else "",
        "due_provisional": bool(running and running.provisional),
        "effective_on": today.isoformat(),
        "contact": {"name": issuer.name, "phone": issuer.phone, "address": issuer.address},
    }
    if notice_kind in ADVERSE or (notice_kind == Notice.Kind.OBJECTION_RESULT and not kind.is_favourable(outcome)):
        review, suit = book.value("remedy.review_days"), book.value("remedy.suit_months")
        facts["remedies"] = {
            "review_body": issuer.review_body,
            "review_days": review.value,
            "court": issuer.court,
            "suit_months": suit.value,
        }
        rule_ids += [value.rule_id for value in (review, suit) if value.rule_id]
    if outcome:
        condition = book.value(kind.decision_basis) if kind.decision_basis else None
        if condition:
            facts["because"].append({"text": "", "title": condition.basis.title, "article": condition.basis.article})
            rule_ids += [condition.rule_id] if condition.rule_id else []
    facts.update(kind.notice_facts(case, outcome))
    return facts, rule_ids
