"""What a case's notices say and what they rest on: gathered once, frozen into the notice row."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone, translation

from casework.clock import ANSWER, DECIDE, Clock, clock_of, local_day
from casework.extensions.proposal import Proposal, allowed_by_rules, propose
from casework.kinds import kind_of
from casework.models import Case
from notices.freezing import rules_filled_in
from notices.models import Notice
from notices.queries import unverified_rules
from parties.queries import lead_authority
from policy.models import Rule
from policy.reasons import as_items
from policy.rulebook import RuleBook
from policy.workdays import WorkCalendar
from records.facts import notice_facts as record_facts

#: Notices against which the party has remedies (行政复议法 20, 行政诉讼法 46).
ADVERSE = {Notice.Kind.DECLINE, Notice.Kind.REPAIR_REFUSAL, Notice.Kind.DEFERRAL_REFUSAL}
EXTENSION = Notice.Kind.DECISION_EXTENSION
ACCEPTANCES = {Notice.Kind.ACCEPTANCE, Notice.Kind.OBJECTION_ACCEPTANCE}
#: Notices made by the lead office; the others are the handling authority's.
LEAD_NOTICES = {
    Notice.Kind.REPAIR_APPROVAL, Notice.Kind.REPAIR_REFUSAL, Notice.Kind.OBJECTION_RESULT,
    Notice.Kind.DECISION_EXTENSION,
}  # fmt: skip


def issuer_of(case: Case, notice_kind: str):
    """Return the authority that issues this kind of notice about this case."""
    return lead_authority() if notice_kind in LEAD_NOTICES else case.authority


def notice_facts(
    case: Case, notice_kind: str, *, codes: list[str] | None = None, opinion: str = "", outcome: str = ""
) -> tuple[dict[str, Any], list[int]]:
    """Return the facts that a notice about this case prints, and the ids of the rules it rests on.

    Takes the case, the notice's kind, reason codes, free text and, for a decision, its outcome. Whether the step that
    the notice tells was made already or is only looked at beforehand, the facts are the same: the term that it names
    is the one that it opens. All dates are Beijing days in ISO form.
    """
    with translation.override("zh-hans"):  # a notice is a Chinese document, whatever language its officer reads
        return _facts(case, notice_kind, codes or [], opinion, outcome)


def unverified_under(case: Case, notice_kind: str, outcome: str = "") -> list[Rule]:
    """Return the rules that nobody has compared with the official text, of those on which this notice would rest.

    For the officer, before the notice is issued.
    """
    facts, rule_ids = notice_facts(case, notice_kind, outcome=outcome)
    return unverified_rules([*rule_ids, *rules_filled_in(notice_kind, facts)])


def possible_notices(case: Case, verbs: Iterable[str]) -> list[tuple[str, str]]:
    """Return what somebody who may use these verbs may thereby issue now or prepare: ``(notice kind, outcome)``."""
    kind, verbs = kind_of(case), set(verbs)
    found = []
    if "accept" in verbs:
        found.append((kind.acceptance_notice, ""))
    if "decline" in verbs:
        found.append((Notice.Kind.DECLINE, ""))
    if "request_supplement" in verbs:
        found.append((Notice.Kind.SUPPLEMENT, ""))
    if "extend_decision" in verbs:
        found.append((Notice.Kind.DECISION_EXTENSION, ""))
    if verbs & {"recommend", "decide"}:
        found += [(kind.decision_notice(outcome), outcome) for outcome in kind.outcomes]
    return [(str(notice_kind), str(outcome)) for notice_kind, outcome in found]


def _opened_by(case: Case, notice_kind: str, today: date, book: RuleBook) -> Clock | None:
    """The clock that runs once this notice is issued: the office's after an acceptance, the applicant's after 补正."""
    now = timezone.now()
    if notice_kind in ACCEPTANCES:
        return clock_of(case, DECIDE, case.accepted_at or now, today, WorkCalendar.load(), book)
    if notice_kind == Notice.Kind.SUPPLEMENT:
        return clock_of(case, ANSWER, now, today, WorkCalendar.load(), book)
    return None


def _extension_facts(proposal: Proposal) -> dict[str, Any]:
    """What an extension's notice says besides the new day, which is the running clock's."""
    basis = proposal.allowed.days.basis
    return {
        "number": proposal.number,
        "days": proposal.days,
        "old_due_on": proposal.old.due.isoformat(),
        "title": basis.title,
        "article": basis.article,
        "rule_ids": proposal.allowed.rule_ids,
    }


def _facts(
    case: Case, notice_kind: str, codes: list[str], opinion: str, outcome: str
) -> tuple[dict[str, Any], list[int]]:
    kind = kind_of(case)
    today = timezone.localdate()
    book = RuleBook.load(today)
    proposal = propose(case, today, WorkCalendar.load(), book) if notice_kind == EXTENSION else None
    running = proposal.new if proposal else _opened_by(case, notice_kind, today, book)
    issuer = issuer_of(case, notice_kind)
    # Every notice prints the record's class and dates, and rests on the rules that gave them.
    rule_ids = [running.rule_id if running else None, *case.record.rule_ids]
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
        rule_ids += [review.rule_id, suit.rule_id]
    if outcome:
        basis = book.value(kind.decision_basis, case.record.sector)
        facts["because"].append({"text": "", "title": basis.basis.title, "article": basis.basis.article})
        rule_ids += [basis.rule_id, *kind.rules_of_decision(case, book)]
    if proposal:
        facts["extension"] = _extension_facts(proposal)
        rule_ids += proposal.allowed.rule_ids
    if notice_kind in ACCEPTANCES:
        # It promises that an extension would be told in writing, where the rules know one.
        allowed = allowed_by_rules(case, book)
        facts["extension_possible"] = allowed is not None
        rule_ids += allowed.rule_ids if allowed else []
    facts.update(kind.notice_facts(case, outcome))
    return facts, [rule_id for rule_id in dict.fromkeys(rule_ids) if rule_id]
