"""The rules as the office's people read them; the administrator says which were compared with the official text."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from policy import actions, guards, listing
from policy.forms import RuleFilter
from policy.models import Rule
from policy.verdict import Refused, Verdict


@login_required
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """All rules by topic, with filters, and the packs they came from."""
    _ask(guards.can_read_rules(request.user))
    form = RuleFilter(request.GET)
    lines = listing.found(**form.wanted())
    return render(
        request,
        "policy/rules.html",
        {
            "filter": form,
            "topics": listing.by_topic(lines),
            "count": len(lines),
            "figures": listing.figures(),
            "packs": listing.packs(),
        },
    )


@login_required
@require_safe
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """One rule: what it says, on what, for whom it governs, what stands beside it, and who changed it when."""
    _ask(guards.can_read_rules(request.user))
    thing = get_object_or_404(Rule.objects.select_related("pack"), pk=pk)
    return render(
        request,
        "policy/rule.html",
        {
            "line": listing.Line(thing, True),
            "rule": thing,
            "governs": listing.governs_for(thing),
            "beside": listing.beside(thing),
            "history": listing.history_of(thing),
            "may_verify": bool(guards.can_verify(request.user, thing)),
            "may_edit": request.user.role == "administrator",
            "seen": thing.content_digest(),
        },
    )


@login_required
@require_POST
def verify(request: HttpRequest, pk: int) -> HttpResponse:
    """核验: one press of a button; the journal keeps who."""
    actions.verify(request.user, get_object_or_404(Rule, pk=pk), request.POST.get("seen", ""))
    messages.success(request, _("已登记为已核验。"))
    return redirect("policy:rule", pk=pk)


@login_required
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """The announced years, their source, and every day that differs from the plain week."""
    _ask(guards.can_read_rules(request.user))
    years = listing.years()
    return render(
        request,
        "policy/calendar.html",
        {"years": years, "next_year": years[0]["year"].year + 1 if years else None},
    )


def _ask(verdict: Verdict) -> None:
    if not verdict:
        raise Refused(verdict)
