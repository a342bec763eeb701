"""Look at everything that a configuration names, and return it as items to judge."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from gpuadvisor.advising.advise import advise
from gpuadvisor.advising.rules import OF_KERNELS, load_rules
from gpuadvisor.cli.gate_launches import GatedLaunch, gated_launches
from gpuadvisor.cli.gate_probes import gated_probes, probe_item
from gpuadvisor.cli.gate_work import Work, run_all
from gpuadvisor.devices.device import Device
from gpuadvisor.gating.budgets import Budget, parse_budget
from gpuadvisor.gating.configuration import Forbidden, KernelItem, as_forbidden
from gpuadvisor.gating.facts import fact, kernel_facts
from gpuadvisor.gating.items import Item, item_names
from gpuadvisor.gating.reading import Loaded
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.probing.unprobed import unprobed


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The items as they are now, and what their facts depend on."""

    items: Sequence[Item]
    device: str
    compiler: str | None


def collect(loaded: Loaded, device: Device, console: Console) -> Evidence:
    """Run every launch and every probe that the configuration names and return what was found as items."""
    sources = list(gated_launches(loaded, device.facts.compute_capability))
    probes = list(gated_probes(loaded))
    works: list[Work] = [*probes, *sources]  # probes take longest: they begin first
    with console.status("looking") as status:
        reports = run_all(
            works,
            device,
            loaded.configuration.gate.device,
            lambda step: status.update(Text(step)),
            remembering=loaded.root is None,
        )
    found = [
        (gated, profile)
        for gated, report in zip(sources, reports[len(probes) :], strict=True)
        for profile in report.kernels
    ]
    items = _items(loaded, found, unprobed(device.facts))
    items += [
        probe_item(loaded, gated, report.machine.probes[0])
        for gated, report in zip(probes, reports, strict=False)
        if report.machine is not None and report.machine.probes[0].metrics
    ]
    compilers = {compiler for item in items if item.compiler for compiler in item.compiler.split(", ")}
    return Evidence(items=items, device=device.facts.id, compiler=", ".join(sorted(compilers)) or None)


def _items(
    loaded: Loaded, found: Sequence[tuple[GatedLaunch, KernelProfile]], machine: MachineProfile
) -> list[Item]:
    launches = [(str(gated.source), profile.name) for gated, profile in found]
    names = item_names(launches, loaded.directory)
    packs = [loaded.directory / each for each in loaded.configuration.gate.rules]
    rules = load_rules(packs, OF_KERNELS)
    return [
        Item(
            name=name,
            facts=kernel_facts(machine, profile),
            budgets=(budgets := budgets_of(loaded, gated.entry)),
            forbidden=_forbidden(loaded, gated.entry),
            advice=advise(machine, [profile], rules)[0],
            file=profile.source,
            line=profile.line,
            extra={
                budget.fact: known
                for budget in budgets
                if (known := fact(budget.fact, machine, profile)) is not None
            },
            compiler=profile.resources.compiler if profile.resources else None,
        )
        for name, (gated, profile) in zip(names, found, strict=True)
    ]


def budgets_of(loaded: Loaded, entry: KernelItem) -> list[Budget]:
    """Return the budgets of an entry and those of all."""
    return [parse_budget(text) for text in (*loaded.configuration.gate.budgets, *entry.budgets)]


def _forbidden(loaded: Loaded, entry: KernelItem) -> list[Forbidden]:
    return [as_forbidden(each) for each in (*loaded.configuration.gate.forbid, *entry.forbid)]
