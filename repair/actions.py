"""The verbs that only a repair application has; the shared ones are ``casework.actions``."""

from datetime import date

from casework import guards as case_guards
from casework.actions.step import acting
from casework.authorities import handling_authority
from casework.models import Case
from journal import actions as journal
from parties.models import User
from policy.verdict import Refused
from records.models import AdverseRecord
from repair import guards
from repair.models import RepairApplication


def start(actor: User, record: AdverseRecord) -> RepairApplication:
    """Open a draft for this record, or return the draft that is already there (a second click makes no second one).

    Raises:
        Refused: it is too early, barred, already under way, or not the user's record.
    """
    with journal.journalled():
        record = AdverseRecord.objects.select_for_update().get(pk=record.pk)
        verdict = guards.can_apply(actor, record)
        if not verdict:
            raise Refused(verdict)
        draft = guards.open_case(record)
        if draft:
            return RepairApplication.objects.get(pk=draft.pk)
        case = RepairApplication.objects.create(
            kind=Case.Kind.REPAIR,
            record=record,
            subject=record.subject,
            opened_by=actor,
            authority=handling_authority(record.authority),
            contact_phone=actor.phone,
        )
        journal.append(actor, "repair.start", Case(pk=case.pk), {"record": record.public_id})
        return case


def describe(
    actor: User, case: RepairApplication, performed_on: date, statement: str, contact_phone: str, version=None
) -> RepairApplication:
    """Save how and when the duties were performed."""
    with acting(actor, case, "describe", case_guards.can_edit_draft, version) as step:
        step.case.performed_on = performed_on
        step.case.statement = statement.strip()
        step.case.contact_phone = contact_phone.strip()
        step.save()
        step.data.update(performed_on=performed_on)
        return step.case
