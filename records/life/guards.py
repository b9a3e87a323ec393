"""Who may explain, moderate, report and confirm what befalls a record after registration."""

from django.utils.translation import gettext as _

from parties.guards import acts_for, can_act_for
from parties.models import Authority, User
from policy.verdict import YES, Basis, Verdict, no
from records.guards import sees_all
from records.intake.prior import sector_reminded_first
from records.life.models import Explanation, PriorReminder, UpstreamChange
from records.models import AdverseRecord

TWO_PEOPLE = Basis("信用修复管理办法", "（内部控制：报告与核实分离）", verified=False)
STAFF = (User.Role.OFFICER, User.Role.APPROVER)


def is_lead_staff(actor: User | None) -> bool:
    """Whether this person handles matters of the lead office."""
    return _works(actor) and actor.authority.is_lead


def can_explain(actor: User | None, record: AdverseRecord) -> Verdict:
    """Whether someone may write an explanation: the subject's people, while the record still counts."""
    acting = can_act_for(actor, record.subject)
    if not acting:
        return acting
    if not record.is_live:
        return no("not_live", _("这条信息已经不再公示和使用，不需要再作说明。"))
    return YES


def can_withdraw_explanation(actor: User | None, explanation: Explanation) -> Verdict:
    """Whether someone may take an explanation back: the subject's people, any time."""
    acting = can_act_for(actor, explanation.record.subject)
    if not acting:
        return acting
    if explanation.status not in (Explanation.Status.PENDING, Explanation.Status.LIVE):
        return _settled(explanation)
    return YES


def can_moderate(actor: User | None, explanation: Explanation) -> Verdict:
    """Whether someone may show or decline an explanation: the lead office, never a person of the subject."""
    if not is_lead_staff(actor):
        return no("not_lead", _("说明由信用主管部门的工作人员审核。"))
    outside = _not_involved(actor, explanation.record)
    if not outside:
        return outside
    if explanation.status != Explanation.Status.PENDING:
        return _settled(explanation)
    return YES


def can_see_changes(actor: User | None) -> Verdict:
    """Whether someone may see the list of pending changes: people of an office, and auditors."""
    if _works(actor) or sees_all(actor):
        return YES
    return no("role", _("您的账号不办理失信信息的撤销、变更和说明。"), _("请换用机关工作人员的账号登录。"))


def can_report_change(actor: User | None, record: AdverseRecord) -> Verdict:
    """Whether someone may report that the decision was annulled or changed: its authority or the lead office."""
    office = _of_the_office(actor, record)
    if not office:
        return office
    if record.status == AdverseRecord.Status.REVOKED:
        return no("record_revoked", _("这条信息已经撤销，不用再报告。"))
    if record.upstream_changes.filter(status=UpstreamChange.Status.REPORTED).exists():
        return no("reported", _("这条信息的撤销或变更已经有人报告，正等待核实。"), _("请在“记录变动”里核实。"))
    return YES


def can_settle_change(actor: User | None, change: UpstreamChange) -> Verdict:
    """Whether someone may confirm or dismiss a report: a second person of the same authority or of the lead office."""
    office = _of_the_office(actor, change.record)
    if not office:
        return office
    if change.status != UpstreamChange.Status.REPORTED:
        return no("settled", _("这项报告已经办理过了。"), _("请刷新页面查看结果。"))
    if change.reported_by_id == actor.pk:
        return no("same_person", _("这项报告是您提出的，不能由您核实。"), _("请由另一位工作人员核实。"), TWO_PEOPLE)
    return YES


def can_read_change(actor: User | None, change: UpstreamChange) -> Verdict:
    """Whether someone may see a report and its document: the record's authority, the lead office, auditors."""
    if sees_all(actor) or (_works(actor) and actor.authority_id == change.record.authority_id):
        return YES
    return no("not_yours", _("这项报告不在您的查看范围内。"), _("如需查看，请联系作出决定的机关或信用主管部门。"))


def can_remind(actor: User | None, authority: Authority) -> Verdict:
    """Whether someone may remind a person before a record: an officer of an office whose sector asks for it.

    ``None`` as actor is the system itself (the demo, a command).
    """
    if not sector_reminded_first(authority.name):
        return no("not_this_sector", _("这个单位的领域不用先提醒、后记录。"), _("请直接报送失信信息。"))
    if actor is None or (_works(actor) and (actor.authority.is_lead or actor.authority_id == authority.pk)):
        return YES
    return no("not_your_authority", _("提醒由认定单位或信用主管部门的工作人员办理。"))


def can_note_corrected(actor: User | None, reminder: PriorReminder) -> Verdict:
    """Whether someone may note that the matter was put right: the same office, as long as it is no record."""
    office = can_remind(actor, reminder.authority)
    if not office:
        return office
    if acts_for(actor, reminder.subject):
        return no("own_matter", _("这是您自己的事项，请由其他同事办理。"), basis=TWO_PEOPLE)
    if reminder.status == PriorReminder.Status.CORRECTED:
        return no("corrected", _("这件事已经记为改正。"))
    if record_of(reminder) is not None:
        return no("recorded", _("这件事已经记录。"), _("改正之后，当事人可以申请信用修复。"))
    return YES


def record_of(reminder: PriorReminder) -> AdverseRecord | None:
    """Return the record that the matter became, or None."""
    return AdverseRecord.objects.filter(
        authority_id=reminder.authority_id,
        document_key=reminder.document_key,
        subject_id=reminder.subject_id,
        undone=False,
    ).first()


def _works(actor: User | None) -> bool:
    return bool(
        actor is not None
        and actor.is_authenticated
        and actor.is_active
        and actor.role in STAFF
        and actor.authority_id is not None
    )


def can_report_for(actor: User | None, record: AdverseRecord) -> Verdict:
    """Whether someone reports things about a record at all: its authority or the lead office, nobody of the subject."""
    return _of_the_office(actor, record, _("这件事由作出决定的机关或信用主管部门的工作人员办理。"))


def _of_the_office(actor: User | None, record: AdverseRecord, otherwise: str = "") -> Verdict:
    if not _works(actor) or not (actor.authority.is_lead or actor.authority_id == record.authority_id):
        return no(
            "not_your_authority",
            otherwise or _("撤销和变更由作出决定的机关或信用主管部门的工作人员办理。"),
            _("请联系%(authority)s。") % {"authority": record.authority.name},
        )
    return _not_involved(actor, record)


def _not_involved(actor: User, record: AdverseRecord) -> Verdict:
    if acts_for(actor, record.subject):
        return no("own_record", _("您是当事人一方的人员，不能参与办理。"), _("请由其他同事办理。"), TWO_PEOPLE)
    return YES


def _settled(explanation: Explanation) -> Verdict:
    return no(
        "settled",
        _("这份说明现在的状态是“%(status)s”，不能这样办理。") % {"status": explanation.get_status_display()},
        _("请刷新页面查看最新状态。"),
    )
