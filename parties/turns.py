"""Taking turns in the task queue: a sweep with much to do gives way when other work waits.

The queue serves its tasks in the order they came. Somebody who starts an import must not wait for the twenty thousand
letters of the last one; and a sweep that always rings for the next one must not do so while one is waiting already,
or there would be one more of them every minute.
"""

import time
from collections import Counter

from django.utils import timezone
from django_q.models import OrmQ
from django_q.tasks import async_task

#: Seconds that a sweep may work although others wait; its further calls that wait as well share them.
AT_LEAST = 10.0
#: The queue is asked so often whether others wait.
ASK_EVERY = 1.0
_MOST_LOOKED_AT = 200


class Turn:
    """One call of a sweep: how long it may go on, and ringing for the next one."""

    def __init__(self, task: str, seconds: float):
        """``task``: the dotted name under which the queue knows the sweep; ``seconds``: how long it may take at most."""
        self.task = task
        self._began = self._asked = time.monotonic()
        self._seconds = seconds
        self._over = False

    def is_over(self) -> bool:
        """Whether to stop here: the time is up, or others wait and had their patience."""
        now = time.monotonic()
        if not self._over and now - self._asked >= ASK_EVERY:
            self._asked, waiting = now, _waiting()
            own = waiting.pop(self.task, 0)
            self._over = bool(waiting) and now - self._began >= AT_LEAST / (1 + own)
        self._over = self._over or now - self._began >= self._seconds
        return self._over

    def ring_again(self) -> bool:
        """Ask for another call, at the end of the queue; return whether that was needed."""
        if self.task in _waiting():
            return False
        async_task(self.task, save=False)
        return True


def _waiting() -> Counter[str]:
    """Return how often each task is due that no worker has taken yet, by name."""
    due = OrmQ.objects.filter(lock__lte=timezone.now()).order_by("id")[:_MOST_LOOKED_AT]
    return Counter(str(each.func()) for each in due)
