"""One case: the officer's page with its decision panel, or the applicant's page with what happens next."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casework import actions, desk, guards, timeline
from casework.clock import clock_now
from casework.extensions.proposal import propose_now
from casework.facts import possible_notices, unverified_under
from casework.forms import DecideForm, DeclineForm, ExtendForm, SendBackForm, SupplementForm, VersionedForm
from casework.kinds import kind_of, specific
from casework.models import Case, Presence, Review
from exchange.queries import sync_lines
from notices.queries import notices_about
from parties.guards import acts_for
from parties.models import User
from policy.dates import say
from policy.deadlines.actions import see
from policy.deadlines.queries import News, news_on_page
from policy.verdict import Refused, Verdict
from records.models import AdverseRecord

#: Somebody who loaded the page this recently is taken to be looking at it.
PRESENT = timedelta(minutes=5)


def find_case(request: HttpRequest, pk: int) -> Case:
    """Return the case as its own model if this user may read it.

    Raises:
        Http404: there is no such case.
        Refused: it is somebody else's.
    """
    case = get_object_or_404(
        Case.objects.select_related("record__authority", "subject", "authority", "opened_by"), pk=pk
    )
    verdict = guards.can_read(request.user, case)
    if not verdict:
        raise Refused(verdict)
    return specific(case)


@login_required
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a case, by who looks at it."""
    case = find_case(request, pk)
    if acts_for(request.user, case.subject) and not request.user.works_here:
        return _applicant_page(request, case)
    return officer_page(request, case)


def _applicant_page(request: HttpRequest, case: Case) -> HttpResponse:
    if case.status == Case.Status.DRAFT:
        return redirect("casework:draft", case.pk)
    return render(
        request,
        "casework/mine.html",
        {
            "case": case,
            "clock": clock_now(case),
            "deadline_news": _deadline_news(request.user, case),
            "answers": kind_of(case).answers(case),
            "steps": timeline.steps(case, request.user),
            "letters": notices_about(Case(pk=case.pk)),
            "evidence": case.evidence.filter(withdrawn_at=None),
            "supplement": case.supplements.filter(answered_at=None).last(),
            "decision": getattr(case, "decision", None),
            "verbs": guards.allowed_verbs(request.user, case),
            "sync": sync_lines(case.record.public_id) if case.record.status not in AdverseRecord.LIVE else [],
            "version_form": VersionedForm(initial={"version": case.version}),
        },
    )


