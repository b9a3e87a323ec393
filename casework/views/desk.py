"""The officer's desk."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from casework import desk, guards
from casework.kinds import all_kinds
from casework.models import Case
from casework.queries import matching, visible_cases
from parties.models import User
from policy.deadlines.queries import news_for
from policy.verdict import Refused, no

#: Rows of one page: an officer has about forty cases.
PAGE = 50


@login_required
def cases(request: HttpRequest) -> HttpResponse:
    """Every case that this officer or auditor may read, closed ones too; filters stay in the address."""
    if request.user.role not in (User.Role.OFFICER, User.Role.APPROVER, User.Role.AUDITOR):
        raise Refused(no("not_an_officer", _("全部办件只对办理人员和审计员开放。"), _("请从首页进入您的页面。")))
    filters = {
        "q": request.GET.get("q", "")[:100],
        "kind": request.GET.get("kind", ""),
        "status": request.GET.get("status", ""),
    }
    found = visible_cases(request.user)
    if filters["q"].strip():
        found = found.filter(matching(filters["q"]))
    if filters["kind"] in Case.Kind.values:
        found = found.filter(kind=filters["kind"])
    if filters["status"] in Case.Status.values:
        found = found.filter(status=filters["status"])
    page = Paginator(found.order_by("-submitted_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "casework/cases.html",
        {
            "page_obj": page,
            "filters": filters,
            "kinds": [(kind.code, Case.Kind(kind.code).label) for kind in all_kinds()],
            "statuses": [(status.value, status.label) for status in (*Case.OPEN, *Case.CLOSED)],
        },
    )


@login_required
def show(request: HttpRequest) -> HttpResponse:
    """My tasks first, then my office's queue; filters stay in the address."""
    verdict = guards.can_see_desk(request.user)
    if not verdict:
        raise Refused(verdict)
    filters = {
        "q": request.GET.get("q", "")[:100],
        "kind": request.GET.get("kind", ""),
        "whose": request.GET.get("whose", ""),
        "status": request.GET.get("status", ""),
    }
    tasks = desk.search(desk.tasks_of(request.user), filters["q"])
    if filters["kind"] in Case.Kind.values:
        tasks = tasks.filter(process__case__kind=filters["kind"])
    if filters["status"] in Case.OPEN:
        tasks = tasks.filter(process__case__status=filters["status"])
    if filters["whose"] == "mine":
        tasks = tasks.filter(owner=request.user)
    elif filters["whose"] == "free":
        tasks = tasks.filter(owner=None)
    # Order by age in the database; the page then sorts its rows by due date.
    page = Paginator(tasks.order_by("created"), PAGE).get_page(request.GET.get("page"))
    rows = desk.rows(list(page.object_list), request.user)
    return render(
        request,
        "casework/desk.html",
        {
            "rows": rows,
            "page_obj": page,
            "filters": filters,
            "kinds": [(kind.code, Case.Kind(kind.code).label) for kind in all_kinds()],
            "statuses": [(status.value, status.label) for status in Case.OPEN if status != "supplement_requested"],
            "late": sum(1 for row in rows if row.clock and row.clock.late),
            "today": sum(1 for row in rows if row.clock and row.clock.left == 0),
            "deadline_news": news_for(request.user),
        },
    )
