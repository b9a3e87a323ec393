"""One's own account: where to go after sign-in, password, second factor."""

from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from portal.navigation import FIRST_PAGE


@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Send each role to its first page."""
    return redirect(FIRST_PAGE[request.user.role])


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Who one is here, whom one acts for, and how the account is protected."""
    agencies = request.user.agencies.filter(active=True).select_related("subject")
    return render(
        request,
        "portal/account.html",
        {"agencies": agencies, "second_factor": get_mfa_adapter().is_mfa_enabled(request.user)},
    )
