"""How people get in: accounts are made by the administrator, not by sign-up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpResponse
from django.shortcuts import render


class AccountAdapter(DefaultAccountAdapter):
    """No open sign-up: who may act for a subject is checked by the office."""

    def is_open_for_signup(self, request) -> bool:
        return False

    def respond_user_inactive(self, request, user) -> HttpResponse:
        """Say that the account is closed, to its owner alone: there is no address that says so to anybody."""
        return render(request, "account/account_inactive.html", status=403)
