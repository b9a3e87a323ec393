"""Pages for everybody: home, register, guidance, progress."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from casework.clock import clock_now
from casework.models import Case
from portal import errors, limits
from portal.forms import ProgressForm
from portal.guidance import limits_in_force, places_elsewhere
from portal.standing import stage_of
from records.queries import public_records, search_register

RESULTS_A_PAGE = 20


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page: search, three doors, verify a notice, ask about a case."""
    return render(request, "portal/home.html", {"progress_form": ProgressForm()})


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Search the public register by name or code. An empty question shows only the search box."""
    text = request.GET.get("q", "").strip()[:200]
    page = Paginator(search_register(text), RESULTS_A_PAGE).get_page(request.GET.get("page")) if text else None
    return _never_stale(render(request, "portal/register.html", {"text": text, "page_obj": page}))


@require_safe
def entry(request: HttpRequest, public_id: str) -> HttpResponse:
    """One record as the public may see it; 404 as soon as it is no longer publicised."""
    record = get_object_or_404(public_records(), public_id=public_id)
    return _never_stale(render(request, "portal/entry.html", {"record": record, "today": timezone.localdate()}))


@require_safe
def guidance(request: HttpRequest) -> HttpResponse:
    """How to repair, how to object, how long it takes: the numbers come from the rules in force."""
    return render(request, "portal/guidance.html", {"limits": limits_in_force()})


@require_safe
def not_ours(request: HttpRequest) -> HttpResponse:
    """What this office cannot change, and who can."""
    return render(request, "portal/not_ours.html", {"places": places_elsewhere()})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "portal/accessibility.html")


def progress(request: HttpRequest) -> HttpResponse:
    """Where a case stands, for whoever holds its number and check code; ten tries in ten minutes."""
    form = ProgressForm(request.POST or None)
    case = None
    if request.method == "POST":
        if limits.tried_too_often(request, "progress"):
            return errors.too_many(request, limits.MINUTES)
        if form.is_valid():
            case = Case.objects.filter(
                number=form.cleaned_data["number"], check_code=form.cleaned_data["check_code"]
            ).first()
            if case is None:
                form.add_error(None, form.not_found)
    context = {"form": form, "case": case}
    if case:
        context |= {"stage": stage_of(case), "clock": clock_now(case)}
    return _never_stale(render(request, "portal/progress.html", context))


def _never_stale(response: HttpResponse) -> HttpResponse:
    """What leaves the register must not live on in a cache or a search engine's copy."""
    response["Cache-Control"] = "private, no-cache, no-store"
    response["X-Robots-Tag"] = "noindex, noarchive"
    return response
