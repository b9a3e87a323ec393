"""A whole installation for a browser: ``manage.py serve`` with web server, worker and platform, in a temporary place."""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PASSWORD = "xinxiu-demo-2026"


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class House:
    """The running installation: its address, its commands, its platform."""

    def __init__(self, state: Path, port: int, receiver_port: int):
        self.state, self.port, self.receiver_port = state, port, receiver_port
        self.url = f"http://127.0.0.1:{port}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "TEST_DATABASE_URL")},
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "STATE_DIR": str(state),
            "FONT_DIR": str(_fonts()),
            "PORT": str(port),
            "RECEIVER_PORT": str(receiver_port),
            "DEMO": "1",
            "SECRET_KEY": "",
        }
        self.environment.pop("SECRET_KEY")

    def manage(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run a management command against the installation, as an operator would."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def manage_json(self, *arguments: str) -> dict:
        done = self.manage(*arguments, "--json")
        return json.loads(done.stdout)

    def shown_by_platform(self) -> list[dict]:
        """Return what the demo platform shows right now."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.receiver_port}/records.json", timeout=5) as answer:
            return json.load(answer)["records"]


def _fonts() -> Path:
    """The fonts that the set-up installed; the tests' own state folder has none."""
    return Path(os.environ.get("FONT_DIR") or ROOT / "var" / "fonts")


def eventually(question: Callable[[], object], seconds: float = 60, what: str = "it") -> object:
    """Ask until the answer is true; return it."""
    until = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > until:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.3)


@contextmanager
def running_house() -> Iterator[House]:
    """Start an installation, wait for its ``ready:`` line, and stop it with every process at the end."""
    with tempfile.TemporaryDirectory(prefix="xinxiu-house-") as folder:
        house = House(Path(folder), free_port(), free_port())
        log = (Path(folder) / "serve.log").open("w+")
        server = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env=house.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:

            def ready():
                text = (Path(folder) / "serve.log").read_text()
                assert server.poll() is None, text
                return re.search(r"^ready: ", text, re.M)

            eventually(ready, 240, "the ready: line")
            yield house
        finally:
            server.terminate()
            server.wait(30)
            log.close()
