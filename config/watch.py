"""Watches what a supervisor cannot see from outside: a task cluster that is alive and does nothing.

A killed idle worker takes the queue's lock with it, and the whole cluster then waits for ever, looks alive and does
not even end on SIGTERM (django-q2 issue 23). So its sign of life is a task that was really done.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError, close_old_connections
from django.utils.translation import gettext as _

from config.models import Heartbeat
from config.programs import WORKER
from config.supervisor import Supervisor

LOOK_EVERY_SECONDS = 15
#: A beat comes after every task and at least every minute and a half.
SILENCE_SECONDS = 180

log = logging.getLogger(__name__)


class WorkerWatch:
    """Tells when the cluster has been silent for too long.

    Counts on this machine's monotonic clock from the last *change* of the heartbeat or the last start, so neither a
    changed wall clock nor a laptop's sleep looks like a dead worker. The queue's length is no sign: after a large
    import a healthy cluster is behind for half an hour.
    """

    def __init__(self, silence: float = SILENCE_SECONDS):
        self.silence = silence
        self._beat: datetime | None = None
        self._since: float | None = None

    def silent(self, beat: datetime | None, started_at: float | None, now: float) -> bool:
        """Take the stored beat, the cluster's start and now (``time.monotonic``); tell whether to restart it."""
        if started_at is None:  # it is not running: nothing to restart
            self._since = None
            return False
        if self._since is None or beat != self._beat:
            self._beat, self._since = beat, now
        return now - max(self._since, started_at) > self.silence


def watch_worker(supervisor: Supervisor) -> None:
    """Restart the cluster whenever it has fallen silent; runs in a thread until the supervisor stops."""
    watch = WorkerWatch()
    while not supervisor.stopping:
        time.sleep(LOOK_EVERY_SECONDS)
        try:
            close_old_connections()
            beat = Heartbeat.objects.filter(name=Heartbeat.WORKER).values_list("beat_at", flat=True).first()
        except DatabaseError:  # the database's fault is not the cluster's
            log.warning("The heartbeat could not be read.", exc_info=True)
            continue
        if watch.silent(beat, supervisor.started_at(WORKER), time.monotonic()):
            supervisor.restart(WORKER, _("任务进程三分钟没有完成任何任务，重新启动。"))


def start_watching(target: Callable[..., None], *arguments) -> threading.Thread:
    """Run a watch in a thread that never keeps the process alive."""
    thread = threading.Thread(target=target, args=arguments, daemon=True)
    thread.start()
    return thread
