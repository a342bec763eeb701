"""Looks in child processes, side by side, each given the same time: a hang or a crash costs one answer."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

import gpuadvisor
from gpuadvisor.examining.outcome import NOTHING, Broken, Ended, Late, Outcome, decode

POLL_SECONDS = 0.02
LOG_BYTES = 200_000
_START = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from gpuadvisor.examining.child import main; main(*sys.argv[2:])"
)
"""The folder of the package comes last on the path, for a checkout that is not installed; by -P the current
folder, whose `torch.py` is no framework, does not come at all."""
QUIET = {
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    "TF_CPP_MIN_LOG_LEVEL": "0",
    "TF_CPP_VMODULE": "dso_loader=1",
}
"""No framework takes the GPU's memory (TensorFlow guide "Use a GPU"; JAX documentation, "GPU memory
allocation"), and TensorFlow logs which library it does not find (`dso_loader.cc`: VLOG(1))."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """One thing to look at."""

    name: str
    """A module of `looks`."""
    module: str = ""
    """What has to be importable; without it the thing is absent."""


class _Child:
    """One child process and the files it writes."""

    def __init__(self, look: Look, folder: Path) -> None:
        self._file, self._log = folder / f"{look.name}.json", folder / f"{look.name}.log"
        command = [sys.executable, "-P", "-c", _START, str(Path(gpuadvisor.__file__).parents[1])]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, look.name, look.module, str(self._file)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **QUIET},
                start_new_session=True,
            )

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def ended(self, limit_seconds: float) -> Ended:
        """Return what has become of it by now."""
        outcome = self._late(limit_seconds) if self.is_running else self._outcome()
        return Ended(outcome=outcome, log=self._read_log())

    def kill(self) -> None:
        """End it, with all that it started, if it still runs."""
        if not self.is_running:
            return
        with suppress(ProcessLookupError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):  # one that hangs within the driver dies when that returns
            self._process.wait(timeout=0.2)

    def _late(self, limit_seconds: float) -> Outcome:
        written = self._written()
        return Late(limit_seconds, written.glimpse if isinstance(written, Late) else NOTHING)

    def _outcome(self) -> Outcome:
        """Return its answer, even if it crashed after that; else how it ended."""
        written = self._written()
        if written is None or isinstance(written, Late):
            return Broken(_ending(self._process.returncode, self._read_log()))
        return written

    def _written(self) -> Outcome | None:
        try:
            return decode(self._file.read_bytes())
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def _read_log(self) -> str:
        return self._log.read_bytes()[-LOG_BYTES:].decode(errors="replace")


def look_at(looks: Sequence[Look], limit_seconds: float) -> Mapping[str, Ended]:
    """Look at all of them at once and return, by name, what became of each within the time."""
    deadline = time.monotonic() + limit_seconds
    with TemporaryDirectory(prefix="gpuadvisor-", ignore_cleanup_errors=True) as folder:
        children = {look.name: _Child(look, Path(folder)) for look in looks}
        try:
            while any(child.is_running for child in children.values()) and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
            return {name: child.ended(limit_seconds) for name, child in children.items()}
        finally:
            for child in children.values():
                child.kill()


def _ending(status: int, log: str) -> str:
    """Say how a process ended that left no answer: its signal, or the last line of its traceback."""
    if status < 0:
        return f"it crashes ({signal.Signals(-status).name})"
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return lines[-1] if lines else f"it ends its process (exit code {status})"
