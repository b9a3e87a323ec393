"""What the officer does: take the task, accept, decline, ask for what is missing, recommend."""

from casework import guards, todo
from casework.actions.step import acting, ask_reasons
from casework.facts import notice_facts
from casework.kinds import kind_of
from casework.models import Case, Review, SupplementRequest
from notices import actions as notices
from notices.models import Notice
from parties.models import User
from policy.reasons import as_items
from policy.verdict import Refused


def claim(actor: User, case: Case) -> Case:
    """接手办理: take the open task, also from a colleague; the journal keeps who had it."""
    with acting(actor, case, "claim", guards.can_claim) as step:
        owner = guards.task_owner(step.case)
        if owner != actor:
            todo.assign(step.case, actor)
        step.data.update(taken_from=str(owner) if owner and owner != actor else "")
        return step.case


def release(actor: User, case: Case) -> Case:
    """放回待办: put one's own task back into the office's queue."""
    with acting(actor, case, "release", guards.can_claim) as step:
        if guards.task_owner(step.case) == actor:
            todo.release(step.case)
        return step.case


def accept(actor: User, case: Case, version: int | None = None) -> Case:
    """受理: issue the acceptance notice, start the decision clock, tell the kind (an objection sets its mark)."""
    with acting(actor, case, "accept", guards.can_accept, version) as step:
        kind = kind_of(step.case)
        step.case.accept(step.at)
        step.save()
        kind.on_accept(step.case, actor)
        notice = _issue(step.case, actor, kind.acceptance_notice)
        todo.move_on(step.case, actor)
        step.data.update(notice=notice.number)
        return step.case


def decline(actor: User, case: Case, codes: list[str], opinion: str = "", version: int | None = None) -> Case:
    """不予受理: with coded reasons, what would cure them, and the remedies."""
    with acting(actor, case, "decline", guards.can_decline, version) as step:
        ask_reasons(step.case, "decline", codes)
        step.case.decline(step.at)
        step.save()
        kind_of(step.case).on_close(step.case, actor)
        notice = _issue(step.case, actor, Notice.Kind.DECLINE, codes=codes, opinion=opinion)
        todo.move_on(step.case, actor)
        step.data.update(notice=notice.number, reasons=codes)
        return step.case


def request_supplement(
    actor: User, case: Case, codes: list[str], note: str = "", version: int | None = None
) -> SupplementRequest:
    """补正: everything that is missing, once (行政许可法 32, as analogue); the office's clock stops."""
    with acting(actor, case, "request_supplement", guards.can_request_supplement, version) as step:
        ask_reasons(step.case, "request_supplement", codes)
        request = SupplementRequest.objects.create(
            case_id=step.case.pk, items=as_items(codes), note=note.strip(), requested_by=actor, requested_at=step.at
        )
        step.case.request_supplement()
        step.save()
        notice = _issue(step.case, actor, Notice.Kind.SUPPLEMENT, codes=codes, opinion=note)
        todo.move_on(step.case, actor)
        step.data.update(notice=notice.number, reasons=codes)
        return request


def recommend(
    actor: User, case: Case, outcome: str, opinion: str, codes: list[str] | None = None, version: int | None = None
) -> Review:
    """初审: say which outcome and why; the case goes to a different person of the lead office."""
    with acting(actor, case, "recommend", guards.can_recommend, version) as step:
        verdict = kind_of(step.case).can_recommend(actor, step.case, outcome)
        if not verdict:
            raise Refused(verdict)
        ask_reasons(step.case, "recommend", codes or [], outcome)
        review = Review.objects.create(
            case_id=step.case.pk,
            stage=Review.Stage.FIRST,
            outcome=outcome,
            reason_codes=codes or [],
            opinion=opinion.strip(),
            reviewer=actor,
            reviewed_at=step.at,
        )
        step.case.recommend()
        step.save()
        todo.move_on(step.case, actor)
        step.data.update(outcome=outcome, reasons=codes or [], review=review.pk)
        return review


def _issue(case: Case, actor: User, kind: str, codes: list[str] | None = None, opinion: str = "") -> Notice:
    facts, rule_ids = notice_facts(case, kind, codes=codes, opinion=opinion)
    return notices.issue(
        kind=kind,
        issuer=case.authority,
        addressee=case.subject,
        thing=Case(pk=case.pk),
        facts=facts,
        actor=actor,
        rule_ids=rule_ids,
    )
