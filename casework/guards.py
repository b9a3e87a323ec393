"""Who may do what with a case, and if not, why not. Asked by list, detail, file, button, API and bulk alike."""

from django.utils.translation import gettext as _

from casework.clock import clock_now
from casework.extensions.proposal import allowed_by_rules
from casework.kinds import kind_of
from casework.models import Case, Evidence, Review
from parties.guards import acts_for
from parties.models import User
from policy.dates import say
from policy.rulebook import today_book
from policy.verdict import YES, Basis, Verdict, no

TWO_PEOPLE = Basis("信用修复管理办法", "（内部控制：初审与复核分离）", verified=False)


def current_preparer(case: Case) -> User | None:
    """Return who recommended last (初审人), or None."""
    review = case.reviews.filter(stage=Review.Stage.FIRST).order_by("-reviewed_at", "-id").first()
    return review.reviewer if review else None


def task_owner(case: Case) -> User | None:
    """Return the officer who has taken the open task, or None."""
    from casework.todo import open_task

    task = open_task(case)
    return task.owner if task else None


def _is_officer_for(actor: User, case: Case) -> bool:
    return actor.role == User.Role.OFFICER and actor.authority_id == case.authority_id


def _is_lead_approver(actor: User) -> bool:
    return bool(actor.role == User.Role.APPROVER and actor.authority_id and actor.authority.is_lead)


def _is_lead_staff(actor: User) -> bool:
    return bool(
        actor.role in (User.Role.OFFICER, User.Role.APPROVER) and actor.authority_id and actor.authority.is_lead
    )


def _status(case: Case, *statuses: str) -> Verdict:
    if case.status in statuses:
        return YES
    return no(
        "wrong_status",
        _("这件办件现在的状态是“%(status)s”，不能这样办理。") % {"status": case.get_status_display()},
        _("请刷新页面，看看现在能做什么。"),
    )


def _not_involved(actor: User, case: Case) -> Verdict:
    """The applicant's own people never take part on the office's side."""
    if actor.pk == case.opened_by_id or acts_for(actor, case.subject):
        return no(
            "own_case",
            _("您是这件办件申请人一方的人员，不能参与办理。"),
            _("请由其他同事办理。"),
            TWO_PEOPLE,
        )
    return YES


def _not_taken(actor: User, case: Case) -> Verdict:
    owner = task_owner(case)
    if owner and owner.pk != actor.pk:
        return no(
            "taken",
            _("这件办件由%(name)s办理。") % {"name": str(owner)},
            _("需要由您办理时，请先点“接手办理”。"),
        )
    return YES


def _all(*verdicts: Verdict) -> Verdict:
    """Return the first refusal, or yes."""
    return next((verdict for verdict in verdicts if not verdict.allowed), YES)


def can_read(actor: User, case: Case) -> Verdict:
    """Return whether this user may see this case, its evidence and its notices."""
    if not actor.is_authenticated:
        return no("sign_in", _("请先登录。"))
    if actor.role == User.Role.AUDITOR:
        return YES
    if case.status == Case.Status.DRAFT:
        visible = acts_for(actor, case.subject)
    else:
        visible = acts_for(actor, case.subject) or _is_officer_for(actor, case) or _is_lead_staff(actor)
    if visible:
        return YES
    return no("not_yours", _("这件办件不在您的办理或查看范围内。"), _("请核对编号，或联系办理单位。"))


def can_see_desk(actor: User) -> Verdict:
    """Return whether this user has a desk: who handles cases, and the auditor, who looks on."""
    if actor.role in (User.Role.OFFICER, User.Role.APPROVER, User.Role.AUDITOR):
        return YES
    return no("not_an_officer", _("待办台只对办理人员开放。"), _("请从首页进入您的页面。"))


def can_read_evidence(actor: User, evidence: Evidence) -> Verdict:
    """Files follow their case."""
    return can_read(actor, evidence.case)


