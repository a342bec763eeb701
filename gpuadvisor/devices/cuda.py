"""A real GPU, through CuPy and NVML."""

import dataclasses
from collections.abc import Callable, Sequence
from functools import cached_property

import msgspec
import numpy as np
from numpy.typing import NDArray

from gpuadvisor.compiler.compile import compile_source
from gpuadvisor.compiler.module import CompiledModule, CompileOptions
from gpuadvisor.compiler.toolchain import supported_compute_capabilities
from gpuadvisor.devices.activities import Activity
from gpuadvisor.devices.cuda_abilities import abilities
from gpuadvisor.devices.cuda_activities import CudaActivities
from gpuadvisor.devices.cuda_errors import cuda_errors
from gpuadvisor.devices.cuda_facts import CudaAttributes, read_facts
from gpuadvisor.devices.cuda_launches import by_value
from gpuadvisor.devices.cuda_memory import CudaMemory
from gpuadvisor.devices.cuda_modules import CudaModules, best_target, written_name
from gpuadvisor.devices.cuda_textures import CudaTextures
from gpuadvisor.devices.cuda_timing import FLUSH_FACTOR, HOLD_SOURCE, EventTimer, HostTimer
from gpuadvisor.devices.cuda_unavailable import cuda_unavailable_reason
from gpuadvisor.devices.device import ONCE, Argument, Buffer, Kernel, LaunchResult, Place, Timing
from gpuadvisor.devices.nvml import find_gpu
from gpuadvisor.devices.sampling import Sampling, sample
from gpuadvisor.devices.steady_clock import warm_clock
from gpuadvisor.emulator.textures.images import Image
from gpuadvisor.model.device import DeviceConditions, DeviceFacts
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import KernelTime, Launch
from gpuadvisor.model.provenance import Provenance

__all__ = ["CudaDevice", "cuda_unavailable_reason"]

IDLE_CLOCK_FRACTION = 0.8
"""Of the clock that had become steady: below it the GPU is warmed up again."""
WARMING_BLOCKS = 2
WARMING_THREADS = 256


