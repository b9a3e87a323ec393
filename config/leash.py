"""Runs one program so that nothing of it outlives the process that wanted it.

    python -I -S leash.py PARENT_PID GRACE_SECONDS PROGRAM ARGUMENT...

The leash leads a session of its own, so the program and all that it starts form one process group. It ends them
- on SIGTERM or SIGINT, and when its parent dies, even by SIGKILL (the kernel then sends SIGTERM):
  the program is asked to end, and after GRACE_SECONDS the whole group is killed;
- when the program ends but leaves processes behind: a task queue whose master was killed leaves its workers, for one.

It needs nothing but the standard library, because it starts once for every program.
"""

import ctypes
import os
import signal
import sys
import time

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}


def main(parent: int, grace: float, command: list[str]) -> int:
    """Run ``command`` until it ends or must end; give its exit code (128 + signal if one killed it)."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1)  # what the program leaves behind becomes ours to end
    if os.getppid() != parent:  # it died before the line above
        return 1
    program = os.fork()
    if program == 0:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)  # should the leash itself be killed
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        try:
            os.execvp(command[0], command)  # noqa: S606 - the supervisor's own list of programs
        except OSError as error:
            os.write(2, f"{command[0]}: {error.strerror}\n".encode())
            os._exit(127)

    deadline = None
    while True:
        if deadline is None:
            received = signal.sigwait(SIGNALS)
        else:
            info = signal.sigtimedwait(SIGNALS, max(0.0, deadline - time.monotonic()))
            received = info.si_signo if info else None
        if received in (signal.SIGTERM, signal.SIGINT) and deadline is None:
            os.kill(program, signal.SIGTERM)
            deadline = time.monotonic() + grace
        code = reap(program)
        if code is not None:
            if others_remain():
                os.killpg(0, signal.SIGKILL)  # and the leash with them
            return code
        if deadline is not None and time.monotonic() >= deadline:
            os.killpg(0, signal.SIGKILL)


def reap(program: int) -> int | None:
    """Collect every process that has ended; give the program's exit code if it is among them."""
    code = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return code
        if pid == 0:
            return code
        if pid == program:
            ended = os.waitstatus_to_exitcode(status)
            code = ended if ended >= 0 else 128 - ended


def others_remain() -> bool:
    """Tell whether processes that the program started are still there."""
    try:
        pid, _status = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return pid == 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
