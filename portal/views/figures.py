"""The office's figures, for the people who work here."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from parties.models import Authority
from policy.verdict import Refused
from portal import charts, guards
from portal.figures import PERIODS, Share, WeekOfCases, figures

#: Name, number and bar of one line of a chart.
Row = tuple[str, str, list[charts.Bar]]


@login_required
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the figures. In the address: ``weeks`` (12, 26 or 52) and, for those who see all, ``office`` (its key)."""
    verdict = guards.can_see_figures(request.user)
    if not verdict:
        raise Refused(verdict)
    every = guards.sees_every_office(request.user)
    offices = Authority.objects.filter(cases__isnull=False).distinct().order_by("name") if every else ()
    chosen = request.GET.get("office", "")
    office = next((each for each in offices if str(each.pk) == chosen), None) if every else request.user.authority
    weeks = next((each for each in PERIODS if str(each) == request.GET.get("weeks")), PERIODS[0])
    found = figures(timezone.localdate(), weeks, office)
    context = {
        "figures": found,
        "chosen_office": office,
        "offices": offices,
        "periods": PERIODS,
        "chosen_weeks": weeks,
        "received": sum(week.received for week in found.weeks),
        "closed": sum(week.closed for week in found.weeks),
        "missed": sum(share.rest for share in found.limits),
        "removal_total": sum(number for _words, number in found.removals.groups),
        # The newest week first: that is what one comes for.
        "newest_first": found.weeks[::-1],
        "outcomes": [_("支持"), _("不支持"), _("不予受理"), _("撤回或终止")],
        "kept_words": [_("按期"), _("超期")],
        "upheld_words": [_("成立"), _("不成立")],
        "week_rows": _week_rows(found.weeks[::-1]),
        "limit_rows": _share_rows(found.limits),
        "removal_rows": _group_rows(found.removals.groups),
        "objection_rows": _share_rows(found.objections),
    }
    return render(request, "portal/figures.html", context)


def _week_rows(weeks: tuple[WeekOfCases, ...]) -> list[Row]:
    busiest = max(week.closed for week in weeks)
    return [
        (
            f"{week.start:%m-%d}",
            str(week.closed),
            charts.bars(busiest, week.favourable, week.unfavourable, week.declined, week.withdrawn),
        )
        for week in weeks
    ]


def _share_rows(shares: tuple[Share, ...]) -> list[Row]:
    """Each bar is full: what one compares is the share, the numbers stand beside it."""
    return [(each.name, f"{each.part}/{each.whole}", charts.bars(each.whole, each.part, each.rest)) for each in shares]


def _group_rows(groups: tuple[tuple[str, int], ...]) -> list[Row]:
    most = max(number for _words, number in groups)
    return [(words, str(number), charts.bars(most, number)) for words, number in groups]
