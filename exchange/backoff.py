"""How long a delivery waits between tries, and when it is given up.

The numbers are promised to platforms in docs/exchange.md; a test holds the two together.
"""

from datetime import timedelta

#: The wait after the first, second, ... failed try of one round. After the last wait one more try is made;
#: when that fails too, the delivery is given up: visible work for an administrator, who can send it again.
WAITS: tuple[timedelta, ...] = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    *[timedelta(hours=24)] * 7,
)

#: Tries in one round, the first included.
MAX_TRIES = len(WAITS) + 1

#: So many failed tries of an earlier event hold back a later one of the same record (21 minutes of waiting).
#: After that the later one goes first: one event a platform cannot digest must not block all that follow.
HOLDING_TRIES = 4

#: How long a claimed delivery belongs to its claimant. Longer than any request may last, so that only a
#: process that died lets a lease run out.
LEASE = timedelta(seconds=60)

#: Seconds to connect, seconds between two bytes of an answer, seconds for the whole answer.
CONNECT_TIMEOUT = 3
READ_TIMEOUT = 10
TOTAL_TIMEOUT = 20


def wait_after(tries: int) -> timedelta | None:
    """Return how long to wait after ``tries`` failed tries (1 or more) of a round, ``None``: give up."""
    return WAITS[tries - 1] if tries <= len(WAITS) else None
