"""终止办理: a case whose record was annulled, ran out or was repaired meanwhile ends by itself."""

from django.utils import timezone

from casework import todo
from casework.facts import notice_facts
from casework.kinds import kind_of, specific
from casework.models import Case
from journal import actions as journal
from notices import actions as notices
from notices.models import Notice
from parties.models import User
from records.models import AdverseRecord

ANNULLED, FOUND_WRONG, EXPIRED, REPAIRED = "T-01", "T-02", "T-03", "T-04"

#: Which kinds have nothing left to decide, by what became of the record. An objection to a record that has only run
#: out or was repaired goes on: it may still be corrected or annulled, and its author is owed an answer.
ENDS = {
    AdverseRecord.Status.REVOKED: (Case.Kind.REPAIR, Case.Kind.OBJECTION, Case.Kind.DEFERRAL),
    AdverseRecord.Status.EXPIRED: (Case.Kind.REPAIR, Case.Kind.DEFERRAL),
    AdverseRecord.Status.REPAIRED: (Case.Kind.DEFERRAL,),
}


def hold_cases(record_pk: int) -> None:
    """Lock the cases of a record that are not closed, in the order in which every verb of a case locks them."""
    list(Case.objects.select_for_update().filter(record_id=record_pk, status__in=Case.UNDECIDED).order_by("pk"))


def end_cases(record: AdverseRecord, actor: User | None, ordered_by: str) -> None:
    """End the open cases of a record that is not live any more, in the transaction that ended its life.

    Each gets its notice (终止办理通知书) with a coded reason, its task goes, its journal line is the system's own.
    The case that ordered it, by its number, is being decided and is left alone.
    """
    kinds = ENDS.get(AdverseRecord.Status(record.status), ())
    cases = Case.objects.filter(record_id=record.pk, status__in=Case.OPEN, kind__in=kinds).exclude(number=ordered_by)
    code = _reason(record, ordered_by)
    for case in cases.order_by("pk"):
        _end(specific(case), code)


def _end(case: Case, code: str) -> None:
    before = case.status
    case.end(timezone.now())
    case.version += 1
    case.save()
    kind = kind_of(case)
    kind.on_close(case, None)
    todo.cancel(case)
    facts, rule_ids = notice_facts(case, Notice.Kind.CASE_ENDED, codes=[code])
    notice = notices.issue(
        kind=Notice.Kind.CASE_ENDED,
        issuer=case.authority,
        addressee=case.subject,
        thing=Case(pk=case.pk),
        facts=facts,
        actor=None,
        rule_ids=rule_ids,
    )
    line = {"number": case.number, "status": case.status, "was": before, "reasons": [code], "notice": notice.number}
    journal.append(None, f"{kind.code}.end", Case(pk=case.pk), line)


def _reason(record: AdverseRecord, ordered_by: str) -> str:
    if record.status == AdverseRecord.Status.EXPIRED:
        return EXPIRED
    if record.status == AdverseRecord.Status.REPAIRED:
        return REPAIRED
    by_objection = ordered_by and Case.objects.filter(number=ordered_by, kind=Case.Kind.OBJECTION).exists()
    return FOUND_WRONG if by_objection else ANNULLED
