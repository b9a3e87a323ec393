"""上游撤销或变更: one person reports it with the deciding document, another confirms; the record follows at once."""

import datetime as dt
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from journal import actions as journal
from notices.models import Notice
from parties.models import User
from policy.deadlines.actions import lapse
from policy.rulebook import today_book
from policy.verdict import Refused, Verdict, no
from records.actions.common import ask, journal_line, lock
from records.actions.correction import correct, rules_after, typed_value
from records.actions.ending import revoke
from records.actions.letters import tell
from records.canonical import as_text
from records.facts import FORMAL_LANGUAGE
from records.life import guards
from records.life.models import UpstreamChange
from records.models import AdverseRecord
from records.uploads import Inspected

LIMIT = "upstream.revocation_working_days"


def report_change(
    actor: User,
    record: AdverseRecord,
    *,
    kind: str,
    document_number: str,
    effective_on: dt.date,
    decided_by: str,
    reason: str,
    document: Inspected,
    values: dict[str, Any] | None = None,
) -> UpstreamChange:
    """Report that the decision behind a record was annulled or changed; return the report. The record stays as it is.

    ``values`` are the fields as they should be now (a change); those that say the same as the record are left out.

    Raises:
        Refused: not this person's to report, already reported, or a value is impossible.
    """
    with journal.journalled():
        record = lock(record)
        verdict = guards.can_report_change(actor, record)
        ask(verdict, status=409 if verdict.code in ("reported", "record_revoked") else 403)
        _check_day(record, effective_on)
        changes = differences(record, values or {}) if kind == UpstreamChange.Kind.CHANGE else []
        if kind == UpstreamChange.Kind.CHANGE and not changes:
            raise Refused(no("nothing", _("没有写明变更了什么。"), _("请把变更的内容改成新的内容。")), status=422)
        change = UpstreamChange(
            record=record,
            kind=kind,
            document_number=document_number.strip(),
            effective_on=effective_on,
            decided_by=decided_by.strip(),
            reason=reason.strip(),
            changes=changes,
            file_name=document.name,
            media_type=document.media_type,
            sha256=document.sha256,
            reported_by=actor,
            reported_at=timezone.now(),
        )
        change.file.save(f"{document.sha256[:32]}{document.suffix}", ContentFile(document.content), save=False)
        change.save()
        line = journal_line(record, kind=change.kind, document=change.document_number, sha256=change.sha256)
        journal.append(actor, "records.report_change", record, line)
        return change


def confirm_change(actor: User, change: UpstreamChange) -> UpstreamChange:
    """核实: the record is revoked or corrected at once; platforms and the subject are told.

    Raises:
        Refused: the same person reported it, it is not this person's office, or it is settled already.
    """
    with journal.journalled():
        record, change = _take(change)
        _ask(guards.can_settle_change(actor, change))
        change.confirm(actor, timezone.now())
        change.save()
        lapse(change)
        if change.kind == UpstreamChange.Kind.ANNUL:
            record = revoke(record, actor, change.document_number, change.reason)
            letter = Notice.Kind.RECORD_REVOKED
        else:
            for item in change.changes:
                record = correct(record, actor, item["field"], item["new"], change.document_number)
            letter = Notice.Kind.RECORD_CORRECTED
        because, rule_ids = _because(record)
        notice = tell(
            record,
            letter,
            actor,
            rule_ids=rule_ids,
            effective_on=timezone.localdate(),
            because=because,
            change={
                "document_number": change.document_number,
                "document_date": change.effective_on,
                "decided_by": change.decided_by,
                "reason": change.reason,
                "fields": change.changes,
            },
        )
        line = journal_line(record, change=change.pk, reported_by=str(change.reported_by), notice=notice.number)
        journal.append(actor, "records.confirm_change", record, line)
        return change


def rules_under(change: UpstreamChange) -> list[int]:
    """Return the ids of the rules on which the letter would rest if the change were confirmed now."""
    values = {item["field"]: item["new"] for item in change.changes}
    return [*rules_after(change.record, values), *_because(change.record)[1]]


def dismiss_change(actor: User, change: UpstreamChange, note: str) -> UpstreamChange:
    """不成立: the report is closed with a sentence, the record stays.

    Raises:
        Refused: as for :func:`confirm_change`, or no sentence was given (422).
    """
    with journal.journalled():
        record, change = _take(change)
        _ask(guards.can_settle_change(actor, change))
        if not note.strip():
            raise Refused(no("no_reason", _("请写明为什么不成立。")), status=422)
        change.dismiss(actor, timezone.now())
        change.note = note.strip()[:500]
        change.save()
        lapse(change)
        journal.append(
            actor, "records.dismiss_change", record, journal_line(record, change=change.pk, note=change.note)
        )
        return change


def differences(record: AdverseRecord, values: dict[str, Any]) -> list[dict[str, str]]:
    """Return ``[{field, old, new}]`` where the values differ from the record, each checked.

    Raises:
        Refused: a field that cannot be corrected, or an impossible value (400).
    """
    found = []
    for name, value in values.items():
        new, old = as_text(typed_value(name, value)), as_text(getattr(record, name))
        if new != old.replace("\r\n", "\n").strip():
            found.append({"field": name, "old": old, "new": new})
    return found


def _check_day(record: AdverseRecord, day: dt.date) -> None:
    if day > timezone.localdate():
        raise Refused(no("future", _("文书生效日期不能晚于今天。"), _("生效以后再报告。")), status=422)
    if day < record.decision_date:
        raise Refused(no("too_early", _("文书生效日期早于原决定的日期，请核对。")), status=422)


def _because(record: AdverseRecord) -> tuple[list[dict[str, Any]], list[int]]:
    """The duty to follow within so many working days, in formal Chinese, and its rule."""
    rule = today_book().value(LIMIT, record.sector)
    with translation.override(FORMAL_LANGUAGE):
        text = _("据以认定的决定被撤销或者变更的，应当自其生效之日起%(days)s个工作日内撤销或者变更该信息") % {
            "days": rule.value
        }
    because = [
        {"text": text, "title": rule.basis.title, "article": rule.basis.article, "verified": rule.basis.verified}
    ]
    return because, [rule.rule_id] if rule.rule_id else []


def _take(change: UpstreamChange) -> tuple[AdverseRecord, UpstreamChange]:
    record = lock(change.record)
    change = UpstreamChange.objects.select_for_update().get(pk=change.pk)
    change.record = record
    return record, change


def _ask(verdict: Verdict) -> None:
    ask(verdict, status=409 if verdict.code == "settled" else 403)
