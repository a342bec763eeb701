"""The probes that a configuration gates."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from gpuadvisor import __version__
from gpuadvisor.cli.analysis_files import files_of_analysis
from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.device import Device
from gpuadvisor.gating.budgets import Budget, parse_budget
from gpuadvisor.gating.configuration import ProbeItem
from gpuadvisor.gating.items import Item
from gpuadvisor.gating.probe_facts import probe_directions, probe_facts, readings_meant
from gpuadvisor.gating.reading import Loaded
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.machine import ProbeResult, Tool
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.report import Report
from gpuadvisor.probing.catalogue import probe_folders
from gpuadvisor.probing.run import run_probes


@dataclass(frozen=True, kw_only=True)
class GatedProbe:
    """A probe, and which entry of the configuration names it."""

    number: int
    entry: ProbeItem
    folder: Path
    directories: tuple[Path, ...]

    @property
    def title(self) -> str:
        """The item's name."""
        return f"probe:{self.folder.name}"

    def question(self) -> str:
        """Return what tells its run from others."""
        return f"probe {self.folder}"

    def files(self) -> list[Path] | None:
        """Return the files that its readings depend on."""
        anywhere = CompileOptions(compute_capability="")
        kernels = files_of_analysis(self.folder / "kernel.cu", (), anywhere)
        return None if kernels is None else [*kernels, self.folder / "probe.toml"]

    def run(self, device: Device) -> Report:
        """Run the probe; every point must be valid on an emulated device, where nothing disturbs it."""
        machine = run_probes(device, [self.folder.name], self.directories)
        if device.facts.kind == "emulated":
            _refuse_invalid(machine.probes[0], self.folder)
        return Report(tool=Tool(version=__version__), machine=machine)


def gated_probes(loaded: Loaded) -> Iterator[GatedProbe]:
    """Yield every probe that the configuration names, once, for the first entry that does.

    Raises GpuAdvisorError, with the line, for a name that no probe has.
    """
    taken: set[Path] = set()
    for number, entry in enumerate(loaded.configuration.probe):
        directories = (loaded.directory / entry.directory,) if entry.directory else ()
        named = _folders(loaded, number, entry, directories)
        if not named and loaded.root is None:
            remedy = "`gpuadvisor probes list` names those that come with the tool"
            raise loaded.error(f"no probe is called {entry.name!r}", ("probe", number, "name"), remedy)
        for folder in named:
            if folder not in taken:
                yield GatedProbe(number=number, entry=entry, folder=folder, directories=directories)
        taken.update(named)


def _folders(loaded: Loaded, number: int, entry: ProbeItem, directories: tuple[Path, ...]) -> list[Path]:
    """Return the folders of the probes that an entry names; another revision may lack their directory."""
    if loaded.root is not None and not all(each.is_dir() for each in directories):
        return []
    try:
        folders = probe_folders(directories)
    except GpuAdvisorError as error:
        raise loaded.error(error.what, ("probe", number, "directory"), error.remedy) from None
    return [folder for name, folder in folders.items() if fnmatchcase(name, entry.name)]


def probe_item(loaded: Loaded, gated: GatedProbe, result: ProbeResult) -> Item:
    """Return what a probe found as an item; measured readings go into no baseline."""
    facts = probe_facts(result)
    exact = {name: known for name, known in facts.items() if known.provenance is not Provenance.MEASURED}
    directions = probe_directions(result)
    return Item(
        name=gated.title,
        facts=exact,
        extra=facts,
        budgets=list(_budgets(loaded, gated, list(facts))),
        file=_file(loaded, gated.folder / "kernel.cu"),
        compared={name: directions[name] for name in exact},
        by_compiler=facts.keys(),
        compiler=result.compiler,
    )


def _file(loaded: Loaded, kernels: Path) -> str | None:
    """Return where the kernels stand, if that is in the folder of the configuration."""
    top, path = loaded.directory.absolute(), kernels.absolute()
    return str(loaded.directory / path.relative_to(top)) if path.is_relative_to(top) else None


def _budgets(loaded: Loaded, gated: GatedProbe, names: list[str]) -> Iterator[Budget]:
    """Yield the budgets of a probe, once for each reading that one of them stands for."""
    for position, text in enumerate(gated.entry.budgets):
        budget = parse_budget(text)
        meant = readings_meant(budget.fact, names)
        if not meant:
            metrics = ", ".join(dict.fromkeys(name.partition("[")[0] for name in names))
            steps = ("probe", gated.number, "budgets", position)
            raise loaded.error(
                f"no reading is called `{budget.fact}`", steps, f"metrics of this probe: {metrics}"
            )
        yield from (replace(budget, fact=name) for name in meant)


def _refuse_invalid(result: ProbeResult, folder: Path) -> None:
    for point in result.points:
        if not point.valid:
            settings = " ".join(f"{name}={value}" for name, value in point.parameters.items())
            raise GpuAdvisorError(f"at {settings}: {'; '.join(point.reasons)}", where=str(folder))
