"""Walking the chain: whatever is done to the lines, the first broken place is named, and how it was broken."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.chain import GENESIS, digest_entry
from journal.verify import Line, walk

AT = dt.datetime(2026, 11, 23, 1, 2, 3, 4, tzinfo=dt.UTC)


def signed(line: Line) -> Line:
    return replace(line, hash=digest_entry(line))


def chain(length: int, start: Line | None = None) -> list[Line]:
    lines, last = [], start or Line(0, hash=GENESIS)
    for n in range(length):
        sequence = last.sequence + 1
        line = Line(sequence, AT, n % 3, f"人{n % 3}", "room.verb", "room.thing", str(n), {"n": n}, last.hash)
        last = signed(line)
        lines.append(last)
    return lines


def renumbered(lines: list[Line]) -> list[Line]:
    return [replace(line, sequence=n) for n, line in enumerate(lines, 1)]


TEN = chain(10)
HEAD = (10, TEN[-1].hash)


def at(n: int, **changes) -> list[Line]:
    """The chain with one line (by number) changed."""
    return [replace(line, **changes) if line.sequence == n else line for line in TEN]


STRANGER = Line(5, AT, 9, "外人", "room.verb", "room.thing", "9", {}, TEN[3].hash)


@pytest.mark.parametrize(
    ("lines", "sequence", "what"),
    [
        # Any field of a line.
        (at(4, data={"n": 99}), 4, "changed"),
        (at(4, actor_id=7), 4, "changed"),
        (at(4, actor_name="别人"), 4, "changed"),
        (at(4, at=AT + dt.timedelta(microseconds=1)), 4, "changed"),
        (at(4, verb="room.other"), 4, "changed"),
        (at(4, thing_id="77"), 4, "changed"),
        (at(4, hash="f" * 64), 4, "changed"),
        (at(4, previous_hash="f" * 64), 4, "changed"),
        (at(4, unreadable=True), 4, "changed"),
        (at(1, actor_name="别人"), 1, "changed"),
        (at(10, actor_name="别人"), 10, "changed"),
        # Rewritten together with its own digest: the next line, or the head, does not follow from it.
        ([*TEN[:3], signed(replace(TEN[3], data={"n": 0})), *TEN[4:]], 4, "changed"),
        ([*TEN[:9], signed(replace(TEN[9], data={"n": 0}))], 10, "changed"),
        # Removed, with a gap and with the gap closed.
        (TEN[:4] + TEN[5:], 5, "removed"),
        (TEN[1:], 1, "removed"),
        (renumbered(TEN[:4] + TEN[5:]), 5, "removed"),
        # Inserted in the middle, with good digests of its own, with bad ones, and before the beginning.
        (renumbered([*TEN[:4], signed(STRANGER), *TEN[4:]]), 5, "inserted"),
        (renumbered([*TEN[:4], STRANGER, *TEN[4:]]), 5, "inserted"),
        ([signed(replace(STRANGER, sequence=0)), *TEN], 0, "inserted"),
        # Appended past the journal's back.
        ([*TEN, *chain(1, TEN[-1])], 11, "inserted"),
        # Swapped.
        (renumbered([*TEN[:4], TEN[5], TEN[4], *TEN[6:]]), 5, "swapped"),
        # The end cut off.
        (TEN[:9], 10, "cut_off"),
        (TEN[:3], 4, "cut_off"),
        ([], 1, "cut_off"),
    ],
)
def test_every_kind_of_damage_is_named(lines, sequence, what):
    report = walk(lines, *HEAD)
    assert (report.ok, report.sequence, report.what) == (False, sequence, what)


@pytest.mark.parametrize("length", [0, 1, 2, 10])
def test_an_unbroken_chain(length):
    lines = chain(length)
    head = lines[-1].hash if lines else GENESIS
    report = walk(iter(lines), length, head)
    assert (report.ok, report.lines, report.head_hash) == (True, length, head)


@given(st.integers(2, 12), st.data())
def test_no_reordering_or_loss_goes_unseen(length, data):
    lines = chain(length)
    kept = [lines[n] for n in data.draw(st.lists(st.integers(0, length - 1), unique=True, max_size=length))]
    report = walk(renumbered(kept), length, lines[-1].hash)
    assert report.ok == (kept == lines)
