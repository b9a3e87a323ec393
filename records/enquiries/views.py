"""Pages of queries: ask, see what was shown, the list, its export; and the statement about oneself. Doors only."""

import csv
from collections.abc import Iterator

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from journal import actions as journal
from notices.queries import unverified_rules
from parties.models import Subject
from policy.dates import say_short
from policy.rulebook import today_book
from policy.verdict import Refused, Verdict
from records.enquiries import actions, guards, listing
from records.enquiries.forms import QueryFilter, QuestionForm
from records.enquiries.models import QueryRecord
from records.enquiries.statement import rules_under
from records.uploads import UnusableFile, page_as_png
from records.views.runs import harmless

QUERIES_A_PAGE = 50
#: Which field of the form a refusal's code belongs to.
_FIELD_OF = {"code": "code", "name": "name", "purpose": "purpose", "authorised_on": "authorised_on", "kind": "kind"}


@login_required
@require_safe
@never_cache
def queries(request: HttpRequest) -> HttpResponse:
    """Who asked about whom, when and by what right: the auditor sees all, an office its own."""
    _ask(guards.can_list(request.user))
    form, wanted = _filter(request)
    found = listing.filtered(listing.queries_for(request.user), wanted)
    page = Paginator(found, QUERIES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": form,
        "page_obj": page,
        "keep_years": today_book().value("query.kept_years").value,
        "may_ask": bool(guards.can_query(request.user)),
        "may_export": bool(guards.can_export(request.user)),
        "old": listing.kept_long_enough().count() if guards.can_export(request.user) else 0,
    }
    return render(request, "enquiries/queries.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new_query(request: HttpRequest) -> HttpResponse:
    """Ask about somebody with an authorisation or on a statutory basis."""
    _ask(guards.can_query(request.user))
    form = QuestionForm(request.POST, request.FILES) if request.method == "POST" else QuestionForm()
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.ask(request.user, actions.Question(**form.cleaned_data))
        except UnusableFile as error:
            form.add_error("proof", str(error))
        except Refused as refused:
            if refused.status != 400:
                raise
            form.add_error(_FIELD_OF.get(refused.verdict.code), refused.verdict.reason)
        else:
            return redirect("records:query", pk=made.pk)
    status = 400 if form.errors else 200
    return render(request, "enquiries/new.html", {"form": form}, status=status)


@login_required
@require_safe
@never_cache
def query(request: HttpRequest, pk: int) -> HttpResponse:
    """One query: why and by what right, and for whom may see it what was shown."""
    made = _visible(request, pk)
    seen = guards.can_see_shown(request.user, made)
    may_issue, statement = bool(guards.can_issue_statement(request.user, made)), actions.statement_of(made)
    context = {
        "query": made,
        "seen": seen,
        "may_issue": may_issue,
        "statement": statement,
        "unverified": unverified_rules(rules_under(made)) if may_issue and statement is None else [],
        "kept_until": guards.kept_until(made),
    }
    return render(request, "enquiries/query.html", context)


@login_required
@require_safe
@never_cache
def proof_page(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One page of the authorisation as a picture, so that nothing of the file itself runs in a browser."""
    made = _visible(request, pk)
    if not made.proof:
        raise Http404
    with made.proof.open("rb") as stored:
        content = stored.read()
    try:
        picture = page_as_png(content, made.proof_type, number)
    except IndexError as error:
        raise Http404 from error
    return HttpResponse(picture, content_type="image/png")


@login_required
@require_POST
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue the credit statement of an authorised query."""
    notice = actions.issue_statement(request.user, _visible(request, pk))
    return redirect("notices:detail", number=notice.number)


@login_required
@require_POST
def own(request: HttpRequest) -> HttpResponse:
    """The credit statement of a subject one acts for, in one click."""
    number = request.POST.get("subject", "")
    subject = get_object_or_404(Subject, pk=int(number) if number.isascii() and number.isdecimal() else 0)
    notice = actions.ask_own(request.user, subject)
    return redirect("notices:detail", number=notice.number)


@login_required
@require_safe
@never_cache
def about_me(request: HttpRequest) -> HttpResponse:
    """Who has seen what is recorded about the subjects one acts for, as far as these had to agree."""
    page = Paginator(listing.queries_about(request.user), QUERIES_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "enquiries/about_me.html", {"page_obj": page})


@login_required
@require_safe
@never_cache
def export(request: HttpRequest) -> HttpResponse:
    """The filtered list as a csv for a spreadsheet; no cell of it can act as a formula. Taking it out is journaled."""
    _ask(guards.can_export(request.user))
    _form, wanted = _filter(request)
    found = listing.filtered(listing.queries_for(request.user), wanted)
    with journal.journalled():
        kept = {name: str(value) for name, value in wanted.items() if value}
        journal.append(request.user, "records.export_queries", request.user, {"rows": found.count(), "filter": kept})
    today = timezone.localdate()
    response = StreamingHttpResponse(_lines(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="queries-{today:%Y%m%d}.csv"'
    return response


def _lines(found) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(
        [
            *(_("编号"), _("查询时间"), _("种类"), _("查询人"), _("查询单位"), _("被查询人"), _("所查代码")),
            *(_("使用单位"), _("用途"), _("授权人"), _("授权日期"), _("依据"), _("所示条数"), _("保存至")),
        ]
    )
    for made in found.iterator(chunk_size=1000):
        cells = [
            made.pk,
            f"{timezone.localtime(made.asked_at):%Y-%m-%d %H:%M}",
            made.get_kind_display(),
            made.asked_by,
            made.office or "",
            made.subject or "",
            made.asked_for,
            made.recipient,
            made.purpose,
            made.authorised_by,
            made.authorised_on or "",
            f"《{made.basis_title}》{made.basis_article}" if made.basis_title else "",
            len(made.shown),
            _("已销去内容") if made.is_released else say_short(guards.kept_until(made)),
        ]
        yield writer.writerow([harmless(cell) for cell in cells])


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _filter(request: HttpRequest) -> tuple[QueryFilter, dict]:
    form = QueryFilter(request.GET or None)
    return form, form.cleaned_data if form.is_valid() else {}


def _visible(request: HttpRequest, pk: int) -> QueryRecord:
    made = get_object_or_404(QueryRecord.objects.select_related("asked_by", "office", "subject"), pk=pk)
    _ask(guards.can_see(request.user, made))
    return made


def _ask(verdict: Verdict) -> None:
    if not verdict:
        raise Refused(verdict)


__all__ = ["about_me", "export", "new_query", "own", "proof_page", "queries", "query", "statement"]