class CudaDevice:
    """One GPU, used from this process: a fault or a hang of a kernel ends the process's use of it.

    `isolated.IsolatedDevice` puts it into a process of its own. Raises GpuAdvisorError, on construction
    too, with the cause and the remedy where the GPU cannot be used.
    """

    def __init__(self, index: int = 0) -> None:
        reason = cuda_unavailable_reason(index)
        if reason is not None:
            raise reason
        import cupy

        self._cupy = cupy
        self._runtime = cupy.cuda.runtime
        with cuda_errors(cupy, f"cuda:{index}"):
            self._runtime.setDevice(index)
            # Not a non-blocking stream: a copy from pageable memory may still be under way when `memcpy`
            # returns, and only a stream that waits for the default one starts its kernels after it.
            self._stream = cupy.cuda.Stream()
            attributes = CudaAttributes(cupy, index)
            shared_limit_bytes = attributes.get("MaxSharedMemoryPerBlockOptin")
        self._gpu = find_gpu(attributes.uuid, attributes.pci_bus_id)
        if self._gpu is not None:
            self._gpu.is_used_here = True
        self._facts = self._read_facts(attributes)
        self._memory = CudaMemory(cupy, index)
        self._textures = CudaTextures(cupy, self._stream)
        self._modules = CudaModules(cupy, attributes.compute_capability, shared_limit_bytes)
        self._activities = CudaActivities(cupy, self._modules, self._stream, index)
        self._flush_address: int | None = None
        self._steady_clock_hz: float | None = None

    def _read_facts(self, attributes: CudaAttributes) -> DeviceFacts:
        facts = read_facts(attributes, self._gpu, self._conditions())
        return msgspec.structs.replace(facts, abilities=abilities(self._cupy, attributes))

    @property
    def facts(self) -> DeviceFacts:
        """What driver and NVML tell of the GPU, and its state when it was opened."""
        return self._facts

    def compile(self, source: str, path: str, options: CompileOptions) -> CompiledModule:
        """Compile for this GPU, or for the newest target whose PTX its driver can translate."""
        own, requested = self._facts.compute_capability, options.compute_capability
        target = best_target(own, requested, supported_compute_capabilities())
        return compile_source(source, path, dataclasses.replace(options, compute_capability=target))

    def upload(
        self, array: NDArray[np.generic], name: str = "", offset_bytes: int = 0, place: Place = "device"
    ) -> Buffer:
        """Copy an array to new memory at a place, `offset_bytes` behind a 256-byte boundary."""
        return self._memory.upload(array, name, offset_bytes, place)

    def forget(self, buffer: Buffer) -> None:
        """Do nothing: a GPU does not know who reads what nothing wrote."""

    def download(self, buffer: Buffer, like: NDArray[np.generic]) -> NDArray[np.generic]:
        """Copy a buffer back as an array of the dtype and shape of `like`."""
        return self._memory.download(buffer, like)

    def free(self, buffer: Buffer) -> None:
        """Give the memory back."""
        self._textures.forget(buffer.address)
        self._memory.free(buffer)

    def bind(self, image: Image) -> int:
        """Return the handle of a texture object over a copy of the texels; surfaces are refused."""
        return self._textures.bind(image)

    def set_variable(self, module: CompiledModule, name: str, content: NDArray[np.generic]) -> None:
        """Copy an array over a `__device__` or `__constant__` variable of the module, by its mangled name."""
        self._memory.overwrite(self._modules.variable(module, name), content, name)

    def prepare(self, kernel: Kernel, launch: Launch) -> None:
        """Do nothing: the driver loads a module when its first kernel is launched."""

    def launch(
        self, kernel: Kernel, launch: Launch, arguments: Sequence[Argument], timing: Timing = ONCE
    ) -> LaunchResult:
        """Run the kernel to its end and time it with events, looking at the GPU around the samples.

        Who asks for no more than a launch gets no look: NVML takes longer than most kernels.

        Raises DeviceLostError where the kernel faults; nothing works on this object after that.
        """
        _check_shape(launch)
        function = self._modules.function(kernel, launch)
        values = [by_value(argument) for argument in arguments]

        def enqueue() -> None:
            function(
                launch.grid,
                launch.block,
                values,
                shared_mem=launch.dynamic_shared_bytes,
                stream=self._stream,
            )

        with cuda_errors(self._cupy, f"kernel {written_name(kernel)}"):
            self._warm_up(enqueue, timing.warmups)
            timer = EventTimer(self._cupy, self._stream, self._hold, self._flush)
            return _result(sample(timer.sampler(enqueue, timing), self._look(timing), timing))

    def perform(self, activity: Activity, timing: Timing = ONCE) -> LaunchResult:
        """Carry out the steps to their end and time them together, by the clock that the activity names.

        Raises DeviceLostError where a kernel faults; nothing works on this object after that.
        """
        with cuda_errors(self._cupy, activity.subject):
            steps, before = self._activities.prepare(activity)
            try:
                self._warm_up(steps, timing.warmups)
                timer = self._timer(activity)
                return _result(sample(timer.sampler(steps, timing, before), self._look(timing), timing))
            finally:
                self._activities.free()

    def _timer(self, activity: Activity) -> EventTimer | HostTimer:
        if activity.clock == "host":
            return HostTimer(self._stream)
        calls = 1 if activity.as_graph else len(activity.steps)
        return EventTimer(self._cupy, self._stream, self._hold, self._flush, calls)

    def _look(self, timing: Timing) -> Callable[[], DeviceConditions | None]:
        wanted = timing.warmups or timing.samples > 1
        return self._gpu.look if self._gpu and wanted else _no_look

    def close(self) -> None:
        """Free everything."""
        if self._flush_address is not None:
            self._runtime.free(self._flush_address)
            self._flush_address = None
        self._textures.close()
        self._memory.close()
        self._modules.close()

    @cached_property
    def _busy(self) -> Callable[[float, int, int], None]:
        """What keeps so many blocks of so many threads busy for some seconds."""
        options = CompileOptions(compute_capability=self._facts.compute_capability)
        kernel = Kernel(module=self.compile(HOLD_SOURCE, "hold.cu", options), name="gpuadvisor_hold")
        function = self._modules.function(kernel, Launch(grid=(1, 1, 1), block=(1, 1, 1)))

        def busy(seconds: float, blocks: int, threads: int) -> None:
            nanoseconds = by_value(np.uint64(seconds * 1e9))
            function((blocks, 1, 1), (threads, 1, 1), [nanoseconds], stream=self._stream)

        return busy

    def _hold(self, seconds: float) -> None:
        self._busy(seconds, 1, 1)

    def _work(self, seconds: float) -> None:
        self._busy(seconds, WARMING_BLOCKS * self._facts.multiprocessors, WARMING_THREADS)
        self._stream.synchronize()

    def _flush(self) -> None:
        size_bytes = FLUSH_FACTOR * self._facts.l2_bytes
        if self._flush_address is None:
            self._flush_address = self._runtime.malloc(size_bytes)
        self._runtime.memsetAsync(self._flush_address, 0, size_bytes, self._stream.ptr)

    def _warm_up(self, enqueue: Callable[[], object], warmups: int) -> None:
        if warmups and self._is_asleep():
            warmth = warm_clock(self._work, self._clock_hz, self._facts.sm_clock_hz)
            self._steady_clock_hz = warmth.clock_hz if warmth else None
        for _ in range(warmups):
            enqueue()
        self._stream.synchronize()

    def _is_asleep(self) -> bool:
        clock_hz, steady_hz = self._clock_hz(), self._steady_clock_hz
        return clock_hz is not None and (steady_hz is None or clock_hz < IDLE_CLOCK_FRACTION * steady_hz)

    def _clock_hz(self) -> float | None:
        return self._gpu.sm_clock_hz if self._gpu else None

    def _conditions(self) -> DeviceConditions | None:
        if self._gpu is None:
            return None
        memory_free_bytes, _ = self._runtime.memGetInfo()
        return self._gpu.conditions(memory_free_bytes)


def _no_look() -> None:
    return None


def _result(found: Sampling) -> LaunchResult:
    return LaunchResult(
        times=tuple(KernelTime(provenance=Provenance.MEASURED, seconds=each) for each in found.seconds),
        before=found.looks[0] if found.looks else None,
        after=found.looks[-1] if found.looks else None,
        looks=tuple(found.looks),
        discarded=len(found.discarded),
        discarded_looks=tuple(found.discarded_looks),
    )


def _check_shape(launch: Launch) -> None:
    if min(*launch.grid, *launch.block) < 1:
        raise GpuAdvisorError(
            f"a launch needs at least one block and one thread, not grid {launch.grid} block {launch.block}"
        )
    if launch.cluster is not None:
        raise GpuAdvisorError(
            f"CuPy cannot launch clusters of {launch.cluster}",
            remedy="compile the kernel for them with __cluster_dims__, and leave `cluster` out of the launch",
        )
