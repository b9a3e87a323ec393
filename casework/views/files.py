"""Evidence and previews: every file goes through a guard."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from casework import guards
from casework.facts import issuer_of, notice_facts
from casework.kinds import kind_of, specific
from casework.models import Case, Evidence
from notices import rendering
from notices.models import Notice
from policy.reasons import as_items
from policy.verdict import Refused, no
from records import uploads


def _readable(request: HttpRequest, pk: int) -> Evidence:
    evidence = get_object_or_404(Evidence.objects.select_related("case__subject", "case__authority"), pk=pk)
    verdict = guards.can_read_evidence(request.user, evidence)
    if not verdict:
        raise Refused(verdict)
    return evidence


@login_required
@cache_control(private=True, no_store=True)
def evidence_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as it was handed in, always as a download."""
    evidence = _readable(request, pk)
    with evidence.file.open("rb") as stored:
        content = stored.read()
    return HttpResponse(
        content,
        content_type=evidence.media_type,
        headers={
            "Content-Disposition": content_disposition_header(True, evidence.name),
            "X-Content-Type-Options": "nosniff",
        },
    )


@login_required
@cache_control(private=True, max_age=300)
def evidence_page(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One page of a file as a picture, so that nothing of the file itself runs in the officer's browser."""
    evidence = _readable(request, pk)
    with evidence.file.open("rb") as stored:
        content = stored.read()
    width = 320 if request.GET.get("size") == "small" else 1000
    try:
        picture = uploads.page_as_png(content, evidence.media_type, number, width)
    except IndexError as error:
        raise Http404(_("没有这一页。")) from error
    return HttpResponse(picture, content_type="image/png")


@login_required
def notice_preview(request: HttpRequest, pk: int, notice_kind: str) -> HttpResponse:
    """The notice as it will be printed, marked 预览, before anybody decides."""
    case = specific(get_object_or_404(Case, pk=pk))
    extending = notice_kind == Notice.Kind.DECISION_EXTENSION
    verdict = (guards.can_extend_decision if extending else guards.can_claim)(request.user, case)
    if not verdict:
        raise Refused(verdict)
    kind = kind_of(case)
    outcome = next((o for o in kind.outcomes if kind.decision_notice(o) == notice_kind), "")
    if kind.code == Case.Kind.OBJECTION and request.GET.get("outcome") in kind.outcomes:
        outcome = request.GET["outcome"]
    possible = {kind.acceptance_notice, Notice.Kind.DECLINE, Notice.Kind.SUPPLEMENT, Notice.Kind.DECISION_EXTENSION} | {
        kind.decision_notice(o) for o in kind.outcomes
    }
    if notice_kind not in possible:
        raise Http404
    codes = [item["code"] for item in as_items(_filled_in(request, "codes")[:20])]
    opinion = next(iter(_filled_in(request, "opinion")), "")[:500]
    facts, _rules = notice_facts(case, notice_kind, codes=codes, opinion=opinion, outcome=outcome)
    try:
        pdf = rendering.preview(notice_kind, issuer_of(case, notice_kind), case.subject, facts)
    except rendering.RenderingError as error:
        cure = _("请改掉这个字符再预览；如果它在当事人名称里，请先更正名称。")
        raise Refused(no("cannot_be_printed", str(error), cure), status=422) from error
    return HttpResponse(
        pdf, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="preview.pdf"'}
    )


def _filled_in(request: HttpRequest, name: str) -> list[str]:
    """What was filled in under this name, on its own or in one of the case page's forms (``decline-codes``)."""
    return [value for key, values in request.GET.lists() if key.rpartition("-")[2] == name for value in values]
