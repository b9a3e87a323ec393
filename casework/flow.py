"""The steps that every kind of case has, as viewflow nodes: who has to do what next. It decides nothing.

The status of the case is the law; after each verb the action asks the flow to move on, and the gateways here
only read that status. Node names are stored in rows (``repair/flow.RepairFlow.acceptance``): never rename one.
Flows share these nodes by listing them, not by inheriting from each other (subclassing a Flow is broken in viewflow 2.4).
"""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.lock import SelectForUpdateLock

from casework.models import Case
from parties.models import Authority

REVIEW = "casework.review_case"
APPROVE = "casework.approve_case"

#: Blocks instead of polling: the loser of a race waits for the winner's commit.
LOCK = SelectForUpdateLock(nowait=False)


def _status_is(*statuses):
    return lambda activation: Case.objects.values_list("status", flat=True).get(process=activation.process) in statuses


def _case(activation) -> Case:
    return Case.objects.select_related("authority", "opened_by").get(process=activation.process)


def _applicant(activation):
    return _case(activation).opened_by


def _previous_reviewer(activation):
    """Whoever worked on the case before goes on with it: after acceptance, and when it is sent back."""
    case = _case(activation)
    review = case.reviews.filter(stage="first").order_by("-reviewed_at", "-id").first()
    if review:
        return review.reviewer
    done = activation.process.task_set.filter(owner__isnull=False, owner_permission=REVIEW).order_by("-id").first()
    return done.owner if done and done.owner.authority_id == case.authority_id else None


def _lead(process):
    return Authority.objects.filter(is_lead=True).first()


def to_case(request: HttpRequest, **kwargs) -> HttpResponse:
    """Viewflow wants a view for each human step; ours are the case pages."""
    case = Case.objects.get(process=request.activation.process)
    return HttpResponseRedirect(reverse("casework:case", args=[case.pk]))


class CaseSteps:
    """Acceptance → (supplement ↺) → first review → approval → (sent back ↺) → end."""

    lock_impl = LOCK

    start = flow.StartHandle(this.begin).Annotation(title=_("提交")).Next(this.acceptance)

    acceptance = flow.View(to_case).Annotation(title=_("受理审查")).Permission(REVIEW).Next(this.after_acceptance)
    after_acceptance = (
        flow.Switch()
        .Case(this.supplement, _status_is(Case.Status.SUPPLEMENT_REQUESTED))
        .Case(this.first_review, _status_is(Case.Status.ACCEPTED))
        .Default(this.end)
    )
    supplement = flow.View(to_case).Annotation(title=_("补正材料")).Assign(_applicant).Next(this.acceptance)
    first_review = (
        flow.View(to_case).Annotation(title=_("初审")).Permission(REVIEW).Assign(_previous_reviewer).Next(this.approval)
    )
    approval = flow.View(to_case).Annotation(title=_("复核")).Permission(APPROVE).Next(this.after_approval)
    after_approval = flow.Switch().Case(this.first_review, _status_is(Case.Status.ACCEPTED)).Default(this.end)
    end = flow.End()

    def begin(self, activation, case: Case):
        return activation.process


#: Which step is open in which status: what ``check_invariants`` compares.
STEP_OF_STATUS = {
    Case.Status.SUBMITTED: "acceptance",
    Case.Status.SUPPLEMENT_REQUESTED: "supplement",
    Case.Status.ACCEPTED: "first_review",
    Case.Status.RECOMMENDED: "approval",
}
