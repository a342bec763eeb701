"""Records a program of any framework through CUPTI, by NVIDIA's cupti-python.

Source of the calls: cupti-python documentation, "CUPTI Python Tutorial" and "Python Bindings for CUPTI C
APIs": buffers are asked for and handed back as lists of records through two callbacks.
"""

import threading
import time
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType
from typing import Any

import msgspec

from gpuadvisor.live.cupti_activities import (
    KINDS,
    MOST_ACTIVITIES,
    NANOSECONDS,
    CuptiActivities,
)
from gpuadvisor.live.process_memory import peak_bytes
from gpuadvisor.live.recorder import Recorded
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.sampled import MemoryUse
from gpuadvisor.model.timeline import TimelineProfile
from gpuadvisor.sources.traces.profile import Origin, timeline
from gpuadvisor.sources.traces.recording import Recording

BUFFER_BYTES = 8 * 2**20
NO_STEPS = "recorded from the framework's import to the end: steps are counted for PyTorch alone"
_NO_LIMIT = 0
_FORCED = 1
"""For cuptiActivityFlushAll: also buffers that are not full."""


def load_cupti() -> ModuleType:
    """Return cupti-python's module.

    Raises ImportError or OSError where it or CUPTI's library is absent or does not load, RuntimeError where
    the library lacks a function.
    """
    return import_module("cupti.cupti")


class CuptiRecorder:
    """Records from when it is made."""

    def __init__(self, cupti: ModuleType, source: str) -> None:
        self._cupti, self._source = cupti, source
        self._recording = Recording(NANOSECONDS)
        self._activities = CuptiActivities(cupti, self._recording)
        self._lock = threading.Lock()
        self._kinds = [getattr(cupti.ActivityKind, name) for name in KINDS]
        cupti.activity_register_callbacks(_buffer, self._take)
        for kind in self._kinds:
            cupti.activity_enable(kind)
        self._begun_seconds = time.monotonic()

    def finish(self) -> Recorded:
        """End the recording and read it."""
        ended_seconds = time.monotonic()
        self._cupti.activity_flush_all(_FORCED)
        for kind in self._kinds:
            self._cupti.activity_disable(kind)
        with self._lock:
            found = self._timeline()
        return Recorded(timeline=found, begun_seconds=self._begun_seconds, ended_seconds=ended_seconds)

    def _take(self, records: Sequence[Any]) -> None:
        with self._lock:
            self._activities.add(records)

    def _timeline(self) -> TimelineProfile:
        origin = Origin(
            provenance=Provenance.MEASURED, source=self._source, producer=f"cupti-python {_version()}"
        )
        found = timeline(self._recording, origin)
        return msgspec.structs.replace(
            found,
            memory=[MemoryUse(device=None, peak_allocated_bytes=peak_bytes())],
            notes=[*found.notes, *self._left_out(), NO_STEPS],
        )

    def _left_out(self) -> list[str]:
        """Say which records are not in the timeline."""
        untimed, late = self._activities.untimed, self._activities.left_out
        told = [f"{untimed:,} activities have no times and are left out"] if untimed else []
        if late:
            told.append(f"{late:,} activities after the first {MOST_ACTIVITIES:,} are left out")
        return told


def _buffer() -> tuple[int, int]:
    """Return the size of a buffer, and that it may hold any number of records."""
    return BUFFER_BYTES, _NO_LIMIT


def _version() -> str:
    try:
        return version("cupti-python")
    except PackageNotFoundError:
        return "of unknown version"
