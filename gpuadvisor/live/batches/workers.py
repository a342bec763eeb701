"""The parent's side of a sweep: asks a child process, and replaces it when memory or the process was lost."""

import multiprocessing
import signal
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess

from gpuadvisor.live.batches.child import Answer, Ask, Loaded, serve
from gpuadvisor.live.batches.contract import StepSource
from gpuadvisor.model.batches import BatchOutcome, BatchPoint
from gpuadvisor.model.errors import GpuAdvisorError

LIMIT_SECONDS = 900.0
"""For loading the file, and for one batch besides its timing: compilers of networks take minutes."""
_END_SECONDS = 10.0


class Workers:
    """Measures batches in child processes, one at a time."""

    def __init__(self, source: StepSource, limit_seconds: float = LIMIT_SECONDS) -> None:
        self._source, self._limit_seconds = source, limit_seconds
        self._worker: _Worker | None = None

    def measure(self, batch: int, seconds: float) -> Answer:
        """Return what became of the batch; raise GpuAdvisorError where the file does not load.

        After anything but a measurement the process is replaced: its memory is free again for certain.
        """
        worker = self._worker = self._worker or _Worker(self._source)
        answer = worker.ask(Ask(batch=batch, seconds=seconds), self._limit_seconds + seconds)
        if answer.place is None:
            self.close()
        return answer

    def close(self) -> None:
        """End the process."""
        if self._worker is not None:
            self._worker.kill()
            self._worker = None


class _Worker:
    """One child process and the pipe to it."""

    def __init__(self, source: StepSource) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(
            target=serve, args=(theirs, source), name="gpuadvisor-batches"
        )
        self._process.start()
        theirs.close()
        try:
            self._load(source)
        except BaseException:
            self.kill()
            raise

    def ask(self, ask: Ask, limit_seconds: float) -> Answer:
        """Return the answer, or how the process ended instead of giving one."""
        try:
            self._connection.send(ask)
            received = self._receive(limit_seconds)
        except (EOFError, ConnectionResetError, BrokenPipeError):
            outcome, reason = self._ending()
            return Answer(point=BatchPoint(batch=ask.batch, outcome=outcome, reason=reason))
        if isinstance(received, Answer):
            return received
        reason = f"it did not end within {limit_seconds:g} s"
        return Answer(point=BatchPoint(batch=ask.batch, outcome="failed", reason=reason))

    def kill(self) -> None:
        """End the process whatever it does."""
        self._process.kill()
        self._process.join(_END_SECONDS)
        self._connection.close()

    def _load(self, source: StepSource) -> None:
        try:
            received = self._receive(LIMIT_SECONDS)
        except (EOFError, ConnectionResetError):
            raise GpuAdvisorError(f"it does not load: {self._ending()[1]}", where=str(source.file)) from None
        if not isinstance(received, Loaded):
            raise GpuAdvisorError(f"did not load within {LIMIT_SECONDS:g} s", where=str(source.file))
        if received.error is not None:
            raise received.error

    def _receive(self, limit_seconds: float) -> object:
        """Return what the process sent; None where the time is up."""
        if not wait([self._connection, self._process.sentinel], limit_seconds):
            return None
        return self._connection.recv()

    def _ending(self) -> tuple[BatchOutcome, str]:
        self._process.join(_END_SECONDS)
        code = self._process.exitcode
        if code is None or code >= 0:
            return "crashed", f"it ended its process (exit code {code})"
        name = signal.Signals(-code).name
        if name == "SIGKILL":
            return "out-of-memory", "the system killed it (SIGKILL), as it does where memory is lacking"
        return "crashed", f"it crashed ({name})"
