"""Who may act for whom."""

from django.utils.translation import gettext as _

from parties.models import Checked, Subject, User
from policy.verdict import YES, Verdict, no


def acts_for(user, subject: Subject) -> bool:
    """Whether the user may act for the subject: an active account with a valid agency (代理关系)."""
    if user is None or not getattr(user, "is_authenticated", False) or not user.is_active:
        return False
    return user.agencies.filter(subject=subject, active=True).exists()


def can_act_for(actor, subject: Subject) -> Verdict:
    """Whether the actor may act for the subject, and if not, what to do."""
    if acts_for(actor, subject):
        return YES
    return no(
        "not_your_subject",
        _("您的账号没有代表“%(name)s”办事的权限。") % {"name": subject.name},
        _("请让已登记的经办人办理，或者持授权委托书到窗口登记。"),
    )


def can_administer(actor) -> Verdict:
    """Whether the actor may change people, authorities, agencies, tokens and rules."""
    if (
        actor is not None
        and getattr(actor, "is_active", False)
        and (getattr(actor, "role", None) == User.Role.ADMINISTRATOR or actor.is_superuser)
    ):
        return YES
    return no("not_administrator", _("只有系统管理员可以这样做。"), _("请联系本单位的系统管理员。"))


def can_propose_identity(actor) -> Verdict:
    """Whether someone may propose a code mapping or a subject's correction, and see those of others: the office."""
    if _works(actor) and actor.role in (User.Role.OFFICER, User.Role.APPROVER, User.Role.ADMINISTRATOR):
        return YES
    return no("role", _("您的账号不能办理校核纠错。"), _("请由认定单位经办人或信用主管部门办理。"))


def can_see_identity(actor) -> Verdict:
    """Whether someone may look at 校核纠错: who may propose, and the auditor."""
    if _works(actor) and actor.role == User.Role.AUDITOR:
        return YES
    return can_propose_identity(actor)


def can_check_identity(actor, proposal: Checked) -> Verdict:
    """Whether someone may check (核对) a proposal: people of the lead office, never the proposer."""
    lead = _may_apply(actor)
    if not lead:
        return lead
    if proposal.proposed_by_id == actor.pk:
        return no(
            "same_person",
            _("这是您自己提出的，核对要由另一个人来做。"),
            _("请信用主管部门的另一位工作人员核对。"),
        )
    if proposal.status != Checked.Status.PROPOSED:
        return _decided(proposal)
    return YES


def can_apply_identity(actor, proposal: Checked) -> Verdict:
    """Whether someone may let a checked proposal hold from now on (启用): people of the lead office."""
    lead = _may_apply(actor)
    if not lead:
        return lead
    if proposal.status == Checked.Status.PROPOSED:
        return no("not_checked", _("这一条还没有核对，不能启用。"), _("请先由提出人以外的人核对。"))
    return YES if proposal.status == Checked.Status.CHECKED else _decided(proposal)


def can_reject_identity(actor, proposal: Checked) -> Verdict:
    """Whether someone may refuse a proposal: people of the lead office; and the proposer may take it back."""
    if not (_works(actor) and proposal.proposed_by_id == actor.pk):
        lead = _may_apply(actor)
        if not lead:
            return lead
    return YES if proposal.status in Checked.OPEN else _decided(proposal)


def _may_apply(actor) -> Verdict:
    if _works(actor) and (
        actor.role == User.Role.ADMINISTRATOR
        or (actor.role in (User.Role.OFFICER, User.Role.APPROVER) and actor.authority and actor.authority.is_lead)
    ):
        return YES
    return no("not_the_lead_office", _("核对和启用由信用主管部门办理。"), _("请联系信用主管部门。"))


def _decided(proposal: Checked) -> Verdict:
    return no(
        "decided",
        _("这一条的状态是“%(status)s”，不能再这样办理。") % {"status": proposal.get_status_display()},
        _("请刷新页面查看最新情况。"),
    )


def _works(actor) -> bool:
    return actor is not None and getattr(actor, "is_authenticated", False) and actor.is_active
