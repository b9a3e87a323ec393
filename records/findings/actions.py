"""The verbs of findings: reported by one, confirmed by another of the lead office; lifted the same way."""

import datetime as dt

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from journal import actions as journal
from parties.models import User
from policy.rulebook import today_book
from policy.verdict import Refused, Verdict, no
from records.actions.common import journal_line, lock
from records.findings import guards
from records.findings.models import Finding
from records.models import AdverseRecord
from records.uploads import Inspected

#: The rule that names the coded reasons of a refusal which say that materials were false.
REASONS = "bar.false_materials_reasons"


@journal.journalled()
def propose(
    actor: User, record: AdverseRecord, *, kind: str, found_on: dt.date, reason: str, document: Inspected
) -> Finding:
    """查明: report false materials or a broken commitment in the repair of this record; return it. It bars nobody yet.

    Raises:
        Refused: not this person's to report (403), no reason or an impossible day (422), reported already (409).
    """
    record = lock(record)
    _ask(guards.can_propose(actor, record))
    today = timezone.localdate()
    if found_on > today or found_on < record.decision_date:
        raise Refused(no("found_on", _("查明日期应在原决定之后，不能晚于今天。"), _("请核对日期。")), status=422)
    finding = Finding(
        record=record,
        subject=record.subject,
        kind=Finding.Kind(kind),
        found_on=found_on,
        reason=_text(reason, _("请写明查明的事实和理由。")),
        file_name=document.name,
        media_type=document.media_type,
        sha256=document.sha256,
        proposed_by=actor,
        proposed_at=timezone.now(),
    )
    finding.file.save(f"{document.sha256[:32]}{document.suffix}", ContentFile(document.content), save=False)
    try:
        with transaction.atomic():
            finding.save()
    except IntegrityError:
        raise Refused(
            no("reported", _("这条信息已有同样的查明事项。"), _("请在“记录变动”里查看它办到哪一步。")), status=409
        ) from None
    return _keep(actor, "propose_finding", finding)


def from_decision(
    record: AdverseRecord, *, case_number: str, codes: list[str], reason: str, prepared_by: User, approved_by: User
) -> Finding | None:
    """查明 by the two people who refused a repair because its materials were false; None: not for such a reason.

    Inside the caller's transaction, with the decision. Which coded reasons say so is the rule
    ``bar.false_materials_reasons``.
    """
    rule = today_book().find(REASONS, record.sector)
    if rule is None or not set(codes) & set(rule.value):
        return None
    now = timezone.now()
    finding = Finding(
        record=record,
        subject=record.subject,
        kind=Finding.Kind.FALSE_MATERIALS,
        found_on=timezone.localdate(now),
        reason=reason,
        case_number=case_number,
        proposed_by=prepared_by,
        proposed_at=now,
    )
    finding.confirm(approved_by, now)
    finding.save()
    return _keep(approved_by, "confirm_finding", finding)


@journal.journalled()
def confirm(actor: User, finding: Finding) -> Finding:
    """核实: it stands, and bars its subject from now on. Raises :class:`Refused`."""
    finding = _take(finding)
    _ask(guards.can_settle(actor, finding))
    finding.confirm(actor, timezone.now())
    return _save(actor, "confirm_finding", finding)


@journal.journalled()
def dismiss(actor: User, finding: Finding, note: str) -> Finding:
    """不成立, with why. Raises :class:`Refused`."""
    finding = _take(finding)
    _ask(guards.can_settle(actor, finding))
    finding.dismiss(actor, timezone.now(), _text(note, _("请写明为什么不成立。"), 500))
    return _save(actor, "dismiss_finding", finding)


@journal.journalled()
def propose_lift(actor: User, finding: Finding, reason: str) -> Finding:
    """拟撤销: somebody says why it should not stand any more; it bars on until another agrees. Raises
    :class:`Refused`."""
    finding = _take(finding)
    _ask(guards.can_propose_lift(actor, finding))
    finding.propose_lift(actor, timezone.now(), _text(reason, _("请写明为什么撤销。"), 500))
    return _save(actor, "propose_lift", finding)


@journal.journalled()
def lift(actor: User, finding: Finding) -> Finding:
    """撤销: it bars nobody any more. Raises :class:`Refused`."""
    finding = _take(finding)
    _ask(guards.can_settle_lift(actor, finding))
    finding.lift(actor, timezone.now())
    return _save(actor, "lift_finding", finding)


@journal.journalled()
def keep(actor: User, finding: Finding, note: str) -> Finding:
    """不同意撤销, with why: it stands on. Raises :class:`Refused`."""
    finding = _take(finding)
    _ask(guards.can_settle_lift(actor, finding))
    note = _text(note, _("请写明为什么不撤销。"), 500)
    finding.keep()
    return _save(actor, "keep_finding", finding, note=note)


def _take(finding: Finding) -> Finding:
    """Return the finding fresh, its row locked; its record is locked first, as everywhere."""
    record = lock(finding.record)
    finding = Finding.objects.select_for_update().get(pk=finding.pk)
    finding.record = record
    return finding


def _save(actor: User, verb: str, finding: Finding, **more) -> Finding:
    finding.save()
    return _keep(actor, verb, finding, **more)


def _keep(actor: User, verb: str, finding: Finding, **more) -> Finding:
    journal.append(
        actor,
        f"records.{verb}",
        finding.record,
        journal_line(
            finding.record,
            finding=finding.pk,
            kind=finding.kind,
            found_on=finding.found_on.isoformat(),
            finding_status=finding.status,
            case_number=finding.case_number,
            proposed_by=str(finding.proposed_by),
            sha256=finding.sha256,
            **more,
        ),
    )
    return finding


def _text(text: str, sentence: str, limit: int = 2000) -> str:
    clean = text.replace("\x00", "").strip()
    if not clean:
        raise Refused(no("no_reason", sentence), status=422)
    return clean[:limit]


def _ask(verdict: Verdict) -> None:
    if not verdict:
        raise Refused(verdict, status=409 if verdict.code == "settled" else 403)
