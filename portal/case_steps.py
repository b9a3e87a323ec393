"""The timeline of a case: every step, who, when, under which rule, and what comes next."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from casework.models import Case, Review
from notices.models import Notice
from notices.queries import notices_about
from portal.standing import stage_of


@dataclass(frozen=True)
class Step:
    """One step, as parts/timeline.html draws it. ``state``: done, current or future."""

    title: str
    at: datetime | None = None
    who: str = ""
    text: str = ""
    basis: str = ""
    state: str = "done"
    href: str = ""
    link: str = ""


def steps_of(case: Case, *, office: bool) -> list[Step]:
    """Return the steps of a case in order, letters among them, and the one that is awaited.

    ``office``: also names the officers and shows their opinions; the applicant sees only the outcome.
    """
    steps = [Step(_("提交"), case.submitted_at, str(case.opened_by))] if case.submitted_at else []
    for request in case.supplements.all():
        steps.append(
            Step(
                _("要求补正"),
                request.requested_at,
                str(request.requested_by) if office else case.authority.name,
                "\n".join(filter(None, [*(item.get("text", "") for item in request.items), request.note])),
            )
        )
        if request.answered_at:
            steps.append(Step(_("交回补正"), request.answered_at, str(request.answered_by), request.answer))
    if case.accepted_at:
        steps.append(Step(_("受理"), case.accepted_at, case.authority.name))
    for review in case.reviews.all():
        if office:
            sent_back = review.stage == Review.Stage.SENT_BACK
            title = _("退回初审") if sent_back else _("初审：%(outcome)s") % {"outcome": _outcome(review.outcome)}
            steps.append(Step(title, review.reviewed_at, str(review.reviewer), review.opinion))
    steps += [_letter(notice) for notice in notices_about(case)]
    if case.closed_at:
        steps.append(_end(case, office))
    steps.sort(key=lambda step: step.at)
    if case.is_open:
        stage = stage_of(case)
        steps.append(Step(stage.now, who=stage.who, text=stage.next, state="current"))
    return steps


def _outcome(code: str) -> str:
    return str(dict(Case.Status.choices).get(code, code))


def _letter(notice: Notice) -> Step:
    try:
        href = reverse("notices:detail", args=[notice.number])
    except NoReverseMatch:
        href = ""
    return Step(
        _("签发%(title)s") % {"title": notice.title}, notice.issued_at, notice.issuer.name, href=href, link=notice.number
    )


def _end(case: Case, office: bool) -> Step:
    decision = getattr(case, "decision", None)
    if decision is None:
        return Step(case.get_status_display(), case.closed_at)
    lines = [line for line in decision.because if line.get("title")]
    return Step(
        _("决定：%(outcome)s") % {"outcome": case.get_status_display()},
        case.closed_at,
        _("初审 %(first)s，复核 %(second)s") % {"first": decision.prepared_by, "second": decision.approved_by}
        if office
        else "",
        decision.reason,
        basis="；".join(f"《{line['title']}》{line.get('article', '')}" for line in lines),
    )
