"""`gpuadvisor report`: profiles to advice."""

from pathlib import Path

import click

from gpuadvisor.cli.options import FORMAT, RULE_PACKS, VERBOSE


@click.command(name="report")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@RULE_PACKS
@FORMAT
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Also write the report document here.")
@VERBOSE
def command(
    files: tuple[Path, ...], rule_packs: tuple[Path, ...], form: str, output: Path | None, verbose: bool
) -> None:
    """Turn profiles into advice.

    FILES are documents that `gpuadvisor probe -o` and `gpuadvisor analyze -o` wrote: at most one machine
    profile, any number of reports. They may also be what other profilers wrote: PyTorch's traces (or a
    directory with those of several ranks), SQLite exports of Nsight Systems, CSV of Nsight Compute.
    Without FILES the last probe is reported.
    """
    from gpuadvisor.advising.rules import load_rules
    from gpuadvisor.cli.output import show
    from gpuadvisor.cli.report_building import build_report, with_comparison
    from gpuadvisor.cli.report_inputs import gather

    found = gather(files)
    rules = load_rules(rule_packs)
    report = build_report(found.machine, found.kernels, rules, found.timelines, found.disagreements)
    report = with_comparison(report)
    show(report, form=form, output=output, probes=verbose, verbose=verbose)
