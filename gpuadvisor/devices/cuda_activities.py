"""Steps of host code on a real GPU, prepared as calls so that timing them times nothing else."""

import ctypes
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.devices.activities import (
    Activity,
    Allocate,
    Copy,
    Free,
    Multiply,
    Prefetch,
    Run,
    Scratch,
    Span,
    Step,
    Touch,
)
from gpuadvisor.devices.cuda_launches import prepare_launch
from gpuadvisor.devices.cuda_modules import CudaModules
from gpuadvisor.devices.cuda_products import prepare_product
from gpuadvisor.devices.device import Buffer

Call = Callable[[], object]


class CudaActivities:
    """Turns steps into calls of CUDA; stream 0 is `stream`, the others are made as they are needed."""

    def __init__(self, cupy: Any, modules: CudaModules, stream: Any, index: int) -> None:  # noqa: ANN401 - CuPy
        self._cupy = cupy
        self._runtime = cupy.cuda.runtime
        self._modules = modules
        self._streams = [stream]
        self._index = index
        self._scratch: dict[Scratch, int] = {}

    def prepare(self, activity: Activity) -> tuple[Call, Call | None]:
        """Return what does the steps, and what is to be done before them, if anything; both only enqueue.

        Steps on further streams begin after what stream 0 held before, and stream 0 goes on after them.
        """
        while len(self._streams) < activity.streams:
            self._streams.append(self._cupy.cuda.Stream(non_blocking=True))
        steps = _all(self._forked(activity.steps))
        before = _all(self._forked(activity.before)) if activity.before else None
        return (self._captured(steps) if activity.as_graph else steps), before

    def free(self) -> None:
        """Free scratch memory that an activity which failed half-way has left."""
        while self._scratch:
            _, address = self._scratch.popitem()
            self._runtime.free(address)

    def _forked(self, steps: Sequence[Step]) -> list[Call]:
        main, *others = self._streams[: 1 + max((step.stream for step in steps), default=0)]
        calls = [self._call(step) for step in steps]
        if not others:
            return calls
        fork, *joins = (self._cupy.cuda.Event(disable_timing=True) for _ in (main, *others))
        return [
            partial(fork.record, main),
            *(partial(other.wait_event, fork) for other in others),
            *calls,
            *(partial(join.record, other) for join, other in zip(joins, others, strict=True)),
            *(partial(main.wait_event, join) for join in joins),
        ]

    def _captured(self, steps: Call) -> Call:
        """Return the launch of a graph of what `steps` enqueues (CUDA C++ Programming Guide, CUDA Graphs)."""
        main = self._streams[0]
        main.begin_capture()
        try:
            steps()
        finally:
            graph = main.end_capture()
        graph.upload(main)
        return partial(graph.launch, main)

    def _call(self, step: Step) -> Call:
        stream = self._streams[step.stream].ptr
        match step:
            case Run():
                return prepare_launch(self._cupy, self._modules, step, stream)
            case Copy():
                return self._copy(step, stream)
            case Allocate():
                return partial(self._allocate, step, stream)
            case Free():
                return partial(self._free, step, stream)
            case Prefetch(buffer=buffer):
                prefetch = self._runtime.memPrefetchAsync
                return partial(prefetch, buffer.address, buffer.size_bytes, self._index, stream)
            case Touch(buffer=buffer):
                return partial(self._touch, _bytes_of(buffer))
            case Multiply():
                return prepare_product(self._cupy, step, self._streams[step.stream])

    def _copy(self, copy: Copy, stream: int) -> Call:
        """Return a copy whose direction CUDA tells from the addresses (`cudaMemcpyDefault`)."""
        kind = self._runtime.memcpyDefault
        if isinstance(copy.source.memory, Buffer) and isinstance(copy.target.memory, Buffer):
            source, target = self._address(copy.source), self._address(copy.target)
            return partial(self._runtime.memcpyAsync, target, source, copy.size_bytes, kind, stream)

        def call() -> None:
            source, target = self._address(copy.source), self._address(copy.target)
            self._runtime.memcpyAsync(target, source, copy.size_bytes, kind, stream)

        return call

    def _address(self, span: Span) -> int:
        memory = span.memory
        start = memory.address if isinstance(memory, Buffer) else self._scratch[memory]
        return start + span.offset_bytes

    def _allocate(self, step: Allocate, stream: int) -> None:
        if step.ordered:
            self._scratch[step.scratch] = self._runtime.mallocAsync(step.size_bytes, stream)
        else:
            self._scratch[step.scratch] = self._runtime.malloc(step.size_bytes)

    def _free(self, step: Free, stream: int) -> None:
        address = self._scratch.pop(step.scratch)
        if step.ordered:
            self._runtime.freeAsync(address, stream)
        else:
            self._runtime.free(address)

    def _touch(self, content: NDArray[np.uint8]) -> None:
        """Write each byte as it is, once the GPU is done with the pages."""
        self._streams[0].synchronize()
        np.bitwise_or(content, 0, out=content)


def _all(calls: Sequence[Call]) -> Call:
    if len(calls) == 1:
        return calls[0]

    def call() -> None:
        for each in calls:
            each()

    return call


def _bytes_of(buffer: Buffer) -> NDArray[np.uint8]:
    """Return a view of memory that the host can read and write."""
    storage = (ctypes.c_uint8 * buffer.size_bytes).from_address(buffer.address)
    return np.ctypeslib.as_array(storage)
