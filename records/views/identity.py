"""校核纠错: older codes and corrections of a subject's name or code: propose, check, apply. Doors only."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parties import actions, guards
from parties.codes import check_code
from parties.evidence import evidence_for, evidence_for_correction
from parties.models import Checked, CodeMapping, Subject, SubjectCorrection
from policy.verdict import Refused
from records.actions import apply_correction
from records.forms import CorrectionForm, FindingForm, MappingForm
from records.views.runs import ask

ROWS_A_PAGE = 30
KINDS: dict[str, type[Checked]] = {"mapping": CodeMapping, "correction": SubjectCorrection}


@login_required
@require_safe
def identity(request: HttpRequest) -> HttpResponse:
    """What waits for a check, and what was decided, of mappings or of corrections."""
    ask(guards.can_see_identity(request.user))
    kind = request.GET.get("kind", "mapping")
    model = KINDS.get(kind, CodeMapping)
    rows = model.objects.select_related("proposed_by", "checked_by", "applied_by")
    wanted = request.GET.get("status", "")
    if wanted in Checked.Status.values:
        rows = rows.filter(status=wanted)
    if model is SubjectCorrection:
        rows = rows.select_related("subject")
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "kind": "correction" if model is SubjectCorrection else "mapping",
        "wanted": wanted,
        "statuses": Checked.Status.choices,
        "may_propose": bool(guards.can_propose_identity(request.user)),
    }
    return render(request, "records/identity.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose_mapping(request: HttpRequest) -> HttpResponse:
    """Propose that an older code became a unified one."""
    ask(guards.can_propose_identity(request.user))
    names = ("old_kind", "old_code", "name")
    form = MappingForm(request.POST or None, initial={name: request.GET.get(name, "")[:200] for name in names})

    def propose() -> Checked:
        given = form.cleaned_data
        return actions.propose_mapping(
            request.user, given["old_kind"], given["old_code"], given["code"], given["grounds"], given["name"]
        )

    return _proposing(request, form, propose, "mapping", _("提出代码对照"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose_correction(request: HttpRequest) -> HttpResponse:
    """Propose another name or code for a subject that is known."""
    ask(guards.can_propose_identity(request.user))
    form = CorrectionForm(request.POST or None, initial={"subject_code": request.GET.get("subject_code", "")[:40]})

    def propose() -> Checked:
        given = form.cleaned_data
        subject = Subject.objects.filter(code=check_code(given["subject_code"]).normalised).first()
        if subject is None:
            raise _NotFound(_("没有登记过这个代码的主体。请核对现在登记的代码。"))
        return actions.propose_correction(request.user, subject, given["field"], given["new_value"], given["grounds"])

    return _proposing(request, form, propose, "correction", _("提出名称或代码更正"))


class _NotFound(Exception):
    """Nobody bears the code that was typed."""


def _proposing(
    request: HttpRequest, form: forms.Form, propose: Callable[[], Checked], kind: str, title: str
) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = propose()
            except _NotFound as error:
                form.add_error("subject_code", str(error))
            except Refused as refused:
                if refused.status == 403:
                    raise
                status = 422 if refused.status == 400 else refused.status
                form.add_error(None, f"{refused.verdict.reason}{refused.verdict.cure}")
            else:
                messages.success(request, _("已提出，等待信用主管部门的另一个人核对。"))
                return redirect("records:identity_item", kind=kind, pk=made.pk)
    return render(request, "records/identity_propose.html", {"form": form, "title": title, "kind": kind}, status=status)


@login_required
@require_safe
def item(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """One proposal: what is to hold, on what grounds, what the codes themselves say, and the next step."""
    ask(guards.can_see_identity(request.user))
    proposal = _find(kind, pk)
    mapping = isinstance(proposal, CodeMapping)
    context = {
        "proposal": proposal,
        "kind": kind,
        "evidence": evidence_for(proposal) if mapping else evidence_for_correction(proposal),
        "form": FindingForm(),
        "may_check": guards.can_check_identity(request.user, proposal),
        "may_apply": guards.can_apply_identity(request.user, proposal),
        "may_reject": guards.can_reject_identity(request.user, proposal),
    }
    return render(request, "records/identity_item.html", context)


@login_required
@require_POST
def decide_identity(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Check, apply or reject a proposal."""
    ask(guards.can_see_identity(request.user))
    proposal = _find(kind, pk)
    finding = request.POST.get("finding", "")
    verb = request.POST.get("verb", "")
    try:
        if verb == "check":
            actions.check(request.user, proposal, finding)
            messages.success(request, _("已核对。启用后才生效。"))
        elif verb == "apply":
            _apply(request, proposal)
            messages.success(request, _("已启用。"))
        elif verb == "reject":
            actions.reject(request.user, proposal, finding)
            messages.success(request, _("已决定不采纳。"))
        else:
            raise Http404
    except Refused as refused:
        if refused.status != 400:
            raise
        messages.error(request, str(refused.verdict.reason))
    return redirect("records:identity_item", kind=kind, pk=pk)


def _apply(request: HttpRequest, proposal: Checked) -> None:
    if isinstance(proposal, SubjectCorrection):
        apply_correction(request.user, proposal)
    else:
        actions.apply(request.user, proposal)


def _find(kind: str, pk: int) -> Checked:
    if kind not in KINDS:
        raise Http404
    rows = KINDS[kind].objects.select_related("proposed_by", "checked_by", "applied_by")
    return get_object_or_404(rows, pk=pk)
