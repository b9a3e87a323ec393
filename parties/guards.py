"""Who may act for whom."""

from django.utils.translation import gettext as _

from parties.models import Subject, User
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
