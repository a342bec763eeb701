"""What records a program: one way for PyTorch, one for everything else."""

from dataclasses import dataclass, field
from typing import Protocol

from gpuadvisor.model.timeline import TimelineProfile


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What a recorder holds when the program has ended."""

    timeline: TimelineProfile | None
    """None where nothing was recorded; the remarks say why."""
    remarks: list[str] = field(default_factory=list)
    begun_seconds: float = 0.0
    ended_seconds: float = float("inf")
    """Between which times of `time.monotonic` the recording lies."""


class Recorder(Protocol):
    """Records from when it is made."""

    def finish(self) -> Recorded:
        """End the recording and read it."""
