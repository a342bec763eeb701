"""The launches that a configuration gates."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gpuadvisor import __version__
from gpuadvisor.cli.analysis_files import files_of_analysis
from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.device import Device
from gpuadvisor.gating.configuration import KernelItem
from gpuadvisor.gating.reading import Loaded
from gpuadvisor.model.machine import Tool
from gpuadvisor.model.report import Report
from gpuadvisor.sources.analysis import AnalysisOptions, analyze_source
from gpuadvisor.sources.compile_settings import CompileSettings
from gpuadvisor.sources.launches import LaunchRequest, launch_file
from gpuadvisor.sources.requests import InlineLaunch, choose_requests


@dataclass(frozen=True, kw_only=True)
class GatedLaunch:
    """A source, what to launch of it and how to compile it."""

    entry: KernelItem
    source: Path
    requests: list[LaunchRequest]
    compilation: CompileOptions

    @property
    def title(self) -> str:
        """The source."""
        return str(self.source)

    def question(self) -> str:
        """Return what tells its runs from others."""
        return repr((self.source, self.entry.kernels, self.requests, self.compilation))

    def files(self) -> list[Path] | None:
        """Return the files that its profiles depend on; the launches themselves are in the question."""
        return files_of_analysis(self.source, self.requests, self.compilation)

    def run(self, device: Device) -> Report:
        """Run every launch; the report holds a profile of each that is reported."""
        options = AnalysisOptions(wanted=self.entry.kernels)
        profiles = analyze_source(self.source, self.requests, device, self.compilation, options)
        return Report(tool=Tool(version=__version__), kernels=profiles)


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
