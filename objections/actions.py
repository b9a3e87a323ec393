"""The verbs that only an objection has; the shared ones are ``casework.actions``."""

from casework import guards as case_guards
from casework.actions.step import acting
from casework.authorities import handling_authority
from casework.models import Case
from journal import actions as journal
from objections import guards
from objections.fields import DISPUTABLE
from objections.models import Objection
from parties.models import User
from policy.verdict import Refused
from records.actions.correction import typed_value
from records.models import AdverseRecord


def start(actor: User, record: AdverseRecord) -> Objection:
    """Open a draft objection to this record, or return the draft that is already there.

    Raises:
        Refused: one is already under way, the record is no longer public, or it is not the user's.
    """
    with journal.journalled():
        record = AdverseRecord.objects.select_for_update().get(pk=record.pk)
        verdict = guards.can_object(actor, record)
        if not verdict:
            raise Refused(verdict)
        draft = guards.open_case(record)
        if draft:
            return Objection.objects.get(pk=draft.pk)
        case = Objection.objects.create(
            kind=Case.Kind.OBJECTION,
            record=record,
            subject=record.subject,
            opened_by=actor,
            authority=handling_authority(record.authority),
            contact_phone=actor.phone,
        )
        journal.append(actor, "objection.start", Case(pk=case.pk), {"record": record.public_id})
        return case


def describe(
    actor: User,
    case: Objection,
    *,
    ground: str,
    field: str,
    claimed_value: str,
    statement: str,
    contact_phone: str = "",
    version: int | None = None,
) -> Objection:
    """Save what is said to be wrong, and what it should be."""
    with acting(actor, case, "describe", case_guards.can_edit_draft, version) as step:
        step.case.ground = ground
        step.case.field = field if field in DISPUTABLE else ""
        step.case.claimed_value = claimed_value.strip()
        step.case.statement = statement.strip()
        step.case.contact_phone = contact_phone.strip()
        step.save()
        step.data.update(ground=ground, field=step.case.field)
        return step.case


def verify(
    actor: User,
    case: Objection,
    *,
    remedy: str,
    field: str = "",
    corrected_value: str = "",
    version: int | None = None,
) -> Objection:
    """核实: the source authority's officer writes down what would put the record right.

    Raises:
        Refused: it is not this officer's case, or the corrected value is not one that this field can hold.
    """
    with acting(actor, case, "verify", case_guards.can_recommend, version) as step:
        step.case.remedy = remedy
        if remedy == Objection.Remedy.CORRECT:
            typed_value(field, corrected_value)
            step.case.field, step.case.corrected_value = field, corrected_value.strip()
        else:
            step.case.corrected_value = ""
        step.save()
        step.data.update(remedy=remedy, field=field)
        return step.case
