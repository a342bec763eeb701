"""The launches that a configuration gates."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.gating.configuration import KernelItem
from gpuadvisor.gating.reading import Loaded
from gpuadvisor.sources.compile_settings import CompileSettings
from gpuadvisor.sources.files import launch_file
from gpuadvisor.sources.launches import LaunchRequest
from gpuadvisor.sources.requests import InlineLaunch, choose_requests


@dataclass(frozen=True, kw_only=True)
class GatedLaunch:
    """A source, what to launch of it and how to compile it."""

    entry: KernelItem
    source: Path
    requests: list[LaunchRequest]
    compilation: CompileOptions


def gated_launches(loaded: Loaded, compute_capability: str) -> Iterator[GatedLaunch]:
    """Yield every source that the configuration names, in its order.

    Raises GpuAdvisorError, with the line, for a pattern that no file matches; in the folder of another
    revision such a source is just not there yet.
    """
    for number, entry in enumerate(loaded.configuration.kernel):
        found = sorted(loaded.directory.glob(entry.source))
        if not found and loaded.root is None:
            raise loaded.error(f"no file matches {entry.source!r}", ("kernel", number, "source"))
        for source in found:
            launches = launch_file(source, loaded.directory / entry.launch if entry.launch else None)
            settings = CompileSettings(
                include_directories=tuple(loaded.directory / each for each in entry.include),
                defines=entry.defines,
            )
            yield GatedLaunch(
                entry=entry,
                source=source,
                requests=choose_requests(launches.requests, entry.kernels, InlineLaunch()),
                compilation=settings.options(launches, compute_capability),
            )
