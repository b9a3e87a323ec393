"""How people get in: accounts are made by the administrator, not by sign-up."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """No open sign-up: who may act for a subject is checked by the office."""

    def is_open_for_signup(self, request) -> bool:
        return False
