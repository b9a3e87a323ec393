"""What every page needs."""

from django.http import HttpRequest


def page(request: HttpRequest) -> dict:
    """Return the variables that every page uses."""
    return {}
