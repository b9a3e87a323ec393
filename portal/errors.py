"""Error pages: a clear sentence, the right status, a way on."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme

from policy.verdict import Refused

#: What a person typed and would not want to type again: long enough to hurt, and no secret.
WORTH_KEEPING = 4
_NEVER_SHOWN = ("csrfmiddlewaretoken", "next", "version", "verb")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The request cannot be understood (400), or is too big (413)."""
    if isinstance(exception, RequestDataTooBig):
        return too_big(request)
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Not allowed, and no guard said why (403)."""
    return render(request, "errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """No such page, or one that this reader may not know of (404)."""
    return render(request, "errors/404.html", status=404)


def wrong_method(request: HttpRequest, allowed: str) -> HttpResponse:
    """The address exists and takes other requests (405), usually a button's address opened by itself."""
    response = render(request, "errors/405.html", status=405)
    response["Allow"] = allowed
    return response


def too_big(request: HttpRequest) -> HttpResponse:
    """More was sent than is taken (413)."""
    return render(request, "errors/413.html", status=413)


def too_many(request: HttpRequest, seconds: int, *, reading: bool = False) -> HttpResponse:
    """Tried, or with ``reading`` read, too often (429); ``seconds`` until it works again."""
    response = render(request, "errors/429.html", {"seconds": seconds, "reading": reading}, status=429)
    response["Retry-After"] = str(seconds)
    response["Cache-Control"] = "no-store"
    return response


def gone(request: HttpRequest) -> HttpResponse:
    """It was public once and is no longer (410). Nothing about whom it concerned, nor why."""
    return render(request, "errors/410.html", status=410)


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """A guard said no: its reason, its cure and its basis, with the refusal's own status (403, 409 or 422).

    What was typed is shown whatever the status, so that nobody writes a page twice.
    """
    stale = refusal.status == 409
    return render(
        request,
        "errors/refused.html",
        {"verdict": refusal.verdict, "stale": stale, "typed": typed(request), "back": _came_from(request)},
        status=refusal.status,
    )


def signed_out(request: HttpRequest, login_url: str) -> HttpResponse:
    """A form was sent after the session had ended (401): what was typed is shown, so that nothing is lost."""
    return render(request, "errors/signed_out.html", {"typed": typed(request), "login_url": login_url}, status=401)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form is too old or comes from elsewhere (status 403).

    Outside the API no address takes anything but forms: any other method is a wrong one, with or without a token.
    """
    if request.method != "POST":
        return wrong_method(request, "GET, HEAD, POST")
    return render(request, "errors/csrf.html", {"typed": typed(request)}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our mistake (500). Drawn without a request, so that nothing else can fail."""
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def _came_from(request: HttpRequest) -> str:
    """Return our page with the form that was sent: addresses of buttons cannot be opened by themselves."""
    page = request.headers.get("Referer", "")
    here = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if request.method == "POST" and here else request.get_full_path()


def typed(request: HttpRequest) -> list[str]:
    """Return the texts of the form that was sent, without secrets and without what only the form needed."""
    if request.method != "POST":
        return []
    return [
        text.strip()
        for name, values in request.POST.lists()
        if name not in _NEVER_SHOWN and "password" not in name
        for text in values
        if len(text.strip()) >= WORTH_KEEPING
    ]
