"""What `analyze` does between its options and its report."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from gpuadvisor.cli.analysis_files import files_of_analysis
from gpuadvisor.devices.device import Device
from gpuadvisor.devices.open import open_device
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.documents import read
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.probing.store import last_profile_of, last_profile_path
from gpuadvisor.probing.unprobed import unprobed
from gpuadvisor.sources.analysis import AnalysisOptions, analyze_source, kernels_without_launch
from gpuadvisor.sources.argument_text import parse_arguments
from gpuadvisor.sources.compile_settings import CompileSettings
from gpuadvisor.sources.extents import parse_extents
from gpuadvisor.sources.files import file_and_kernel, source_files
from gpuadvisor.sources.kernel_names import matches
from gpuadvisor.sources.launches import LaunchFile, LaunchRequest, launch_file
from gpuadvisor.sources.requests import InlineLaunch, choose_requests


@dataclass(frozen=True, kw_only=True)
class AnalysisRequest:
    """The options of `gpuadvisor analyze`, as given."""

    paths: tuple[Path, ...]
    kernels: tuple[str, ...]
    launch: Path | None
    grid: str | None
    block: str | None
    shared: int | None
    arguments: tuple[str, ...]
    device: str
    all_blocks: bool
    check: bool
    include: tuple[Path, ...]
    defines: tuple[str, ...]
    std: str | None
    max_registers: int | None
    machine: Path | None

    def files(self) -> list[Path]:
        """Return the files and folders, without the kernels that stand behind them."""
        return [file_and_kernel(path)[0] for path in self.paths]

    def wanted(self) -> tuple[str, ...]:
        """Return the kernels asked for, by option or as FILE:KERNEL."""
        named = (file_and_kernel(path)[1] for path in self.paths)
        return (*self.kernels, *(name for name in named if name is not None))

    def inline_launch(self) -> InlineLaunch:
        """Return what the options say of a launch."""
        return InlineLaunch(
            grid=parse_extents(self.grid, "grid") if self.grid else None,
            block=parse_extents(self.block, "block") if self.block else None,
            dynamic_shared_bytes=self.shared,
            arguments=parse_arguments(self.arguments),
        )

    def compile_settings(self) -> CompileSettings:
        """Return what the options say of compiling."""
        return CompileSettings(
            include_directories=self.include,
            defines=self.defines,
            standard=self.std,
            maximum_registers=self.max_registers,
        )


@dataclass(frozen=True, kw_only=True)
class _Work:
    """One source and what to run of it."""

    source: Path
    launches: LaunchFile
    requests: list[LaunchRequest]


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """What an analysis found."""

    machine: MachineProfile
    """The machine profile to judge by."""
    kernels: list[KernelProfile]
    """A profile of every launch."""
    remarks: list[str]
    """What was left out."""
    files: list[Path] | None
    """What it depends on; None where that cannot be told."""


def analyze(request: AnalysisRequest, *, quiet: bool = False) -> Analysis:
    """Run every launch that is asked for."""
    works = _works(request)
    console = Console(stderr=True, quiet=quiet, markup=False)
    device = open_device(request.device, all_blocks=request.all_blocks, check=request.check)
    try:
        machine = _machine(request.machine, device.facts)
        with console.status("analysing") as status:
            options = AnalysisOptions(
                # Of several sources, `_works` has chosen those that launch the wanted kernels.
                wanted=request.wanted() if len(works) == 1 else (),
                all_blocks=request.all_blocks,
                progress=lambda step: status.update(Text(step)),
            )
            kernels = [each for work in works for each in _profiles(work, request, device, options)]
    finally:
        device.close()
    remarks = [] if request.wanted() else list(_left_out(works))
    files = _files(works, request, device.facts)
    return Analysis(machine=machine, kernels=kernels, remarks=remarks, files=files)


def _works(request: AnalysisRequest) -> list[_Work]:
    files, inline = source_files(request.files()), request.inline_launch()
    if len(files) > 1 and (request.launch or inline.is_given):
        raise GpuAdvisorError("--launch, --grid, --block, --shared and --arg need a single FILE")
    works = []
    for source in files:
        launches = launch_file(source, request.launch)
        requests = choose_requests(launches.requests, request.wanted(), inline)
        works.append(_Work(source=source, launches=launches, requests=requests))
    return works if len(works) == 1 or not request.wanted() else _launching(works, request.wanted())


def _launching(works: list[_Work], kernels: tuple[str, ...]) -> list[_Work]:
    """Return those of several sources that launch any of the kernels; each must be launched somewhere."""
    asked = [request.kernel for work in works for request in work.requests]
    for kernel in kernels:
        if not any(matches(kernel, name) for name in asked):
            raise GpuAdvisorError(
                f"none of the {len(works)} sources has a launch of {kernel!r}",
                remedy="name the one source that defines it to see what its launch needs",
            )
    return [work for work in works if work.requests]


def _profiles(
    work: _Work, request: AnalysisRequest, device: Device, options: AnalysisOptions
) -> list[KernelProfile]:
    compilation = request.compile_settings().options(work.launches, device.facts.compute_capability)
    return analyze_source(work.source, work.requests, device, compilation, options)


def _left_out(works: list[_Work]) -> Iterator[str]:
    for work in works:
        names = kernels_without_launch(work.source, work.requests)
        if names:
            yield f"{work.source}: no launch for {', '.join(names)}; not analysed"


def _files(works: list[_Work], request: AnalysisRequest, device: DeviceFacts) -> list[Path] | None:
    if device.kind != "emulated":
        return None
    found = [request.machine or last_profile_path(device)]
    for work in works:
        compilation = request.compile_settings().options(work.launches, device.compute_capability)
        files = files_of_analysis(work.source, work.requests, compilation)
        if files is None:
            return None
        found += [*files, request.launch or work.source.with_suffix(".toml")]
    return found


def _machine(file: Path | None, device: DeviceFacts) -> MachineProfile:
    """Return the profile in `file`, else the device's last one, else its facts without any probe."""
    if file is None:
        return last_profile_of(device) or unprobed(device)
    document = read(file)
    if not isinstance(document, MachineProfile):
        raise GpuAdvisorError(
            "is not a machine profile", where=str(file), remedy="run `gpuadvisor probe -o FILE`"
        )
    return document
