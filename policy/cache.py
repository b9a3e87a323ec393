"""Keeping rules and calendar in memory, and noticing when their tables changed.

Every edit writes a row of history (django-simple-history), so the newest history row tells the state of a table
in one indexed query, whichever process made the edit. Signals make the process that made it notice at once.
"""

from collections.abc import Callable
from threading import Lock
from typing import Any

from django.db.models.signals import post_delete, post_save


class TableCache:
    """Something built from tables, built again when they changed."""

    def __init__(self, build: Callable[[], Any], state: Callable[[], Any]):
        self._build, self._state = build, state
        self._lock = Lock()
        self._held: tuple[Any, Any] | None = None

    def get(self) -> Any:
        """Return what was built from the tables as they are now."""
        state = self._state()
        held = self._held
        if held is not None and held[0] == state:
            return held[1]
        built = self._build()
        with self._lock:
            self._held = (state, built)
        return built

    def forget(self, **_signal) -> None:
        """Build again the next time."""
        with self._lock:
            self._held = None


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
