"""The document is known already: the same content, or a proposed correction (拟更正)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from journal import actions as journal
from parties.models import User
from records.actions.common import journal_line
from records.canonical import CONTENT_FIELDS, CanonicalRecord, Reason, as_text
from records.intake.aliases import label_of
from records.models import AdverseRecord, CorrectionProposal, ImportRow, ImportRun


@dataclass
class Differing:
    """A row about a known record that says something else: ``{field, old, new}`` for each field."""

    record: AdverseRecord
    content_hash: str
    differences: list[dict[str, str]]


def compare(draft: CanonicalRecord, record: AdverseRecord) -> Differing | None:
    """Return what a row says differently from the record it is about; ``None`` if it says the same."""
    digest = draft.content_hash()
    if digest == record.content_hash:
        return None
    differences = find_differences(draft, record)
    return Differing(record, digest, differences) if differences else None


def find_differences(draft: CanonicalRecord, record: AdverseRecord | CanonicalRecord) -> list[dict[str, str]]:
    """Return ``[{field, old, new}]`` where the row says something else. An empty cell contradicts nothing."""
    found = []
    for name in CONTENT_FIELDS:
        new, old = as_text(getattr(draft, name)), as_text(getattr(record, name))
        if new and "".join(new.split()) != "".join(old.split()):
            found.append({"field": name, "old": old, "new": new})
    return found


def propose(
    rows: Iterable[Differing], run: ImportRun | None, actor: User | None
) -> list[tuple[str, AdverseRecord, list[Reason]]]:
    """Keep what differs as proposals, the records locked and untouched; return outcome, record and reasons of each.

    The same difference is proposed once; one that an officer has decided about already makes the row ``known``.
    """
    rows = list(rows)
    if not rows:
        return []
    locked = AdverseRecord.objects.select_for_update(of=("self",)).select_related("authority")
    records = locked.order_by("pk").in_bulk({row.record.pk for row in rows})
    there = CorrectionProposal.objects.filter(
        record__in=records, content_hash__in={row.content_hash for row in rows}
    ).order_by()
    proposals = {(proposal.record_id, proposal.content_hash): proposal for proposal in there}
    new = []
    for row in rows:
        record, key = records[row.record.pk], (row.record.pk, row.content_hash)
        if key in proposals:
            continue
        proposals[key] = CorrectionProposal(
            record=record, run=run, content_hash=row.content_hash, differences=row.differences
        )
        new.append(proposals[key])
        line = journal_line(record, fields=[difference["field"] for difference in row.differences])
        journal.append(actor, "records.propose", record, line)
    CorrectionProposal.objects.bulk_create(new)
    return [
        (ImportRow.Outcome.CORRECTED, records[row.record.pk], reasons_of(row.differences))
        if proposals[row.record.pk, row.content_hash].status == CorrectionProposal.Status.OPEN
        else (ImportRow.Outcome.KNOWN, records[row.record.pk], [])
        for row in rows
    ]


def reasons_of(differences: list[dict[str, str]]) -> list[Reason]:
    """Return what a row's result says: every field that differs, and who has to look at it."""
    return [
        Reason(
            "other_content",
            _("已有同一文号的记录，“%(label)s”与它不同：记录为“%(old)s”，文件为“%(new)s”。记录没有改动。")
            % {"label": label_of(item["field"]), "old": item["old"], "new": item["new"]},
            item["field"],
            _("请处罚机关核实后，在导入结果页采纳或不采纳这项更正。"),
        )
        for item in differences
    ]
