"""Regular work on the installation itself (``config.schedules``)."""

import logging
import multiprocessing
import time
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.utils import timezone
from django_q.models import Failure, Success

from config.models import Heartbeat
from exchange.actions import forget_old_secrets

#: Seconds between two beats that one busy worker process writes.
BEAT_EVERY_SECONDS = 10
KEEP_SUCCESSES = timedelta(days=7)
KEEP_FAILURES = timedelta(days=90)

log = logging.getLogger(__name__)
_last_beat = 0.0


def beat() -> None:
    """The heartbeat task: that it ran at all proves scheduler, queue and worker."""
    Heartbeat.beat()


def beat_after_task(**_signal) -> None:
    """Beat when a worker process has finished any task, so that a long queue never looks like a dead worker.

    Connected to django-q2's signal; a task run inline (``sync``) in a web process says nothing about workers.
    """
    global _last_beat
    if multiprocessing.parent_process() is None or time.monotonic() - _last_beat < BEAT_EVERY_SECONDS:
        return
    _last_beat = time.monotonic()
    try:
        Heartbeat.beat()
    except DatabaseError:
        log.warning("The heartbeat could not be written.", exc_info=True)


def tidy() -> None:
    """Remove what nobody needs any more: old results of the task queue, ended sessions, secrets that no longer sign.

    Never business data.
    """
    now = timezone.now()
    Success.objects.filter(stopped__lt=now - KEEP_SUCCESSES).delete()
    Failure.objects.filter(stopped__lt=now - KEEP_FAILURES).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    forget_old_secrets()
