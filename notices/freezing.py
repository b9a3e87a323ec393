"""What a notice says is fixed when it is issued: a later change of a name or an address does not reach it."""

import hashlib
import json
from typing import Any

from notices.models import Notice
from parties.identity import mask_in
from parties.models import Authority, Subject
from policy.rulebook import RuleValue, today_book

#: Kinds that decide something against the addressee: they carry the remedies (复议, 诉讼).
ADVERSE = (
    Notice.Kind.DECLINE, Notice.Kind.REPAIR_REFUSAL, Notice.Kind.OBJECTION_RESULT, Notice.Kind.DEFERRAL_REFUSAL
)  # fmt: skip


#: What is quoted from a record, an objection to it or a change of it: numbers of people in it are printed masked.
QUOTED = ("objection", "change")


def frozen(kind: str, issuer: Authority, addressee: Subject, facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts together with everything else the document prints.

    Adds ``issuer`` and ``addressee`` as they are now (a person's number only masked). Fills in what the caller
    did not give: ``contact`` and the bodies of ``remedies`` from the issuer, their terms and the ``limits`` of a
    guidance from today's rules.
    """
    content = {key: _masked(value) if key in QUOTED else value for key, value in facts.items()}
    content["issuer"] = {"name": issuer.name}
    content["addressee"] = {
        "name": addressee.name,
        "kind": str(addressee.kind),
        "code": addressee.shown_code,
    }
    contact = {"name": issuer.short_name or issuer.name, "phone": issuer.phone, "address": issuer.address}
    content["contact"] = {**contact, **_given(facts.get("contact"))}
    for part, rules in _filled_in(kind, facts).items():
        bodies = {"review_body": issuer.review_body, "court": issuer.court} if part == "remedies" else {}
        terms = {name: rule.value for name, rule in rules.items()}
        content[part] = {**bodies, **terms, **_given(facts.get(part))}
    return content


def rules_filled_in(kind: str, facts: dict[str, Any]) -> list[int]:
    """Return the ids of the rules whose values :func:`frozen` adds: the notice rests on them as on its caller's."""
    found = _filled_in(kind, facts).values()
    return [rule.rule_id for rules in found for rule in rules.values() if rule.rule_id is not None]


def _filled_in(kind: str, facts: dict[str, Any]) -> dict[str, dict[str, RuleValue]]:
    """The rules for the terms of ``remedies`` and ``limits`` that the caller did not give, by the document's names."""
    parts = {}
    if kind in ADVERSE or facts.get("remedies"):
        parts["remedies"] = {"review_days": "remedy.review_days", "suit_months": "remedy.suit_months"}
    if kind == Notice.Kind.REPAIR_GUIDANCE:
        parts["limits"] = {"accept_days": "accept.working_days", "decide_days": "decide.working_days"}
    return {
        part: _rules(**{name: key for name, key in names.items() if name not in _given(facts.get(part))})
        for part, names in parts.items()
    }


def _rules(**keys: str) -> dict[str, RuleValue]:
    """These rules as they are today; one that is not in force is left out and the text goes without it."""
    book = today_book() if keys else None
    return {name: found for name, key in keys.items() if (found := book.find(key))}


def _given(values: dict[str, Any] | None) -> dict[str, Any]:
    """The entries that say something: an empty text does not hide what the issuer's own page says."""
    return {key: value for key, value in (values or {}).items() if value not in (None, "")}


def _masked(value: Any) -> Any:
    """The value with :func:`parties.identity.mask_in` applied to every text in it."""
    if isinstance(value, dict):
        return {key: _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return mask_in(value) if isinstance(value, str) else value


def digest_of(notice: Notice) -> str:
    """Return the SHA-256 (hex) of what was issued: number, kind, check code, what it is about and what it says.

    The journal keeps it with the line of the issue, so a row that is changed behind the system's back is found.
    """
    issued = [notice.number, str(notice.kind), notice.check_code, notice.thing_type, notice.thing_id, notice.facts]
    return hashlib.sha256(json.dumps(issued, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
