"""What goes wrong before anything runs is one sentence, not a traceback."""

import os
import socket
import subprocess
import sys

import pytest

from config import programs
from config.errors import CannotStart


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def manage(*arguments, **environment):
    """Run manage.py as a person would; give the exit code and what it printed as an error."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        ({"DATABASE_URL": "mysql://a/b"}, "DATABASE_URL"),
        ({"UPLOAD_MAX_BYTES": "ten"}, "ten"),
        ({"SECRET_KEY": "", "STATE_DIR": "/proc/nowhere"}, "/proc/nowhere"),
    ],
)
def test_wrong_settings(environment, word):
    code, error = manage("serve", **environment)
    assert code == 1
    assert word in error
    assert "Traceback" not in error


@pytest.mark.parametrize("broken", ["not a database", "unreachable server"])
def test_a_broken_database(broken, tmp_path):
    dead_port = free_port()
    if broken == "not a database":
        (tmp_path / "broken.sqlite3").write_text("This is a letter, not a database. " * 50)
        url, word = f"sqlite:///{tmp_path / 'broken.sqlite3'}", "broken.sqlite3"
    else:
        url, word = f"postgres://somebody:topsecret@127.0.0.1:{dead_port}/xinxiu", str(dead_port)
    code, error = manage("serve", DATABASE_URL=url, STATE_DIR=str(tmp_path), PORT=str(free_port()), DEMO="0")
    assert code == 1
    assert word in error
    assert "Traceback" not in error
    assert "topsecret" not in error


@pytest.mark.parametrize("port", ["", "abc", "0", "65536", "-1", "８０００"])
def test_a_port_that_is_none(port):
    with pytest.raises(CannotStart, match="PORT"):
        programs.listen("127.0.0.1", port)


def test_a_port_that_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with pytest.raises(CannotStart, match=str(taken)):
            programs.listen("127.0.0.1", str(taken))
        assert programs.free_port(taken) != taken


def test_a_host_that_is_not_ours():
    with pytest.raises(CannotStart, match="192.0.2.1"):
        programs.listen("192.0.2.1", str(free_port()))