def can_edit_draft(actor: User, case: Case) -> Verdict:
    """Return whether the applicant may still change what he hands in."""
    if not acts_for(actor, case.subject):
        return no("not_yours", _("您不能代表这家单位办理。"), _("请用该单位的账号登录，或先办理授权。"))
    return _status(case, Case.Status.DRAFT, Case.Status.SUPPLEMENT_REQUESTED)


def can_submit(actor: User, case: Case) -> Verdict:
    """Return whether this draft may be submitted now."""
    return _all(can_edit_draft(actor, case), _status(case, Case.Status.DRAFT)) and kind_of(case).can_submit(actor, case)


def can_answer_supplement(actor: User, case: Case) -> Verdict:
    """Return whether the applicant may hand in what was missing."""
    return _all(can_edit_draft(actor, case), _status(case, Case.Status.SUPPLEMENT_REQUESTED))


def can_withdraw(actor: User, case: Case) -> Verdict:
    """The applicant may take a case back until it has been recommended for a decision."""
    if not acts_for(actor, case.subject):
        return no("not_yours", _("只有申请人一方可以撤回。"))
    return _status(
        case, Case.Status.DRAFT, Case.Status.SUBMITTED, Case.Status.SUPPLEMENT_REQUESTED, Case.Status.ACCEPTED
    )


def can_claim(actor: User, case: Case) -> Verdict:
    """Return whether this officer may take the open task (also from a colleague)."""
    if case.status == Case.Status.SUBMITTED:
        return _may_receive(actor, case)
    if case.status == Case.Status.ACCEPTED:
        return _may_review(actor, case)
    if case.status == Case.Status.RECOMMENDED:
        return _may_decide(actor, case)
    return _status(case, Case.Status.SUBMITTED)


def could_take(actor: User, case: Case) -> Verdict:
    """Return whether this officer is one of those who may take the case's task, now or when it is back from the
    applicant: whom its deadline concerns."""
    if case.status == Case.Status.SUPPLEMENT_REQUESTED:
        return _may_receive(actor, case)
    return can_claim(actor, case)


def _may_receive(actor: User, case: Case) -> Verdict:
    lead = kind_of(case).lead_may_accept and _is_lead_staff(actor)
    if not (_is_officer_for(actor, case) or lead):
        return no(
            "not_your_office",
            _("这件办件由%(authority)s受理。") % {"authority": case.authority.name},
            basis=Basis("信用修复管理办法", "谁认定、谁修复", verified=False),
        )
    return _not_involved(actor, case)


def _may_review(actor: User, case: Case) -> Verdict:
    if not _is_officer_for(actor, case):
        return no(
            "not_your_office",
            _("这件办件由%(authority)s的经办人审查。") % {"authority": case.authority.name},
            basis=Basis("信用修复管理办法", "谁认定、谁修复", verified=False),
        )
    return _not_involved(actor, case)


def _may_decide(actor: User, case: Case) -> Verdict:
    peers = kind_of(case).peer_may_decide
    if not (_is_lead_approver(actor) or (peers and _is_officer_for(actor, case))):
        if peers:
            reason = _("复核由%(authority)s的另一位经办人，或者信用主管部门的审批人办理。")
            return no("not_an_approver", reason % {"authority": case.authority.name})
        return no("not_an_approver", _("复核由信用主管部门的审批人办理。"))
    preparer = current_preparer(case)
    if preparer and preparer.pk == actor.pk:
        return no(
            "same_person",
            _("您是这件办件的初审人，不能再由您复核。"),
            _("请由另一位工作人员复核。") if peers else _("请由另一位审批人复核。"),
            TWO_PEOPLE,
        )
    return _not_involved(actor, case)


def can_accept(actor: User, case: Case) -> Verdict:
    """受理."""
    return _all(_may_receive(actor, case), _status(case, Case.Status.SUBMITTED)) and _not_taken(actor, case)


def can_decline(actor: User, case: Case) -> Verdict:
    """不予受理: same people, same moment as acceptance."""
    return can_accept(actor, case)


