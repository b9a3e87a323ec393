"""What every verb on a record does the same way."""

from datetime import date
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.utils import timezone, translation

from exchange.models import OutboundEvent
from policy.facts import RecordFacts
from policy.publicity import Window, classify, essence, publicity_window
from policy.rulebook import RuleBook
from policy.verdict import Refused, Verdict
from records.actions.listing import list_names
from records.digests import digest_of
from records.facts import FORMAL_LANGUAGE, policy_facts
from records.followers import hold_followers
from records.models import AdverseRecord


def lock(record: AdverseRecord) -> AdverseRecord:
    """Return the record fresh from the database, its row locked until the caller's transaction ends.

    What rests on it is locked before it (:mod:`records.followers`).

    Raises:
        RuntimeError: called outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A record changes in the transaction of what changes it.")
    hold_followers(record.pk)
    return AdverseRecord.objects.select_for_update().get(pk=record.pk)


def ask(verdict: Verdict, status: int = 409) -> None:
    """Raise :class:`Refused` if the guard said no."""
    if not verdict:
        raise Refused(verdict, status=status)


def put_down(record: AdverseRecord) -> None:
    """Save a changed record: its version counts every change, and the register finds it if it is public now."""
    record.version += 1
    record.save()
    list_names([record])


def work_out(record: AdverseRecord, today: date | None = None) -> bool:
    """Set severity and publicity window from the facts by the rules in force today; return whether it is publicised.

    The reasons are stored in Chinese, as formal notices quote them. A first application day that lies ahead is noted
    down for a reminder.
    """
    today = today or timezone.localdate()
    book = RuleBook.load(today)
    severity, window, because, rule_ids = _judge(essence(policy_facts(record, book)), book)
    record.severity, record.because, record.rule_ids = severity, [dict(reason) for reason in because], list(rule_ids)
    record.publicity_from = window.start
    record.publicity_until = window.until
    record.disclosed_until = window.disclosed_until
    record.earliest_application = window.earliest_application
    record.remind_on = window.earliest_application if window.earliest_application > today else None
    return window.publicised and not record.subject.is_person


@lru_cache(maxsize=2000)
def _judge(facts: RecordFacts, book: RuleBook) -> tuple[str, Window, list[dict[str, Any]], list[int]]:
    """Return class, window, reasons and rules. Pure; a week's file asks about the same few days and fines again."""
    with translation.override(FORMAL_LANGUAGE):
        classification = classify(facts, book)
        window = publicity_window(facts, classification.severity, book)
        # What both say, that an older decision is judged by the rules of today, is said once.
        because = [reason.as_json() for reason in dict.fromkeys((*classification.because, *window.because))]
    return str(classification.severity), window, because, sorted({*classification.rule_ids, *window.rule_ids})


def settle(record: AdverseRecord, publicised: bool, today: date | None = None) -> OutboundEvent.Type | None:
    """Bring the status in line with the window; return the event that tells platforms, if what they show changed.

    A deferral that still runs goes before the window; publicity that may not begin yet is left to the sweep.
    """
    today = today or timezone.localdate()
    status = AdverseRecord.Status
    if record.status not in AdverseRecord.LIVE:
        return None
    shown = record.status == status.PUBLICISED
    if is_over(record, today):
        record.expire(timezone.now())
    elif record.status == status.DEFERRED and record.deferred_until >= today:
        return None
    elif publicised and not shown:
        if may_start(record, today):
            record.publicise()
        elif record.status == status.DEFERRED:
            record.withhold()  # until the sweep may begin
    elif not publicised and record.status != status.WITHHELD:
        record.withhold()
    if not shown and record.status == status.PUBLICISED:
        return OutboundEvent.Type.PUBLISHED
    if shown and record.status != status.PUBLICISED:
        return OutboundEvent.Type.REMOVED
    return None


def to_be_publicised(record: AdverseRecord) -> bool:
    """Whether the rules give it a publicity window. A natural person's never has one (山东省社会信用条例 第二十条)."""
    return record.publicity_from is not None and not record.subject.is_person


def may_start(record: AdverseRecord, today: date) -> bool:
    """Whether publicity may begin: its first day has come and, where a rule asks for it, both letters are served."""
    if record.publicity_from is None or record.publicity_from > today:
        return False
    if record.notified_at is not None:
        return True
    waits = RuleBook.load(today).find("publicity.waits_for_service", record.sector)
    return not (waits and waits.value)


def is_over(record: AdverseRecord, today: date | None = None) -> bool:
    """Whether its time is over: the last day of publicity or, of what is not publicised, of disclosure is before
    today."""
    return record.last_day is not None and record.last_day < (today or timezone.localdate())


def journal_line(record: AdverseRecord, **extra: Any) -> dict[str, Any]:
    """Return what the journal keeps of a change, asked for when the record is as it stays: never a person's number.

    ``digest`` is that of everything the record says, so that the last line always tells what the row should say.
    """
    return {
        "digest": digest_of(record),
        "record_id": record.public_id,
        "document_number": record.document_number,
        "authority": record.authority.name,
        "status": record.status,
        **extra,
    }