def officer_page(
    request: HttpRequest, case: Case, bound: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """Facts left, evidence in the middle, decision right, timeline below.

    ``bound`` holds forms that came back with errors, by name; the page is then sent with ``status``.
    """
    kind, user = kind_of(case), request.user
    verbs = guards.allowed_verbs(user, case)
    review = case.reviews.filter(stage=Review.Stage.FIRST).select_related("reviewer").last()
    initial = {"version": case.version}
    forms: dict[str, Any] = {}
    if "accept" in verbs:
        forms["accept"] = VersionedForm(initial=initial)
        forms["decline"] = DeclineForm(kind, initial=initial)
    if "request_supplement" in verbs:
        forms["supplement"] = SupplementForm(kind, initial=initial)
    if "recommend" in verbs:
        forms["recommend"] = kind.review_form(initial=initial | kind.review_initial(case))
    if "decide" in verbs:
        forms["decide"] = DecideForm(kind, review, initial=initial)
        forms["send_back"] = SendBackForm(initial=initial)
    if "extend_decision" in verbs:
        forms["extend_decision"] = ExtendForm(initial=initial)
    forms.update(bound or {})
    claim = guards.can_claim(user, case)
    owner = guards.task_owner(case)
    context = {
        "case": case,
        "kind": kind,
        "clock": clock_now(case),
        "deadline_news": _deadline_news(user, case),
        "answers": kind.answers(case),
        "checklist": kind.checklist(case) if case.is_open else [],
        "evidence": case.evidence.filter(withdrawn_at=None),
        "steps": timeline.steps(case, user),
        "letters": notices_about(Case(pk=case.pk)),
        "supplements": case.supplements.all(),
        "reviews": case.reviews.select_related("reviewer"),
        "review": review,
        "decision": getattr(case, "decision", None),
        "extensions": case.extensions.select_related("decided_by"),
        "extension": propose_now(case) if "extend_decision" in verbs else None,
        "not_extended": _why_not_extended(user, case),
        "verbs": verbs,
        "forms": forms,
        "form": next(iter((bound or {}).values()), None),
        "owner": owner,
        "claim": claim if owner != user else None,
        "refusal": _why_not(user, case) if not verbs else None,
        "others": _mark_presence(case, user),
        "flags": desk.flags_of([case]).get(case.pk, ()),
        # Before anything is issued: which rules under each possible notice nobody has compared with the official text.
        "unverified": {
            outcome or notice_kind: unverified_under(case, notice_kind, outcome)
            for notice_kind, outcome in possible_notices(case, verbs)
        },
        "sync": sync_lines(case.record.public_id),
        "outcomes": [(outcome, kind.outcome_label(outcome), kind.is_favourable(outcome)) for outcome in kind.outcomes],
        "decide_verdicts": {o: guards.can_decide_outcome(user, case, o) for o in kind.outcomes}
        if "decide" in verbs
        else {},
    }
    return render(request, "casework/case.html", context, status=status)


def _deadline_news(user: User, case: Case) -> News | None:
    """What a new holiday table did to the running deadline; opened now, so it is seen."""
    thing = Case(pk=case.pk)
    news = news_on_page(user, thing)
    if news is not None and news.new:
        see(user, thing=thing)
    return news


def _why_not(user: User, case: Case):
    """Return the refusal that explains why this officer has no button here, or None when nothing is to be done."""
    guard = {
        Case.Status.SUBMITTED: guards.can_accept,
        Case.Status.ACCEPTED: guards.can_recommend,
        Case.Status.RECOMMENDED: guards.can_decide,
    }.get(case.status)
    return guard(user, case) if guard and user.role != User.Role.AUDITOR else None


def _why_not_extended(user: User, case: Case) -> Verdict | None:
    """Return why the limit cannot be extended (any more), for whoever else could decide that; None: say nothing."""
    verdict = guards.can_extend_decision(user, case)
    return verdict if verdict.code in ("extended_already", "limit_passed") else None


def _mark_presence(case: Case, user: User) -> list[User]:
    """Note that this officer has the case open; return who else has."""
    now = timezone.now()
    if user.role in (User.Role.OFFICER, User.Role.APPROVER):
        Presence.objects.update_or_create(case_id=case.pk, user=user, defaults={"seen_at": now})
    recent = Presence.objects.filter(case_id=case.pk, seen_at__gt=now - PRESENT).exclude(user=user)
    return [presence.user for presence in recent.select_related("user")]


def _done(request: HttpRequest, case: Case, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect("casework:case", case.pk)


@login_required
@require_POST
def verb(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One verb of the office. The form is checked for shape; the action asks its guard."""
    case = find_case(request, pk)
    handler = _HANDLERS.get(name)
    if handler is None:
        raise Http404
    return handler(request, case)


def _version(request: HttpRequest) -> int | None:
    form = VersionedForm(request.POST)
    return form.cleaned_data["version"] if form.is_valid() else -1


def _accept(request, case):
    actions.accept(request.user, case, version=_version(request))
    return _done(request, case, _("已受理，受理通知书已签发，正在生成。"))


def _decline(request, case):
    form = DeclineForm(kind_of(case), request.POST)
    if not form.is_valid():
        return officer_page(request, case, {"decline": form}, status=422)
    cleaned = form.cleaned_data
    actions.decline(request.user, case, cleaned["codes"], cleaned["opinion"], version=cleaned["version"])
    return _done(request, case, _("已决定不予受理，通知书已签发，正在生成。"))


def _supplement(request, case):
    form = SupplementForm(kind_of(case), request.POST)
    if not form.is_valid():
        return officer_page(request, case, {"supplement": form}, status=422)
    cleaned = form.cleaned_data
    actions.request_supplement(request.user, case, cleaned["codes"], cleaned["opinion"], version=cleaned["version"])
    return _done(request, case, _("补正通知书已签发。申请人补正后，这件办件会回到您的待办。"))


def _recommend(request, case):
    kind = kind_of(case)
    form = kind.review_form(request.POST)
    if not form.is_valid():
        return officer_page(request, case, {"recommend": form}, status=422)
    kind.recommend(request.user, case, form.cleaned_data, form.cleaned_data["version"])
    return _done(request, case, _("初审意见已提交，等待另一位审批人复核。"))


def _decide(request, case):
    kind = kind_of(case)
    review = case.reviews.filter(stage=Review.Stage.FIRST).last()
    form = DecideForm(kind, review, request.POST)
    if not form.is_valid():
        return officer_page(request, case, {"decide": form}, status=422)
    cleaned = form.cleaned_data
    actions.decide(
        request.user, case, cleaned["outcome"], cleaned["reason"], cleaned["codes"], version=cleaned["version"]
    )
    label = kind.outcome_label(cleaned["outcome"])
    return _done(request, case, _("已决定：%(outcome)s。决定书正在生成，各平台正在收到通知。") % {"outcome": label})


def _extend_decision(request, case):
    form = ExtendForm(request.POST)
    if not form.is_valid():
        return officer_page(request, case, {"extend_decision": form}, status=422)
    cleaned = form.cleaned_data
    extension = actions.extend_decision(request.user, case, cleaned["opinion"], version=cleaned["version"])
    day = say(extension.new_due)
    return _done(request, case, _("办结期限已延长到 %(day)s，通知书已签发，正在生成。") % {"day": day})


def _send_back(request, case):
    form = SendBackForm(request.POST)
    if not form.is_valid():
        return officer_page(request, case, {"send_back": form}, status=422)
    actions.send_back(request.user, case, form.cleaned_data["opinion"], version=form.cleaned_data["version"])
    return _done(request, case, _("已退回初审。"))


def _claim(request, case):
    actions.claim(request.user, case)
    return _done(request, case, _("这件办件现在由您办理。"))


def _release(request, case):
    actions.release(request.user, case)
    return _done(request, case, _("已放回待办，其他同事可以接手。"))


_HANDLERS = {
    "accept": _accept,
    "decline": _decline,
    "supplement": _supplement,
    "recommend": _recommend,
    "decide": _decide,
    "extend_decision": _extend_decision,
    "send_back": _send_back,
    "claim": _claim,
    "release": _release,
}
