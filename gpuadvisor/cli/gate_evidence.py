"""Look at everything that a configuration names, and return it as items to judge."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from gpuadvisor.cli.report_inputs import build_report
from gpuadvisor.devices.device import Device
from gpuadvisor.devices.open import open_device
from gpuadvisor.gating.budgets import Budget, parse_budget
from gpuadvisor.gating.configuration import Forbidden, KernelItem, as_forbidden
from gpuadvisor.gating.facts import fact, kernel_facts
from gpuadvisor.gating.items import Item, item_names
from gpuadvisor.gating.reading import Loaded
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.model.report import Advice
from gpuadvisor.probing.run import unprobed
from gpuadvisor.sources.analysis import AnalysisOptions, analyze_source
from gpuadvisor.sources.compile_settings import CompileSettings
from gpuadvisor.sources.files import launch_file
from gpuadvisor.sources.requests import InlineLaunch, choose_requests


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The items as they are now, and what their facts depend on."""

    items: Sequence[Item]
    device: str
    compiler: str | None


def collect(loaded: Loaded, *, quiet: bool) -> Evidence:
    """Run every launch that the configuration names and return its facts and the advice on it."""
    table = loaded.configuration.gate
    device = open_device(table.device)
    console = Console(stderr=True, quiet=quiet, markup=False)
    try:
        machine = unprobed(device.facts)
        with console.status("looking") as status:
            options = AnalysisOptions(progress=lambda step: status.update(Text(step)))
            found = [
                (entry, profile)
                for number, entry in enumerate(loaded.configuration.kernel)
                for source in _sources(loaded, number, entry)
                for profile in _profiles(loaded, entry, source, device, options)
            ]
    finally:
        device.close()
    profiles = [profile for _, profile in found]
    compilers = {profile.resources.compiler for profile in profiles if profile.resources is not None}
    items = _items(loaded, found, machine)
    return Evidence(items=items, device=table.device, compiler=", ".join(sorted(compilers)) or None)


def _sources(loaded: Loaded, number: int, entry: KernelItem) -> list[Path]:
    found = sorted(loaded.directory.glob(entry.source))
    if not found:
        raise loaded.error(f"no file matches {entry.source!r}", ("kernel", number, "source"))
    return found


def _profiles(
    loaded: Loaded, entry: KernelItem, source: Path, device: Device, options: AnalysisOptions
) -> list[KernelProfile]:
    launches = launch_file(source, loaded.directory / entry.launch if entry.launch else None)
    requests = choose_requests(launches.requests, entry.kernels, InlineLaunch())
    settings = CompileSettings(
        include_directories=tuple(loaded.directory / each for each in entry.include), defines=entry.defines
    )
    compilation = settings.options(launches, device.facts.compute_capability)
    return analyze_source(source, requests, device, compilation, options)


def _items(
    loaded: Loaded, found: Sequence[tuple[KernelItem, KernelProfile]], machine: MachineProfile
) -> list[Item]:
    names = item_names([profile for _, profile in found])
    packs = [loaded.directory / each for each in loaded.configuration.gate.rules]
    report = build_report(machine, [profile for _, profile in found], packs)
    return [
        Item(
            name=name,
            facts=kernel_facts(machine, profile),
            budgets=(budgets := _budgets(loaded, entry)),
            forbidden=_forbidden(loaded, entry),
            advice=list(_advice_on(profile, report.advice)),
            file=profile.source,
            line=profile.line,
            extra={
                budget.fact: known
                for budget in budgets
                if (known := fact(budget.fact, machine, profile)) is not None
            },
        )
        for name, (entry, profile) in zip(names, found, strict=True)
    ]


def _budgets(loaded: Loaded, entry: KernelItem) -> list[Budget]:
    return [parse_budget(text) for text in (*loaded.configuration.gate.budgets, *entry.budgets)]


def _forbidden(loaded: Loaded, entry: KernelItem) -> list[Forbidden]:
    return [as_forbidden(each) for each in (*loaded.configuration.gate.forbid, *entry.forbid)]


def _advice_on(profile: KernelProfile, advice: Sequence[Advice]) -> Iterator[Advice]:
    for each in advice:
        if each.subject.kernel == profile.name:
            yield each
