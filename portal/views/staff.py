"""Pages of the auditor and the administrator: the journal, and work that failed."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from exchange import queries as exchange_queries
from journal.models import Entry
from notices import queries as notices_queries
from parties.models import User
from policy.deadlines.queries import news_for
from policy.verdict import Refused, Verdict
from portal import guards, journal_reading, running
from portal.forms import JournalFilter

LINES_A_PAGE = 50
#: More than this on one page is no longer a to-do list.
FAILURES_SHOWN = 100


@login_required
@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """The journal for auditors and administrators: filter, chain, two-person figures. Nothing here changes."""
    _ask(guards.can_read_journal(request.user))
    form = JournalFilter(request.GET or None)
    lines = journal_reading.filtered(form.cleaned_data if form.is_valid() else {})
    page = Paginator(lines, LINES_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "portal/journal.html",
        {
            "filter": form,
            "page_obj": page,
            "rows": journal_reading.checked(list(page)),
            "chain": journal_reading.chain_state(),
            "people": journal_reading.two_person_figures(),
            "total": Entry.objects.count(),
        },
    )


@login_required
@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """What failed and waits for a person, with a retry button each; and whether the machinery is running."""
    _ask(guards.can_see_work(request.user))
    notices, deliveries = notices_queries.in_trouble(), exchange_queries.failed()
    return render(
        request,
        "portal/work.html",
        {
            "notices": notices[:FAILURES_SHOWN],
            "notices_total": notices.count(),
            "deliveries": deliveries[:FAILURES_SHOWN],
            "deliveries_total": deliveries.count(),
            "retried": exchange_queries.retried(),
            "signs": running.signs(),
            "deadline_news": news_for(request.user),
            "may_retry": request.user.role == User.Role.ADMINISTRATOR,
        },
    )


def _ask(verdict: Verdict) -> None:
    if not verdict:
        raise Refused(verdict)
