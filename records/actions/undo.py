"""整批撤回: a whole import is taken back while nobody has been told of it.

Nothing is deleted. Each record is revoked and marked ``undone``, its letters are recalled with the reason, the
platforms are told, the journal keeps every step; the same document may then come in again as a new record.
"""

import contextlib
import time

from django.utils import timezone
from django.utils.translation import gettext as _

from journal import actions as journal
from notices.actions import recall
from notices.queries import notices_about
from parties.models import User
from policy.verdict import Refused, Verdict, no
from records import guards
from records.actions.common import ask, journal_line, lock
from records.actions.correction import decide_proposal
from records.actions.ending import revoke
from records.models import AdverseRecord, CorrectionProposal, ImportRun


@journal.journalled()
def start_undo(run: ImportRun, actor: User, reason: str) -> ImportRun:
    """Decide that an import is taken back; return it ``undoing``. The work is :func:`go_on_undoing`.

    Raises:
        Refused: not this person's to undo (403), or too late: a letter was opened, a case exists (409).
    """
    run = ImportRun.objects.select_for_update().get(pk=run.pk)
    verdict = guards.can_undo(actor, run)
    ask(verdict, status=403 if verdict.code in ("sign_in", "role", "not_yours") else 409)
    reason = " ".join(reason.replace("\x00", "").split())
    if not reason:
        raise Refused(no("no_reason", _("整批撤回要写明理由。"), _("请填写撤回理由后再提交。")), status=409)
    run.status = ImportRun.Status.UNDOING
    run.undone_by, run.undo_reason, run.undone_at = actor, reason[:500], timezone.now()
    run.leased_until = None
    run.save(update_fields=["status", "undone_by", "undo_reason", "undone_at", "leased_until"])
    line = {"file": run.file_name, "reason": run.undo_reason, "records": guards.taken_by(run).count()}
    journal.append(actor, "records.undo", run, line)
    return run


def go_on_undoing(run: ImportRun, seconds: float | None = None) -> bool:
    """Take back the records that are still there, each in its own transaction; return whether it is finished.

    Killed at any moment, it goes on where it stopped when called again. A record whose letter was opened meanwhile,
    or that got a case, stays as it is: the import's page names it. With ``seconds`` it stops after so long.
    """
    ends = time.monotonic() + seconds if seconds is not None else None
    for pk in list(guards.taken_by(run).order_by("pk").values_list("pk", flat=True)):
        with contextlib.suppress(Refused):  # served at this very moment: it stays
            undo_record(run, pk)
        if ends is not None and time.monotonic() > ends:
            return False
    for proposal in run.proposals.filter(status=CorrectionProposal.Status.OPEN).select_related("record"):
        _dismiss(proposal, run.undone_by)
    with journal.journalled():
        left = guards.taken_by(run).count()
        closed = ImportRun.objects.filter(pk=run.pk, status=ImportRun.Status.UNDOING).update(
            status=ImportRun.Status.UNDONE, leased_until=None
        )
        if closed:
            journal.append(run.undone_by, "records.undone", run, {"file": run.file_name, "left": left})
    return True


@journal.journalled()
def undo_record(run: ImportRun, pk: int) -> Verdict:
    """Take back one record of an import, in one transaction; return why not, if it has to stay."""
    record = lock(AdverseRecord(pk=pk))
    verdict = guards.can_take_back(AdverseRecord.objects.filter(pk=pk))
    if record.undone or not verdict:
        return verdict
    reason = _("整批撤回：%(reason)s") % {"reason": run.undo_reason}
    for notice in notices_about(record).order_by("pk"):
        if not notice.is_revoked:
            recall(run.undone_by, notice, reason)
    if record.status != AdverseRecord.Status.REVOKED:
        record = revoke(record, run.undone_by, _("录入%(number)s") % {"number": run.pk}, reason)
    record.undone = True
    record.save(update_fields=["undone"])
    journal.append(run.undone_by, "records.undo_record", record, journal_line(record, import_run=run.pk))
    return verdict


def _dismiss(proposal: CorrectionProposal, actor: User | None) -> None:
    """What a file that was taken back had proposed is not asked any more."""
    with contextlib.suppress(Refused), journal.journalled():
        decide_proposal(proposal, actor, apply=False)
