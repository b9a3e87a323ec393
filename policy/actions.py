"""The verbs of rules. Values are edited on the administration pages; here is what has a verb of its own."""

from typing import Any

from django.utils.translation import gettext as _

from journal.actions import append, journalled
from policy.guards import can_verify
from policy.models import Rule
from policy.verdict import Refused, Stale, no


def verify(actor: Any, rule: Rule, seen: str) -> Rule:
    """核验: somebody compared the rule with the official text and it says so.

    Takes the acting user, the rule, and the digest of what the page showed (``Rule.content_digest``): what is
    verified is what was seen.

    Raises:
        Refused: not an administrator, or verified already.
        Stale: the rule was edited since the page was opened.
    """
    with journalled():
        rule = Rule.objects.select_for_update().get(pk=rule.pk)
        verdict = can_verify(actor, rule)
        if not verdict:
            raise Refused(verdict)
        if rule.content_digest() != seen:
            raise Stale(
                no(
                    "stale",
                    _("您打开页面之后，这条规则被修改过。"),
                    _("请看清现在的内容，与原文核对后再登记。"),
                )
            )
        rule.verified = True
        rule._history_user = actor
        rule.save()
        append(
            actor,
            "policy.verify",
            rule,
            {
                "key": rule.key,
                "value": rule.value,
                "unit": rule.unit,
                "title": rule.basis_title,
                "article": rule.basis_article,
            },
        )
    return rule
