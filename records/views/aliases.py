"""The alias table of each source, as officers see and extend it. Doors only."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from records import guards
from records.actions import forget, teach
from records.forms import PASSED_OVER, AliasForm
from records.intake.aliases import label_of
from records.models import HeadingAlias
from records.views.runs import ask

ALIASES_A_PAGE = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def aliases(request: HttpRequest) -> HttpResponse:
    """What headings mean in the files of each source; add one."""
    ask(guards.can_import(request.user))
    own = request.user.authority.name if request.user.authority else ""
    form = AliasForm(request.POST or None, initial={"source": own})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        choice = "" if given["field"] == PASSED_OVER else given["field"]
        teach(request.user, given["source"], {given["heading"]: choice})
        messages.success(request, _("已记下“%(heading)s”的含义。") % {"heading": given["heading"]})
        return redirect("records:aliases")
    rows = HeadingAlias.objects.filter(active=True).select_related("taught_by")
    page = Paginator(rows, ALIASES_A_PAGE).get_page(request.GET.get("page"))
    shown = [(alias, _meaning(alias), bool(guards.can_teach(request.user, alias.source))) for alias in page]
    status = 422 if form.errors else 200
    return render(request, "records/aliases.html", {"form": form, "page_obj": page, "rows": shown}, status=status)


@login_required
@require_POST
def forget_alias(request: HttpRequest, pk: int) -> HttpResponse:
    """Let one taught heading hold no longer."""
    alias = forget(request.user, get_object_or_404(HeadingAlias, pk=pk))
    messages.success(request, _("“%(heading)s”不再这样理解。") % {"heading": alias.heading})
    return redirect("records:aliases")


def _meaning(alias: HeadingAlias) -> str:
    if not alias.field:
        return _("不需要这一列")
    return f"{label_of(alias.field)}（{alias.unit}）" if alias.unit else label_of(alias.field)
