"""'What can I do now': one sentence per record for its subject, and the stage of a case in plain words."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.clock import clock_now
from casework.models import Case, Evidence
from exchange.queries import sync_lines
from policy.eligibility import Eligibility
from portal.wording import day_in_words, days_left_in_words
from records.eligibility import card
from records.models import AdverseRecord

#: The room whose pages an applicant uses, by kind of case.
ROOMS = {Case.Kind.REPAIR: "repair", Case.Kind.OBJECTION: "objections", Case.Kind.DEFERRAL: "deferrals"}


@dataclass(frozen=True)
class Standing:
    """What a record's subject can do now. ``tone``: do, wait, done or late."""

    words: str
    tone: str = "wait"
    url: str = ""


@dataclass(frozen=True)
class Stage:
    """Where a case stands, in the second person: what it waits for, what happens next and who does it."""

    now: str
    next: str
    who: str


def standing_of(record: AdverseRecord, today: date | None = None) -> Standing:
    """Return the answer to 'what can I do now' about one record, for the people of its subject."""
    today = today or timezone.localdate()
    if record.status == AdverseRecord.Status.REPAIRED:
        return _after_removal(record, _("已修复"))
    if record.status == AdverseRecord.Status.REVOKED:
        return _after_removal(record, _("已撤销"))
    if record.status == AdverseRecord.Status.EXPIRED:
        return _after_removal(record, _("公示期满") if record.publicity_from else _("披露期满"))
    open_cases = [case for case in record.cases.all() if case.is_open or case.status == Case.Status.DRAFT]
    if open_cases:
        # A question that waits for the subject comes before one that waits for the office.
        open_cases.sort(key=lambda case: case.status not in (Case.Status.SUPPLEMENT_REQUESTED, Case.Status.DRAFT))
        return _of_case(open_cases[0])
    eligibility = card(record, today=today)
    if eligibility.can_apply:
        return Standing(_("可申请修复"), "do", reverse("repair:apply", args=[record.public_id]))
    if record.status == AdverseRecord.Status.DEFERRED:
        return Standing(
            _("已准延期，请在 %(day)s 前履行") % {"day": day_in_words(record.deferred_until, weekday=False)}
        )
    if eligibility.earliest > today:
        return Standing(_("%(day)s 起可申请") % {"day": day_in_words(eligibility.earliest, weekday=False)})
    missing = next((c for c in eligibility.conditions if not c.met and c.needs != "time"), None)
    return Standing(_("还需：%(what)s") % {"what": missing.cure or missing.text} if missing else _("暂时不能申请"))


def card_with(record: AdverseRecord, draft: Case | None, today: date) -> Eligibility:
    """Return the eligibility card, counting what a repair draft has gathered; a draft is no obstacle to itself."""
    return card(
        record,
        performance_proved=bool(
            draft and draft.evidence.filter(purpose=Evidence.Purpose.PERFORMANCE, withdrawn_at=None).exists()
        ),
        commitment_signed=hasattr(draft, "commitment"),
        open_case=bool(draft and draft.is_open),
        today=today,
    )


def _of_case(case: Case) -> Standing:
    url = reverse(f"{ROOMS[case.kind]}:case", args=[case.pk])
    unsent, waiting = {
        Case.Kind.REPAIR: (_("修复申请还没有提交"), _("审核中")),
        Case.Kind.OBJECTION: (_("异议还没有提交"), _("异议核查中")),
        Case.Kind.DEFERRAL: (_("延期申请还没有提交"), _("延期申请审核中")),
    }[Case.Kind(case.kind)]
    if case.status == Case.Status.DRAFT:
        return Standing(unsent, "do", url)
    clock = clock_now(case)
    left = days_left_in_words(clock.left) if clock else ""
    if case.status == Case.Status.SUPPLEMENT_REQUESTED:
        words, tone = _("请补正材料"), "late" if clock and clock.left < 0 else "do"
    else:
        words = waiting
        tone = "late" if clock and clock.left < 0 else "wait"
    return Standing(_("%(what)s，%(left)s") % {"what": words, "left": left} if left else words, tone, url)


def _after_removal(record: AdverseRecord, words: str) -> Standing:
    """Say how many platforms have confirmed that they took it down."""
    lines = [line for line in sync_lines(record.public_id) if line.event_type.endswith((".removed", ".revoked"))]
    done = sum(line.status == "confirmed" for line in lines)
    waiting = len(lines) - done
    parts = [words]
    if done:
        parts.append(ngettext("%(n)s 个平台已撤下", "%(n)s 个平台已撤下", done) % {"n": done})
    if waiting:
        parts.append(ngettext("%(n)s 个未确认", "%(n)s 个未确认", waiting) % {"n": waiting})
    late = any(line.overdue for line in lines)
    return Standing(_("，").join(parts), "late" if late else "done" if not waiting else "wait")


def stage_of(case: Case) -> Stage:
    """Return where a case stands, without anything about the party: good for the public progress page too."""
    office, you, nobody = _("办理单位"), _("您"), _("没有人，已经办结")
    stages = {
        Case.Status.DRAFT: Stage(_("还没有提交"), _("填完并提交"), you),
        Case.Status.SUBMITTED: Stage(_("已收到，等待受理"), _("决定是否受理；缺材料会一次说清"), office),
        Case.Status.SUPPLEMENT_REQUESTED: Stage(_("等您补正材料"), _("登录后按补正通知书补上，交回后接着办"), you),
        Case.Status.ACCEPTED: Stage(_("已受理，正在审查"), _("经办人写出初审意见"), office),
        Case.Status.RECOMMENDED: Stage(_("初审完成，等待复核"), _("另一位工作人员复核后作出决定"), _("信用主管部门")),
        Case.Status.DECLINED: Stage(_("不予受理"), _("理由和救济途径写在通知书里"), nobody),
        Case.Status.WITHDRAWN: Stage(_("已撤回"), _("需要时可以重新申请"), nobody),
        Case.Status.ENDED: Stage(_("已终止办理"), _("这条信息不再公示或使用，原因写在通知书里"), nobody),
        Case.Status.APPROVED: Stage(_("准予修复"), _("各平台撤下这条信息并回执确认"), _("各公示平台")),
        Case.Status.REFUSED: Stage(_("不予修复"), _("理由和救济途径写在决定书里"), nobody),
        Case.Status.UPHELD: Stage(_("异议成立"), _("信息已更正或撤销，各平台同步更新"), _("各公示平台")),
        Case.Status.GRANTED: Stage(_("准予延期"), _("请在延期届满之前履行完毕"), you),
        Case.Status.NOT_GRANTED: Stage(_("不予延期"), _("理由和救济途径写在决定书里"), nobody),
        Case.Status.DISMISSED: Stage(_("异议不成立"), _("理由写在处理结果告知书里"), nobody),
    }
    return stages[Case.Status(case.status)]
