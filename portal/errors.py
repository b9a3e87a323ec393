"""Error pages: a clear sentence, the right status, a way on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form is too old or comes from elsewhere (status 403)."""
    return render(request, "errors/csrf.html", status=403)
