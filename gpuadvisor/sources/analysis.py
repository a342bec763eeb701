"""A file of kernels: compile or read it, run each requested launch on a device, and profile what it did."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.device import Device
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.sources.declarations import kernel_declarations
from gpuadvisor.sources.files import CUDA_SUFFIXES
from gpuadvisor.sources.kernel_names import matches
from gpuadvisor.sources.launch_data import launch_data, shared_buffers
from gpuadvisor.sources.launches import LaunchRequest
from gpuadvisor.sources.missing_launch import missing_launch
from gpuadvisor.sources.opening import open_source
from gpuadvisor.sources.unit import read_source


@dataclass(frozen=True, kw_only=True)
class AnalysisOptions:
    """What to run of a source, and how."""

    wanted: Sequence[str] = ()
    """Kernels that were asked for by name: each needs a launch."""
    all_blocks: bool = False
    """Count every block, on a GPU too; an emulated device was told when it was opened."""
    progress: Callable[[str], None] = lambda _: None
    """Told each step in words."""


def analyze_source(
    path: Path,
    requests: Sequence[LaunchRequest],
    device: Device,
    compilation: CompileOptions,
    options: AnalysisOptions = AnalysisOptions(),
) -> list[KernelProfile]:
    """Return the profile of each requested launch of the kernels in the file `path`.

    Raises GpuAdvisorError where the source does not compile, a kernel has no launch or a launch does not
    fit its kernel, and where the kernel itself fails.
    """
    names = [*options.wanted, *(request.kernel for request in requests)]
    source = open_source(path, names, device, compilation)
    lacking = [name for name in options.wanted if not any(matches(name, each.kernel) for each in requests)]
    if lacking or not requests:
        raise missing_launch(path, source.kernels(), lacking)
    source.prepare(requests, device)
    shared = shared_buffers(requests)
    profiles: list[KernelProfile] = []
    for request in requests:
        options.progress(f"{path}: {request.kernel}")
        data = launch_data(request, shared)
        if profiles:  # what an earlier launch wrote to a shared buffer is not known here
            data = replace(data, unwritten=data.unwritten - shared.keys())
        task = source.task(request, data)
        profiles.append(task.run(device, all_blocks=options.all_blocks))
    _note_incomplete_buffers(requests, profiles)
    return [profile for request, profile in zip(requests, profiles, strict=True) if request.reported]


def _note_incomplete_buffers(requests: Sequence[LaunchRequest], profiles: Sequence[KernelProfile]) -> None:
    """Say so where a launch reads what an earlier one wrote, and only some blocks of that one ran."""
    sampled: list[str] = []
    for request, profile in zip(requests, profiles, strict=True):
        if request.buffers and sampled:
            note = "the shared buffers hold what a sample of the blocks wrote of "
            note += f"{', '.join(dict.fromkeys(sampled))}; --all-blocks runs all"
            profile.notes = [*profile.notes, note]
        if profile.counters is not None and profile.counters.blocks_run < profile.counters.blocks_total:
            sampled.append(profile.name)


def kernels_without_launch(path: Path, requests: Sequence[LaunchRequest]) -> list[str]:
    """Return the kernels that a CUDA C++ source defines and no request names."""
    if path.suffix not in CUDA_SUFFIXES:
        return []
    declared = kernel_declarations(read_source(path))
    return [each.name for each in declared if not any(matches(each.name, ask.kernel) for ask in requests)]
