"""The verbs of the exchange. Each is one transaction; they are the only writers of this room's tables."""

from exchange.actions.confirming import confirm
from exchange.actions.emitting import Happening, emit, emit_all, tell
from exchange.actions.retrying import retry, retry_all
from exchange.actions.rotating import forget_old_secrets, retire_old_secret, rotate_secret
from exchange.actions.subscribing import activate, backfill, change_url, deactivate, issue_token, subscribe

__all__ = [
    "Happening",
    "activate",
    "backfill",
    "change_url",
    "confirm",
    "deactivate",
    "emit",
    "emit_all",
    "forget_old_secrets",
    "issue_token",
    "retire_old_secret",
    "retry",
    "retry_all",
    "rotate_secret",
    "subscribe",
    "tell",
]
