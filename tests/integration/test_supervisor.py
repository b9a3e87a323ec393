"""The supervisor and its leashes, with real processes: what dies is started again, and nothing is left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from config.supervisor import Program, Supervisor

#: Ends only when it is killed, as a frozen task cluster does.
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
POLITE = "import time; print('up', flush=True); time.sleep(60)"
#: Starts a child of its own that ignores SIGTERM, as a cluster starts its workers.
PARENT = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {STUBBORN!r}], stdout=subprocess.DEVNULL)
print("child", child.pid, flush=True)
time.sleep({{seconds}})
"""


def program(name, code, **options):
    return Program(name, (sys.executable, "-c", code), **options)


def alive(pid):
    """Whether this process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition, seconds=10.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def supervise():
    """Run a supervisor here while a thread plays the script; give its exit code and its lines."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    kept = {number: signal.getsignal(number) for number in numbers}

    def run(programs, script=None, **options):
        lines = []
        supervisor = Supervisor(programs, say=lines.append, grace=0.6, back_off=(0.05, 0.1), **options)
        errors = []

        def play():
            try:
                if script:
                    script(supervisor, lines)
                    supervisor.stop()
            except BaseException as error:  # noqa: BLE001 - told to the test below
                errors.append(error)
                supervisor.stop()

        thread = threading.Thread(target=play)
        thread.start()
        code = supervisor.run()
        thread.join()
        if errors:
            raise errors[0]
        return code, lines

    yield run
    for number, handler in kept.items():
        signal.signal(number, handler)


def child_of(lines):
    """The process id that PARENT printed, once it did."""
    return next((int(line.split()[-1]) for line in lines if "child" in line), None)


def test_output_carries_the_name(supervise):
    code, lines = supervise(
        [program("web", "print('一行'); print('half', end='')", once=True), program("worker", POLITE)],
        lambda supervisor, lines: wait_until(lambda: {"web    | 一行", "web    | half"} <= set(lines)),
    )
    assert code == 0
    assert "worker | up" in lines


def test_a_program_that_dies_is_started_again(supervise):
    def script(supervisor, lines):
        for times in (1, 2, 3):
            wait_until(lambda: lines.count("worker | up") == times)  # noqa: B023
            os.killpg(supervisor.pid("worker"), signal.SIGKILL)
            wait_until(lambda: sum("137" in line or "-9" in line for line in lines) == times)  # noqa: B023

    supervise([program("worker", POLITE)], script)


def test_a_program_that_runs_once_is_not_started_again(supervise):
    def script(supervisor, lines):
        wait_until(lambda: "fonts | 3" in lines)
        time.sleep(0.6)
        assert lines.count("fonts | 3") == 1

    supervise([program("fonts", "print(3)", once=True)], script)


def test_what_must_start_and_cannot_ends_everything(supervise):
    code, lines = supervise([program("web", "raise SystemExit(3)", must_start=True), program("worker", POLITE)])
    assert code == 1
    assert "web" in lines[-1]


def test_a_program_that_ignores_the_request_is_killed(supervise):
    pids = []

    def script(supervisor, lines):
        wait_until(lambda: "worker | up" in lines)
        pids.append(supervisor.pid("worker"))

    began = time.monotonic()
    supervise([program("worker", STUBBORN)], script)
    assert not alive(pids[0])
    assert time.monotonic() - began < 5


def test_restart_ends_the_whole_group(supervise):
    def script(supervisor, lines):
        wait_until(lambda: child_of(lines))
        child = child_of(lines)
        lines.clear()
        supervisor.restart("worker", "silent")
        wait_until(lambda: child_of(lines))
        assert not alive(child)

    supervise([program("worker", PARENT.format(seconds=60))], script)


def test_what_a_program_leaves_behind_is_ended(supervise):
    seen = []

    def script(supervisor, lines):
        wait_until(lambda: child_of(lines))
        seen.append(child_of(lines))
        wait_until(lambda: not alive(seen[0]))

    supervise([program("worker", PARENT.format(seconds=0.2), once=True)], script)


def test_a_killed_leash_takes_its_program_along(supervise):
    def script(supervisor, lines):
        wait_until(lambda: child_of(lines))
        child = child_of(lines)
        os.kill(supervisor.pid("worker"), signal.SIGKILL)
        wait_until(lambda: not alive(child))

    supervise([program("worker", PARENT.format(seconds=60))], script)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_outlives_the_supervisor(number):
    code = f"""
import sys
from django.conf import settings
settings.configure(USE_I18N=False)
from config.supervisor import Program, Supervisor
say = lambda line: print(line, flush=True)
programs = [Program("worker", (sys.executable, "-c", {PARENT.format(seconds=60)!r}))]
sys.exit(Supervisor(programs, say=say, grace=0.6).run())
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    child = int(process.stdout.readline().split()[-1])
    assert alive(child)
    process.send_signal(number)
    code = process.wait(timeout=10)
    assert code == (-9 if number == signal.SIGKILL else 0)
    wait_until(lambda: not alive(child))
    process.stdout.close()
