"""Work in a process of its own, within a time limit: whatever becomes of it, the caller goes on."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from tempfile import TemporaryFile

import msgspec

from gpuadvisor.fleet.child import Reply
from gpuadvisor.model.fleet import RowState

Work = Callable[[], bytes]

_CHILD = "gpuadvisor.fleet.child"
_running: "set[subprocess.Popen[bytes]]" = set()


class Ended(msgspec.Struct, frozen=True):
    """How a child process ended: `content` if all was well, else the `reason` why not."""

    state: RowState
    seconds: float
    content: bytes = b""
    reason: str | None = None


def run_child(work: Work, limit_seconds: float, environment: Mapping[str, str] = {}) -> Ended:
    """Do the work, which must be picklable, in a child process with these variables added.

    The child and all its own children are ended with it, and after `limit_seconds` in any case.
    """
    start = time.monotonic()
    with TemporaryFile() as said, _start(environment, said.fileno()) as process:
        _running.add(process)
        try:
            answer, _ = process.communicate(pickle.dumps(work), limit_seconds)
        except subprocess.TimeoutExpired:
            reason = f"did not end within {limit_seconds:g} s and was stopped"
            return Ended("overdue", time.monotonic() - start, reason=reason)
        finally:
            _running.discard(process)
            _kill(process)
        seconds = time.monotonic() - start
        if process.returncode or not answer:
            said.seek(0)
            return Ended("failed", seconds, reason=_failure(process.returncode, said.read()))
    reply = msgspec.msgpack.decode(answer, type=Reply)
    if reply.content is None:
        return Ended("failed", seconds, reason=reply.error)
    return Ended("probed", seconds, reply.content)


def end_children() -> None:
    """End every child that runs now, so that whoever waits for it goes on: all of this was interrupted."""
    for process in list(_running):
        _kill(process)


def _start(environment: Mapping[str, str], said: int) -> "subprocess.Popen[bytes]":
    path = os.pathsep.join(filter(None, sys.path))
    return subprocess.Popen(
        [sys.executable, "-m", _CHILD, str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=said,
        env={**os.environ, "PYTHONPATH": path, **environment},
        start_new_session=True,
    )


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """End the process and whatever it started: its group, which outlives it while anyone is left."""
    if sys.platform == "win32":
        process.kill()
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _failure(exit_code: int, said: bytes) -> str:
    if exit_code < 0:
        return f"its process was ended by {signal.Signals(-exit_code).name}"
    last = said.decode(errors="replace").strip().splitlines()[-1:]
    return f"its process ended with exit code {exit_code}{''.join(f': {line}' for line in last)}"
