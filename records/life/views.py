"""Pages of explanations and upstream changes. Doors only."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notices.queries import unverified_rules
from policy.deadlines.actions import see
from policy.deadlines.queries import news_for, news_on_page
from policy.reasons import as_items
from policy.verdict import Refused, Verdict
from records import actions, queries
from records.actions.comparing import label_of
from records.actions.reminding import rules_under as rules_under_reminder
from records.actions.upstream import rules_under as rules_under_change
from records.documents import document_key
from records.findings.queries import waiting_findings
from records.guards import can_read
from records.life import guards
from records.life.deadlines import deadline_of
from records.life.forms import (
    DeclineExplanationForm,
    DismissChangeForm,
    ExplanationForm,
    PriorReminderForm,
    ReportChangeForm,
)
from records.life.models import Explanation, PriorReminder, UpstreamChange
from records.models import AdverseRecord
from records.uploads import UnusableFile, inspect

#: Records offered when an officer looks for the one that a decision is about.
FOUND_AT_MOST = 10
#: What the form of a report can show beside one field.
REMINDERS_A_PAGE = 30
REMINDER_FIELDS = {
    "identity": "identity_number",
    "document_number": "document_number",
    "reminded": "document_number",
    "future": "earlier",
    "no_means": "means",
}
_FIELD_OF = {"future": "effective_on", "too_early": "effective_on"}


@login_required
@require_safe
@never_cache
def changes(request: HttpRequest) -> HttpResponse:
    """What waits: reported annulments and changes with their clock, and explanations to be looked at."""
    _ask(guards.can_see_changes(request.user))
    today = timezone.localdate()
    text = request.GET.get("q", "").strip()[:128]
    rows = [(change, deadline_of(change, today)) for change in queries.pending_changes(request.user)]
    rows.sort(key=lambda row: (row[1].due, row[0].pk))
    lead = guards.is_lead_staff(request.user)
    context = {
        "rows": rows,
        "deadline_news": [piece for piece in news_for(request.user) if piece.change.step == "follow"],
        "findings": waiting_findings(request.user),
        "late": sum(deadline.late for _change, deadline in rows),
        "explanations": queries.explanations_to_moderate() if lead else None,
        "text": text,
        "reminds": bool(lead or (request.user.authority and guards.can_remind(request.user, request.user.authority))),
        "found": _find(request, text) if text else None,
    }
    return render(request, "records/changes.html", context)


def _find(request: HttpRequest, text: str) -> list[AdverseRecord]:
    """The officer's own records by their number or the decision's."""
    mine = queries.records_of(request.user)
    found = mine.filter(public_id=text.upper()) | mine.filter(document_key=document_key(text))
    return list(found.distinct()[:FOUND_AT_MOST])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def report(request: HttpRequest, public_id: str) -> HttpResponse:
    """Report that the decision behind a record was annulled or changed."""
    record = _record(request, public_id)
    _ask(guards.can_report_change(request.user, record))
    form = ReportChangeForm(record, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            change = actions.report_change(
                request.user,
                record,
                document=inspect(cleaned["file"]),
                values=form.values() if cleaned["kind"] == UpstreamChange.Kind.CHANGE else None,
                **{name: cleaned[name] for name in ("kind", "document_number", "effective_on", "decided_by", "reason")},
            )
        except UnusableFile as error:
            form.add_error("file", str(error))
        except Refused as refused:
            if refused.status not in (400, 422):
                raise
            verdict = refused.verdict
            form.add_error(_FIELD_OF.get(verdict.code), f"{verdict.reason}{verdict.cure}")
        else:
            messages.success(request, _("已报告。请由另一位工作人员在期限内核实。"))
            return redirect("records:change", change.pk)
    context = {"record": record, "form": form}
    return render(request, "records/change_report.html", context, status=422 if form.is_bound else 200)


@login_required
@require_safe
@never_cache
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One report: what was decided, the clock, and the second person's buttons."""
    return _change_page(request, _change(request, pk), DismissChangeForm())


def _change_page(request: HttpRequest, found: UpstreamChange, form: DismissChangeForm, status: int = 200):
    verdict = guards.can_settle_change(request.user, found)
    news = news_on_page(request.user, found)
    if news is not None and news.new:
        see(request.user, thing=found)
    context = {
        "change": found,
        "record": found.record,
        "deadline_news": news,
        "deadline": deadline_of(found, timezone.localdate()),
        "differences": [{**item, "label": label_of(item["field"])} for item in found.changes],
        "verdict": verdict,
        "unverified": unverified_rules(rules_under_change(found)) if verdict else [],
        "form": form,
    }
    return render(request, "records/change.html", context, status=status)


