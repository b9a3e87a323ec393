"""What the approver does: decide, or send back one step. A decision is one transaction and two people."""

from casework import guards, todo
from casework.actions.step import acting, ask_reasons
from casework.facts import issuer_of, notice_facts
from casework.kinds import kind_of
from casework.models import Case, Decision, Review
from notices import actions as notices
from parties.models import User
from policy.verdict import Refused


def decide(
    actor: User, case: Case, outcome: str, reason: str = "", codes: list[str] | None = None, version: int | None = None
) -> Decision:
    """Decide a case: transition, effect on the record, decision row, notice, event and journal line together.

    Takes one of the kind's outcomes; an unfavourable one needs coded reasons or the first reviewer's. The notice's PDF
    and the event's delivery come later, in the background: they are rows when this returns.

    Raises:
        Refused: the guard says no, for instance because the same person recommended.
        django.db.IntegrityError: the database itself saw one person in two places.
    """
    with acting(actor, case, "decide", guards.can_decide, version) as step:
        kind = kind_of(step.case)
        verdict = guards.can_decide_outcome(actor, step.case, outcome)
        if not verdict:
            raise Refused(verdict)
        review = step.case.reviews.filter(stage=Review.Stage.FIRST).order_by("-reviewed_at", "-id").first()
        codes = codes or (review.reason_codes if not kind.is_favourable(outcome) else [])
        ask_reasons(step.case, "decide", codes, outcome)
        kind.apply_outcome(step.case, actor, outcome, step.at)
        step.save()
        notice_kind = kind.decision_notice(outcome)
        facts, rule_ids = notice_facts(
            step.case, notice_kind, codes=codes, opinion=reason or review.opinion, outcome=outcome
        )
        decision = Decision.objects.create(
            case_id=step.case.pk,
            outcome=outcome,
            prepared_by=review.reviewer,
            approved_by=actor,
            applicant=step.case.opened_by,
            reason_codes=codes,
            reason=reason.strip(),
            because=facts.get("because", []),
            rule_ids=rule_ids,
            decided_at=step.at,
        )
        kind.on_decided(step.case, actor, decision)
        notice = notices.issue(
            kind=notice_kind,
            issuer=issuer_of(step.case, notice_kind),
            addressee=step.case.subject,
            thing=Case(pk=step.case.pk),
            facts=facts,
            actor=actor,
            rule_ids=rule_ids,
        )
        todo.move_on(step.case, actor)
        step.data.update(outcome=outcome, notice=notice.number, prepared_by=str(review.reviewer), reasons=codes)
        return decision


def send_back(actor: User, case: Case, opinion: str, version: int | None = None) -> Review:
    """退回一步: back to the first reviewer with a reason; the clock goes on."""
    with acting(actor, case, "send_back", guards.can_send_back, version) as step:
        review = Review.objects.create(
            case_id=step.case.pk,
            stage=Review.Stage.SENT_BACK,
            opinion=opinion.strip(),
            reviewer=actor,
            reviewed_at=step.at,
        )
        step.case.send_back()
        step.save()
        todo.move_on(step.case, actor)
        step.data.update(opinion=opinion, review=review.pk)
        return review
