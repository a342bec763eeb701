"""A GPU that is not there: counts from executing the PTX, times from the cost model."""

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.compiler.compile import compile_source
from gpuadvisor.compiler.headers import is_library_header
from gpuadvisor.compiler.module import CompiledModule, CompileOptions
from gpuadvisor.devices.catalog import entry
from gpuadvisor.devices.cost import modelled_time
from gpuadvisor.devices.device import ONCE, Argument, Buffer, Kernel, LaunchResult, Place, Timing
from gpuadvisor.devices.launch_checks import check_cluster, check_shape, resident
from gpuadvisor.emulator.clusters import with_cluster
from gpuadvisor.emulator.decoder import decode
from gpuadvisor.emulator.layout import load_module
from gpuadvisor.emulator.loads_in_flight import loads_in_flight
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.program import Function, Program
from gpuadvisor.emulator.run import RunOptions, abandon_prepared, prepare, run
from gpuadvisor.emulator.sampling import DEFAULT_THREAD_INSTRUCTIONS, choose_blocks
from gpuadvisor.emulator.textures.images import Image
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import KernelTime, Launch

if TYPE_CHECKING:
    from gpuadvisor.devices.activities import Activity, Run

_CHECKED_GUARD_BYTES = 1 << 20


class EmulatedDevice:
    """The GPU called `name` in the catalogue, on the CPU.

    Of a large grid some blocks are run and the counts scaled, unless `all_blocks`. With `check` launches are
    searched for defects. Raises GpuAdvisorError, naming the closest, for a name the catalogue lacks.
    """

    def __init__(self, name: str, *, all_blocks: bool = False, check: bool = False) -> None:
        self._facts = entry(name)
        self._all_blocks = all_blocks
        self._check = check
        self._memory = self._new_memory()
        self._programs: dict[str, Program] = {}
        self._prepares = False

    @property
    def facts(self) -> DeviceFacts:
        """The catalogue's figures, each with its source."""
        return self._facts

    def compile(self, source: str, path: str, options: CompileOptions) -> CompiledModule:
        """Compile for the emulated GPU, or for the compiler's lowest target where the GPU is older."""
        compute_capability = self._facts.compute_capability
        return compile_source(
            source, path, dataclasses.replace(options, compute_capability=compute_capability)
        )

    def upload(
        self, array: NDArray[np.generic], name: str = "", offset_bytes: int = 0, place: Place = "device"
    ) -> Buffer:
        """Copy an array to emulated memory, `offset_bytes` behind a 256-byte boundary.

        Every place lies in the same memory; copies take their time by the places.
        """
        address = self._memory.allocate(array.nbytes, name, offset_bytes)
        self._memory.write(address, array.tobytes())
        return Buffer(address, array.nbytes, name, place)

    def forget(self, buffer: Buffer) -> None:
        """Take the content of a buffer as never written: a check reports who reads it."""
        self._memory.forget(buffer.address)

    def download(self, buffer: Buffer, like: NDArray[np.generic]) -> NDArray[np.generic]:
        """Copy a buffer back as an array of the dtype and shape of `like`."""
        content = self._memory.read(buffer.address, like.nbytes)
        return np.frombuffer(content, like.dtype).reshape(like.shape).copy()

    def free(self, buffer: Buffer) -> None:
        """Give the memory back."""
        self._memory.free(buffer.address)

    def bind(self, image: Image) -> int:
        """Return the handle of a new texture or surface object, which lives as long as the device."""
        return self._memory.add_image(image)

    def set_variable(self, module: CompiledModule, name: str, content: NDArray[np.generic]) -> None:
        """Copy an array over a `__device__` or `__constant__` variable of the module, by its mangled name."""
        addresses = load_module(self._program(module), self._memory).addresses
        self._memory.write(addresses[name], content.tobytes())

    def prepare(self, kernel: Kernel, launch: Launch) -> None:
        """Translate the kernel in a thread."""
        program = self._program(kernel.module)
        if kernel.name in program.kernels and not self._check:
            self._prepares = True
            prepare(program, kernel.name, launch, self._memory)

    def launch(
        self,
        kernel: Kernel,
        launch: Launch,
        arguments: Sequence[Argument],
        timing: Timing = ONCE,
    ) -> LaunchResult:
        """Execute the kernel, count, and model one time from the counts, however many are asked for.

        Without the compiler's account of the kernel's resources no time can be modelled.
        Raises GpuAdvisorError where the launch does not fit the GPU, the arguments do not fit the kernel,
        or the kernel fails.
        """
        where = f"kernel {kernel.module.names.get(kernel.name, kernel.name)}"
        program, function = self._function(kernel, where)
        check_shape(launch, where)
        launch = with_cluster(function, launch)
        check_cluster(self._facts, launch, where)
        resources = kernel.module.resources.get(kernel.name)
        occupancy = resident(self._facts, launch, resources, where) if resources else None
        options = RunOptions(
            blocks=self._blocks(launch, timing),
            thread_instructions=self._thread_instructions(timing),
            multiprocessors=self._facts.multiprocessors,
            blocks_per_multiprocessor=occupancy.blocks_per_sm if occupancy else 1,
            check=self._check,
        )
        values = [_value(argument) for argument in arguments]
        observation = run(program, kernel.name, launch, values, self._memory, options)
        if occupancy is None:
            return LaunchResult(times=(), observation=observation)
        time = modelled_time(
            self._facts,
            launch,
            occupancy,
            observation.counters,
            loads_in_flight=max(1, loads_in_flight(function)),
        )
        return LaunchResult(times=(time,), observation=observation)

    def perform(self, activity: "Activity", timing: Timing = ONCE) -> LaunchResult:  # noqa: ARG002 - one model
        """Carry out the steps once, every block of every launch, and model one time for all.

        Raises GpuAdvisorError where a launch fails, and for steps that only a real GPU can do.
        """
        # Imported here: kernels alone need nothing of it.
        from gpuadvisor.devices.emulated_activities import EmulatedActivities

        activities = EmulatedActivities(self._facts, self._memory, self._launch_whole)
        return LaunchResult(times=(activities.perform(activity),))

    def _launch_whole(self, run: "Run") -> KernelTime:
        threads = run.launch.blocks * run.launch.threads_per_block
        whole = Timing(emulated_threads=threads)
        (time,) = self.launch(run.kernel, run.launch, run.arguments, whole).times
        return time

    def close(self) -> None:
        """Free everything."""
        if self._prepares:
            abandon_prepared()
        self._memory = self._new_memory()
        self._programs.clear()

    def _new_memory(self) -> GlobalMemory:
        """Return memory whose buffers lie far apart where accesses between them are looked for."""
        return GlobalMemory(largest_guard_bytes=_CHECKED_GUARD_BYTES) if self._check else GlobalMemory()

    def _function(self, kernel: Kernel, where: str) -> tuple[Program, Function]:
        program = self._program(kernel.module)
        function = program.kernels.get(kernel.name)
        if function is None:
            known = ", ".join(kernel.module.names.get(name, name) for name in program.kernels)
            raise GpuAdvisorError("is not in the module", where=where, remedy=f"it has {known}")
        return program, function

    def _program(self, module: CompiledModule) -> Program:
        """Return the decoded module: decoded once, so that its device variables live on between launches."""
        if module.ptx not in self._programs:
            self._programs[module.ptx] = decode(module.ptx, is_library_header)
        return self._programs[module.ptx]

    def _thread_instructions(self, timing: Timing) -> int | None:
        """Return how much to run; who asks for a number of threads gets as many."""
        asked = self._all_blocks or timing.emulated_threads is not None
        return None if asked else DEFAULT_THREAD_INSTRUCTIONS

    def _blocks(self, launch: Launch, timing: Timing) -> list[int] | None:
        if self._all_blocks:
            return None
        if timing.emulated_threads is None:
            return choose_blocks(launch)
        return choose_blocks(launch, timing.emulated_threads)


def _value(argument: Argument) -> np.generic:
    return np.uint64(argument.address) if isinstance(argument, Buffer) else argument
