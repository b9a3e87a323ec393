"""更正: one field of a record changes, the old value is kept, the window follows."""

import copy
import datetime
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.actions import emit
from exchange.models import OutboundEvent
from journal import actions as journal
from notices.models import Notice
from parties.models import User
from policy.verdict import Refused, no
from records import guards
from records.actions.common import ask, journal_line, lock, put_down, settle, work_out
from records.actions.letters import tell
from records.canonical import CONTENT_FIELDS, as_text
from records.documents import document_key, looks_impossible
from records.facts import event_data
from records.followers import life_ended
from records.models import AdverseRecord, CorrectionProposal, RecordCorrection

#: What a correction may change. Subject and authority are the record's identity: wrong there means revoke.
CORRECTABLE = (*CONTENT_FIELDS, "document_number")
#: What class and window are worked out from.
DECISIVE = (
    "decision_date",
    "category",
    "content",
    "fine_amount",
    "sector",
    "conduct_ended",
    "minor_declared",
    "serious_list",
)
EARLIEST = datetime.date(1990, 1, 1)


def correct(record: AdverseRecord, actor: User | None, field: str, new_value: Any, ordered_by: str) -> AdverseRecord:
    """Change one field of a record inside the caller's transaction; return the fresh record.

    ``new_value`` is typed, or text in the field's form (``2026-04-01``, ``2000.00`` yuan). The old value is
    kept in a :class:`RecordCorrection`, class and window are worked out again where the field decides them,
    ``corrected`` is emitted (and ``removed`` or ``published`` if the record thereby left or entered publicity).
    A value that is the same already changes nothing.

    Raises:
        Refused: the field cannot be corrected, the value is impossible (400), or the record is revoked (409).
    """
    record = lock(record)
    ask(guards.can_change(record))
    value = typed_value(field, new_value)
    old = getattr(record, field)
    if as_text(value) == as_text(old):
        return record
    if field == "document_number":
        _check_number_is_free(record, value)
        record.document_key = document_key(value)
    setattr(record, field, value)
    moved, was_live = None, record.is_live
    if field in DECISIVE:
        publicised = work_out(record)
        moved = settle(record, publicised)
    put_down(record)
    RecordCorrection.objects.create(
        record=record,
        field=field,
        old_value=as_text(old),
        new_value=as_text(value),
        ordered_by=ordered_by,
        corrected_by=actor,
    )
    today = timezone.localdate()
    data = event_data(record, "correct", field, ordered_by, effective_on=today)
    emit(OutboundEvent.Type.CORRECTED, record.public_id, data)
    if moved is not None:
        action = "publish" if moved == OutboundEvent.Type.PUBLISHED else "remove"
        emit(moved, record.public_id, event_data(record, action, "corrected", ordered_by, effective_on=today))
    journal.append(
        actor,
        "records.correct",
        record,
        journal_line(record, field=field, old=as_text(old), new=as_text(value), ordered_by=ordered_by),
    )
    if was_live and not record.is_live:
        life_ended(record, actor, ordered_by)
    return record


def decide_proposal(proposal: CorrectionProposal, actor: User, apply: bool) -> CorrectionProposal:
    """Adopt or dismiss a proposed correction, inside the caller's transaction; return it decided.

    Raises:
        Refused: not this person's to decide, or decided already.
    """
    record = lock(proposal.record)
    proposal = CorrectionProposal.objects.select_for_update().get(pk=proposal.pk)
    proposal.record = record
    verdict = guards.can_decide_proposal(actor, proposal)
    ask(verdict, status=409 if verdict.code in ("decided", "record_revoked") else 403)
    if apply:
        for item in proposal.differences:
            record = correct(
                record, actor, item["field"], item["new"], _("拟更正第%(number)s号") % {"number": proposal.pk}
            )
        reason = "经作出决定的机关核实，原登记内容与决定不一致。"
        change = {"reason": reason, "decided_by": record.authority.name, "fields": proposal.differences}
        tell(record, Notice.Kind.RECORD_CORRECTED, actor, effective_on=timezone.localdate(), change=change)
    status = CorrectionProposal.Status
    proposal.status = status.APPLIED if apply else status.DISMISSED
    proposal.decided_by, proposal.decided_at = actor, timezone.now()
    proposal.save(update_fields=["status", "decided_by", "decided_at"])
    verb = "records.adopt" if apply else "records.dismiss"
    journal.append(actor, verb, record, journal_line(record, proposal=proposal.pk))
    return proposal


