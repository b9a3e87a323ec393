"""登记: a clean row becomes a record, its subject is told, the public sees it or does not."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from exchange.actions import emit
from exchange.models import OutboundEvent
from journal import actions as journal
from parties.codes import check_code
from parties.models import Authority, Subject, User
from records import guards
from records.actions.common import journal_line, lock, settle, work_out
from records.actions.letters import send_letters
from records.actions.listing import list_names
from records.canonical import CONTENT_FIELDS, CanonicalRecord, Reason, as_text
from records.documents import document_key
from records.facts import event_data
from records.intake.prior import check_reminded
from records.intake.validation import check
from records.models import AdverseRecord, CorrectionProposal, ImportRow, ImportRun

Outcome = ImportRow.Outcome
Result = tuple[str, AdverseRecord | None, list[Reason]]


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
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A row is taken in inside one transaction.")
    reasons = check(draft) or check_reminded(draft)
    if reasons:
        return Outcome.REFUSED, None, reasons
    authority = find_authority(draft)
    if isinstance(authority, Reason):
        return Outcome.REFUSED, None, [authority]
    allowed = guards.can_register_for(actor, authority, draft.authority_name)
    if not allowed:
        return Outcome.REFUSED, None, [Reason(allowed.code, allowed.reason, "authority_name", allowed.cure)]
    subject = get_or_create_subject(draft)
    authority = authority or create_authority(draft)

    key = {"authority": authority, "document_key": document_key(draft.document_number), "subject": subject}
    existing = AdverseRecord.objects.filter(**key).first()
    if existing is None:
        record = _create(draft, key)
        if record is not None:
            _announce(record, run, actor)
            return Outcome.TAKEN, record, []
        existing = AdverseRecord.objects.get(**key)  # somebody registered it a moment ago
    return _compare(draft, existing, run, actor)


def get_or_create_subject(draft: CanonicalRecord) -> Subject:
    """Return the subject of the row, by code or number only. A name identifies nobody and overwrites no other."""
    by_number = draft.subject_kind == Subject.Kind.PERSON
    identity = {"identity_number": draft.identity_number} if by_number else {"code": draft.subject_code}
    subject, created = Subject.objects.get_or_create(
        **identity,
        defaults={
            "kind": draft.subject_kind,
            "name": draft.subject_name,
            "legal_representative": draft.legal_representative[:60],
        },
    )
    if not created and subject.name != draft.subject_name:
        draft.warnings.append(
            Reason(
                "name_differs",
                _("这个代码在系统中登记的名称是“%(known)s”，文件写的是“%(given)s”。登记名称没有改动。")
                % {"known": subject.name, "given": draft.subject_name},
                "subject_name",
                _("如果主体已经更名，请在主体信息中更正；如果代码写错了，请更正代码后重新导入。"),
            )
        )
    return subject


def find_authority(draft: CanonicalRecord) -> Authority | Reason | None:
    """Return the authority by its code, else by its exact name; ``None`` if new; a reason if the two disagree."""
    by_name = Authority.objects.filter(name=draft.authority_name).first()
    code = check_code(draft.authority_code) if draft.authority_code else None
    if code is None or not code.valid:
        return by_name
    by_code = Authority.objects.filter(code=code.normalised).first()
    if by_code is not None:
        if by_code.name != draft.authority_name:
            draft.warnings.append(
                Reason(
                    "authority_name_differs",
                    _("处罚机关代码属于“%(known)s”，文件写的名称是“%(given)s”。已按代码登记。")
                    % {"known": by_code.name, "given": draft.authority_name},
                    "authority_name",
                )
            )
        return by_code
    if by_name is not None and by_name.code not in (None, "", code.normalised):
        return Reason(
            "authority_code_differs",
            _("“%(name)s”在系统中的代码是 %(known)s，文件写的是 %(given)s。")
            % {"name": by_name.name, "known": by_name.code, "given": code.normalised},
            "authority_code",
            _("请核对处罚机关的名称和代码，更正后重新导入。"),
        )
    return by_name


def create_authority(draft: CanonicalRecord) -> Authority:
    """Register an authority that is known only from the file: not online, the lead office acts for it."""
    code = check_code(draft.authority_code) if draft.authority_code else None
    authority, _created = Authority.objects.get_or_create(
        name=draft.authority_name,
        defaults={"code": code.normalised if code and code.valid else None, "is_online": False},
    )
    return authority


def _create(draft: CanonicalRecord, key: dict[str, Any]) -> AdverseRecord | None:
    """Create the row; ``None`` if another transaction was quicker."""
    record = AdverseRecord(
        **key,
        document_number=draft.document_number,
        data_provider=draft.data_provider,
        content_hash=draft.content_hash(),
        **{name: getattr(draft, name) for name in CONTENT_FIELDS},
    )
    publicised = work_out(record)
    settle(record, publicised)
    try:
        with transaction.atomic():
            record.save(force_insert=True)
            list_names([record])
    except IntegrityError:
        if not AdverseRecord.objects.filter(**key).exists():
            raise
        return None
    return record


def _announce(record: AdverseRecord, run: ImportRun | None, actor: User | None) -> None:
    """Tell everybody: the platforms (if it is shown), the subject (always), the journal."""
    if record.status == AdverseRecord.Status.PUBLICISED:
        data = event_data(record, "publish", "registered", "", effective_on=record.publicity_from)
        emit(OutboundEvent.Type.PUBLISHED, record.public_id, data)
    send_letters(record, actor)
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
        ),
    )


def _compare(draft: CanonicalRecord, record: AdverseRecord, run: ImportRun | None, actor: User | None) -> Result:
    """The document is known: same content, or a proposed correction."""
    digest = draft.content_hash()
    if digest == record.content_hash:
        return Outcome.KNOWN, record, []
    differences = find_differences(draft, record)
    if not differences:
        return Outcome.KNOWN, record, []
    record = lock(record)
    proposal, created = CorrectionProposal.objects.get_or_create(
        record=record, content_hash=digest, defaults={"run": run, "differences": differences}
    )
    if created:
        line = journal_line(record, fields=[difference["field"] for difference in differences])
        journal.append(actor, "records.propose", record, line)
    elif proposal.status != CorrectionProposal.Status.OPEN:
        return Outcome.KNOWN, record, []
    reasons = [
        Reason(
            "other_content",
            _("已有同一文号的记录，“%(label)s”与它不同：记录为“%(old)s”，文件为“%(new)s”。记录没有改动。")
            % {"label": label_of(item["field"]), "old": item["old"], "new": item["new"]},
            item["field"],
            _("请处罚机关核实后，在导入结果页采纳或不采纳这项更正。"),
        )
        for item in differences
    ]
    return Outcome.CORRECTED, record, reasons


def find_differences(draft: CanonicalRecord, record: AdverseRecord) -> list[dict[str, str]]:
    """Return ``[{field, old, new}]`` where the row says something else. An empty cell contradicts nothing."""
    found = []
    for name in CONTENT_FIELDS:
        new, old = as_text(getattr(draft, name)), as_text(getattr(record, name))
        if new and "".join(new.split()) != "".join(old.split()):
            found.append({"field": name, "old": old, "new": new})
    return found


def label_of(name: str) -> str:
    """Return the heading of a record's field in the page's language."""
    return str(AdverseRecord._meta.get_field(name).verbose_name)
