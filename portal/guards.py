"""Who may see the portal's own inner pages."""

from django.utils.translation import gettext as _

from parties.models import User
from policy.verdict import YES, Verdict, no


def can_read_journal(actor: User) -> Verdict:
    """The auditor, whose work it is, and the administrator."""
    if actor.role in (User.Role.AUDITOR, User.Role.ADMINISTRATOR):
        return YES
    return no("not_an_auditor", _("日志只对审计员和系统管理员开放。"), _("需要查阅时，请联系审计员。"))


def can_see_work(actor: User) -> Verdict:
    """The administrator mends; the auditor may look."""
    if actor.role in (User.Role.ADMINISTRATOR, User.Role.AUDITOR):
        return YES
    return no("not_an_administrator", _("这一页是给系统管理员的。"), _("您的办件在待办台上。"))
