"""Pages of the auditor and the administrator: the journal, and work that failed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from exchange import actions as exchange_actions
from exchange import queries as exchange_queries
from exchange.models import Delivery
from journal.models import Entry
from notices import actions as notices_actions
from notices import queries as notices_queries
from notices.models import Notice
from parties.models import User
from policy.verdict import Refused
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
            "signs": running.signs(),
            "may_retry": request.user.role == User.Role.ADMINISTRATOR,
        },
    )


@login_required
@require_POST
def retry_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the PDF of a notice again."""
    notice = notices_actions.retry(request.user, get_object_or_404(Notice, pk=pk))
    messages.success(request, _("%(number)s 已排队重新生成。") % {"number": notice.number})
    return _back(request)


@login_required
@require_POST
def retry_delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an event to a platform again."""
    delivery = get_object_or_404(Delivery.objects.select_related("subscriber"), pk=pk)
    exchange_actions.retry(request.user, delivery)
    messages.success(request, _("已排队，马上再发给“%(name)s”。") % {"name": delivery.subscriber.name})
    return _back(request)


def _ask(verdict) -> None:
    if not verdict:
        raise Refused(verdict)


def _back(request: HttpRequest) -> HttpResponse:
    """Return to the page the button was on, if it is one of ours."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        target = resolve_url("portal:work")
    return HttpResponseRedirect(target)
