"""A program run and recorded: from its name to a timeline profile."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import msgspec

from gpuadvisor.live.imports import when_imported
from gpuadvisor.live.nvml_sampler import NvmlSampler
from gpuadvisor.live.program import Ending, Program, run_program
from gpuadvisor.live.recorder import Recorded
from gpuadvisor.live.recorders import Recorders, Way, cupti_starter, torch_starter
from gpuadvisor.live.steps import StepLimits
from gpuadvisor.model.timeline import TimelineProfile


@dataclass(frozen=True, kw_only=True)
class Recording:
    """How to record."""

    limits: StepLimits
    trace: Path | None = None
    """Where PyTorch's trace is kept."""
    shapes: bool = True
    """Whether PyTorch's operators tell the shapes of their inputs."""
    way: Way | None = None
    collector: tuple[int, int, int] = (700, 10, 10)
    """The threshold of garbage collection that the program gets."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A program that has ended, and what was recorded of it."""

    ending: Ending
    timeline: TimelineProfile | None
    remarks: list[str] = field(default_factory=list)


def record(program: Program, recording: Recording, nvml: ModuleType | None) -> Run:
    """Run the program and record it; raise GpuAdvisorError where there is no such program."""
    source = program.name
    recorders = Recorders(
        start_torch=torch_starter(
            recording.limits, source, recording.trace, _has_gpu(nvml), shapes=recording.shapes
        ),
        start_cupti=cupti_starter(source, _has_gpu(nvml)),
        way=recording.way,
    )
    sampler = None if nvml is None else NvmlSampler(nvml)
    process = os.getpid()
    with when_imported(recorders.notices()):
        ending = run_program(program, recording.collector)
    if os.getpid() != process:
        _leave(ending)
    recorded = recorders.finish()
    if sampler is not None:
        sampler.stop()
    return Run(ending=ending, timeline=_with_samples(recorded, sampler), remarks=recorded.remarks)


def _leave(ending: Ending) -> NoReturn:
    """End a process that the program forked and let run to its end: its parent tells of the recording."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(ending.exit_code)


def _has_gpu(nvml: ModuleType | None) -> Callable[[], bool]:
    return lambda: nvml is not None and nvml.nvmlDeviceGetCount() > 0


def _with_samples(recorded: Recorded, sampler: NvmlSampler | None) -> TimelineProfile | None:
    if recorded.timeline is None or sampler is None:
        return recorded.timeline
    samples = sampler.samples(recorded.begun_seconds, recorded.ended_seconds)
    return msgspec.structs.replace(recorded.timeline, samples=samples)
