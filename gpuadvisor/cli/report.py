"""`gpuadvisor report`: profiles to advice."""

from pathlib import Path

import click


@click.command(name="report")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--rules",
    "rule_packs",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Add a pack of rule pages; may be given several times.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Also write the report document here.")
@click.option(
    "-v", "--verbose", is_flag=True, help="Print all advice in full and why rules were not evaluated."
)
def command(
    files: tuple[Path, ...], rule_packs: tuple[Path, ...], form: str, output: Path | None, verbose: bool
) -> None:
    """Turn profiles into advice.

    FILES are documents that `gpuadvisor probe -o` and `gpuadvisor analyze -o` wrote: at most one machine
    profile, any number of reports. Without FILES the last probe is reported.
    """
    from gpuadvisor.cli.output import show
    from gpuadvisor.cli.report_inputs import build_report, gather

    machine, kernels = gather(files)
    show(build_report(machine, kernels, rule_packs), form=form, output=output, verbose=verbose)
