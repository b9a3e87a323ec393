"""Between views and people: refusals become pages, and an ended session loses nothing that was typed."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _
from django_fsm import ConcurrentTransition, TransitionNotAllowed

from policy.verdict import Refused, Stale, no
from portal import errors


class RefusalMiddleware:
    """Turns what views raise into pages.

    ``Refused`` shows the guard's reason with its status; a transition that another person has made meanwhile is
    a 409; a POST that would be sent to the sign-in page because its session ended gets a page that keeps the text;
    a 405 without a word gets its page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if self._lost_its_session(request, response):
            return errors.signed_out(request, resolve_url(settings.LOGIN_URL))
        if response.status_code == 405 and _is_blank_page(response):
            return errors.wrong_method(request, response.get("Allow", ""))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page for a refusal; ``None`` leaves other exceptions alone."""
        if isinstance(exception, Refused):
            return errors.refused(request, exception)
        if isinstance(exception, TransitionNotAllowed | ConcurrentTransition):
            return errors.refused(request, Stale(_changed_meanwhile()))
        if isinstance(exception, RequestDataTooBig):
            return errors.too_big(request)
        return None

    @staticmethod
    def _lost_its_session(request: HttpRequest, response: HttpResponse) -> bool:
        return (
            request.method == "POST"
            and response.status_code == 302
            and not request.user.is_authenticated
            and response["Location"].startswith(f"{resolve_url(settings.LOGIN_URL)}?")
        )


def _is_blank_page(response: HttpResponse) -> bool:
    return not response.streaming and not response.content and response["Content-Type"].startswith("text/html")


def _changed_meanwhile():
    return no("changed", _("这件事刚刚有别人办过了，您这一步没有做。"), _("请刷新页面，看看现在的情况再决定。"))
