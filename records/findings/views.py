"""Pages of findings. Doors only."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parties.guards import acts_for
from policy.bars import bars_for
from policy.rulebook import RuleBook
from policy.verdict import Refused, Verdict
from records.findings import actions, guards
from records.findings.forms import FindingForm, NoteForm
from records.findings.models import Finding
from records.findings.queries import incidents_of
from records.guards import can_read
from records.models import AdverseRecord
from records.uploads import UnusableFile, inspect

_FIELD_OF = {"found_on": "found_on", "no_reason": "reason"}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def report(request: HttpRequest, public_id: str) -> HttpResponse:
    """Report false materials or a broken commitment in the repair of a record."""
    record = get_object_or_404(AdverseRecord.objects.select_related("subject", "authority"), public_id=public_id)
    _ask(can_read(request.user, record))
    _ask(guards.can_propose(request.user, record))
    form = FindingForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            found = actions.propose(
                request.user,
                record,
                document=inspect(cleaned["file"]),
                **{name: cleaned[name] for name in ("kind", "found_on", "reason")},
            )
        except UnusableFile as error:
            form.add_error("file", str(error))
        except Refused as refused:
            if refused.status == 403:
                raise
            verdict = refused.verdict
            form.add_error(_FIELD_OF.get(verdict.code), f"{verdict.reason}{verdict.cure}")
        else:
            messages.success(request, _("已提出。请由信用主管部门的另一位工作人员核实。"))
            return redirect("records:finding", found.pk)
    context = {"record": record, "form": form}
    return render(request, "records/finding_report.html", context, status=422 if form.is_bound else 200)


@login_required
@require_safe
@never_cache
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """One finding: what was found, what it bars until when, and the second person's buttons."""
    return _page(request, _finding(request, pk))


def _page(request: HttpRequest, found: Finding, bound: dict[str, Any] | None = None) -> HttpResponse:
    today, user = timezone.localdate(), request.user
    book = RuleBook.load(today)
    bars = bars_for(incidents_of(found.subject_id), today=today, book=book, sector=found.record.sector)
    context = {
        "finding": found,
        "record": found.record,
        "bar": next((bar for bar in bars if bar.code == found.kind and found.bars), None),
        "inner": user.works_here and not acts_for(user, found.subject),
        "may_settle": guards.can_settle(user, found),
        "may_propose_lift": guards.can_propose_lift(user, found),
        "may_settle_lift": guards.can_settle_lift(user, found),
        "forms": {verb: NoteForm(prefix=verb) for verb in ("dismiss", "propose_lift", "keep")} | (bound or {}),
        "form": next(iter((bound or {}).values()), None),
    }
    return render(request, "records/finding.html", context, status=422 if bound else 200)


@login_required
@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """One verb on a finding."""
    found = _finding(request, pk)
    if verb not in _DONE:
        raise Http404
    if verb in ("confirm", "lift"):
        getattr(actions, verb)(request.user, found)
    else:
        form = NoteForm(request.POST, prefix=verb)
        if not form.is_valid():
            return _page(request, found, {verb: form})
        getattr(actions, verb)(request.user, found, form.cleaned_data["note"])
    messages.success(request, str(_DONE[verb]()))
    return redirect("records:finding", pk)


_DONE = {
    "confirm": lambda: _("已核实，从现在起限制该主体申请修复。"),
    "dismiss": lambda: _("已记为不成立，对该主体没有影响。"),
    "propose_lift": lambda: _("已提出撤销。另一位工作人员同意后，限制解除。"),
    "lift": lambda: _("已撤销，限制解除。"),
    "keep": lambda: _("已记为不撤销，限制继续。"),
}


@login_required
@require_safe
@cache_control(private=True, no_store=True)
def proof(request: HttpRequest, pk: int) -> HttpResponse:
    """The proof, always as a download."""
    found = _finding(request, pk)
    _ask(guards.can_read_proof(request.user, found))
    if not found.file:
        raise Http404
    with found.file.open("rb") as stored:
        content = stored.read()
    headers = {
        "Content-Disposition": content_disposition_header(True, found.file_name),
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=found.media_type, headers=headers)


def _finding(request: HttpRequest, pk: int) -> Finding:
    found = get_object_or_404(
        Finding.objects.select_related(
            "record__authority",
            "record__subject",
            "subject",
            "proposed_by",
            "settled_by",
            "lift_proposed_by",
            "lifted_by",
        ),
        pk=pk,
    )
    _ask(guards.can_read(request.user, found))
    return found


def _ask(verdict: Verdict) -> None:
    if not verdict:
        raise Refused(verdict)
