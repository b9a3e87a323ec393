"""What the calendar does to a record: publicity begins, ends, begins again after a deferral; its subject is reminded."""

from datetime import date, datetime

from django.utils import timezone

from exchange.actions import emit
from exchange.models import OutboundEvent
from journal import actions as journal
from notices.models import Notice
from parties.guards import can_act_for
from parties.models import User
from records.actions.common import ask, is_over, journal_line, lock, may_start, put_down, settle, to_be_publicised
from records.actions.ending import expire
from records.actions.letters import LETTERS
from records.facts import event_data
from records.life.models import Reminder
from records.models import AdverseRecord

STOPPED, STARTED, REVERTED, REMINDED = "stopped", "started", "reverted", "reminded"


def bring_up_to_date(pk: int, today: date | None = None) -> list[str]:
    """Do to one record what this day asks for, in one transaction; return what was done, empty if nothing was due.

    Asked again, after days of downtime or by two processes at once it comes to the same end: everything is looked at
    again under the record's lock. ``today`` is a Beijing day, by default the present one.
    """
    today = today or timezone.localdate()
    with journal.journalled():
        record = lock(AdverseRecord(pk=pk))
        done = []
        if record.is_live and is_over(record, today):
            record = expire(record, today=today)
            done.append(STOPPED)
        elif _deferral_is_over(record, today):
            _revert(record, today)
            done.append(REVERTED)
        elif _waits_for_its_start(record) and may_start(record, today):
            _start(record)
            done.append(STARTED)
        if record.remind_on is not None and record.remind_on <= today and _remind(record):
            done.append(REMINDED)
        return done


def note_service(notice: Notice, at: datetime) -> None:
    """告知: both letters (两书) have reached the subject; inside the transaction of the service.

    Publicity does not wait for it unless the rule ``publicity.waits_for_service`` says so; then it begins now.
    """
    if notice.thing_type != AdverseRecord._meta.label_lower or notice.kind not in LETTERS:
        return
    record = lock(AdverseRecord(pk=notice.thing_id))
    if record.notified_at is not None:
        return
    letters = Notice.objects.filter(thing_type=notice.thing_type, thing_id=notice.thing_id, kind__in=LETTERS)
    if set(letters.filter(service__isnull=False).values_list("kind", flat=True)) != set(LETTERS):
        return
    record.notified_at = at
    put_down(record)
    journal.append(None, "records.notify", record, journal_line(record, served_at=at.isoformat()))
    if record.is_live and _waits_for_its_start(record) and may_start(record, timezone.localdate()):
        _start(record)


def _deferral_is_over(record: AdverseRecord, today: date) -> bool:
    return record.status == AdverseRecord.Status.DEFERRED and record.deferred_until < today


def _waits_for_its_start(record: AdverseRecord) -> bool:
    waiting = (AdverseRecord.Status.REGISTERED, AdverseRecord.Status.WITHHELD)
    return record.status in waiting and to_be_publicised(record)


def _start(record: AdverseRecord) -> None:
    """公示: the first day has come, or the last letter was served."""
    record.publicise()
    put_down(record)
    emit(OutboundEvent.Type.PUBLISHED, record.public_id, event_data(record, "publish", "started", ""))
    journal.append(None, "records.publicise", record, journal_line(record))


def _revert(record: AdverseRecord, today: date) -> None:
    """The deferral's last day has passed: the record is again what its window says."""
    until = record.deferred_until
    event = settle(record, to_be_publicised(record), today)
    put_down(record)
    if event is not None:
        emit(event, record.public_id, event_data(record, "publish", "deferral_over", ""))
    journal.append(None, "records.resume", record, journal_line(record, deferred_until=until.isoformat()))


def _remind(record: AdverseRecord) -> bool:
    """Leave one line for the subject, unless it has one; return whether it was left now."""
    since, record.remind_on = record.remind_on, None
    put_down(record)
    if not record.is_live:
        return False
    _reminder, new = Reminder.objects.get_or_create(
        record=record, kind=Reminder.Kind.CAN_APPLY, defaults={"since": since, "sent_at": timezone.now()}
    )
    if new:
        journal.append(
            None, "records.notified", record, journal_line(record, kind="can_apply", since=since.isoformat())
        )
    return new


def see_reminders(actor: User, record: AdverseRecord) -> int:
    """Note that somebody who acts for the subject has seen what the reminders say; return how many were new to him.

    Raises:
        Refused: the actor does not act for the record's subject.
    """
    ask(can_act_for(actor, record.subject), status=403)
    return Reminder.objects.filter(record=record, seen_at=None).update(seen_at=timezone.now())
