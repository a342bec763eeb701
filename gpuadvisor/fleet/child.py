"""The child process of a fleet's worker: does one piece of work and answers on standard output.

Takes a pickled function on standard input (from its parent, which wrote it); what the work prints goes to
standard error. It does not outlive its parent: a worker that is killed leaves no process at the GPU.
"""

import os
import pickle
import signal
import sys
import time
from threading import Thread

import msgspec

from gpuadvisor.model.errors import GpuAdvisorError

_LOOK_SECONDS = 1.0


class Reply(msgspec.Struct):
    """What the work gave, or what was wrong."""

    content: bytes | None = None
    error: str | None = None


def main() -> None:
    """Do the work that the parent, the process `sys.argv[1]`, asks for."""
    Thread(target=_end_with, args=(int(sys.argv[1]),), daemon=True).start()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    work = pickle.load(sys.stdin.buffer)
    try:
        reply = Reply(content=work())
    except GpuAdvisorError as error:
        reply = Reply(error=str(error))
    with answers:
        answers.write(msgspec.msgpack.encode(reply))


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    if sys.platform != "win32":
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


if __name__ == "__main__":
    main()
