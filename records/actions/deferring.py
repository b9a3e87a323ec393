"""延期履行: until its last day a record is not publicised; the sweep brings it back."""

from datetime import date

from django.utils import timezone

from exchange.actions import emit
from exchange.models import OutboundEvent
from journal import actions as journal
from parties.models import User
from records import guards
from records.actions.common import ask, journal_line, lock, put_down
from records.facts import event_data
from records.models import AdverseRecord


def defer(record: AdverseRecord, actor: User | None, until: date, case_number: str) -> AdverseRecord:
    """暂不公示 until the end of that day (Beijing); return the fresh record. Platforms that showed it take it down.

    Inside the caller's transaction. The publicity period itself runs on: it counts from the decision.

    Raises:
        Refused: the record is not live any more, or the day is over (409).
    """
    record = lock(record)
    ask(guards.can_defer(actor, record, until))
    shown = record.status == AdverseRecord.Status.PUBLICISED
    record.defer(until)
    put_down(record)
    if shown:
        data = event_data(record, "remove", "deferred", case_number, effective_on=timezone.localdate())
        emit(OutboundEvent.Type.REMOVED, record.public_id, data)
    line = journal_line(record, case_number=case_number, until=until.isoformat())
    journal.append(actor, "records.defer", record, line)
    return record