@login_required
@require_POST
def settle(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Confirm a report, or close it as not founded."""
    found = _change(request, pk)
    if verb == "confirm":
        actions.confirm_change(request.user, found)
        messages.success(request, _("已办理。告知书正在生成，各平台正在收到通知。"))
        return redirect("records:change", pk)
    form = DismissChangeForm(request.POST)
    if not form.is_valid():
        return _change_page(request, found, form, status=422)
    actions.dismiss_change(request.user, found, form.cleaned_data["note"])
    messages.success(request, _("已记为不成立，信息保持不变。"))
    return redirect("records:change", pk)


@login_required
@require_safe
@cache_control(private=True, no_store=True)
def change_document(request: HttpRequest, pk: int) -> HttpResponse:
    """The deciding document, always as a download."""
    found = _change(request, pk)
    with found.file.open("rb") as stored:
        content = stored.read()
    headers = {
        "Content-Disposition": content_disposition_header(True, found.file_name),
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=found.media_type, headers=headers)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def explanation(request: HttpRequest, public_id: str) -> HttpResponse:
    """The subject's explanation: what is shown, what waits, every version, and a box for a new one."""
    record = _record(request, public_id)
    verdict = guards.can_explain(request.user, record)
    versions = list(record.explanations.all())
    shown = next((version for version in versions if version.status == Explanation.Status.LIVE), None)
    waiting = next((version for version in versions if version.status == Explanation.Status.PENDING), None)
    newest = waiting or shown
    form = ExplanationForm(request.POST or None, initial={"text": newest.text if newest else ""})
    if request.method == "POST":
        _ask(verdict)
        if form.is_valid():
            try:
                actions.explain(request.user, record, form.cleaned_data["text"])
            except Refused as refused:
                if refused.status != 422:
                    raise
                form.add_error("text", f"{refused.verdict.reason}{refused.verdict.cure}")
            else:
                messages.success(request, _("说明已提交。审核后就会和这条信息一起展示。"))
                return redirect("records:explanation", public_id)
    context = {
        "record": record,
        "form": form if verdict else None,
        "verdict": verdict,
        "shown": shown,
        "waiting": waiting,
        "versions": [(version, as_items(version.reason_codes)) for version in versions],
        "may_withdraw": [v.pk for v in (shown, waiting) if v and guards.can_withdraw_explanation(request.user, v)],
    }
    return render(request, "records/explanation.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def withdraw_explanation(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an explanation back."""
    found = _explanation(request, pk)
    actions.withdraw_explanation(request.user, found)
    messages.success(request, _("已收回。"))
    return redirect("records:explanation", found.record.public_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def moderate(request: HttpRequest, pk: int) -> HttpResponse:
    """Look at one explanation; show it, or say why not."""
    found = _explanation(request, pk)
    verdict = guards.can_moderate(request.user, found)
    _ask(verdict)
    form = DeclineExplanationForm(request.POST if request.POST.get("verb") == "decline" else None)
    if request.method == "POST" and request.POST.get("verb") == "show":
        actions.show_explanation(request.user, found)
        messages.success(request, _("说明现在和这条信息一起展示。"))
        return redirect("records:changes")
    if form.is_bound and form.is_valid():
        actions.decline_explanation(request.user, found, form.cleaned_data["codes"], form.cleaned_data["note"])
        messages.success(request, _("已记为不采用，当事人会看到理由。"))
        return redirect("records:changes")
    context = {
        "explanation": found,
        "record": found.record,
        "form": form,
        "shown": queries.explanation_of(found.record),
    }
    return render(request, "records/moderate.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def prior_reminders(request: HttpRequest) -> HttpResponse:
    """先提醒、后记录: who was reminded of what until when; a form for a new one."""
    _ask(guards.can_see_changes(request.user))
    authority = request.user.authority
    verdict = guards.can_remind(request.user, authority) if authority else None
    form = PriorReminderForm(request.POST or None) if verdict else None
    if request.method == "POST" and verdict is not None:
        _ask(verdict)
        if form.is_valid():
            try:
                actions.remind_first(request.user, authority, **form.cleaned_data)
            except Refused as refused:
                if refused.status == 403:
                    raise
                field = REMINDER_FIELDS.get(refused.verdict.code)
                form.add_error(field, f"{refused.verdict.reason}{refused.verdict.cure}")
            else:
                messages.success(request, _("已提醒。期限过后仍未改正的，可以报送记录。"))
                return redirect("records:prior_reminders")
    page = Paginator(queries.prior_reminders_of(request.user), REMINDERS_A_PAGE).get_page(request.GET.get("page"))
    rows = [
        (reminder, guards.record_of(reminder), guards.can_note_corrected(request.user, reminder)) for reminder in page
    ]
    context = {
        "form": form,
        "page_obj": page,
        "rows": rows,
        "verdict": verdict,
        "today": timezone.localdate(),
        "unverified": unverified_rules(rules_under_reminder(authority)) if form else [],
    }
    return render(request, "records/prior_reminders.html", context, status=422 if form and form.is_bound else 200)


@login_required
@require_POST
def note_corrected(request: HttpRequest, pk: int) -> HttpResponse:
    """The matter was put right."""
    reminder = get_object_or_404(PriorReminder.objects.select_related("authority", "subject"), pk=pk)
    actions.note_corrected(request.user, reminder)
    messages.success(request, _("已记为改正，不再记录。"))
    return redirect("records:prior_reminders")


def _record(request: HttpRequest, public_id: str) -> AdverseRecord:
    record = get_object_or_404(AdverseRecord.objects.select_related("subject", "authority"), public_id=public_id)
    _ask(can_read(request.user, record))
    return record


def _change(request: HttpRequest, pk: int) -> UpstreamChange:
    found = get_object_or_404(
        UpstreamChange.objects.select_related("record__authority", "record__subject", "reported_by", "settled_by"),
        pk=pk,
    )
    _ask(guards.can_read_change(request.user, found))
    return found


def _explanation(request: HttpRequest, pk: int) -> Explanation:
    found = get_object_or_404(
        Explanation.objects.select_related("record__authority", "record__subject", "submitted_by"), pk=pk
    )
    _ask(can_read(request.user, found.record))
    return found


def _ask(verdict: Verdict) -> None:
    if not verdict:
        raise Refused(verdict)
