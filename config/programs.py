"""The programs of one installation: which there are, how they are started, where they listen."""

import socket
import sys

import environ
from django.conf import settings
from django.utils.translation import gettext as _

from config.errors import CannotStart
from config.supervisor import Program

WEB = "web"
WORKER = "worker"
RECEIVER = "platform"

env = environ.Env()


def listen(host: str, port: str) -> socket.socket:
    """Take the port; give the listening socket, which the web server inherits and which survives its restarts.

    Raises:
        CannotStart: the port is no number, is taken, or is not ours to take.
    """
    if not (port.isascii() and port.isdecimal()) or not 0 < int(port) < 65536:
        raise CannotStart(_("PORT 应为 1 到 65535 的数字，现为“%(port)s”。") % {"port": port})
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, int(port)))
        listener.listen(512)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise CannotStart(
            _("无法使用 %(host)s 的 %(port)s 端口：%(reason)s。请换一个端口，例如 PORT=8123 make run。")
            % {"host": host, "port": port, "reason": reason}
        ) from error
    return listener


def free_port(preferred: int) -> int:
    """Give the preferred loopback port if nobody has it, else any free one."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise CannotStart(_("本机没有可用的端口。"))


def web(listener: socket.socket) -> Program:
    """The web server: gunicorn with threads, on a socket that is already listening."""
    return Program(
        WEB,
        (
            *(sys.executable, "-m", "gunicorn", "config.wsgi:application"),
            *("--bind", f"fd://{listener.fileno()}"),
            *("--worker-class", "gthread", "--preload"),
            *("--workers", str(env.int("WEB_WORKERS", default=2)), "--threads", str(env.int("WEB_THREADS", default=4))),
            *("--timeout", "60", "--graceful-timeout", "4"),
            *("--log-level", "warning", "--no-control-socket"),
        ),
        descriptors=(listener.fileno(),),
        must_start=True,
    )


def worker() -> Program:
    """The task queue's cluster."""
    return Program(WORKER, (sys.executable, "manage.py", "qcluster"))


def receiver(port: int) -> Program:
    """The demo's platform, which receives the events; ``manage.py demo`` leaves its secret where it looks."""
    environment = {
        "RECEIVER_PORT": str(port),
        "RECEIVER_SECRET_FILE": str(settings.STATE_DIR / "demo-platform.secret"),
        "RECEIVER_STORE": str(settings.STATE_DIR / "demo-platform.sqlite3"),
    }
    script = settings.BASE_DIR / "examples" / "receiver.py"
    return Program(RECEIVER, (sys.executable, str(script)), environment=environment)
