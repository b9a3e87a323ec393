"""How often one visitor may try: the one implementation for every page that is open to everybody."""

import ipaddress
import math
import time
from dataclasses import dataclass
from threading import Lock

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest

#: The threads of one process count one after the other. Two processes may each miss the other's try; no more.
_counting = Lock()


@dataclass(frozen=True)
class Limit:
    """So many tries of one thing within so many seconds, from one address.

    ``everywhere``: counted once for all processes, in the database: for guessing codes. Otherwise each process counts
    for itself, in memory: reading must never wait for somebody who writes.
    """

    name: str
    tries: int
    seconds: int
    everywhere: bool = True


def seconds_to_wait(request: HttpRequest, *limits: Limit) -> int:
    """Count one try against each limit; return 0 if it may go on, else the seconds until it may be tried again.

    A limit's time begins with the visitor's first try.
    """
    now, visitor = time.time(), visitor_of(request)
    return max((_count(limit, visitor, now) for limit in limits), default=0)


def visitor_of(request: HttpRequest) -> str:
    """Return the address that a try is counted for; of an IPv6 address its /64, which is one household or office.

    With proxies before us (``settings.PROXIES``) it is the address that the outermost of them saw. What a visitor
    claims in the header stands further left and is not looked at.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.PROXIES:
        passed_on = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        if len(passed_on) >= settings.PROXIES:
            address = passed_on[-settings.PROXIES]
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 6 and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)


def _count(limit: Limit, visitor: str, now: float) -> int:
    cache = caches["default" if limit.everywhere else "limits"]
    key = f"limit:{limit.name}:{visitor}"
    with _counting:
        begun, tries = cache.get(key) or (now, 0)
        if not 0 <= now - begun < limit.seconds:
            begun, tries = now, 0
        left = math.ceil(begun + limit.seconds - now)
        if tries >= limit.tries:
            return left
        cache.set(key, (begun, tries + 1), left)
    return 0
