"""Runs a kernel on NumPy arrays, as every test of the emulator does."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from gpuadvisor.compiler.compile import compile_source
from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.emulator.decoder import decode
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.program import Program
from gpuadvisor.emulator.run import RunOptions, run
from gpuadvisor.emulator.store import ByteStore
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Access, Launch, Observation

Array = NDArray[Any]
DEFAULT = RunOptions()
HEADER = ".version 8.0\n.target sm_90\n.address_size 64\n"


@dataclass
class Outcome:
    """What a launch left behind: the arrays in the order they were given, and the counts."""

    arrays: list[Array]
    observation: Observation


@cache
def compiled(source: str, path: str = "kernel.cu") -> Program:
    """Compile CUDA C++ once per test run; `extern "C"` keeps names as written."""
    return decode(compile_source(source, path, CompileOptions(compute_capability="9.0")).ptx)


def launch_of(grid: int | tuple[int, ...], block: int | tuple[int, ...], shared: int = 0) -> Launch:
    """Return a launch of up to three dimensions."""
    return Launch(grid=_three(grid), block=_three(block), dynamic_shared_bytes=shared)


def _three(extent: int | tuple[int, ...]) -> tuple[int, int, int]:
    x, y, z = (*((extent,) if isinstance(extent, int) else extent), 1, 1)[:3]
    return x, y, z


def execute(
    program: Program,
    kernel: str,
    launch: Launch,
    arguments: Sequence[Array | np.generic],
    options: RunOptions = DEFAULT,
    memory: GlobalMemory | None = None,
    *,
    races: bool = False,
) -> Outcome:
    """Launch with arrays as named buffers `array0`, `array1`, ...; scalars go as they are.

    Native code must leave the same memory behind and count the same as the interpreter, or fail alike. Where
    warps race, how often they go round a loop depends on who runs first: then only memory must be the same.
    """
    memory = memory if memory is not None else GlobalMemory()
    interpreted = _attempt(program, kernel, launch, arguments, replace(options, native=False), copied(memory))
    found = _attempt(program, kernel, launch, arguments, options, memory)
    assert_alike(found, interpreted, races=races)
    if isinstance(found, GpuAdvisorError):
        raise found
    return found


def copied(memory: GlobalMemory) -> GlobalMemory:
    """Return memory with the same buffers and content."""
    store = ByteStore(memory.arena.size)
    store.bytes[:] = memory.arena
    return replace(memory, modules=dict(memory.modules), _store=store, _allocations=list(memory._allocations))


def _attempt(
    program: Program,
    kernel: str,
    launch: Launch,
    arguments: Sequence[Array | np.generic],
    options: RunOptions,
    memory: GlobalMemory,
) -> Outcome | GpuAdvisorError:
    try:
        return _launch(program, kernel, launch, arguments, options, memory)
    except GpuAdvisorError as error:
        return error


def assert_alike(
    found: Outcome | GpuAdvisorError, expected: Outcome | GpuAdvisorError, *, races: bool = False
) -> None:
    """Check that both executors end in the same memory and, unless warps race, counts; or the same error."""
    if isinstance(found, GpuAdvisorError) or isinstance(expected, GpuAdvisorError):
        assert str(found) == str(expected)
        return
    for array, wanted in zip(found.arrays, expected.arrays, strict=True):
        np.testing.assert_array_equal(array.view(np.uint8), wanted.view(np.uint8))
    if not races:
        assert _exact(found.observation) == _exact(expected.observation)
        assert_described_alike(found.observation.accesses, expected.observation.accesses)


STRIDES = ("lane_stride_bytes", "stride_varies", "thread_step_bytes", "stride_bytes_used")
SAMPLED = ("base_misalignment_bytes", "padding", "pattern", "variable", *STRIDES)
"""What an access derives from the requests whose addresses were kept."""
KEPT = 128
"""Both executors keep all requests of an access that makes no more, of warps that run together 64."""


def assert_described_alike(found: Sequence[Access], expected: Sequence[Access]) -> None:
    """Check that executors describe accesses alike; of many requests, averages and alignment may differ.

    How far a thread steps is known to native code also where the interpreter, whose warps run together, does
    not know which of the next requests is that of the same warp.
    """
    for access, wanted in zip(found, expected, strict=True):
        assert _description(access) == _description(wanted)
        assert wanted.thread_step_bytes in (access.thread_step_bytes, None)


def _description(access: Access) -> list[object]:
    fields = ["lane_stride_bytes", "stride_varies", "stride_bytes_used", "variable"]
    if access.requests <= KEPT:
        return [getattr(access, name) for name in (*fields, "base_misalignment_bytes", "padding", "pattern")]
    padding = access.padding and (access.padding.row_pitch_bytes, access.padding.pad_bytes)
    words = re.sub(r", base .*|\d+", "", access.pattern)
    return [*(getattr(access, name) for name in fields), padding, words]


def _exact(observation: Observation) -> Observation:
    accesses = [msgspec.structs.replace(access, **dict.fromkeys(SAMPLED)) for access in observation.accesses]
    return msgspec.structs.replace(observation, accesses=accesses)


def _launch(
    program: Program,
    kernel: str,
    launch: Launch,
    arguments: Sequence[Array | np.generic],
    options: RunOptions,
    memory: GlobalMemory,
) -> Outcome:
    values: list[np.generic] = []
    buffers: list[tuple[int, Array]] = []
    for position, argument in enumerate(arguments):
        if isinstance(argument, np.ndarray):
            address = memory.allocate(argument.nbytes, f"array{position}")
            memory.write(address, argument.tobytes())
            buffers.append((address, argument))
            values.append(np.uint64(address))
        else:
            values.append(argument)
    observation = run(program, kernel, launch, values, memory, options)
    arrays = [
        np.frombuffer(memory.read(address, array.nbytes), array.dtype).reshape(array.shape)
        for address, array in buffers
    ]
    return Outcome(arrays, observation)


def ptx_kernel(body: str, parameters: int = 1, before: str = "", registers: int = 20) -> Program:
    """Return a module with one kernel `k` of 64-bit parameters p0, p1, ...

    `%rd0` holds the first as a pointer, `%r0` is %tid.x, `%rd1` the address of the thread's own 8 bytes.
    """
    listed = ", ".join(f".param .u64 p{number}" for number in range(parameters))
    return decode(
        f"""{HEADER}{before}
.visible .entry k({listed})
{{
    .reg .pred %p<{registers}>; .reg .b32 %r<{registers}>;
    .reg .f32 %f<{registers}>; .reg .b64 %rd<{registers}>;
    ld.param.u64 %rd0, [p0];
    cvta.to.global.u64 %rd0, %rd0;
    mov.u32 %r0, %tid.x;
    mad.wide.u32 %rd1, %r0, 8, %rd0;
{body}
    ret;
}}
"""
    )


def run_ptx(body: str, threads: int = 32, *, before: str = "", shared: int = 0) -> NDArray[np.uint64]:
    """Run a body (see `ptx_kernel`) on one block; return the 64-bit word of each thread."""
    program = ptx_kernel(body, before=before)
    outcome = execute(program, "k", launch_of(1, threads, shared), [np.zeros(threads, np.uint64)])
    return outcome.arrays[0]
