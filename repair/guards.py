"""Who may apply for the repair of which record."""

from django.utils.translation import gettext as _

from casework.models import Case
from parties.guards import acts_for
from parties.models import User
from policy.verdict import YES, Verdict, no
from records.eligibility import card
from records.models import AdverseRecord


def open_case(record: AdverseRecord) -> Case | None:
    """Return the repair application that is under way for this record, a draft included."""
    return (
        record.cases.filter(kind=Case.Kind.REPAIR, status__in=(Case.Status.DRAFT, *Case.OPEN))
        .order_by("-opened_at")
        .first()
    )


def can_apply(actor: User, record: AdverseRecord) -> Verdict:
    """Return whether this user may start (or go on with) an application for this record."""
    if not acts_for(actor, record.subject):
        return no("not_yours", _("这条信息不是您单位的。"), _("请用该单位的账号登录，或先办理授权。"))
    under_way = open_case(record)
    if under_way and under_way.status != Case.Status.DRAFT:
        return no(
            "open_case",
            _("这条信息已有一件修复申请正在办理（%(number)s）。") % {"number": under_way.number},
            _("请在“我的办件”里查看进度。"),
        )
    eligibility = card(record)
    if not eligibility.can_apply:
        unmet = next(c for c in eligibility.conditions if not c.met and c.needs != "you")
        return no(unmet.code, unmet.text, unmet.cure, unmet.basis)
    return YES
