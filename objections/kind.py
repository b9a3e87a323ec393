"""How an objection differs from other cases."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from casework.kinds import CaseKind, DraftStep
from casework.models import Case, Evidence
from journal.actions import journalled
from notices.models import Notice
from objections.fields import field_label, field_text
from objections.models import Objection
from parties.models import User
from policy.rulebook import RuleBook
from policy.verdict import YES, Refused, Verdict, no
from records import actions as records
from records.actions.common import is_over
from records.actions.correction import foreseen
from records.facts import notice_facts as record_facts
from records.models import AdverseRecord

#: What a correction may move.
_WINDOW = ("severity", "publicity_from", "publicity_until", "earliest_application")


class ObjectionKind(CaseKind):
    """异议: marked within a working day, decided within 7 working days of receipt (山东省社会信用条例 第三十九条)."""

    code = Case.Kind.OBJECTION
    number_prefix = "YY"
    model = Objection
    accept_limit = "objection.mark_working_days"
    decide_limit = "objection.assisted_working_days"
    decision_basis = "objection.assisted_working_days"
    decide_from_submission = True
    lead_may_accept = True
    outcomes = (Case.Status.UPHELD, Case.Status.DISMISSED)
    evidence_purpose = Evidence.Purpose.OBJECTION
    commitment_rule = "commitment.objection_text"
    acceptance_notice = Notice.Kind.OBJECTION_ACCEPTANCE

    @property
    def flow(self):
        from objections.flow import ObjectionFlow

        return ObjectionFlow

    def decision_notice(self, outcome: str) -> str:
        return Notice.Kind.OBJECTION_RESULT

    def apply_outcome(self, case: Objection, actor: User, outcome: str, at) -> None:
        if outcome == Case.Status.DISMISSED:
            case.dismiss(at)
            records.set_objection_mark(case.record, actor, False, case.number)
            return
        case.uphold(at)
        records.set_objection_mark(case.record, actor, False, case.number)
        if case.remedy == Objection.Remedy.CORRECT:
            records.correct(case.record, actor, case.field, case.corrected_value, case.number)
        elif AdverseRecord.objects.get(pk=case.record_id).status != AdverseRecord.Status.REVOKED:
            records.revoke(case.record, actor, case.number, case.get_ground_display())

    def can_submit(self, actor: User, case: Objection) -> Verdict:
        missing = missing_parts(case)
        if missing:
            return no("incomplete", _("还不能提交：%(missing)s。") % {"missing": _("；").join(missing)})
        if not case.record.is_live:
            return no(
                "not_live",
                _("这条信息已经不再公示，不需要提出异议。"),
                _("如果别处仍在展示，请联系信用主管部门督促撤下。"),
            )
        return YES

    def can_recommend(self, actor: User, case: Objection, outcome: str) -> Verdict:
        if outcome != Case.Status.UPHELD:
            return YES
        if not case.remedy:
            return no("no_remedy", _("认为异议成立时，请先选择更正还是撤销。"))
        if case.remedy == Objection.Remedy.CORRECT and not (case.field and case.corrected_value):
            return no("no_value", _("选择更正时，请写明更正哪一项、更正为什么。"))
        return YES

    def on_accept(self, case: Objection, actor: User) -> None:
        """标注; a record that left the public between submission and acceptance has no place for a mark."""
        if not case.record.is_live:
            return
        records.set_objection_mark(case.record, actor, True, case.number)

    def on_close(self, case: Objection, actor: User | None) -> None:
        if case.record.objection_marked:
            records.set_objection_mark(case.record, actor, False, case.number)

    def notice_facts(self, case: Objection, outcome: str = "") -> dict[str, Any]:
        facts = {
            "ground": case.get_ground_display(),
            "field": str(field_label(case.field)),
            "claimed_value": case.claimed_value,
            "statement": case.statement,
        }
        if outcome:
            upheld = outcome == Case.Status.UPHELD
            facts.update(
                outcome="upheld" if upheld else "dismissed",
                remedy=case.remedy if upheld else "",
                old_value=_value_before(case) if upheld else "",
                new_value=case.corrected_value if upheld else "",
            )
            if after := _corrected(case) if upheld else None:
                told = record_facts(after)
                facts["after"] = {name: told[name] for name in _WINDOW} | {"ended": is_over(after)}
        return {"objection": facts}

    def rules_of_decision(self, case: Objection, book: RuleBook) -> list[int | None]:
        after = _corrected(case)
        return list(after.rule_ids) if after else []

    def steps(self, case: Objection) -> list[DraftStep]:
        return [
            DraftStep(
                _("说明哪里有误"),
                reverse("objections:describe", args=[case.pk]),
                bool(case.ground and case.statement),
                _("哪一项、错在哪里、应当是什么"),
            ),
            DraftStep(
                _("上传证明"),
                reverse("casework:evidence", args=[case.pk]),
                case.evidence.filter(withdrawn_at=None).exists(),
                _("例如决定书、撤销决定、查询报告或网页截图"),
            ),
            DraftStep(_("签署信用承诺书"), reverse("casework:commitment", args=[case.pk]), hasattr(case, "commitment")),
        ]

    def submission_problems(self, case: Objection) -> list[str]:
        return missing_parts(case)

    def answers(self, case: Objection) -> list[tuple[str, str]]:
        lines = [
            (_("异议理由"), case.get_ground_display() if case.ground else ""),
            (_("有异议的内容"), str(field_label(case.field))),
        ]
        if case.field:
            lines += [(_("有异议时的记录"), _value_before(case)), (_("申请人认为应为"), case.claimed_value)]
        return lines + [(_("情况说明"), case.statement)]

    def review_form(self, *args, **kwargs):
        from objections.forms import VerifyForm

        return VerifyForm(self, *args, **kwargs)

    def review_initial(self, case: Objection) -> dict[str, Any]:
        """What the applicant claims is where the verifying officer starts."""
        corrected = case.corrected_value or case.claimed_value
        return {"remedy": case.remedy, "field": case.field, "corrected_value": corrected}

    def recommend(self, actor: User, case: Objection, cleaned: dict[str, Any], version: int | None) -> None:
        from objections.actions import verify

        with journalled():
            if cleaned["outcome"] == Case.Status.UPHELD:
                verify(
                    actor,
                    case,
                    remedy=cleaned["remedy"],
                    field=cleaned["field"],
                    corrected_value=cleaned["corrected_value"],
                    version=version,
                )
                version = None  # ours is the change that made the next version
            super().recommend(actor, case, cleaned, version)

    def findings(self, case: Objection) -> list[str]:
        proofs = case.evidence.filter(withdrawn_at=None).count()
        return [f"异议申请人提交证明材料{proofs}份", f"异议理由：{case.get_ground_display()}"]


def _corrected(case: Objection) -> AdverseRecord | None:
    """The record as it is after the correction that was found right; None where nothing is to be corrected."""
    if case.remedy != Objection.Remedy.CORRECT or not case.field:
        return None
    try:
        return foreseen(case.record, {case.field: case.corrected_value})
    except Refused:
        return None  # a value that cannot be: the decision itself will say so


def _value_before(case: Objection) -> str:
    """What the record said when it was disputed: the correction that this case ordered keeps it."""
    correction = case.record.corrections.filter(ordered_by=case.number).order_by("-id").first()
    return correction.old_value if correction else field_text(case.record, case.field)


def missing_parts(case: Objection) -> list[str]:
    """Return, in the page's language, what the applicant still has to add before handing in."""
    missing = []
    if not case.ground or not case.statement:
        missing.append(_("还没有说明哪里有误、为什么"))
    if not case.evidence.filter(withdrawn_at=None).exists():
        missing.append(_("还差一份证明（例如决定书、查询报告或网页截图）"))
    if not hasattr(case, "commitment"):
        missing.append(_("还没有签署信用承诺书"))
    return missing
