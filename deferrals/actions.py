"""The verbs that only a deferral has; the shared ones are ``casework.actions``."""

import datetime as dt

from django.utils import timezone

from casework import guards as case_guards
from casework.actions.step import acting
from casework.authorities import handling_authority
from casework.models import Case
from deferrals import guards
from deferrals.limits import usable_day
from deferrals.models import Deferral
from journal import actions as journal
from parties.models import User
from policy.verdict import Refused
from records.models import AdverseRecord


def start(actor: User, record: AdverseRecord) -> Deferral:
    """Open a draft for this record, or return the draft that is already there.

    Raises:
        Refused: one is already under way, the record no longer counts, or it is not the user's.
    """
    with journal.journalled():
        record = AdverseRecord.objects.select_for_update().get(pk=record.pk)
        verdict = guards.can_ask(actor, record)
        if not verdict:
            raise Refused(verdict)
        draft = guards.open_case(record)
        if draft:
            return Deferral.objects.get(pk=draft.pk)
        case = Deferral.objects.create(
            kind=Case.Kind.DEFERRAL,
            record=record,
            subject=record.subject,
            opened_by=actor,
            authority=handling_authority(record.authority),
            contact_phone=actor.phone,
        )
        journal.append(actor, "deferral.start", Case(pk=case.pk), {"record": record.public_id})
        return case


def describe(
    actor: User,
    case: Deferral,
    *,
    ground: str,
    requested_until: dt.date,
    statement: str,
    contact_phone: str = "",
    version: int | None = None,
) -> Deferral:
    """Save until when the subject asks for time, and why.

    Raises:
        Refused: the day is over or too far away (422).
    """
    with acting(actor, case, "describe", case_guards.can_edit_draft, version) as step:
        _check(requested_until)
        step.case.ground = ground
        step.case.requested_until = requested_until
        step.case.statement = statement.strip()
        step.case.contact_phone = contact_phone.strip()
        step.save()
        step.data.update(ground=ground, requested_until=requested_until)
        return step.case


def propose(actor: User, case: Deferral, *, granted_until: dt.date, version: int | None = None) -> Deferral:
    """The authority's officer writes down until when he would grant it.

    Raises:
        Refused: not this officer's case, or the day is over or too far away (422).
    """
    with acting(actor, case, "propose", case_guards.can_recommend, version) as step:
        _check(granted_until)
        step.case.granted_until = granted_until
        step.save()
        step.data.update(granted_until=granted_until)
        return step.case


def _check(day: dt.date) -> None:
    verdict = usable_day(day, timezone.localdate())
    if not verdict:
        raise Refused(verdict, status=422)
