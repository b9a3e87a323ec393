"""What follows a record when its life ends: rooms above tell, ``records`` never imports upwards.

A room whose open matters rest on a live record registers two functions when the project starts. ``hold`` locks those
matters before the record's own row is locked, always in one order, so that a verb on the record and a verb on a
matter wait for each other and never deadlock. ``ended`` is called in the same transaction once the record has ceased
to be live.
"""

from collections.abc import Callable
from dataclasses import dataclass

from parties.models import User
from records.models import AdverseRecord


@dataclass(frozen=True)
class Follower:
    """``hold(record's key)`` and ``ended(record, actor, ordered_by)``; see the module."""

    hold: Callable[[int], None]
    ended: Callable[[AdverseRecord, User | None, str], None]


_followers: list[Follower] = []


def register_follower(follower: Follower) -> None:
    """Ask this follower from now on; twice is once."""
    if follower not in _followers:
        _followers.append(follower)


def hold_followers(record_pk: int) -> None:
    """Lock what rests on a record, before the record itself."""
    for follower in _followers:
        follower.hold(record_pk)


def life_ended(record: AdverseRecord, actor: User | None, ordered_by: str) -> None:
    """Tell everybody that a saved record is not live any more.

    ``ordered_by`` is the number of the case or of the document that ended it; empty: the calendar did.
    """
    for follower in _followers:
        follower.ended(record, actor, ordered_by)
