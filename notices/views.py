"""Pages of notices: inbox, one notice, its file, and public verification. Doors only."""

import io
import logging

from csp.decorators import csp_exempt
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notices import actions, guards, queries, storage, verification
from notices.forms import RevokeForm, VerifyForm
from notices.models import Notice
from notices.summaries import in_short
from parties.limits import seconds_to_wait
from policy.deadlines.queries import news_for
from policy.verdict import Refused, no

logger = logging.getLogger(__name__)
LETTERS_A_PAGE = 30


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """The letters to whomever the user acts for; what is unread says so in words."""
    letters = queries.inbox(request.user)
    page = Paginator(letters, LETTERS_A_PAGE).get_page(request.GET.get("page"))
    rows = [(notice, in_short(notice)) for notice in page]
    unread = queries.unread(request.user).count()
    context = {"page_obj": page, "rows": rows, "unread": unread, "deadline_news": news_for(request.user)}
    return render(request, "notices/inbox.html", context)


@login_required
@require_safe
@never_cache
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One notice in short, its file and its service. Opened by the addressee's agent it counts as served."""
    notice = _readable(request, number)
    _serve_if_addressee(request, notice)
    return _detail(request, notice, RevokeForm())


@login_required
@require_safe
@never_cache
@csp_exempt()  # a PDF viewer is a page of the browser's own
def pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The issued file, exactly as it was made. Opened by the addressee's agent it counts as served."""
    notice = _readable(request, number)
    if not notice.is_rendered:
        raise Refused(no("not_rendered", _("文书正在生成，还不能下载。"), _("请过几分钟再打开。")), status=409)
    try:
        content = storage.read(notice)
    except storage.StoredFileError as error:
        logger.error("Notice %s: %s", notice.pk, error)  # noqa: TRY400 - the sentence says it all
        return render(request, "notices/damaged.html", {"notice": notice}, status=500)
    _serve_if_addressee(request, notice)
    response = FileResponse(io.BytesIO(content), content_type="application/pdf", filename=f"{notice.number}.pdf")
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_POST
def retry(request: HttpRequest, number: str) -> HttpResponse:
    """Make a failed PDF again."""
    notice = actions.retry(request.user, _readable(request, number))
    messages.success(request, _("%(number)s 已排队重新生成。") % {"number": notice.number})
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return redirect(target)
    return redirect("notices:detail", number=notice.number)


@login_required
@require_POST
def revoke(request: HttpRequest, number: str) -> HttpResponse:
    """Withdraw a notice, with a reason."""
    notice = _readable(request, number)
    form = RevokeForm(request.POST)
    if not form.is_valid():
        return _detail(request, notice, form, status=422)
    actions.revoke(request.user, notice, form.cleaned_data["reason"])
    messages.success(request, _("%(number)s 已撤销，核验页会显示撤销。") % {"number": notice.number})
    return redirect("notices:detail", number=notice.number)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def verify(request: HttpRequest) -> HttpResponse:
    """Anybody with number and check code learns whether the notice is ours and still holds."""
    if request.method != "POST":
        return render(request, "notices/verify.html", {"form": VerifyForm()})
    form = VerifyForm(request.POST)
    if not form.is_valid():
        return render(request, "notices/verify.html", {"form": form}, status=422)
    return _verified(request, form, form.cleaned_data["number"], form.cleaned_data["check_code"])


@require_safe
@never_cache
def verify_code(request: HttpRequest, check_code: str) -> HttpResponse:
    """Where the QR code leads: both values are in the address already."""
    number = request.GET.get("number", "")
    form = VerifyForm(initial={"number": number, "check_code": check_code})
    if not number:
        return render(request, "notices/verify.html", {"form": form})
    return _verified(request, form, number, check_code)


def _verified(request: HttpRequest, form: VerifyForm, number: str, check_code: str) -> HttpResponse:
    if wait := seconds_to_wait(request, verification.LIMIT):
        response = render(request, "errors/429.html", {"seconds": wait}, status=429)
        response["Retry-After"] = str(wait)
        return response
    answer = verification.verify(number, check_code)
    return render(request, "notices/verify.html", {"form": form, "answer": answer})


def _readable(request: HttpRequest, number: str) -> Notice:
    notices = Notice.objects.select_related("issuer", "addressee", "service")
    notice = get_object_or_404(notices, number=number.replace("\x00", ""))
    verdict = guards.can_read(request.user, notice)
    if not verdict:
        raise Refused(verdict)
    return notice


def _serve_if_addressee(request: HttpRequest, notice: Notice) -> None:
    if getattr(notice, "service", None) is None and guards.can_be_served(request.user, notice):
        notice.service = actions.serve(request.user, notice)


def _detail(request: HttpRequest, notice: Notice, form: RevokeForm, *, status: int = 200) -> HttpResponse:
    context = {
        "notice": notice,
        "summary": in_short(notice),
        "service": getattr(notice, "service", None),
        "can_retry": guards.can_retry(request.user, notice),
        "can_revoke": guards.can_revoke(request.user, notice),
        "for_staff": request.user.works_here,
        "next_url": _where_next(notice, request.user.works_here),
        "form": form,
    }
    return render(request, "notices/detail.html", context, status=status)


def _where_next(notice: Notice, for_staff: bool) -> str:
    """Return the page on which one goes on from a notice: the case, what is to be supplemented, or the record."""
    if notice.thing_type == "casework.case":
        asks = notice.kind == Notice.Kind.SUPPLEMENT and not for_staff
        return reverse("casework:supplement" if asks else "casework:case", args=[notice.thing_id])
    public_id = (notice.facts.get("record") or {}).get("public_id")
    return reverse("portal:my_record", args=[public_id]) if public_id else ""
