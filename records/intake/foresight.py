"""What would become of a row if it were taken in now. Reads only: every rule is the one :func:`register` asks."""

from dataclasses import dataclass, field

from parties.models import Authority, Subject, User
from records import guards
from records.actions.comparing import compare, find_differences, reasons_of
from records.actions.matching import Authorities, compare_names, find_records, find_subject, identity_of
from records.canonical import CanonicalRecord, Reason
from records.documents import document_key
from records.intake.headings import SHIPPED, Headings
from records.intake.mapping import map_row
from records.intake.prior import check_reminded
from records.intake.source import Row
from records.intake.taking import RowResult
from records.intake.validation import check
from records.models import AdverseRecord, CorrectionProposal, ImportRow

Outcome = ImportRow.Outcome


@dataclass
class Foresight:
    """Looks ahead over the rows of one file, in order; remembers what earlier rows would have become."""

    source: str
    actor: User | None
    headings: Headings = SHIPPED
    _seen: dict[tuple[str, str, str], CanonicalRecord] = field(default_factory=dict)
    #: Subjects that rows would have made known, by what identifies them, and the name they would bear.
    _names: dict[tuple[str, str], str] = field(default_factory=dict)

    def look(self, row: Row) -> RowResult:
        """Return what :func:`records.intake.taking.take` would give for this row, writing nothing."""
        draft = map_row(row, self.source, self.headings)
        outcome, record, reasons = self._foresee(draft)
        return RowResult(
            number=row.number,
            outcome=str(outcome),
            place=row.place,
            reasons=[reason.as_json() for reason in reasons],
            warnings=[warning.as_json() for warning in draft.warnings],
            changes=[change.as_json() for change in draft.changes],
            draft=draft,
            record=record,
        )

    def _foresee(self, draft: CanonicalRecord) -> tuple[str, AdverseRecord | None, list[Reason]]:
        reasons = check(draft) or check_reminded(draft)
        if reasons:
            return Outcome.REFUSED, None, reasons
        authority = Authorities([draft]).find(draft)
        if isinstance(authority, Reason):
            return Outcome.REFUSED, None, [authority]
        allowed = guards.can_register_for(self.actor, authority, draft.authority_name)
        if not allowed:
            return Outcome.REFUSED, None, [Reason(allowed.code, allowed.reason, "authority_name", allowed.cure)]
        existing = self._existing(draft, authority)
        if existing is not None:
            return self._against(draft, existing)
        return self._against_earlier(draft, authority)

    def _existing(self, draft: CanonicalRecord, authority: Authority | None) -> AdverseRecord | None:
        subject = find_subject(draft)
        if subject is None:
            name = self._names.setdefault(identity_of(draft), draft.subject_name)
            compare_names(draft, Subject(name=name))
            return None
        compare_names(draft, subject)
        if authority is None:
            return None
        key = authority.pk, document_key(draft.document_number), subject.pk
        return find_records([key]).get(key)

    def _against(self, draft: CanonicalRecord, existing: AdverseRecord) -> tuple[str, AdverseRecord, list[Reason]]:
        difference = compare(draft, existing)
        if difference is None:
            return Outcome.KNOWN, existing, []
        decided = CorrectionProposal.objects.filter(record=existing, content_hash=difference.content_hash).exclude(
            status=CorrectionProposal.Status.OPEN
        )
        if decided.exists():
            return Outcome.KNOWN, existing, []
        return Outcome.CORRECTED, existing, reasons_of(difference.differences)

    def _against_earlier(self, draft: CanonicalRecord, authority: Authority | None) -> tuple[str, None, list[Reason]]:
        key = (
            str(authority.pk) if authority else draft.authority_name,
            document_key(draft.document_number),
            draft.identity_number or draft.subject_code,
        )
        earlier = self._seen.get(key)
        if earlier is None:
            self._seen[key] = draft
            return Outcome.TAKEN, None, []
        if earlier.content_hash() == draft.content_hash():
            return Outcome.KNOWN, None, []
        differences = find_differences(draft, earlier)
        return (Outcome.CORRECTED, None, reasons_of(differences)) if differences else (Outcome.KNOWN, None, [])
