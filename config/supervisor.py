"""Starts the programs of one installation, keeps them running and ends them together.

Knows nothing of Django or of what the programs do: ``config.programs`` says which there are, ``manage.py serve`` is
the door. Each program runs on a leash (``config.leash``), so a Ctrl-C, a SIGTERM or even the sudden death of the
supervisor leaves no process behind.
"""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

LEASH = Path(__file__).with_name("leash.py")
#: Seconds to wait before the next start of a program that keeps ending.
BACK_OFF = (0.5, 1, 2, 5, 10, 30, 60)
#: A program that ran this long had started well: its next end waits the shortest time again.
STEADY_SECONDS = 60
#: A program that must start and ends this often before it ever served stops everything.
TRIES_TO_START = 3


@dataclass(frozen=True)
class Program:
    """One program: its name on the console, its command, and what it gets from us."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    #: File descriptors it inherits (the listening socket).
    descriptors: tuple[int, ...] = ()
    #: Ends by itself and is not started again.
    once: bool = False
    #: Without it there is no use in going on: see ``TRIES_TO_START``.
    must_start: bool = False


class Running:
    """One program's process, or the wait for its next one."""

    def __init__(self, program: Program):
        self.program = program
        self.process: subprocess.Popen | None = None
        self.started_at = 0.0
        self.start_at: float | None = 0.0
        self.ends = 0
        self.half_line = b""


class Supervisor:
    """Runs programs until told to stop."""

    def __init__(
        self,
        programs: list[Program],
        *,
        say: Callable[[str], None] = print,
        grace: float = 6.0,
        back_off: tuple[float, ...] = BACK_OFF,
    ):
        """Take the programs, where to print lines, and the seconds a program has to end by itself."""
        self.say = say
        self.grace = grace
        self.back_off = back_off
        #: Plain flags, because a signal handler sets one: an Event's lock could be held by the code it interrupts.
        self.stopping = False
        #: True once the web server has answered: from then on a failing program is only started again.
        self.ready = False
        self.exit_code = 0
        self._running = [Running(program) for program in programs]
        self._selector = selectors.DefaultSelector()
        self._width = max((len(program.name) for program in programs), default=0)

    def run(self) -> int:
        """Run everything until ``stop`` or a signal; give the exit code for the shell."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_arguments: self.stop())
        try:
            while not self.stopping:
                self._start_due()
                self._read(0.2)
                self._collect_ended()
        finally:
            self._end_all()
        return self.exit_code

    def stop(self, exit_code: int = 0) -> None:
        """Ask ``run`` to end everything and to return; callable from any thread and from a signal."""
        self.exit_code = self.exit_code or exit_code
        self.stopping = True

    def restart(self, name: str, why: str) -> None:
        """End the named program with its whole process group; ``run`` then starts it again."""
        for running in self._running:
            if running.program.name == name and running.process is not None:
                self._line(name, why)
                running.process.terminate()  # the leash: asks, waits the grace, kills the group

    def pid(self, name: str) -> int | None:
        """Give the process id of the named program's leash, which is also its process group."""
        for running in self._running:
            if running.program.name == name and running.process is not None:
                return running.process.pid
        return None

    def started_at(self, name: str) -> float | None:
        """Give the moment (``time.monotonic``) of the named program's last start; None while it is not running."""
        for running in self._running:
            if running.program.name == name and running.process is not None:
                return running.started_at
        return None

    # --- What happens in one round -------------------------------------------------------------

    def _start_due(self) -> None:
        now = time.monotonic()
        for running in self._running:
            if running.process is None and running.start_at is not None and running.start_at <= now:
                self._start(running)

    def _start(self, running: Running) -> None:
        program = running.program
        leash = (sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), str(self.grace))
        running.process = subprocess.Popen(  # noqa: S603 - our own list of programs
            (*leash, *program.command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **program.environment},
            pass_fds=program.descriptors,
            start_new_session=True,
        )
        running.started_at = time.monotonic()
        os.set_blocking(running.process.stdout.fileno(), False)
        self._selector.register(running.process.stdout, selectors.EVENT_READ, running)

    def _read(self, seconds: float) -> None:
        """Print what the programs wrote, waiting at most this long for it."""
        if not self._selector.get_map():
            time.sleep(seconds)
            return
        for key, _events in self._selector.select(seconds):
            self._pump(key.data)

    def _pump(self, running: Running) -> None:
        """Print the whole lines that have come from one program; keep the rest for the next time."""
        stream = running.process.stdout
        chunk = stream.read()
        if chunk == b"":  # it closed its output; that it has ended shows elsewhere
            self._selector.unregister(stream)
        *lines, running.half_line = (running.half_line + (chunk or b"")).split(b"\n")
        for line in lines:
            self._line(running.program.name, line.decode("utf-8", "replace"))

    def _collect_ended(self) -> None:
        for running in self._running:
            if running.process is None or running.process.poll() is None:
                continue
            code = self._forget(running)
            if self.stopping:
                continue
            if running.program.once:
                running.start_at = None
                if code:
                    self._line(running.program.name, _("未能完成（退出码 %(code)s）。") % {"code": code})
                continue
            lived = time.monotonic() - running.started_at
            running.ends = running.ends + 1 if lived < STEADY_SECONDS else 1
            if running.program.must_start and not self.ready and running.ends >= TRIES_TO_START:
                self.say(_("%(name)s 无法启动，原因见以上各行。") % {"name": running.program.name})
                self.stop(exit_code=1)
                return
            wait = self.back_off[min(running.ends, len(self.back_off)) - 1]
            running.start_at = time.monotonic() + wait
            self._line(
                running.program.name,
                _("已退出（退出码 %(code)s），%(wait)s 秒后重新启动。") % {"code": code, "wait": wait},
            )

    def _forget(self, running: Running) -> int:
        """Clear up after a process that has ended; give its exit code."""
        process = running.process
        _kill_group(process.pid)  # there is nobody left, unless the leash itself was killed
        if process.stdout in (key.fileobj for key in self._selector.get_map().values()):
            self._pump(running)
        if process.stdout in (key.fileobj for key in self._selector.get_map().values()):
            self._selector.unregister(process.stdout)
        if running.half_line:
            self._line(running.program.name, running.half_line.decode("utf-8", "replace"))
            running.half_line = b""
        process.stdout.close()
        running.process = None
        return process.returncode

    def _end_all(self) -> None:
        """End every program: ask, wait the grace, kill."""
        for running in self._running:
            if running.process is not None:
                running.process.terminate()
        deadline = time.monotonic() + self.grace + 2
        while any(running.process is not None for running in self._running) and time.monotonic() < deadline:
            self._read(0.05)
            self._collect_ended()
        for running in self._running:
            if running.process is not None:
                _kill_group(running.process.pid)
                running.process.wait()

    def _line(self, name: str, text: str) -> None:
        try:
            self.say(f"{name:<{self._width}} | {text}")
        except OSError:  # the console is gone, as after `make run | head`
            self.stop(exit_code=1)


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
