"""Doors for programs that are open to everybody, and whom they know all the same."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError

from parties.limits import Limit, seconds_to_wait
from parties.tokens import find_user
from policy.verdict import Refused, no

#: What the description of the API says of a door that needs no token.
OPEN_TO_ALL: dict[str, Any] = {"security": [{}, {"Token": []}]}


class TooMany(Refused):
    """Asked too often (429); ``seconds`` until it may be asked again."""

    def __init__(self, seconds: int):
        cure = _("请在 %(seconds)s 秒后再试。") % {"seconds": seconds}
        super().__init__(no("too_many", _("请求太频繁，请稍后再试。"), cure), status=429)
        self.seconds = seconds


def anybody(request: HttpRequest) -> Any:
    """Let everybody in; who shows a token is known by it.

    Raises:
        AuthenticationError: there is a token and it does not hold.
    """
    scheme, _blank, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        user = find_user(key.strip())
        if user is None:
            raise AuthenticationError
        request.user = user
    return request.user


def count_try(request: HttpRequest, *limits: Limit) -> None:
    """Count one try of a visitor; raise :class:`TooMany` when there were too many."""
    if wait := seconds_to_wait(request, *limits):
        raise TooMany(wait)
