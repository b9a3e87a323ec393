"""The system's shared libraries without which notices cannot be made, and how to tell that one is missing."""

import ctypes
from functools import cache

#: Shared library -> the Debian package that brings it.
NEEDED = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
    "libmagic.so.1": "libmagic1",
}


@cache
def loads(library: str) -> bool:
    """Tell whether the dynamic loader finds this library. The answer is kept: a process that has it keeps it."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_packages() -> list[str]:
    """Give the Debian packages to install, none if every library loads.

    Without ``libharfbuzz-subset`` WeasyPrint only logs a line and then takes 12 seconds for one notice, so a start
    is refused instead.
    """
    return [package for library, package in NEEDED.items() if not loads(library)]
