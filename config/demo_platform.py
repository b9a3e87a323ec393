"""The demo's platform (``examples/receiver.py``) and this office knowing each other: address and signing secret."""

import os
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from exchange.actions import change_url, subscribe
from exchange.models import Subscriber


def environment(state_dir: Path, port: int) -> dict[str, str]:
    """Give what the receiver is told: its port, where it keeps what it shows, where its secret lies."""
    return {
        "RECEIVER_PORT": str(port),
        "RECEIVER_STORE": str(state_dir / "platform" / "store.sqlite3"),
        "RECEIVER_SECRET_FILE": str(state_dir / "platform" / "secret"),
    }


def connect(state_dir: Path, port: int) -> Subscriber:
    """Register the platform at this port, once; tell the receiver the secret. Idempotent.

    The demo's platform is the first one with a loopback address: should its port have changed since the last
    start, events follow it.
    """
    url = f"http://127.0.0.1:{port}/events"
    with transaction.atomic():
        subscriber = Subscriber.objects.filter(url__startswith="http://127.0.0.1:").order_by("pk").first()
        if subscriber is None:
            subscriber = subscribe(None, _("演示共享交换平台"), url)
        elif subscriber.url != url:
            subscriber = change_url(None, subscriber, url)
    _write_secret(Path(environment(state_dir, port)["RECEIVER_SECRET_FILE"]), subscriber.secret)
    return subscriber


def _write_secret(path: Path, secret: str) -> None:
    """Write the file in one step, readable by its owner only; the receiver reads it at every event."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file() and path.read_text(encoding="ascii") == secret:
        return
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secret, encoding="ascii")
    draft.replace(path)
