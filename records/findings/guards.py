"""Who may find, confirm and lift what bars a subject from repair."""

from django.utils.translation import gettext as _

from parties.guards import acts_for
from parties.models import User
from policy.verdict import YES, Verdict, no
from records.findings.models import Finding
from records.guards import sees_all
from records.life.guards import TWO_PEOPLE, can_report_for, can_see_changes, is_lead_staff
from records.models import AdverseRecord

#: The list of what waits stands on the page of upstream changes and explanations.
can_list = can_see_changes


def can_propose(actor: User | None, record: AdverseRecord) -> Verdict:
    """Whether someone may report false materials or a broken commitment: the record's authority or the lead office."""
    return can_report_for(actor, record)


def can_settle(actor: User | None, finding: Finding) -> Verdict:
    """Whether someone may confirm or dismiss what was reported: another person, of the lead office."""
    return _may_settle(actor, finding, Finding.Status.PROPOSED, finding.proposed_by_id)


def can_propose_lift(actor: User | None, finding: Finding) -> Verdict:
    """Whether someone may propose that a finding be lifted: the record's authority or the lead office."""
    office = can_report_for(actor, finding.record)
    if not office:
        return office
    return YES if finding.status == Finding.Status.STANDING else _not_now(finding)


def can_settle_lift(actor: User | None, finding: Finding) -> Verdict:
    """Whether someone may lift a finding or keep it: another person than who proposed it, of the lead office."""
    return _may_settle(actor, finding, Finding.Status.LIFTING, finding.lift_proposed_by_id)


def can_read(actor: User | None, finding: Finding) -> Verdict:
    """Whether someone may see a finding: the record's authority, the lead office, auditors; and its subject's people
    once it has been confirmed (before that, nothing is held against anybody)."""
    if sees_all(actor):
        return YES
    staff = can_see_changes(actor)
    if staff and actor.authority_id == finding.record.authority_id:
        return YES
    if acts_for(actor, finding.subject) and finding.status not in (Finding.Status.PROPOSED, Finding.Status.DISMISSED):
        return YES
    return no("not_yours", _("这项查明不在您的查看范围内。"), _("如需查看，请联系作出决定的机关或信用主管部门。"))


def can_read_proof(actor: User | None, finding: Finding) -> Verdict:
    """Whether someone may open the proof: as :func:`can_read`; it is what the finding is held against them with."""
    return can_read(actor, finding)


def _may_settle(actor: User | None, finding: Finding, status: str, first_id: int | None) -> Verdict:
    if not is_lead_staff(actor):
        return no("not_lead", _("查明事项由信用主管部门的工作人员核实。"), _("请联系信用主管部门。"))
    if acts_for(actor, finding.subject):
        return no("own_record", _("您是当事人一方的人员，不能参与办理。"), _("请由其他同事办理。"), TWO_PEOPLE)
    if finding.status != status:
        return _not_now(finding)
    if first_id == actor.pk:
        return no("same_person", _("这是您自己提出的，要由另一个人核实。"), _("请由另一位工作人员核实。"), TWO_PEOPLE)
    return YES


def _not_now(finding: Finding) -> Verdict:
    return no(
        "settled",
        _("这一项的状态是“%(status)s”，不能这样办理。") % {"status": finding.get_status_display()},
        _("请刷新页面查看最新情况。"),
    )
