"""A limit on how long a piece of work may take."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class TimeExceeded(BaseException):
    """The work took too long. Not an ``Exception``, so that a library's own handlers do not swallow it."""


@contextmanager
def time_box(seconds: float) -> Iterator[None]:
    """Stop the block after so many seconds with :class:`TimeExceeded`.

    Works in a process's main thread, where the queue's workers run their tasks, and puts an outer alarm (the
    queue's own) back with the time it has left. In another thread the block runs without a limit of its own.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(signum, frame):
        raise TimeExceeded(f"more than {seconds} s")

    started = time.monotonic()
    outer_handler = signal.signal(signal.SIGALRM, stop)
    outer_left, _interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, outer_handler)
        if outer_left:
            signal.setitimer(signal.ITIMER_REAL, max(outer_left - (time.monotonic() - started), 0.01))