def can_request_supplement(actor: User, case: Case) -> Verdict:
    """补正: everything at once, and not again and again (行政许可法 32, as analogue)."""
    verdict = can_accept(actor, case)
    if not verdict:
        return verdict
    rule = today_book().value("supplement.times")
    if case.supplements.count() >= int(rule.value):
        return no(
            "supplement_once",
            _("已经要求过一次补正，不能再次要求。"),
            _("材料齐全就受理；仍不齐全就不予受理，并写明理由。"),
            rule.basis,
        )
    return verdict


def can_recommend(actor: User, case: Case) -> Verdict:
    """初审."""
    return _all(_may_review(actor, case), _status(case, Case.Status.ACCEPTED)) and _not_taken(actor, case)


def can_decide(actor: User, case: Case) -> Verdict:
    """复核: a different person, of the lead office (or, where the kind says so, of the handling authority)."""
    return _all(_may_decide(actor, case), _status(case, Case.Status.RECOMMENDED)) and _not_taken(actor, case)


def can_decide_outcome(actor: User, case: Case, outcome: str) -> Verdict:
    """The favourable outcome needs the first reviewer's agreement; without it the case goes back a step."""
    verdict = can_decide(actor, case)
    if not verdict:
        return verdict
    review = case.reviews.filter(stage=Review.Stage.FIRST).order_by("-reviewed_at", "-id").first()
    if kind_of(case).is_favourable(outcome) and (review is None or review.outcome != outcome):
        return no(
            "not_recommended",
            _("初审意见与此不同，不能直接这样决定。"),
            _("请退回初审，写明您的看法，由初审人重新提出意见。"),
            TWO_PEOPLE,
        )
    return YES


def can_send_back(actor: User, case: Case) -> Verdict:
    """退回一步."""
    return can_decide(actor, case)


def can_extend_decision(actor: User, case: Case) -> Verdict:
    """延长办理期限: whoever may decide, before the limit has passed, as often as the rules say (国办发〔2025〕22号).

    Until there is a recommendation nobody has the approval's task; then it is his who has taken it.
    """
    verdict = _all(_may_decide(actor, case), _status(case, Case.Status.ACCEPTED, Case.Status.RECOMMENDED))
    if not verdict:
        return verdict
    if case.status == Case.Status.RECOMMENDED and not (verdict := _not_taken(actor, case)):
        return verdict
    return extension_left(case)


def extension_left(case: Case) -> Verdict:
    """Return whether an accepted case's limit may still be extended, whoever asks."""
    allowed = allowed_by_rules(case, today_book())
    if allowed is None:
        return no(
            "no_extension",
            _("现行规则没有为%(kind)s办件规定可以延长的期限。") % {"kind": case.get_kind_display()},
            _("请在期限内作出决定。"),
        )
    times = int(allowed.times.value)
    if case.extensions.count() >= times:
        return no(
            "extended_already",
            _("这件办件的期限已经延长过，规定最多延长 %(times)s 次。") % {"times": times},
            _("请在延长后的期限内作出决定。"),
            allowed.times.basis,
        )
    clock = clock_now(case)
    if clock.late:
        return no(
            "limit_passed",
            _("办结期限 %(day)s 已经过了，不能再延长。") % {"day": say(clock.due)},
            _("请尽快作出决定；延长要在期限届满之前决定。"),
            allowed.days.basis,
        )
    return YES


#: Every verb with the guard that allows it: what lists of buttons, the API and the tests walk.
GUARDS = {
    "submit": can_submit,
    "answer_supplement": can_answer_supplement,
    "withdraw": can_withdraw,
    "accept": can_accept,
    "decline": can_decline,
    "request_supplement": can_request_supplement,
    "recommend": can_recommend,
    "extend_decision": can_extend_decision,
    "send_back": can_send_back,
    "decide": can_decide,
}


def allowed_verbs(actor: User, case: Case) -> list[str]:
    """Return the verbs this user may use on this case now, in the order of a case's life."""
    return [verb for verb, guard in GUARDS.items() if guard(actor, case)]
