"""How often somebody may try: a counter per address in the shared cache."""

from django.core.cache import cache
from django.http import HttpRequest

#: Tries within one window, and the window in minutes.
TRIES, MINUTES = 10, 10


def tried_too_often(request: HttpRequest, what: str) -> bool:
    """Count one try of ``what`` from the caller's address; return whether the limit is passed."""
    key = f"tries:{what}:{request.META.get('REMOTE_ADDR', '')}"
    if cache.add(key, 1, MINUTES * 60):
        return False
    try:
        return cache.incr(key) > TRIES
    except ValueError:  # it ran out between the two calls
        return False
