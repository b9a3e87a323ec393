"""The enterprise's own pages: its records and one record."""

from datetime import date

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case as Choice
from django.db.models import Exists, Expression, IntegerField, OuterRef, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from casework.clock import clock_now
from casework.models import Case
from exchange.queries import sync_lines
from notices.queries import notices_about
from parties.guards import acts_for
from policy.deadlines.actions import see
from policy.deadlines.queries import news_for
from policy.verdict import Refused
from portal.standing import card_with, stage_of, standing_of
from records import guards
from records.actions import see_reminders
from records.models import AdverseRecord
from records.queries import records_of, reminders_of

RECORDS_A_PAGE = 20


@login_required
def my_records(request: HttpRequest) -> HttpResponse:
    """Every record of the subjects one acts for; the first column answers 'what can I do now'."""
    agencies = request.user.agencies.filter(active=True).select_related("subject")
    today = timezone.localdate()
    mine = records_of(request.user).filter(subject__agencies__in=agencies).prefetch_related("cases").distinct()
    mine = mine.annotate(turn=_turn(today)).order_by("turn", "-decision_date", "pk")
    page = Paginator(mine, RECORDS_A_PAGE).get_page(request.GET.get("page"))
    rows = [(record, standing_of(record, today)) for record in page]
    context = {"rows": rows, "page_obj": page, "agencies": agencies, "reminders": reminders_of(request.user)}
    context["deadline_news"] = news_for(request.user)
    return render(request, "portal/my_records.html", context)


def _turn(today: date) -> Expression:
    """Order by what can be done now: what waits for the reader, what may be applied for, what still counts, the rest."""
    waiting = Case.objects.filter(
        record=OuterRef("pk"), status__in=[Case.Status.SUPPLEMENT_REQUESTED, Case.Status.DRAFT]
    )
    return Choice(
        When(Exists(waiting), then=Value(0)),
        When(status__in=AdverseRecord.LIVE, earliest_application__lte=today, then=Value(1)),
        When(status__in=AdverseRecord.LIVE, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )


@login_required
def my_record(request: HttpRequest, public_id: str) -> HttpResponse:
    """One record with everything about it: facts, line, eligibility, letters, cases, platforms."""
    record = (
        AdverseRecord.objects.select_related("subject", "authority")
        .prefetch_related("cases", "corrections")
        .filter(public_id=public_id)
        .first()
    )
    if record is None:
        raise Http404
    verdict = guards.can_read(request.user, record)
    if not verdict:
        raise Refused(verdict)
    if acts_for(request.user, record.subject):
        see_reminders(request.user, record)
    news = news_for(request.user, record_id=record.public_id)
    if news:
        see(request.user, record_id=record.public_id)
    today = timezone.localdate()
    cases = list(record.cases.all())
    running = {kind: next((c for c in cases if c.kind == kind and _is_running(c)), None) for kind in Case.Kind}
    repair_open = running[Case.Kind.REPAIR]
    return render(
        request,
        "portal/my_record.html",
        {
            "record": record,
            "today": today,
            "deadline_news": news,
            "mine": acts_for(request.user, record.subject),
            "standing": standing_of(record, today),
            "eligibility": card_with(record, repair_open, today),
            "repair_open": repair_open,
            "stage": stage_of(repair_open) if repair_open and repair_open.is_open else None,
            "clock": clock_now(repair_open) if repair_open and repair_open.is_open else None,
            "objection_open": running[Case.Kind.OBJECTION],
            "deferral_open": running[Case.Kind.DEFERRAL],
            "cases": cases,
            "letters": notices_about(record),
            "lines": sync_lines(record.public_id),
        },
    )


def _is_running(case: Case) -> bool:
    return case.is_open or case.status == Case.Status.DRAFT
