"""A throwaway PostgreSQL for the tests: made in a temporary folder, on a free loopback port, always stopped.

    python -m tests.postgres COMMAND ARGUMENT...

runs the command with ``TEST_DATABASE_URL`` set and gives its exit code. The server never runs as root: when we are
root it becomes ``postgres`` (or ``nobody``). It ends with us, even if we are killed.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

USER = "xinxiu"
#: A test database may be lost at any time, so nothing waits for the disk.
SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "60"}


class NoPostgres(RuntimeError):
    """PostgreSQL is not installed or did not start; the text is one sentence."""


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """Start a server and give its URL (database ``postgres``, a superuser of its own); stop it at the end."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="xinxiu-postgres-"))
    try:
        become = _ordinary_user(folder)
        data, password = folder / "data", secrets.token_hex(16)
        password_file = folder / "password"
        password_file.write_text(password)
        password_file.chmod(0o644)  # inside a folder that only its owner may enter
        _run(
            [*become, programs / "initdb", "-D", data, "-U", USER, "--auth=scram-sha-256", f"--pwfile={password_file}"]
            + ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        )
        port = _free_port()
        options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with (folder / "log").open("w") as log:
            server = subprocess.Popen(
                [*become, "setpriv", "--pdeathsig", "INT", programs / "postgres", "-D", data, "-p", str(port)]
                + ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}", *options],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                start_new_session=True,
            )
        try:
            _wait_until_it_answers(programs, port, server, folder / "log")
            yield f"postgres://{USER}:{password}@127.0.0.1:{port}/postgres"
        finally:
            _stop(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """Find the newest installed server's programs (Debian keeps them out of the PATH)."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found := shutil.which("initdb"):
        folders.append(Path(found).parent)
    if not folders:
        raise NoPostgres("PostgreSQL's server programs are not installed (Debian: apt-get install postgresql).")
    return max(folders, key=lambda folder: int(folder.parent.name) if folder.parent.name.isdecimal() else 0)


def _ordinary_user(folder: Path) -> list[str]:
    """Give the folder to the user the server will run as; give the words that make a command run as that user."""
    if os.geteuid() != 0:
        return []
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            os.chown(folder, user.pw_uid, user.pw_gid)
            return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    raise NoPostgres("PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody' to run it as.")


def _run(command: list) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd="/")
    if done.returncode:
        raise NoPostgres(f"{Path(command[-1]).name}: {done.stderr.strip()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_it_answers(programs: Path, port: int, server: subprocess.Popen, log: Path, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and server.poll() is None:
        if not subprocess.run([programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]).returncode:
            return
        time.sleep(0.1)
    raise NoPostgres(f"PostgreSQL did not start: {log.read_text()[-500:]}")


def _stop(server: subprocess.Popen) -> None:
    """Fast shutdown; the hard one if that takes too long."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if server.poll() is not None:
            return
        server.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(timeout=15)


def main(command: list[str]) -> int:
    """Run the command against a cluster of its own; give its exit code."""
    signal.signal(signal.SIGTERM, lambda *_arguments: sys.exit(143))
    try:
        with cluster() as url:
            return subprocess.run(command, env={**os.environ, "TEST_DATABASE_URL": url}).returncode
    except NoPostgres as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
