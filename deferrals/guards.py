"""Who may ask for more time for which record."""

from django.utils.translation import gettext as _

from casework.models import Case
from parties.guards import acts_for
from parties.models import User
from policy.rulebook import today_book
from policy.verdict import YES, Verdict, no
from records.models import AdverseRecord


def open_case(record: AdverseRecord) -> Case | None:
    """Return the deferral that is under way for this record, a draft included."""
    return (
        record.cases.filter(kind=Case.Kind.DEFERRAL, status__in=(Case.Status.DRAFT, *Case.OPEN))
        .order_by("-opened_at")
        .first()
    )


def can_ask(actor: User, record: AdverseRecord) -> Verdict:
    """Return whether this user may start (or go on with) a request for more time."""
    if not acts_for(actor, record.subject):
        return no("not_yours", _("这条信息不是您单位的。"), _("请用该单位的账号登录，或先办理授权。"))
    under_way = open_case(record)
    if under_way and under_way.status != Case.Status.DRAFT:
        return no(
            "open_case",
            _("这条信息已有一件延期申请正在办理（%(number)s）。") % {"number": under_way.number},
            _("请在“我的办件”里查看进度。"),
        )
    if not record.is_live:
        return no("not_live", _("这条信息已经不再公示，不需要申请延期。"))
    ways = today_book().find("relief.ways", record.sector)
    if ways and "deferral" not in ways.value:
        return no("not_offered", _("现在不受理延期申请。"), _("请联系作出决定的机关。"), ways.basis)
    return YES
