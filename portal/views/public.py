"""Pages for everybody: home, register, guidance, progress."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from casework.clock import clock_now
from casework.models import Case
from parties.limits import Limit, seconds_to_wait
from portal import errors
from portal.forms import ProgressForm
from portal.freshness import briefly_kept, never_kept
from portal.guidance import limits_in_force, places_elsewhere
from portal.standing import stage_of
from records.queries import find_public, public_records, was_public

RESULTS_A_PAGE = 20
#: Nobody reads a page a second for an hour; who does is harvesting.
READING = (
    Limit("register-minute", tries=60, seconds=60, everywhere=False),
    Limit("register-hour", tries=600, seconds=3600, everywhere=False),
)
#: Guesses of a case's check code.
GUESSING = Limit("progress", tries=10, seconds=600)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page: search, three doors, verify a notice, ask about a case."""
    return render(request, "portal/home.html", {"progress_form": ProgressForm()})


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Search the public register by name or code. An empty question shows only the search box."""
    text = request.GET.get("q", "").strip()[:200]
    if not text:
        return never_kept(render(request, "portal/register.html", {"text": ""}))
    if wait := _too_fast(request):
        return errors.too_many(request, wait, reading=True)
    found = find_public(text)
    page = Paginator(found.pks, RESULTS_A_PAGE).get_page(request.GET.get("page"))
    shown = public_records().in_bulk(list(page))
    context = {
        "text": text,
        "found": found,
        "page_obj": page,
        "results": [shown[pk] for pk in page if pk in shown],
    }
    return never_kept(render(request, "portal/register.html", context))


@require_safe
def entry(request: HttpRequest, public_id: str) -> HttpResponse:
    """One record as the public may see it; 410 as soon as it is no longer publicised, 404 if it never was."""
    if wait := _too_fast(request):
        return errors.too_many(request, wait, reading=True)
    public_id = public_id.replace("\x00", "")
    record = public_records().filter(public_id=public_id).first()
    if record is None:
        return never_kept(errors.gone(request) if was_public(public_id) else errors.not_found(request))
    page = render(request, "portal/entry.html", {"record": record, "today": timezone.localdate()})
    return briefly_kept(request, page)


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
    form = ProgressForm(request.POST if request.method == "POST" else None)
    case, status = None, 200
    if request.method == "POST":
        if wait := seconds_to_wait(request, GUESSING):
            return errors.too_many(request, wait)
        if form.is_valid():
            case = Case.objects.filter(
                number=form.cleaned_data["number"], check_code=form.cleaned_data["check_code"]
            ).first()
            if case is None:
                form.add_error(None, form.not_found)
        else:
            status = 422
    context = {"form": form, "case": case}
    if case:
        context |= {"stage": stage_of(case), "clock": clock_now(case)}
    return never_kept(render(request, "portal/progress.html", context, status=status))


def _too_fast(request: HttpRequest) -> int:
    """Count one page of the register; return the seconds to wait. The office's own people are known and not counted."""
    if request.user.is_authenticated and request.user.works_here:
        return 0
    return seconds_to_wait(request, *READING)
