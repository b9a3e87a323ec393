"""How a repair application differs from other cases."""

from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.kinds import CaseKind, DraftStep
from casework.models import Case, Decision, Evidence, Review
from notices.models import Notice
from parties.models import User
from policy.bars import BARS
from policy.dates import say_short
from policy.eligibility import Condition, Eligibility
from policy.rulebook import RuleBook
from policy.verdict import YES, Verdict, no
from records import actions as records
from records.eligibility import card
from records.findings.actions import from_decision as found_false
from repair.models import RepairApplication


class RepairKind(CaseKind):
    """信用修复: 3 working days to accept, 7 to decide (国办发〔2025〕22号)."""

    code = Case.Kind.REPAIR
    number_prefix = "XF"
    model = RepairApplication
    accept_limit = "accept.working_days"
    decide_limit = "decide.working_days"
    extension_limit = "decide.extension_working_days"
    extension_times = "decide.extension_times"
    decision_basis = "repair.conditions"
    outcomes = (Case.Status.APPROVED, Case.Status.REFUSED)
    evidence_purpose = Evidence.Purpose.PERFORMANCE

    @property
    def flow(self):
        from repair.flow import RepairFlow

        return RepairFlow

    def decision_notice(self, outcome: str) -> str:
        return Notice.Kind.REPAIR_APPROVAL if outcome == Case.Status.APPROVED else Notice.Kind.REPAIR_REFUSAL

    def apply_outcome(self, case: RepairApplication, actor: User, outcome: str, at) -> None:
        if outcome == Case.Status.APPROVED:
            case.approve(at)
            records.remove_after_repair(case.record, actor, case.number)
        else:
            case.refuse(at)

    def on_decided(self, case: RepairApplication, actor: User, decision: Decision) -> None:
        """Refused for false materials: the two people who decided found it, and it bars (58号令, 沿用)."""
        if decision.outcome != Case.Status.REFUSED:
            return
        review = case.reviews.filter(stage=Review.Stage.FIRST).order_by("-reviewed_at", "-id").first()
        found_false(
            case.record,
            case_number=case.number,
            codes=decision.reason_codes,
            reason=decision.reason or review.opinion,
            prepared_by=decision.prepared_by,
            approved_by=actor,
        )

    def can_submit(self, actor: User, case: RepairApplication) -> Verdict:
        """Time reached, no bar, proof attached, way described, commitment signed (36号令: four conditions)."""
        missing = missing_parts(case)
        if missing:
            return no("incomplete", _("还不能提交：%(missing)s。") % {"missing": _("；").join(missing)})
        eligibility = card(case.record, performance_proved=True, commitment_signed=True)
        unmet = [condition for condition in eligibility.conditions if not condition.met]
        if unmet:
            return no(unmet[0].code, unmet[0].text, unmet[0].cure, unmet[0].basis)
        return YES

    def notice_facts(self, case: RepairApplication, outcome: str = "") -> dict[str, Any]:
        return {"way": case.get_way_display()}

    def rules_of_decision(self, case: RepairApplication, book: RuleBook) -> list[int | None]:
        return list(_card(case).rule_ids)

    def steps(self, case: RepairApplication) -> list[DraftStep]:
        proofs = case.evidence.filter(withdrawn_at=None).count()
        return [
            DraftStep(
                _("说明履行情况"),
                reverse("repair:describe", args=[case.pk]),
                bool(case.performed_on),
                _("什么时候缴清、改正的"),
            ),
            DraftStep(
                _("上传履行证明"),
                reverse("casework:evidence", args=[case.pk]),
                proofs > 0,
                _("例如罚没缴款凭证、整改复查意见"),
            ),
            DraftStep(_("签署信用承诺书"), reverse("casework:commitment", args=[case.pk]), hasattr(case, "commitment")),
        ]

    def submission_problems(self, case: RepairApplication) -> list[str]:
        return missing_parts(case)

    def answers(self, case: RepairApplication) -> list[tuple[str, str]]:
        return [
            (_("修复方式"), case.get_way_display()),
            (_("履行完毕日期"), say_short(case.performed_on) if case.performed_on else ""),
            (_("履行情况说明"), case.statement),
        ]

    def review_form(self, *args, **kwargs):
        from casework.forms import RecommendForm

        return RecommendForm(self, *args, **kwargs)

    def checklist(self, case: RepairApplication) -> list[Condition]:
        """The conditions of 36号令, worded for the officer who ticks them off."""
        words = {
            "live": _("信息仍在公示或登记，可以修复"),
            "way": _("这条信息可以用所选方式修复"),
            "minimum_period": _("最短公示期已满（%(day)s 起可申请）")
            % {"day": say_short(case.record.earliest_application)},
            "no_bar": _("当事人没有被限制修复"),
            "performance": _("已提交履行义务的证明；请与决定书逐项核对"),
            "commitment": _("已签署并公开信用承诺书"),
        }
        found = _card(case).conditions
        return [
            replace(condition, text=words.get(condition.code, condition.text))
            for condition in found
            if condition.code in words or condition.code in BARS
        ]

    def findings(self, case: RepairApplication) -> list[str]:
        """Sentences of the notice, so formal Chinese whatever the officer's language."""
        proofs = case.evidence.filter(withdrawn_at=None).count()
        lines = [f"申请人提交履行义务证明材料{proofs}份"]
        if case.performed_on:
            day = case.performed_on
            lines.append(f"申请人已于{day.year}年{day.month}月{day.day}日履行完毕行政处罚决定确定的义务")
        if hasattr(case, "commitment"):
            signed = timezone.localtime(case.commitment.signed_at)
            lines.append(f"申请人已于{signed.year}年{signed.month}月{signed.day}日公开作出信用承诺")
        return lines


def _card(case: RepairApplication) -> Eligibility:
    """The eligibility card of the case's record as the case stands."""
    proved = case.evidence.filter(withdrawn_at=None, purpose=Evidence.Purpose.PERFORMANCE).exists()
    return card(case.record, performance_proved=proved, commitment_signed=hasattr(case, "commitment"))


def missing_parts(case: RepairApplication) -> list[str]:
    """Return, in the page's language, what the applicant still has to add before handing in."""
    missing = []
    if not case.performed_on:
        missing.append(_("还没有填写履行完毕的日期"))
    if not case.evidence.filter(withdrawn_at=None, purpose=Evidence.Purpose.PERFORMANCE).exists():
        missing.append(_("还差一份履行义务的证明（例如缴款凭证）"))
    if not hasattr(case, "commitment"):
        missing.append(_("还没有签署信用承诺书"))
    return missing
