"""Who may query whom, who may see that it was done, and what may become of the record of it."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from parties.guards import acts_for
from parties.models import Subject, User
from policy.dates import say_short
from policy.rulebook import today_book
from policy.verdict import YES, Basis, Verdict, no
from policy.workdays import add_months
from records.enquiries.models import QueryRecord

_PERSONS = Basis("山东省社会信用条例", "第二十条")
_OWN = Basis("山东省社会信用条例", "第三十七条")


def can_query_own(actor: User | None, subject: Subject) -> Verdict:
    """Whether someone may have the credit statement of a subject: who acts for it."""
    if not _signed_in(actor):
        return no("sign_in", _("查询需要登录。"), _("请先登录。"))
    if acts_for(actor, subject):
        return YES
    return no(
        "not_your_subject",
        _("您的账号不代表这个主体，不能查询它的信用信息。"),
        _("请让已登记的经办人查询；由别人代查的，请持本人的授权书到窗口办理。"),
        _OWN,
    )


def can_query(actor: User | None) -> Verdict:
    """Whether someone may make an authorised or a statutory query: the officers of an authority."""
    if not _signed_in(actor):
        return no("sign_in", _("查询需要登录。"), _("请先登录。"))
    if actor.role in (User.Role.OFFICER, User.Role.APPROVER) and actor.authority_id:
        return YES
    return no(
        "role",
        _("授权查询和依法查询由机关的工作人员办理，您的账号不能办理。"),
        _("查自己的信息，请用“我的失信信息”页上的“信用信息查询报告”。"),
        _PERSONS,
    )


def can_list(actor: User | None) -> Verdict:
    """Whether someone may see the list of queries: the auditor and the administrator all, officers their office's."""
    if _signed_in(actor) and (
        actor.role in (User.Role.AUDITOR, User.Role.ADMINISTRATOR)
        or (actor.role in (User.Role.OFFICER, User.Role.APPROVER) and actor.authority_id)
    ):
        return YES
    return no("role", _("查询记录只对审计员和查询单位开放。"), _("想知道谁查过您的信息，请看“谁查过我”。"))


def can_export(actor: User | None) -> Verdict:
    """Whether someone may take the list out as a file: the auditor."""
    if _signed_in(actor) and actor.role == User.Role.AUDITOR:
        return YES
    return no("not_an_auditor", _("查询记录由审计员导出。"), _("需要时请联系审计员。"))


def can_see(actor: User | None, query: QueryRecord) -> Verdict:
    """Whether someone may see that a query was made, why and by what right."""
    verdict = can_list(actor)
    if not verdict:
        return verdict
    if actor.role in (User.Role.AUDITOR, User.Role.ADMINISTRATOR) or (
        query.office_id is not None and query.office_id == actor.authority_id
    ):
        return YES
    return no("not_your_office", _("这次查询不是您所在单位办理的。"), _("需要查阅时，请联系审计员。"))


def can_see_shown(actor: User | None, query: QueryRecord) -> Verdict:
    """Whether someone may see what the query showed: who asked, on the day; the auditor as long as it is kept."""
    verdict = can_see(actor, query)
    if not verdict:
        return verdict
    if query.is_released:
        return no("released", _("这次查询的内容已经按保存期限的决定销去。"))
    if actor.role == User.Role.AUDITOR:
        return YES
    if actor.pk == query.asked_by_id and timezone.localdate(query.asked_at) == timezone.localdate():
        return YES
    return no(
        "over",
        _("查询结果只在查询当天给查询人看。"),
        _("还需要的，请凭有效的授权或者依据重新查询。"),
        _PERSONS,
    )


def can_issue_statement(actor: User | None, query: QueryRecord) -> Verdict:
    """Whether a query's answer may be issued as a credit statement: an authorised one, by who asked, on the day."""
    verdict = can_query(actor)
    if not verdict:
        return verdict
    if query.kind != QueryRecord.Kind.AUTHORISED:
        return no(
            "not_authorised",
            _("只有授权查询可以出具信用信息查询报告；依法查询的结果供本单位办案使用。"),
            _("需要报告的，请被查询人自己查询，或者取得其授权。"),
        )
    if query.subject_id is None:
        return no("nobody", _("系统里没有这个主体，出具不了报告。"), _("请核对代码。"))
    if actor.pk != query.asked_by_id:
        return no("not_yours", _("这次查询不是您办理的。"), _("请由查询人出具。"))
    return can_see_shown(actor, query)


def can_release(actor: User | None, query: QueryRecord, today: date | None = None) -> Verdict:
    """Whether an auditor may decide that a query's particulars go: only after the years the rules name."""
    if not _signed_in(actor) or actor.role != User.Role.AUDITOR:
        return no("not_an_auditor", _("销去查询记录的内容要由审计员决定。"), _("请联系审计员。"))
    if query.is_released:
        return no("released", _("这次查询的内容已经销去。"))
    until = kept_until(query)
    if (today or timezone.localdate()) <= until:
        rule = today_book().value("query.kept_years")
        return no(
            "kept",
            _("这条查询记录要保存到 %(day)s。") % {"day": say_short(until)},
            _("请在期满之后再作决定。"),
            rule.basis,
        )
    return YES


def kept_until(query: QueryRecord) -> date:
    """Return the last day on which a query must be kept whole, by the rules in force today."""
    years = int(today_book().value("query.kept_years").value)
    return add_months(timezone.localdate(query.asked_at), 12 * years)


def _signed_in(actor: User | None) -> bool:
    return actor is not None and actor.is_authenticated and actor.is_active
