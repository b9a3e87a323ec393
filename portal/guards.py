"""Who may see the portal's own inner pages."""

from django.utils.translation import gettext as _

from parties.models import User
from policy.verdict import YES, Verdict, no


def can_read_journal(actor: User) -> Verdict:
    """The auditor, whose work it is, and the administrator."""
    if actor.role in (User.Role.AUDITOR, User.Role.ADMINISTRATOR):
        return YES
    return no("not_an_auditor", _("日志只对审计员和系统管理员开放。"), _("需要查阅时，请联系审计员。"))


def can_see_figures(actor: User) -> Verdict:
    """Whoever works here: an authority's officers see their own office's, the lead office, audit and administration all."""
    if actor.role in (User.Role.OFFICER, User.Role.APPROVER, User.Role.AUDITOR, User.Role.ADMINISTRATOR):
        return YES
    return no("not_staff", _("统计只对工作人员开放。"), _("您的办件在“我的失信信息”里。"))


def sees_every_office(actor: User) -> bool:
    """Whether figures of all offices are this person's business, not only those of their own."""
    if actor.role in (User.Role.AUDITOR, User.Role.ADMINISTRATOR):
        return True
    return bool(actor.authority_id and actor.authority.is_lead)


def can_see_work(actor: User) -> Verdict:
    """The administrator mends; the auditor may look."""
    if actor.role in (User.Role.ADMINISTRATOR, User.Role.AUDITOR):
        return YES
    return no("not_an_administrator", _("这一页是给系统管理员的。"), _("您的办件在待办台上。"))
