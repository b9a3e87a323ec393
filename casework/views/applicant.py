"""The applicant's side: a task list saved as you go, then handing in, answering, withdrawing."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casework import actions, guards
from casework.clock import clock_now
from casework.forms import CommitmentForm, EvidenceForm, SupplementAnswerForm, VersionedForm
from casework.kinds import kind_of
from casework.models import Case, Evidence
from casework.views.case import find_case
from policy.verdict import Refused
from records.uploads import UnusableFile


def editable_case(request: HttpRequest, pk: int) -> Case:
    """Return a case that this user may still fill in.

    Raises:
        Refused: it is handed in already, or somebody else's.
    """
    case = find_case(request, pk)
    verdict = guards.can_edit_draft(request.user, case)
    if not verdict:
        raise Refused(verdict)
    return case


@login_required
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """The task list: what is done, what is left, and the way to hand in."""
    case = find_case(request, pk)
    if case.status != Case.Status.DRAFT:
        return redirect("casework:case", case.pk)
    kind = kind_of(case)
    steps = kind.steps(case)
    ready = guards.can_submit(request.user, case)
    items = [
        {"title": step.label, "href": step.url, "done": step.done, "hint": "" if step.done else step.hint}
        for step in steps
    ]
    items.append(
        {
            "title": _("核对并提交"),
            "href": reverse("casework:check", args=[case.pk]) if ready else "",
            "done": False,
            "status": _("可以提交") if ready else "",
        }
    )
    return render(
        request,
        "casework/draft.html",
        {"case": case, "items": items, "done": sum(step.done for step in steps), "total": len(steps), "ready": ready},
    )


@login_required
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """Upload one file at a time; see its first page at once."""
    case = editable_case(request, pk)
    form = EvidenceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.attach_evidence(request.user, case, form.cleaned_data["file"], kind_of(case).evidence_purpose)
        except UnusableFile as error:
            form.add_error("file", str(error))
        else:
            messages.success(request, _("文件已保存。"))
            return redirect("casework:evidence", case.pk)
    return render(
        request,
        "casework/evidence.html",
        {"case": case, "form": form, "files": case.evidence.filter(withdrawn_at=None), "back": back_url(case)},
        status=422 if form.is_bound else 200,
    )


def back_url(case: Case) -> str:
    """Where a step leads back to: the task list of a draft, or the supplement page."""
    name = "casework:draft" if case.status == Case.Status.DRAFT else "casework:supplement"
    return reverse(name, args=[case.pk])


@login_required
@require_POST
def withdraw_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a file back before handing in."""
    item = get_object_or_404(Evidence.objects.select_related("case"), pk=pk)
    case = editable_case(request, item.case_id)
    actions.withdraw_evidence(request.user, item)
    messages.success(request, _("已取回“%(name)s”。") % {"name": item.name})
    return redirect("casework:evidence", case.pk)


@login_required
def commitment(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the commitment letter and sign it."""
    case = editable_case(request, pk)
    signed = getattr(case, "commitment", None)
    initial = {"signed_name": signed.signed_name if signed else case.subject.legal_representative}
    form = CommitmentForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.sign_commitment(request.user, case, form.cleaned_data["signed_name"])
        messages.success(request, _("承诺书已签署。"))
        return redirect(back_url(case))
    text = signed.text if signed else actions.commitment_text(case)
    return render(
        request,
        "casework/commitment.html",
        {"case": case, "form": form, "paragraphs": text.split("\n"), "signed": signed, "back": back_url(case)},
        status=422 if form.is_bound else 200,
    )


@login_required
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything on one page before handing in; the button hands in."""
    case = find_case(request, pk)
    if case.status != Case.Status.DRAFT:
        return redirect("casework:case", case.pk)
    form = VersionedForm(request.POST or None, initial={"version": case.version})
    if request.method == "POST" and form.is_valid():
        actions.submit(request.user, case, version=form.cleaned_data["version"])
        return redirect("casework:submitted", case.pk)
    return render(
        request,
        "casework/check.html",
        {
            "case": case,
            "form": form,
            "answers": kind_of(case).answers(case),
            "steps": kind_of(case).steps(case),
            "files": case.evidence.filter(withdrawn_at=None),
            "verdict": guards.can_submit(request.user, case),
        },
        status=422 if form.is_bound else 200,
    )


@login_required
def submitted(request: HttpRequest, pk: int) -> HttpResponse:
    """The number, the date by which an answer is due, and what happens meanwhile."""
    case = find_case(request, pk)
    if case.status == Case.Status.DRAFT:
        return redirect("casework:draft", case.pk)
    return render(request, "casework/submitted.html", {"case": case, "clock": clock_now(case)})


@login_required
def supplement(request: HttpRequest, pk: int) -> HttpResponse:
    """Exactly the missing things, and one button when they are there."""
    case = find_case(request, pk)
    if case.status != Case.Status.SUPPLEMENT_REQUESTED:
        return redirect("casework:case", case.pk)
    asked = case.supplements.filter(answered_at=None).last()
    form = SupplementAnswerForm(request.POST or None, initial={"version": case.version})
    if request.method == "POST" and form.is_valid():
        actions.answer_supplement(request.user, case, form.cleaned_data["answer"], version=form.cleaned_data["version"])
        messages.success(request, _("补正材料已提交，受理期限重新开始计算。"))
        return redirect("casework:case", case.pk)
    return render(
        request,
        "casework/supplement.html",
        {
            "case": case,
            "form": form,
            "asked": asked,
            "clock": clock_now(case),
            "files": case.evidence.filter(withdrawn_at=None),
            "steps": kind_of(case).steps(case),
        },
        status=422 if form.is_bound else 200,
    )


@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once, then take the case back."""
    case = find_case(request, pk)
    verdict = guards.can_withdraw(request.user, case)
    if not verdict:
        raise Refused(verdict)
    form = VersionedForm(request.POST or None, initial={"version": case.version})
    if request.method == "POST" and form.is_valid():
        actions.withdraw(request.user, case, version=form.cleaned_data["version"])
        messages.success(request, _("已撤回。需要时可以重新申请。"))
        return redirect("portal:my_record", case.record.public_id)
    return render(request, "casework/withdraw.html", {"case": case, "form": form})
