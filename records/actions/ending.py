"""How a record leaves the public: repaired, revoked, its time over; and the objection mark."""

from datetime import date

from django.utils import timezone

from exchange.actions import emit
from exchange.models import OutboundEvent
from journal import actions as journal
from notices.models import Notice
from parties.models import User
from records import guards
from records.actions.common import ask, is_over, journal_line, lock, put_down
from records.actions.letters import tell
from records.canonical import as_text
from records.facts import event_data
from records.followers import life_ended
from records.models import AdverseRecord


def remove_after_repair(record: AdverseRecord, actor: User | None, case_number: str) -> AdverseRecord:
    """终止公示 after an approved repair; return the fresh record.

    Inside the caller's transaction: locks the record, emits ``removed`` and writes the journal.

    Raises:
        Refused: the record is not live any more (409).
    """
    record = lock(record)
    ask(guards.can_remove_after_repair(actor, record))
    record.repair(timezone.now())
    put_down(record)
    emit(OutboundEvent.Type.REMOVED, record.public_id, event_data(record, "remove", "repaired", case_number))
    journal.append(actor, "records.repair", record, journal_line(record, case_number=case_number))
    life_ended(record, actor, case_number)
    return record


def revoke(record: AdverseRecord, actor: User | None, ordered_by: str, reason: str) -> AdverseRecord:
    """撤销: the record should not exist (annulled upstream, or an objection was upheld); return the fresh record.

    ``ordered_by`` is the case's number or the annulling document's, ``reason`` a sentence for platforms.

    Raises:
        Refused: it is revoked already (409).
    """
    record = lock(record)
    ask(guards.can_revoke(actor, record))
    record.revoke(timezone.now())
    record.objection_marked = False
    put_down(record)
    emit(OutboundEvent.Type.REVOKED, record.public_id, event_data(record, "revoke", reason, ordered_by))
    journal.append(actor, "records.revoke", record, journal_line(record, ordered_by=ordered_by, reason=reason))
    life_ended(record, actor, ordered_by)
    return record


def expire(record: AdverseRecord, actor: User | None = None, today: date | None = None) -> AdverseRecord:
    """自动停止: its time is over; return the fresh record. Nothing happens if it is not.

    Of a publicised record that is the maximum publicity period, of a withheld one the term of disclosure (山东省社会
    信用条例, five years). Platforms and the subject are told (终止公示告知书) if it had been shown.
    """
    record = lock(record)
    if not (record.is_live and is_over(record, today)):
        return record
    shown = record.status == AdverseRecord.Status.PUBLICISED
    record.expire(timezone.now())
    put_down(record)
    if shown:
        emit(OutboundEvent.Type.REMOVED, record.public_id, event_data(record, "remove", "expired", ""))
        tell(record, Notice.Kind.PUBLICITY_ENDED, actor, effective_on=timezone.localdate(record.removed_at))
    line = journal_line(
        record,
        publicity_until=as_text(record.publicity_until),
        disclosed_until=as_text(record.disclosed_until),
    )
    journal.append(actor, "records.expire", record, line)
    life_ended(record, actor, "")
    return record


def set_objection_mark(record: AdverseRecord, actor: User | None, marked: bool, case_number: str) -> AdverseRecord:
    """异议标注: set or clear the mark that stands beside the record; return the fresh record.

    Setting what is set already changes nothing and tells nobody.

    Raises:
        Refused: the record is not live any more and the mark was to be set (409).
    """
    record = lock(record)
    if record.objection_marked == marked:
        return record
    ask(guards.can_mark_objection(actor, record, marked))
    record.objection_marked = marked
    put_down(record)
    event, action = (
        (OutboundEvent.Type.OBJECTION_MARKED, "mark_objection")
        if marked
        else (OutboundEvent.Type.OBJECTION_CLEARED, "clear_objection")
    )
    today = timezone.localdate()
    emit(event, record.public_id, event_data(record, action, "objection", case_number, effective_on=today))
    journal.append(
        actor, "records.mark" if marked else "records.unmark", record, journal_line(record, case_number=case_number)
    )
    return record
