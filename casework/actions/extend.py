"""延长办理期限: the limit of a decision is extended before it has passed, with a reason, and the applicant is told."""

from datetime import date

from django.utils.translation import gettext as _

from casework import guards
from casework.actions.step import acting
from casework.facts import issuer_of, notice_facts
from casework.models import Case, DecisionExtension
from notices import actions as notices
from notices.models import Notice
from parties.models import User
from policy.deadlines.actions import lapse
from policy.verdict import Refused, no


def extend_decision(actor: User, case: Case, reason: str, version: int | None = None) -> DecisionExtension:
    """Extend the limit within which the case has to be decided, by the working days that the rules name.

    Takes who approves it, the case, the reason (it is printed on the notice) and, from a form, the version of the case
    that the user saw. Gives the row; the notice and the journal line are there with it. Rests on the rules
    ``decide.extension_working_days`` and ``decide.extension_times`` (国办发〔2025〕22号).

    Raises:
        Refused: the guard says no, for instance because the limit has passed or was extended already; or no reason.
        django.db.IntegrityError: the database itself saw one extension twice.
    """
    with acting(actor, case, "extend_decision", guards.can_extend_decision, version) as step:
        reason = reason.strip()
        if not reason:
            cure = _("请写明案情复杂在哪里，或者还要核查什么；理由会印在通知书上。")
            raise Refused(no("no_reason", _("延长办理期限要写明理由。"), cure), status=409)
        kind = Notice.Kind.DECISION_EXTENSION
        facts, rule_ids = notice_facts(step.case, kind, opinion=reason)
        told = facts["extension"]
        # The row takes its days from what the notice says: the two can never differ.
        extension = DecisionExtension.objects.create(
            case_id=step.case.pk,
            number=told["number"],
            working_days=told["days"],
            reason=reason,
            decided_by=actor,
            decided_at=step.at,
            rule_ids=told["rule_ids"],
            basis_title=told["title"],
            basis_article=told["article"],
            old_due=date.fromisoformat(told["old_due_on"]),
            new_due=date.fromisoformat(facts["due_on"]),
        )
        step.save()
        notice = notices.issue(
            kind=kind,
            issuer=issuer_of(step.case, kind),
            addressee=step.case.subject,
            thing=Case(pk=step.case.pk),
            facts=facts,
            actor=actor,
            rule_ids=rule_ids,
        )
        # What was told of the limit as it was before does not hold any more.
        lapse(Case(pk=step.case.pk))
        step.data.update(
            notice=notice.number,
            extension=extension.number,
            days=extension.working_days,
            old=extension.old_due,
            new=extension.new_due,
            reason=reason,
        )
        return extension
