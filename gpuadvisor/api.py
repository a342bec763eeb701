"""The Python interface: one launch of a kernel, on NumPy arrays, as a report."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.advising.rules import OF_KERNELS, load_rules
from gpuadvisor.cli.report_building import build_report
from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.device import Device
from gpuadvisor.devices.open import open_device
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import KernelProfile, Launch
from gpuadvisor.model.report import Report
from gpuadvisor.probing.store import last_profile_of
from gpuadvisor.probing.unprobed import unprobed
from gpuadvisor.sources.compiled import CompiledSource
from gpuadvisor.sources.extents import extents
from gpuadvisor.sources.files import file_and_kernel, source_files
from gpuadvisor.sources.images import Surface, Texture
from gpuadvisor.sources.kernel_names import matches
from gpuadvisor.sources.launches import LaunchRequest
from gpuadvisor.sources.opening import open_source
from gpuadvisor.sources.source import Source
from gpuadvisor.sources.unit import compile_text
from gpuadvisor.sources.values import LaunchData, Number, Pointer, Symbol, Value

Given = NDArray[np.generic] | np.generic | Texture | Surface | Number | None
Extents = int | tuple[int, ...]
_TEXT = Path("<source>")
"""What reports call a source that is no file."""


def analyze(
    kernel: str,
    grid: Extents,
    block: Extents,
    args: Sequence[Given] | Mapping[str, Given] = (),
    *,
    name: str | None = None,
    shared_bytes: int = 0,
    cluster: Extents | None = None,
    symbols: Mapping[str, NDArray[np.generic] | np.generic | Texture | Surface] | None = None,
    device: str = "emulated:h100",
    all_blocks: bool = True,
    check: bool = False,
    defines: Sequence[str] = (),
    include_directories: Sequence[Path] = (),
    rules: Sequence[Path] = (),
) -> Report:
    """Run one launch of a kernel and return the report on it; writeable arrays are updated as on a GPU.

    `kernel` is `FILE:KERNEL`, a file with a single kernel, or CUDA C++ text; `name` chooses among several.
    `cluster` are the blocks of each cluster, if the kernel does not say.
    `args` are C-contiguous NumPy arrays (pointers; a slice points into its array), NumPy scalars and
    structures, textures and surfaces (`Texture(array, filter="linear")`, `Surface(array)`), Python numbers
    (which take the parameter's type) and None (the null pointer). With
    `all_blocks` false a large grid is sampled, and what the arrays hold is as incomplete as the counts are
    scaled. With `check` the kernel is searched for defects: `report.kernels[0].findings`. They do not end the
    run: loads at fault read zero, stores are lost. Raises GpuAdvisorError where the kernel does not compile,
    the arguments do not fit it or it fails.
    """
    opened = open_device(device, all_blocks=all_blocks, check=check)
    try:
        options = CompileOptions(
            compute_capability=opened.facts.compute_capability,
            defines=tuple(defines),
            include_directories=tuple(include_directories),
        )
        source, wanted = _opened(kernel, name, opened, options)
        chosen = wanted or _only_kernel(source)
        launch = _launch(grid, block, shared_bytes, cluster)
        data = LaunchData(
            arguments={each: _value(each, value) for each, value in _named(args, source, chosen).items()},
            symbols={each: _symbol(content) for each, content in (symbols or {}).items()},
            keep=True,
        )
        task = source.task(LaunchRequest(kernel=chosen, launch=launch), data)
        profile = task.run(opened, all_blocks=all_blocks)
        return _report(profile, opened, rules)
    finally:
        opened.close()


def _opened(
    kernel: str, name: str | None, device: Device, options: CompileOptions
) -> tuple[Source, str | None]:
    if "\n" in kernel or "__global__" in kernel:
        unit = compile_text(_TEXT, kernel, [name] if name else [], device, options)
        return CompiledSource(path=_TEXT, units=[unit]), name
    path, written = file_and_kernel(Path(kernel))
    wanted = name or written
    (file,) = source_files([path])
    return open_source(file, [wanted] if wanted else [], device, options), wanted


def _only_kernel(source: Source) -> str:
    names = [each.name for each in source.kernels()]
    if len(names) != 1:
        raise GpuAdvisorError(
            f"has {len(names)} kernels", where=str(source.path), remedy=f"name one: {', '.join(names)}"
        )
    return names[0]


def _launch(grid: Extents, block: Extents, shared_bytes: int, cluster: Extents | None) -> Launch:
    try:
        return Launch(
            grid=extents(grid, "grid"),
            block=extents(block, "block"),
            dynamic_shared_bytes=shared_bytes,
            cluster=None if cluster is None else extents(cluster, "cluster"),
        )
    except ValueError as error:
        raise GpuAdvisorError(str(error)) from None


def _named(args: Sequence[Given] | Mapping[str, Given], source: Source, kernel: str) -> Mapping[str, Given]:
    """Return the arguments by name, which for a sequence are those of the kernel's parameters."""
    if isinstance(args, Mapping):
        return args
    declared = next((each.parameters for each in source.kernels() if matches(kernel, each.name)), ())
    names = [each.name for each in declared]
    names += [f"argument {position}" for position in range(len(names), len(args))]
    return dict(zip(names, args, strict=False))


def _value(name: str, given: Given) -> Value:
    if given is None:
        return Pointer(None)
    if isinstance(given, np.ndarray) and not given.flags.c_contiguous:
        raise GpuAdvisorError(
            f"argument {name!r} is not contiguous", remedy="pass numpy.ascontiguousarray(...) of it"
        )
    return given


def _symbol(content: NDArray[np.generic] | np.generic | Texture | Surface) -> Symbol:
    return content if isinstance(content, Texture | Surface) else np.asarray(content)


def _report(profile: KernelProfile, device: Device, rules: Sequence[Path]) -> Report:
    machine = last_profile_of(device.facts) or unprobed(device.facts)
    return build_report(machine, [profile], load_rules(rules, OF_KERNELS))
