"""What keeps a record from being taken back: rooms above tell, ``records`` never imports upwards.

A room whose things rest on a record registers one function when the project starts; it is given records and answers
``YES``, or ``no`` with the first thing that holds one of them.
"""

from collections.abc import Callable

from django.db.models import QuerySet

from policy.verdict import YES, Verdict
from records.models import AdverseRecord

Hold = Callable[[QuerySet[AdverseRecord]], Verdict]
_holds: list[Hold] = []


def register_hold(hold: Hold) -> None:
    """Ask this function from now on; twice is once."""
    if hold not in _holds:
        _holds.append(hold)


def held(records: QuerySet[AdverseRecord]) -> Verdict:
    """Return whether nothing holds any of these records, and if something does, what."""
    for hold in _holds:
        verdict = hold(records)
        if not verdict:
            return verdict
    return YES
