"""How a request for more time differs from other cases."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.kinds import CaseKind, DraftStep
from casework.models import Case, Evidence
from deferrals.limits import LONGEST, usable_day
from deferrals.models import Deferral
from journal.actions import journalled
from notices.models import Notice
from parties.models import User
from policy.dates import say_short
from policy.rulebook import RuleBook
from policy.verdict import YES, Refused, Verdict, no
from records import actions as records


class DeferralKind(CaseKind):
    """延期: approved by the authority that decided (行政处罚法 第六十六条), by two of its people or with the lead office."""

    code = Case.Kind.DEFERRAL
    number_prefix = "YQ"
    model = Deferral
    accept_limit = "deferral.accept_working_days"
    decide_limit = "deferral.decide_working_days"
    decision_basis = "deferral.decided_by"
    peer_may_decide = True
    needs_commitment = False
    outcomes = (Case.Status.GRANTED, Case.Status.NOT_GRANTED)
    evidence_purpose = Evidence.Purpose.DEFERRAL

    @property
    def flow(self):
        from deferrals.flow import DeferralFlow

        return DeferralFlow

    def decision_notice(self, outcome: str) -> str:
        return Notice.Kind.DEFERRAL_APPROVAL if outcome == Case.Status.GRANTED else Notice.Kind.DEFERRAL_REFUSAL

    def apply_outcome(self, case: Deferral, actor: User, outcome: str, at) -> None:
        if outcome == Case.Status.GRANTED:
            verdict = usable_day(case.granted_until, timezone.localdate())
            if not verdict:
                raise Refused(no(verdict.code, verdict.reason, _("请退回初审，重新确定日期。")), status=409)
            case.grant(at)
            records.defer(case.record, actor, case.granted_until, case.number)
        else:
            case.reject(at)

    def can_submit(self, actor: User, case: Deferral) -> Verdict:
        missing = missing_parts(case)
        if missing:
            return no("incomplete", _("还不能提交：%(missing)s。") % {"missing": _("；").join(missing)})
        if not case.record.is_live:
            return no("not_live", _("这条信息已经不再公示，不需要申请延期。"))
        return usable_day(case.requested_until, timezone.localdate())

    def can_recommend(self, actor: User, case: Deferral, outcome: str) -> Verdict:
        if outcome != Case.Status.GRANTED:
            return YES
        return usable_day(case.granted_until, timezone.localdate())

    def notice_facts(self, case: Deferral, outcome: str = "") -> dict[str, Any]:
        return {
            "deferral": {
                "ground": case.get_ground_display() if case.ground else "",
                "requested_until": case.requested_until.isoformat() if case.requested_until else "",
                "until": (case.granted_until or case.requested_until).isoformat()
                if outcome == Case.Status.GRANTED and (case.granted_until or case.requested_until)
                else "",
            }
        }

    def rules_of_decision(self, case: Deferral, book: RuleBook) -> list[int | None]:
        return [book.value(LONGEST).rule_id]

    def steps(self, case: Deferral) -> list[DraftStep]:
        return [
            DraftStep(
                _("说明为什么、延到什么时候"),
                reverse("deferrals:describe", args=[case.pk]),
                bool(case.ground and case.requested_until),
                _("希望延期到哪一天，困难在哪里"),
            ),
            DraftStep(
                _("上传证明"),
                reverse("casework:evidence", args=[case.pk]),
                case.evidence.filter(withdrawn_at=None).exists(),
                _("例如财务报表、银行流水、受灾证明、履行计划"),
            ),
        ]

    def submission_problems(self, case: Deferral) -> list[str]:
        return missing_parts(case)

    def answers(self, case: Deferral) -> list[tuple[str, str]]:
        return [
            (_("希望延期至"), say_short(case.requested_until) if case.requested_until else ""),
            (_("延期理由"), case.get_ground_display() if case.ground else ""),
            (_("情况说明"), case.statement),
            (_("准予延期至"), say_short(case.granted_until) if case.status == Case.Status.GRANTED else ""),
        ]

    def review_form(self, *args, **kwargs):
        from deferrals.forms import ProposeForm

        return ProposeForm(self, *args, **kwargs)

    def review_initial(self, case: Deferral) -> dict[str, Any]:
        return {"granted_until": case.granted_until or case.requested_until}

    def recommend(self, actor: User, case: Deferral, cleaned: dict[str, Any], version: int | None) -> None:
        from deferrals.actions import propose

        with journalled():
            if cleaned["outcome"] == Case.Status.GRANTED:
                day = cleaned.get("granted_until") or case.requested_until
                propose(actor, case, granted_until=_as_day(day), version=version)
                version = None  # ours is the change that made the next version
            super().recommend(actor, case, cleaned, version)

    def findings(self, case: Deferral) -> list[str]:
        """Sentences of the notice, so formal Chinese whatever the officer's language."""
        lines = [f"申请人提交证明材料{case.evidence.filter(withdrawn_at=None).count()}份"]
        if case.ground:
            lines.append(f"申请延期的理由：{case.get_ground_display()}")
        return lines


def _as_day(value: dt.date | str) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)


def missing_parts(case: Deferral) -> list[str]:
    """Return, in the page's language, what the applicant still has to add before handing in."""
    missing = []
    if not (case.ground and case.requested_until and case.statement):
        missing.append(_("还没有说明为什么、延到什么时候"))
    if not case.evidence.filter(withdrawn_at=None).exists():
        missing.append(_("还差一份证明（例如财务报表或受灾证明）"))
    return missing
