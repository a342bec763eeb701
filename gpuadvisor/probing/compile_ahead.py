"""Compile the kernels of many points side by side, before any is timed: NVRTC compiles one at a time.

Its threads wait for each other (NVIDIA developer forum, "Parallel compilation with NVRTC"), so processes do
it, and leave the result in the cache on disk. Nothing is compiled while a GPU is timed.
"""

import dataclasses
import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from contextlib import suppress
from typing import NamedTuple

from gpuadvisor.compiler.compile import compile_source, is_compiled
from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.compiler.toolchain import supported_compute_capabilities
from gpuadvisor.devices.cuda_modules import best_target
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.probing.kernel_options import kernel_options
from gpuadvisor.probing.plan import kernel_settings, scope_at
from gpuadvisor.probing.selection import Selection

MOST_PROCESSES = 16
KERNEL = "__global__"
FEWEST_JOBS = 3
"""Starting a process takes longer than compiling one or two kernels."""


class CompileJob(NamedTuple):
    """What `compile_source` takes."""

    source: str
    path: str
    options: CompileOptions


def compile_ahead(
    facts: DeviceFacts,
    selected: Sequence[Selection],
    limit_seconds: float,
    announce: Callable[[int], None],
    *,
    processes: int | None = None,
) -> int:
    """Compile what points of the selection need and no earlier run compiled; return how many that were.

    What takes longer than the limit, or does not compile, is left to the point that needs it. `announce` is
    told the number before it begins.
    """
    try:
        jobs = [job for job in jobs_of(facts, selected) if not is_compiled(*job)]
    except GpuAdvisorError:  # no compiler, say: the first point tells
        return 0
    number = min(processes or os.cpu_count() or 1, MOST_PROCESSES, len(jobs))
    if len(jobs) < FEWEST_JOBS or number < 2:
        return 0
    announce(len(jobs))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(number, mp_context=context, initializer=_leave_interrupts) as pool:
        wait([pool.submit(_compile, job) for job in jobs], limit_seconds)
        pool.shutdown(wait=False, cancel_futures=True)
    return len(jobs)


def jobs_of(facts: DeviceFacts, selected: Sequence[Selection]) -> list[CompileJob]:
    """Return the compilations that the points ask for, each once, as the GPU's device would make them."""
    own = facts.compute_capability
    target = best_target(own, own, supported_compute_capabilities())
    jobs = dict.fromkeys(job for selection in selected for job in _jobs(facts, selection))
    return [job._replace(options=dataclasses.replace(job.options, compute_capability=target)) for job in jobs]


def _jobs(facts: DeviceFacts, selection: Selection) -> list[CompileJob]:
    probe = selection.probe
    found: list[CompileJob] = []
    if KERNEL not in probe.source:
        return found
    for sweep, points in selection.sweeps:
        for parameters in points:
            macros, cap = kernel_settings(scope_at(facts, probe, sweep, parameters), sweep)
            options = kernel_options(facts, macros, cap)
            found.append(CompileJob(probe.source, str(probe.kernel_file), options))
    return found


def _compile(job: CompileJob) -> None:
    with suppress(GpuAdvisorError):  # the point that needs it says so, with its name
        compile_source(*job)


def _leave_interrupts() -> None:
    """Leave Ctrl-C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
