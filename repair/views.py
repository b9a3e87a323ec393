"""The doors of a repair application that are not every case's."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from casework.views.applicant import back_url, editable_case
from policy.verdict import Refused
from records.guards import can_read
from records.models import AdverseRecord
from repair import actions, guards
from repair.forms import DescribeForm


@login_required
def apply(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say what applying needs and takes, then open the draft."""
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
    return render(request, "repair/apply.html", {"record": record, "verdict": guards.can_apply(request.user, record)})


@login_required
def describe(request: HttpRequest, pk: int) -> HttpResponse:
    """How and when the duties were performed."""
    case = editable_case(request, pk)
    initial = {
        "version": case.version,
        "performed_on": case.performed_on,
        "statement": case.statement,
        "contact_phone": case.contact_phone or request.user.phone,
    }
    form = DescribeForm(case, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        actions.describe(
            request.user,
            case,
            cleaned["performed_on"],
            cleaned["statement"],
            cleaned["contact_phone"],
            version=cleaned["version"],
        )
        messages.success(request, _("已保存。"))
        return redirect(back_url(case))
    return render(
        request,
        "repair/describe.html",
        {"case": case, "form": form, "back": back_url(case)},
        status=422 if form.is_bound else 200,
    )