def foreseen(record: AdverseRecord, values: dict[str, Any]) -> AdverseRecord:
    """Return a copy of the record as it would be with these values, class, window and rules included; not saved.

    For whoever is about to order the correction, and for the letter about it.

    Raises:
        Refused: a field that cannot be corrected, or an impossible value (400).
    """
    changed = copy.copy(record)
    for field, value in values.items():
        setattr(changed, field, typed_value(field, value))
    if any(field in DECISIVE for field in values):
        work_out(changed)
    return changed


def rules_after(record: AdverseRecord, values: dict[str, Any]) -> list[int]:
    """Return the ids of the rules on which class and window would rest with these values. Raises as :func:`foreseen`."""
    return list(foreseen(record, values).rule_ids)


def typed_value(field: str, value: Any) -> Any:
    """Return a field's value typed and checked: a ``date``, ``Decimal`` yuan, ``bool`` or stripped text.

    Raises:
        Refused: the field is not one that may be corrected, or the value is impossible (400).
    """
    if field not in CORRECTABLE:
        raise Refused(no("field", _("“%(field)s”不能这样更正。") % {"field": field}), status=400)
    column = AdverseRecord._meta.get_field(field)
    label = str(column.verbose_name)
    if isinstance(value, str):
        value = value.strip()
    if isinstance(column, models.BooleanField):
        return value in (True, "1", "true", "True", "是")
    if isinstance(column, models.DateField):
        return _date(column, label, value)
    if isinstance(column, models.DecimalField):
        return _amount(column, label, value)
    text = str(value or "")
    if "\x00" in text:
        raise _bad(label, _("请去掉无法显示的字符。"))
    if not text and not column.blank:
        raise _bad(label, _("请填写“%(label)s”。") % {"label": label})
    limit = getattr(column, "max_length", None)
    if limit and len(text) > limit:
        raise _bad(label, _("最多 %(limit)s 个字。") % {"limit": limit})
    if field == "document_number" and looks_impossible(text):
        raise _bad(label, _("请填写决定书上的完整文号，例如：某市监罚〔2026〕12号。"))
    return text


def _date(column: models.DateField, label: str, value: Any) -> datetime.date | None:
    if value in (None, "") and column.null:
        return None
    try:
        day = value if isinstance(value, datetime.date) else datetime.date.fromisoformat(str(value))
    except ValueError:
        raise _bad(label, _("请写成 2026-04-01 这样的日期。")) from None
    if isinstance(day, datetime.datetime):
        day = day.date()
    if day < EARLIEST:
        raise _bad(label, _("日期不能早于1990年1月1日。"))
    if column.name == "decision_date" and day > timezone.localdate():
        raise _bad(label, _("决定日期不能晚于今天。"))
    return day


def _amount(column: models.DecimalField, label: str, value: Any) -> Decimal | None:
    if value in (None, "") and column.null:
        return None
    try:
        amount = value if isinstance(value, Decimal) else Decimal(re.sub(r"[,，\s元￥¥]", "", str(value)))
        amount = amount.quantize(Decimal("0.01"))
        column.run_validators(amount)
    except (InvalidOperation, ValidationError):
        raise _bad(label, _("请写成以元为单位的数字，例如 2000.00。")) from None
    if amount < 0:
        raise _bad(label, _("金额不能是负数。"))
    return amount


def _bad(label: str, cure: str) -> Refused:
    return Refused(no("bad_value", _("“%(label)s”的新值无法使用。") % {"label": label}, cure), status=400)


def _check_number_is_free(record: AdverseRecord, number: str) -> None:
    taken = AdverseRecord.objects.filter(
        authority=record.authority, subject=record.subject, document_key=document_key(number), undone=False
    ).exclude(pk=record.pk)
    if taken.exists():
        raise Refused(
            no("number_taken", _("同一机关对同一当事人已有这个文号的记录。"), _("请核对文号。")),
            status=409,
        )
