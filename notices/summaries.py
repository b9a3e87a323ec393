"""What a notice says in short, in plain words, for the page on which it is opened. The notice itself is formal."""

from dataclasses import dataclass, field
from datetime import date

from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notices.models import Notice


@dataclass(frozen=True)
class Summary:
    """One sentence, what to do next, and the reasons with what would cure each."""

    text: str
    next_step: str = ""
    reasons: list[dict[str, str]] = field(default_factory=list)


def in_words(value: str | date | None) -> str:
    """Return a day as 2026年11月27日 星期五; empty for nothing or for text that is no date."""
    if not isinstance(value, date):
        try:
            value = date.fromisoformat(str(value or "")[:10])
        except ValueError:
            return ""
    return dateformat.format(value, _("Y年n月j日 l"))


def in_short(notice: Notice) -> Summary:
    """Return the summary of a notice from its frozen facts; a missing fact leaves its half-sentence out."""
    facts = notice.facts
    record = facts.get("record") or {}
    objection = facts.get("objection") or {}
    due, effective = in_words(facts.get("due_on")), in_words(facts.get("effective_on"))
    earliest = in_words(record.get("earliest_application"))
    reasons = [reason for reason in facts.get("reasons") or [] if reason.get("text")]
    kind = Notice.Kind(notice.kind)
    if kind == Notice.Kind.ADVERSE_RECORD:
        return Summary(
            _("登记了一条关于您的失信信息：%(number)s。") % {"number": record.get("document_number", "")},
            _("%(day)s 起可以申请修复；认为信息有误，随时可以提出异议。") % {"day": earliest}
            if earliest
            else _("认为信息有误，随时可以提出异议。"),
        )
    if kind == Notice.Kind.REPAIR_GUIDANCE:
        return Summary(
            _("怎样申请信用修复：条件、材料、渠道和期限。不收取任何费用。"),
            _("%(day)s 起可以申请修复。") % {"day": earliest} if earliest else "",
        )
    if kind == Notice.Kind.ACCEPTANCE:
        return Summary(_("您的申请已经受理。"), _("最迟 %(day)s 会有决定。") % {"day": due} if due else "")
    if kind == Notice.Kind.DECLINE:
        return Summary(_("您的申请没有受理。"), _("理由消除后可以重新申请。"), reasons)
    if kind == Notice.Kind.SUPPLEMENT:
        return Summary(
            _("您的申请还差一些材料，补齐后继续办理。"),
            _("请在 %(day)s 之前补齐。") % {"day": due} if due else _("请尽快补齐。"),
            reasons,
        )
    if kind == Notice.Kind.REPAIR_APPROVAL:
        return Summary(
            _("准予修复，%(day)s 起停止公示。") % {"day": effective} if effective else _("准予修复，停止公示。"),
            _("各平台的撤下情况可以在“我的失信信息”里查看。"),
        )
    if kind == Notice.Kind.REPAIR_REFUSAL:
        return Summary(_("这次没有准予修复。"), _("条件具备后可以重新申请；不服的，可以复议或诉讼。"), reasons)
    if kind == Notice.Kind.OBJECTION_ACCEPTANCE:
        return Summary(
            _("您的异议已经受理，处理期间信息旁会标注“有异议”。"),
            _("最迟 %(day)s 会有结果。") % {"day": due} if due else "",
        )
    if kind == Notice.Kind.DEFERRAL_APPROVAL:
        until = in_words((facts.get("deferral") or {}).get("until"))
        return Summary(
            _("准予延期，%(day)s 之前暂不公示。") % {"day": until} if until else _("准予延期，期间暂不公示。"),
            _("请在延期届满之前履行完毕；履行后可以申请修复。"),
        )
    if kind == Notice.Kind.DEFERRAL_REFUSAL:
        return Summary(_("这次没有准予延期。"), _("请按原定期限履行；不服的，可以复议或诉讼。"), reasons)
    if kind == Notice.Kind.PRIOR_REMINDER:
        return Summary(
            _("请改正：%(matter)s") % {"matter": (facts.get("matter") or {}).get("text", "")},
            _("请在 %(day)s 之前改正，按期改正的不作记录。") % {"day": due} if due else _("按期改正的不作记录。"),
        )
    if kind == Notice.Kind.PUBLICITY_ENDED:
        return Summary(
            _("公示期满，%(number)s 已经自动停止公示。") % {"number": record.get("document_number", "")},
            _("您不需要办理。如果别处仍在显示，请告诉我们。"),
        )
    if kind == Notice.Kind.RECORD_REVOKED:
        return Summary(
            _("%(number)s 这条失信信息已经撤销，不再公示和使用。") % {"number": record.get("document_number", "")},
            _("您不需要办理。如果别处仍在显示，请告诉我们。"),
        )
    if kind == Notice.Kind.RECORD_CORRECTED:
        return Summary(
            _("%(number)s 这条失信信息的内容已经更正。") % {"number": record.get("document_number", "")},
            _("仍有错误的，随时可以提出异议。"),
        )
    if kind == Notice.Kind.CASE_ENDED:
        return Summary(
            _("%(number)s 已终止办理：这条信息不再公示或使用。") % {"number": facts.get("case_number", "")},
            _("您不需要办理。如果别处仍在显示，请告诉我们。"),
            reasons,
        )
    if kind == Notice.Kind.DECISION_EXTENSION:
        return Summary(
            _("您的申请需要更多时间办理，最迟 %(day)s 会有决定。") % {"day": due}
            if due
            else _("您的申请需要更多时间办理。"),
            _("您不需要办理；延长的理由写在通知书里。"),
        )
    if kind == Notice.Kind.CREDIT_STATEMENT:
        total = (facts.get("statement") or {}).get("total") or 0
        return Summary(
            ngettext(
                "查询时登记在名下、仍然有效的失信信息有 %(n)s 条。",
                "查询时登记在名下、仍然有效的失信信息有 %(n)s 条。",
                total,
            )
            % {"n": total}
            if total
            else _("查询时名下没有仍然有效的失信信息。"),
            _("报告只说明查询那一刻的情况；需要最新的，可以随时再查。"),
        )
    if objection.get("outcome") == "upheld":
        return Summary(_("您的异议成立，信息已经更正或者撤销。"), "", reasons)
    return Summary(_("您的异议没有成立，信息维持不变。"), _("不服的，可以复议或诉讼。"), reasons)
