"""Times launches: with CUDA events that bracket GPU work and nothing else, or by the host's clock."""

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

from gpuadvisor.devices.device import Timing

Enqueue = Callable[[], object]

EVENT_RESOLUTION_SECONDS = 0.5e-6
"""CUDA Runtime API, `cudaEventElapsedTime`."""
SHORTEST_SAMPLE_SECONDS = 400 * EVENT_RESOLUTION_SECONDS
"""So that the resolution is a quarter of a percent, below the error at which sampling stops."""
MOST_LAUNCHES = 128
HOLD_SECONDS = 50e-6
HOLD_SECONDS_PER_LAUNCH = 20e-6
"""Several times what enqueueing a launch from Python takes."""
FLUSH_FACTOR = 2
"""The flush writes this many times the L2 size, so that nothing of the kernel's stays in it."""

HOLD_SOURCE = """
extern "C" __global__ void gpuadvisor_hold(unsigned long long nanoseconds) {
    unsigned long long start, now;
    float value = 0.5f;
    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(start));
    do {
        #pragma unroll
        for (int step = 0; step < 32; ++step)
            asm volatile("fma.rn.f32 %0, %0, %0, %0;" : "+f"(value));
        asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
    } while (now - start < nanoseconds);
}
"""
"""Keeps the stream busy while the host enqueues, so that no event waits for the host.

On every multiprocessor it is the work that brings the clock up.
"""


class EventTimer:
    """Times what is enqueued on one stream.

    `hold(seconds)` keeps the stream busy so long; `flush()` overwrites L2. Both only enqueue. `calls` is how
    many calls of CUDA what is timed makes.
    """

    def __init__(
        self,
        cupy: Any,  # noqa: ANN401 - the module CuPy
        stream: Any,  # noqa: ANN401 - cupy.cuda.Stream
        hold: Callable[[float], None],
        flush: Callable[[], None],
        calls: int = 1,
    ) -> None:
        self._cuda = cupy.cuda
        self._stream = stream
        self._hold = hold
        self._flush = flush
        self._calls = calls

    def sampler(self, enqueue: Enqueue, timing: Timing, before: Enqueue | None = None) -> Callable[[], float]:
        """Return what takes a sample: the seconds of one launch; `before` precedes it and is not timed.

        Warm samples of a short kernel are means over several launches in a row, because events resolve
        half a microsecond only. Without warm-ups the kernel runs exactly once per sample.
        """
        once = timing.cold or before is not None or not timing.warmups
        launches = 1 if once else self._launches_per_sample(enqueue)
        preparations = [*([before] if before else []), *([self._flush] if timing.cold else [])]
        return lambda: self._seconds(enqueue, launches, preparations)

    def _launches_per_sample(self, enqueue: Enqueue) -> int:
        once = max(self._seconds(enqueue, 1), EVENT_RESOLUTION_SECONDS)
        most = max(1, MOST_LAUNCHES // self._calls)
        return min(most, math.ceil(SHORTEST_SAMPLE_SECONDS / once))

    def _seconds(self, enqueue: Enqueue, launches: int, preparations: Sequence[Enqueue] = ()) -> float:
        start, stop = self._cuda.Event(), self._cuda.Event()
        for prepare in preparations:
            prepare()
        self._hold(HOLD_SECONDS + HOLD_SECONDS_PER_LAUNCH * launches * self._calls)
        start.record(self._stream)
        for _ in range(launches):
            enqueue()
        stop.record(self._stream)
        stop.synchronize()
        milliseconds = self._cuda.get_elapsed_time(start, stop)
        return float(milliseconds) * 1e-3 / launches


class HostTimer:
    """Times what is enqueued on one stream by the host's clock, from the first call to the stream's end."""

    def __init__(self, stream: Any) -> None:  # noqa: ANN401 - cupy.cuda.Stream
        self._stream = stream

    def sampler(
        self,
        enqueue: Enqueue,
        timing: Timing,  # noqa: ARG002 - as EventTimer's
        before: Enqueue | None = None,
    ) -> Callable[[], float]:
        """Return what takes a sample: the seconds of doing it once; `before` precedes it and is not timed."""

        def take() -> float:
            if before is not None:
                before()
            self._stream.synchronize()
            start = time.perf_counter()
            enqueue()
            self._stream.synchronize()
            return time.perf_counter() - start

        return take
