"""Look at everything that a configuration names, and return it as items to judge."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from gpuadvisor.cli.gate_launches import GatedLaunch, gated_launches
from gpuadvisor.cli.report_inputs import build_report
from gpuadvisor.devices.device import Device
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


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The items as they are now, and what their facts depend on."""

    items: Sequence[Item]
    device: str
    compiler: str | None


def collect(loaded: Loaded, device: Device, console: Console) -> Evidence:
    """Run every launch that the configuration names and return its facts and the advice on it."""
    machine = unprobed(device.facts)
    with console.status("looking") as status:
        options = AnalysisOptions(progress=lambda step: status.update(Text(step)))
        found = [
            (gated, profile)
            for gated in gated_launches(loaded, device.facts.compute_capability)
            for profile in analyze_source(
                gated.source, gated.requests, device, gated.compilation, _wanting(options, gated)
            )
        ]
    profiles = [profile for _, profile in found]
    compilers = {profile.resources.compiler for profile in profiles if profile.resources is not None}
    items = _items(loaded, found, machine)
    return Evidence(items=items, device=device.facts.id, compiler=", ".join(sorted(compilers)) or None)


def _wanting(options: AnalysisOptions, gated: GatedLaunch) -> AnalysisOptions:
    return AnalysisOptions(wanted=gated.entry.kernels, progress=options.progress)


def _items(
    loaded: Loaded, found: Sequence[tuple[GatedLaunch, KernelProfile]], machine: MachineProfile
) -> list[Item]:
    profiles = [profile for _, profile in found]
    launches = [(str(gated.source), profile.name) for gated, profile in found]
    names = item_names(launches, loaded.directory)
    packs = [loaded.directory / each for each in loaded.configuration.gate.rules]
    report = build_report(machine, profiles, packs)
    return [
        Item(
            name=name,
            facts=kernel_facts(machine, profile),
            budgets=(budgets := budgets_of(loaded, gated.entry)),
            forbidden=_forbidden(loaded, gated.entry),
            advice=list(_advice_on(profile, report.advice)),
            file=profile.source,
            line=profile.line,
            extra={
                budget.fact: known
                for budget in budgets
                if (known := fact(budget.fact, machine, profile)) is not None
            },
        )
        for name, (gated, profile) in zip(names, found, strict=True)
    ]


def budgets_of(loaded: Loaded, entry: KernelItem) -> list[Budget]:
    """Return the budgets of an entry and those of all."""
    return [parse_budget(text) for text in (*loaded.configuration.gate.budgets, *entry.budgets)]


def _forbidden(loaded: Loaded, entry: KernelItem) -> list[Forbidden]:
    return [as_forbidden(each) for each in (*loaded.configuration.gate.forbid, *entry.forbid)]


def _advice_on(profile: KernelProfile, advice: Sequence[Advice]) -> Iterator[Advice]:
    for each in advice:
        if each.subject.kernel == profile.name:
            yield each
