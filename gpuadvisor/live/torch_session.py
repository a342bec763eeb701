"""One recording by torch.profiler, with its steps marked."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

LOG_LEVEL = "KINETO_LOG_LEVEL"
_QUIET = "99"


class TorchSession:
    """Runs from when it is made until `stop`; with `cuda`, kernels, copies and API calls are recorded too.

    With `shapes`, operators tell the shapes of their inputs. PyTorch can run one session at a time.
    """

    def __init__(self, torch: ModuleType, *, cuda: bool, shapes: bool = True) -> None:
        kinds = torch.profiler.ProfilerActivity
        self._torch = torch
        self._step: Any = None
        self._profile = torch.profiler.profile(
            activities=[kinds.CPU, kinds.CUDA] if cuda else [kinds.CPU], record_shapes=shapes
        )
        with _quiet():
            self._profile.start()
        self.begun_seconds = time.monotonic()
        self.ended_seconds = float("inf")

    def begin_step(self, number: int) -> None:
        """Mark that a step begins; the one before it, if there is one, ends."""
        self.end_step()
        self._step = self._torch.autograd.profiler.record_function(f"ProfilerStep#{number}")
        self._step.__enter__()

    def end_step(self) -> None:
        """Mark that the step ends which was begun."""
        if self._step is not None:
            self._step.__exit__(None, None, None)
            self._step = None

    def stop(self) -> None:
        """End the recording; a step that is open stays unfinished in it, and is not counted by the reader.

        It is closed only after that, and then at once: an open range that is left to the interpreter's end
        brings the process down there.
        """
        self.ended_seconds = time.monotonic()
        self._profile.stop()
        self.end_step()

    def write(self, path: Path) -> None:
        """Write the trace; raise OSError or RuntimeError where that cannot be done."""
        self._profile.export_chrome_trace(str(path))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep PyTorch's profiler from logging its own life; it reads the variable at its first start."""
    if LOG_LEVEL in os.environ:
        yield
        return
    os.environ[LOG_LEVEL] = _QUIET
    try:
        yield
    finally:
        del os.environ[LOG_LEVEL]
