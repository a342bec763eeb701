"""Ask the process that imports the user's module."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.python.messages import Answer, Question

LIMIT_SECONDS = 120.0
_LAST_LINES = 3
_WORKER = "gpuadvisor.sources.python.worker"


def ask(question: Question, path: Path) -> Answer:
    """Return the answer; raise GpuAdvisorError where the module or its kernel cannot be compiled."""
    try:
        finished = subprocess.run(
            [sys.executable, "-m", _WORKER],
            input=msgspec.json.encode(question),
            capture_output=True,
            timeout=LIMIT_SECONDS,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
    except subprocess.TimeoutExpired:
        raise GpuAdvisorError(
            f"importing and compiling it took longer than {LIMIT_SECONDS:g} s",
            where=str(path),
            remedy='guard what the file does when run: if __name__ == "__main__"',
        ) from None
    if finished.returncode != 0 or not finished.stdout:
        last = finished.stderr.decode(errors="replace").strip().splitlines()[-_LAST_LINES:]
        raise GpuAdvisorError(
            f"importing it ended the process (exit code {finished.returncode})",
            where=str(path),
            remedy="\n  ".join(last) or None,
        )
    answer = msgspec.json.decode(finished.stdout, type=Answer)
    if answer.error:
        raise GpuAdvisorError(answer.error, where=str(path))
    return answer
