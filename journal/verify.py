"""Walking the chain: does every line still say what it said, and is the end where it was?

Pure: takes lines, gives a report. It keeps three lines at a time, however long the journal is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from journal.chain import GENESIS, digest_entry

What = Literal["changed", "removed", "inserted", "swapped", "cut_off"]


@dataclass(frozen=True)
class Line:
    """One line as it stands in the table. ``unreadable``: it cannot even be read any more."""

    sequence: int
    at: datetime | None = None
    actor_id: int | None = None
    actor_name: str = ""
    verb: str = ""
    thing_type: str = ""
    thing_id: str = ""
    data: Any = None
    previous_hash: str = ""
    hash: str = ""
    unreadable: bool = False

    def holds(self) -> bool:
        """Whether the line still has the digest it was written with."""
        if self.unreadable or self.at is None:
            return False
        try:
            return digest_entry(self) == self.hash
        except ValueError:  # Characters that no journal line was ever written with.
            return False

    def held_as(self, sequence: int) -> bool:
        """Whether it would hold under another number: it was moved."""
        return not self.unreadable and replace(self, sequence=sequence).holds()


@dataclass(frozen=True)
class Report:
    """The result of a walk. ``sequence``: the first place where the chain is broken; ``what``: how."""

    ok: bool
    #: Lines walked without finding anything wrong.
    lines: int
    head_hash: str
    sequence: int | None = None
    what: What | None = None


def walk(lines: Iterable[Line], head_sequence: int, head_hash: str) -> Report:
    """Return whether the lines, in order of their numbers, are one unbroken chain up to the head.

    The head is what the table of its own says about the end: number and hash of the last line written.
    """
    last, before_last = Line(0, hash=GENESIS), None
    for line, following in _pairs(lines):
        found = _broken(line, last, before_last, following, head_sequence)
        if found is not None:
            return Report(False, last.sequence, last.hash, found[1], found[0])
        before_last, last = last, line
    if last.sequence < head_sequence:
        return Report(False, last.sequence, last.hash, last.sequence + 1, "cut_off")
    if last.hash != head_hash:
        return Report(False, last.sequence, last.hash, last.sequence, "changed")
    return Report(True, last.sequence, last.hash)


def _broken(
    line: Line, last: Line, before_last: Line | None, following: Line | None, head_sequence: int
) -> tuple[What, int] | None:
    """Return what is wrong at this line, if anything, and the number of the line that it is wrong with."""
    expected = last.sequence + 1
    if line.sequence < expected or line.sequence > head_sequence:
        return "inserted", line.sequence
    if line.sequence > expected:
        return "removed", expected
    holds, follows = line.holds(), line.previous_hash == last.hash
    if holds and follows:
        return None
    if line.unreadable:
        return "changed", expected
    # Renumbered lines still hold under the number they were written with; that tells what was done.
    if following is not None and following.held_as(expected):
        if line.held_as(expected + 1):
            return "swapped", expected
        if following.previous_hash == last.hash:
            return "inserted", expected
    if line.held_as(expected + 1):
        return "removed", expected
    if line.held_as(expected - 1):
        followed_before = before_last is not None and line.previous_hash == before_last.hash
        return "inserted", last.sequence if followed_before else expected
    if holds and last.sequence:
        # It is as it was written; so the line before it was rewritten, digest and all.
        return "changed", last.sequence
    return "changed", expected


def _pairs(lines: Iterable[Line]) -> Iterator[tuple[Line, Line | None]]:
    """Yield every line with the one after it."""
    waiting = None
    for line in lines:
        if waiting is not None:
            yield waiting, line
        waiting = line
    if waiting is not None:
        yield waiting, None
