"""The whole report: machine, kernels, runs, advice, what could not be judged."""

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from gpuadvisor.model.report import Report
from gpuadvisor.reporting.terminal.advice import render_advice, render_not_evaluated
from gpuadvisor.reporting.terminal.comparison import render_comparison
from gpuadvisor.reporting.terminal.kernels import render_kernel
from gpuadvisor.reporting.terminal.machine import render_device, render_probes
from gpuadvisor.reporting.terminal.timeline import render_timelines


def render(
    report: Report,
    console: Console,
    sources: Mapping[str, str],
    *,
    probes: bool = True,
    verbose: bool = False,
) -> None:
    """Print the report; `sources` maps the file names in it to their text, where it is at hand.

    Without `probes` the machine is named, and compared with theory where the report does so. `verbose`
    adds a table of the source lines, every piece of advice in full and the reasons for each rule that was
    not evaluated.
    """
    if report.machine is not None:
        render_device(report.machine, console)
        if report.comparison is not None:
            render_comparison(report.comparison, console)
        if probes:
            render_probes(report.machine, console)
        elif report.comparison is not None:
            count = len(report.machine.probes)
            console.print(Text(f"\n{count} probes; --verbose shows what each found", style="dim"))
    for kernel in report.kernels:
        render_kernel(kernel, console, sources, verbose=verbose)
    render_timelines(report, console, verbose=verbose)
    render_advice(report, console, verbose=verbose)
    render_not_evaluated(report, console, verbose=verbose)
