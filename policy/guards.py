"""Who may read the rules, and who may say that one was compared with the official text."""

from typing import Any

from django.utils.translation import gettext as _

from policy.models import Rule
from policy.verdict import YES, Verdict, no

#: Rules rest on this floor below people, so roles are known here by their codes only.
READERS = ("officer", "approver", "auditor", "administrator")


def can_read_rules(actor: Any) -> Verdict:
    """Everybody who works here."""
    if getattr(actor, "role", "") in READERS:
        return YES
    return no(
        "not_staff", _("规则页是给工作人员的。"), _("办事需要知道的期限和条件，都在“办事指南”和每条信息的页面上。")
    )


def can_verify(actor: Any, rule: Rule) -> Verdict:
    """The administrator, as long as it is not verified yet."""
    if getattr(actor, "role", "") != "administrator":
        return no(
            "not_an_administrator", _("核验规则由系统管理员登记。"), _("请把核对的结果和原文出处告诉系统管理员。")
        )
    if rule.verified:
        return no("verified_already", _("这条规则已经核验过了。"), _("不用再登记。"))
    return YES
