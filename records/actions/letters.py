"""What a record's subject is told in writing: 两书同达 at the beginning, and what became of the record later."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from notices.actions import Letter, issue, issue_all
from notices.models import Notice
from parties.models import Authority, Subject, User
from parties.queries import lead_authority
from policy.dates import say_short
from policy.rulebook import RuleBook
from records.actions.common import is_over, work_out
from records.canonical import CONTENT_FIELDS, CanonicalRecord
from records.facts import FORMAL_LANGUAGE, notice_facts
from records.models import AdverseRecord

#: 两书同达: what every new record sends.
LETTERS = (Notice.Kind.ADVERSE_RECORD, Notice.Kind.REPAIR_GUIDANCE)

#: Terms that the letters name, by the name that the documents have for each: the sector's own where it has one.
REMEDY_TERMS = {"review_days": "remedy.review_days", "suit_months": "remedy.suit_months"}
#: What the guidance says on how to repair.
HOW = {"conditions": "repair.conditions", "materials": "repair.materials"}
LIMITS = {"accept_days": "accept.working_days", "decide_days": "decide.working_days"}


def send_letters(records: Iterable[AdverseRecord], actor: User | None) -> list[Notice]:
    """Issue 失信行为告知书 and 信用修复告知书 for new records, inside the caller's transaction."""
    letters, today, issuers = [], timezone.localdate(), {}
    with translation.override(FORMAL_LANGUAGE):
        for record in records:
            if record.authority_id not in issuers:
                issuers[record.authority_id] = issuer_of(record)
            issuer = issuers[record.authority_id]
            facts = letter_facts(record, issuer, today)
            for kind in LETTERS:
                said = facts if kind == Notice.Kind.ADVERSE_RECORD else {**facts, **guidance_facts(record, today)}
                rules = letter_rules(record, kind, today)
                letters.append(Letter(kind, issuer, record.subject, record, said, rules))
    return issue_all(letters, actor)


def letter_rules(record: AdverseRecord, kind: str, today: date) -> list[int]:
    """Return the ids of the rules on which one of the two letters rests: the window's, the terms that it names."""
    return list(dict.fromkeys([*record.rule_ids, *_named(RuleBook.load(today), record.sector, kind)]))


@lru_cache(maxsize=200)
def _named(book: RuleBook, sector: str, kind: str) -> tuple[int, ...]:
    """The ids of the rules behind what a letter names. A week's file asks for the same few again and again."""
    keys = [*REMEDY_TERMS.values()]
    if kind == Notice.Kind.REPAIR_GUIDANCE:
        keys += [*LIMITS.values(), *HOW.values()]
    return tuple(rule_id for key in keys if (rule_id := book.value(key, sector).rule_id))


def tell(record: AdverseRecord, kind: str, actor: User | None, *, rule_ids: Iterable[int] = (), **facts: Any) -> Notice:
    """Issue one letter about what became of a record, inside the caller's transaction; return it.

    ``facts`` are the keys of docs/notices.md beyond the record's own, already in Chinese; ``rule_ids`` the rules
    that the letter rests on besides those of the record's window.
    """
    return issue(
        kind=kind,
        issuer=issuer_of(record),
        addressee=record.subject,
        thing=record,
        facts={"record": notice_facts(record), "because": record.because, **facts},
        actor=actor,
        rule_ids=[*record.rule_ids, *rule_ids],
    )


def issuer_of(record: AdverseRecord) -> Authority:
    """Return who signs letters about a record: its authority, or the lead office while that has no 机关代字."""
    return record.authority if record.authority.notice_prefix else lead_authority()


def letter_facts(record: AdverseRecord, issuer: Authority, today: date) -> dict:
    """Return what both letters say: the record, why, how to repair, whom to ask, the remedies."""
    determining = record.authority
    return {
        "record": notice_facts(record),
        "because": record.because,
        "steps": repair_steps(record, today),
        "contact": {
            "name": issuer.short_name or issuer.name,
            "phone": issuer.phone,
            "address": issuer.address,
        },
        "remedies": {
            "review_body": determining.review_body,
            "court": determining.court,
            **_terms(REMEDY_TERMS, record, today),
        },
    }


def rules_foreseen(draft: CanonicalRecord, today: date) -> set[int]:
    """Return the ids of the rules on which both letters would rest if this row became a record today."""
    facts = {name: getattr(draft, name) for name in CONTENT_FIELDS}
    record = AdverseRecord(subject=Subject(kind=draft.subject_kind), **facts)
    work_out(record, today)
    return {rule_id for kind in LETTERS for rule_id in letter_rules(record, kind, today)}


def _terms(keys: dict[str, str], record: AdverseRecord, today: date) -> dict[str, Any]:
    book = RuleBook.load(today)
    return {name: book.value(key, record.sector).value for name, key in keys.items()}


def guidance_facts(record: AdverseRecord, today: date) -> dict[str, Any]:
    """Return what only 信用修复告知书 says: under which conditions, with what, and how long the office takes."""
    return {"limits": _terms(LIMITS, record, today), **_terms(HOW, record, today)}


def repair_steps(record: AdverseRecord, today: date) -> list[str]:
    """Return, in Chinese, what the subject does to be rid of the record, in order, with this record's own dates."""
    if is_over(record, today):
        if record.publicity_from is None:
            return [_("该信息的披露期限已满，不再披露和使用，无需申请信用修复。")]
        return [_("该信息的最长公示期已满，不再公示，无需申请信用修复。")]
    steps = [
        _("停止并改正违法行为，履行处罚决定书规定的全部义务，保存缴款票据、整改报告等证明。"),
        _("自%(day)s起，可以登录本系统，在“我的失信信息”中打开这条信息，申请信用修复。申请不收取任何费用。")
        % {"day": say_short(record.earliest_application)},
        _("上传履行义务的证明材料，阅读并签署信用承诺书，提交申请。"),
        _("认定单位决定是否受理；受理后由信用主管部门作出决定。结果以文书送达您的收件箱，并可下载。"),
    ]
    if record.publicity_until is not None and record.publicity_from is not None:
        steps.append(_("如不申请，公示至%(day)s届满，届时自动停止公示。") % {"day": say_short(record.publicity_until)})
    steps.append(_("认为本条记录有错误、遗漏或者不应公示的，可以在本系统对该记录提出异议。"))
    return steps
