"""The doors of a request for more time that are not every case's."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.views.applicant import back_url, editable_case
from deferrals import actions, guards
from deferrals.forms import DescribeForm
from deferrals.limits import latest_day
from policy.rulebook import today_book
from policy.verdict import Refused
from records.guards import can_read
from records.models import AdverseRecord


@login_required
def ask(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say what more time means and takes, then open the draft."""
    record = get_object_or_404(AdverseRecord.objects.select_related("subject", "authority"), public_id=public_id)
    verdict = can_read(request.user, record)
    if not verdict:
        raise Refused(verdict)
    if request.method == "POST":
        case = actions.start(request.user, record)
        return redirect("casework:draft", case.pk)
    draft = guards.open_case(record)
    if draft:
        return redirect("casework:case", draft.pk)
    context = {
        "record": record,
        "verdict": guards.can_ask(request.user, record),
        "latest": latest_day(timezone.localdate()),
        "basis": today_book().value("deferral.decided_by").basis,
    }
    return render(request, "deferrals/apply.html", context)


@login_required
def describe(request: HttpRequest, pk: int) -> HttpResponse:
    """Until when, and why."""
    case = editable_case(request, pk)
    initial = {
        "version": case.version,
        "ground": case.ground,
        "requested_until": case.requested_until,
        "statement": case.statement,
        "contact_phone": case.contact_phone or request.user.phone,
    }
    form = DescribeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.describe(request.user, case, **form.cleaned_data)
        messages.success(request, _("已保存。"))
        return redirect(back_url(case))
    return render(
        request,
        "deferrals/describe.html",
        {"case": case, "form": form, "back": back_url(case)},
        status=422 if form.is_bound else 200,
    )
