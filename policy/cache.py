"""Keeping rules and calendar in memory, and noticing when their tables changed.

Every edit writes a row of history (django-simple-history), so the newest history row tells the state of a table
in one indexed query, whichever process made the edit. That question is asked at most once a second: an intake asks
for rules a hundred thousand times. The process that makes an edit notices at once, by signal, and asks every time
for a while, because the edit's transaction may still roll back.
"""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any

from django.db.models.signals import post_delete, post_save

#: Seconds for which nobody asks again; the longest time that another process's edit goes unnoticed.
CHECK_EVERY = 1.0
#: Seconds after an edit of this process during which it asks every time.
WATCH = 60.0


class TableCache:
    """Something built from tables, built again when they changed."""

    def __init__(self, build: Callable[[], Any], state: Callable[[], Any]):
        self._build, self._state = build, state
        self._lock = Lock()
        self._held: tuple[Any, Any, float] | None = None
        self._watch_until = 0.0

    def get(self) -> Any:
        """Return what was built from the tables as they are now (or were a second ago)."""
        now, held = monotonic(), self._held
        if held is not None and self._watch_until <= now < held[2] + CHECK_EVERY:
            return held[1]
        state = self._state()
        built = held[1] if held is not None and held[0] == state else self._build()
        with self._lock:
            self._held = (state, built, now)
        return built

    def forget(self, **_signal) -> None:
        """Build again the next time: this process changed the tables."""
        with self._lock:
            self._held = None
            self._watch_until = monotonic() + WATCH


def newest_history(*models) -> tuple:
    """Return what changes whenever one of the models gets a row of history."""
    return tuple(
        model.history.model.objects.order_by("-history_id").values_list("history_id", "history_date").first()
        for model in models
    )


def connect() -> None:
    """Let this process forget what it keeps as soon as it changes a table. Called once, when Django is ready."""
    from policy import models, rulebook, workdays

    for model, cache in (
        (models.Rule, rulebook.cache),
        (models.Rule, workdays.cache),
        (models.CalendarYear, workdays.cache),
        (models.WorkdayOverride, workdays.cache),
    ):
        for signal in (post_save, post_delete):
            signal.connect(cache.forget, sender=model, weak=False)
