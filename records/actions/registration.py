"""登记: a clean row becomes a record, its subject is told, the public sees it or does not."""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from exchange.actions import Happening, emit_all
from exchange.models import OutboundEvent
from journal import actions as journal
from parties.models import Authority, Subject, User
from records import guards
from records.actions.common import journal_line, settle, work_out
from records.actions.comparing import Differing, compare, propose
from records.actions.letters import send_letters
from records.actions.listing import list_names
from records.actions.matching import Authorities, Key, find_records, get_or_create_subjects
from records.canonical import CONTENT_FIELDS, CanonicalRecord, Reason, as_text
from records.documents import document_key
from records.facts import event_data
from records.intake.older_codes import mapped_codes
from records.intake.prior import check_reminded
from records.intake.validation import check
from records.lateness import days_late
from records.models import AdverseRecord, ImportRow, ImportRun

Outcome = ImportRow.Outcome
Result = tuple[str, AdverseRecord | None, list[Reason]]


@dataclass
class Acceptable:
    """A row that may become a record: its place among the rows, and whose record it would be."""

    place: int
    draft: CanonicalRecord
    authority: Authority
    subject: Subject | None = None
    document_key: str = ""

    @property
    def key(self) -> Key:
        return self.authority.pk, self.document_key, self.subject.pk


def register(draft: CanonicalRecord, run: ImportRun | None, actor: User | None) -> Result:
    """Take one row in, inside the caller's transaction; return ``(outcome, record, reasons)``.

    ``taken``: a new record, publicised or withheld by the rules, its two letters issued, the event emitted.
    ``known``: the same content is there already; nothing is written. ``corrected``: the same document says
    something else; the difference is stored as a proposal, the record stays as it is. ``refused``: the
    reasons say why and what would cure it; nothing is written. Warnings are added to ``draft.warnings``.

    ``actor`` is ``None`` for the system (a command run by the office).

    Raises:
        RuntimeError: called outside a transaction.
        policy.rulebook.MissingRule: the rule packs are not loaded.
    """
    return register_all([draft], run, actor)[0]


def register_all(drafts: list[CanonicalRecord], run: ImportRun | None, actor: User | None) -> list[Result]:
    """Take several rows in as :func:`register` does one, as if one after the other; return a result for each.

    All or nothing: what is looked up, numbered and written, is so for all rows together, and a failure is a failure
    of all. Raises what :func:`register` raises.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("Rows are taken in inside one transaction.")
    results: list[Result | None] = [None] * len(drafts)
    acceptable = _accept(drafts, actor, results)
    new, differing = _create_or_compare(acceptable, results)
    _announce(new, run, actor)
    proposed = propose(differing.values(), run, actor)
    for place, result in zip(differing, proposed, strict=True):
        results[place] = result
    return results


def _accept(drafts: list[CanonicalRecord], actor: User | None, results: list[Result | None]) -> list[Acceptable]:
    """Return the rows that may become records, with authority and subject; the others get their refusal."""
    checked, codes = [], mapped_codes(drafts)
    for place, draft in enumerate(drafts):
        if reasons := check(draft, codes) or check_reminded(draft):
            results[place] = (Outcome.REFUSED, None, reasons)
        else:
            checked.append((place, draft))
    if not checked:
        return []
    authorities = Authorities([draft for _place, draft in checked])
    accepted = []
    for place, draft in checked:
        authority = authorities.find(draft)
        if isinstance(authority, Reason):
            results[place] = (Outcome.REFUSED, None, [authority])
            continue
        allowed = guards.can_register_for(actor, authority, draft.authority_name)
        if not allowed:
            reason = Reason(allowed.code, allowed.reason, "authority_name", allowed.cure)
            results[place] = (Outcome.REFUSED, None, [reason])
            continue
        accepted.append(Acceptable(place, draft, authority or authorities.create(draft)))
    for row, subject in zip(accepted, get_or_create_subjects([row.draft for row in accepted]), strict=True):
        row.subject, row.document_key = subject, document_key(row.draft.document_number)
    return accepted


def _create_or_compare(
    rows: list[Acceptable], results: list[Result | None]
) -> tuple[list[AdverseRecord], dict[int, Differing]]:
    """Create the records that are not there; return them, and the rows that differ from a record by their place."""
    there, today = find_records(row.key for row in rows), timezone.localdate()
    while True:
        records, new, differing = dict(there), [], {}
        for row in rows:
            record = records.get(row.key)
            if record is None:
                record = records[row.key] = _build(row, today)
                new.append(record)
                results[row.place] = (Outcome.TAKEN, record, [])
                continue
            results[row.place] = (Outcome.KNOWN, record, [])
            if difference := compare(row.draft, record):
                differing[row.place] = difference
        try:
            with transaction.atomic():
                AdverseRecord.objects.bulk_create(new)
                list_names(new)
        except IntegrityError:  # somebody registered one of them a moment ago
            now = find_records(row.key for row in rows)
            if now.keys() == there.keys():
                raise
            there = now
            continue
        for record in new:
            record._update_initial_state()  # what save() does: the row says now what the object says
        return new, differing


def _build(row: Acceptable, today: date) -> AdverseRecord:
    """Return the new record, its class, window and status worked out; not saved."""
    draft = row.draft
    record = AdverseRecord(
        authority=row.authority,
        subject=row.subject,
        document_key=row.document_key,
        document_number=draft.document_number,
        data_provider=draft.data_provider,
        content_hash=draft.content_hash(),
        **{name: getattr(draft, name) for name in CONTENT_FIELDS},
    )
    record.late_days = days_late(record.decision_date, today)
    record.reported_late = record.late_days > 0
    settle(record, work_out(record, today), today)
    return record


def _announce(records: list[AdverseRecord], run: ImportRun | None, actor: User | None) -> None:
    """Tell everybody: the platforms (what is shown), the subjects (always), the journal."""
    emit_all(
        Happening(
            OutboundEvent.Type.PUBLISHED,
            record.public_id,
            event_data(record, "publish", "registered", "", effective_on=record.publicity_from),
        )
        for record in records
        if record.status == AdverseRecord.Status.PUBLICISED
    )
    send_letters(records, actor)
    for record in records:
        journal.append(
            actor,
            "records.register",
            record,
            journal_line(
                record,
                severity=record.severity,
                publicity_from=as_text(record.publicity_from),
                publicity_until=as_text(record.publicity_until),
                import_run=run.pk if run else None,
                late_days=record.late_days,
            ),
        )
