"""Platforms for tests: the real example receiver as a process, and a fake one that misbehaves on demand."""

import json
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests
from django.db import transaction
from django.utils import timezone

from exchange import actions
from exchange.models import Delivery, OutboundEvent

RECEIVER = Path(__file__).parents[2] / "examples" / "receiver.py"
Type = OutboundEvent.Type


def emit(type, record_id="R234567", **data):
    """Emit one event in a transaction of its own."""
    with transaction.atomic():
        return actions.emit(type, record_id, {"record_id": record_id, "subject_name": "青岛示例有限公司", **data})


def make_due(**filters):
    """Let the time of every waiting delivery have come, and every lease have run out."""
    past = timezone.now() - timedelta(seconds=1)
    waiting = Delivery.objects.filter(status=Delivery.Status.PENDING, **filters)
    waiting.update(next_at=past)
    waiting.exclude(leased_until=None).update(leased_until=past)


class Receiver:
    """``examples/receiver.py`` as a process on a free loopback port; its store outlives it."""

    def __init__(self, folder: Path):
        self.folder, self.process, self.port = folder, None, 0
        self.secret = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/events"

    def start(self) -> "Receiver":
        environment = {
            "PATH": os.environ["PATH"],
            "RECEIVER_PORT": str(self.port),
            "RECEIVER_SECRET_FILE": str(self.folder / "secret"),
            "RECEIVER_STORE": str(self.folder / "store.sqlite3"),
            "PYTHONPATH": "",
        }
        # Not from the project's folder: it must not need anything of it.
        self.process = subprocess.Popen(
            [sys.executable, RECEIVER], env=environment, cwd=self.folder, stdout=subprocess.PIPE, text=True
        )
        line = self.process.stdout.readline()
        assert line.startswith("receiver ready: "), line
        self.port = int(line.rsplit(":", 1)[1].strip(" /\n"))
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        return self

    def stop(self) -> None:
        """End it as a power cut would."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def trust(self, secret: str) -> None:
        self.secret = secret
        (self.folder / "secret").write_text(secret)

    def records(self) -> list[dict]:
        return requests.get(f"http://127.0.0.1:{self.port}/records.json", timeout=5).json()["records"]

    def subscribe(self, name="示例平台"):
        subscriber = actions.subscribe(None, name, self.url)
        self.trust(subscriber.secret)
        return subscriber


class FakePlatform:
    """Answers as told and remembers what came. ``answers``: ``(status, headers, body, seconds)``, the last one stays."""

    def __init__(self):
        self.answers = [(204, {}, b"", 0)]
        self.requests = []
        self.lock = threading.Lock()

    def will(self, status, *, headers=None, body=b"", seconds=0):
        self.answers = [(status, headers or {}, body, seconds)]

    def ids(self):
        return [headers["webhook-id"] for headers, _ in self.requests]

    def sequences(self):
        return [int(json.loads(body)["sequence"]) for _, body in self.requests]

    @contextmanager
    def running(self, tls=None):
        """Serve on a free port; ``tls`` is an SSL context."""
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with platform.lock:
                    platform.requests.append((dict(self.headers), body))
                    status, headers, content, seconds = platform.answers[0]
                    if len(platform.answers) > 1:
                        platform.answers.pop(0)
                time.sleep(seconds)
                try:
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(content)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # the sender gave up waiting

            do_GET = do_POST

            def log_message(self, *args):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"http://127.0.0.1:{server.server_address[1]}/events"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
