"""Profiles in, one report out."""

from collections.abc import Sequence

import msgspec

from gpuadvisor import __version__
from gpuadvisor.advising.advise import advise
from gpuadvisor.advising.rules import RuleSet
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.model.machine import MachineProfile, Tool
from gpuadvisor.model.report import Disagreement, Report
from gpuadvisor.model.timeline import TimelineProfile


def build_report(
    machine: MachineProfile | None,
    kernels: Sequence[KernelProfile],
    rules: RuleSet,
    timelines: Sequence[TimelineProfile] = (),
    disagreements: Sequence[Disagreement] = (),
) -> Report:
    """Judge the profiles by the rules."""
    advice, not_evaluated = advise(machine, kernels, rules, timelines)
    return Report(
        tool=Tool(version=__version__),
        machine=machine,
        kernels=list(kernels),
        timelines=list(timelines),
        advice=advice,
        not_evaluated=not_evaluated,
        disagreements=list(disagreements),
    )


def with_comparison(report: Report) -> Report:
    """Return the report with what the machine's probes say when they are put together, if any was run."""
    if report.machine is None or not report.machine.probes:
        return report
    from gpuadvisor.advising.machine.compare import compare

    return msgspec.structs.replace(report, comparison=compare(report.machine))
