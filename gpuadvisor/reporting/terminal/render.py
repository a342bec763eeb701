"""The whole report: machine, kernels, advice, what could not be judged."""

from collections.abc import Mapping

from rich.console import Console

from gpuadvisor.model.report import Report
from gpuadvisor.reporting.terminal.advice import render_advice, render_not_evaluated
from gpuadvisor.reporting.terminal.kernels import render_kernel
from gpuadvisor.reporting.terminal.machine import render_machine


def render(report: Report, console: Console, sources: Mapping[str, str], *, verbose: bool = False) -> None:
    """Print the report; `sources` maps the file names in it to their text, where it is at hand.

    `verbose` adds every piece of advice in full and the reasons for each rule that was not evaluated.
    """
    if report.machine is not None:
        render_machine(report.machine, console)
    for kernel in report.kernels:
        render_kernel(kernel, console, sources)
    render_advice(report, console, verbose=verbose)
    render_not_evaluated(report, console, verbose=verbose)
