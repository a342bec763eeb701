"""`gpuadvisor fleet`: probe every GPU of a cluster and say which stand out."""

import re
from pathlib import Path

import click

from gpuadvisor.cli.options import FORMAT, PROBE_DIRECTORIES, QUICK, QUIET

_PATH = click.Path(path_type=Path)
_DEVICES = re.compile(r"((?P<count>[1-9]\d*)x)?(?P<spec>emulated:.+)")


def _devices(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> list[str]:
    """Read `16xemulated:h100` as sixteen devices."""
    found: list[str] = []
    for text in given:
        match = _DEVICES.fullmatch(text)
        if match is None:
            raise click.BadParameter(f"{text!r} is not as emulated:h100 or 16xemulated:h100")
        found += [match["spec"]] * int(match["count"] or 1)
    return found


@click.command(name="fleet")
@click.argument("names", nargs=-1, metavar="[PROBE]...")
@click.option("--scheduler", metavar="ADDRESS", help="A running Dask cluster, as tcp://head:8786; it has "
              "one worker per host  [default: this host alone]")  # fmt: skip
@click.option("--devices", "emulated", multiple=True, callback=_devices, metavar="DEVICES",
              help="Emulated devices in place of the GPUs, as 16xemulated:h100; repeatable.")  # fmt: skip
@click.option("--at-once", type=click.IntRange(1), metavar="N",
              help="GPUs of this host probed at a time; not for a cluster  [default: 1]")  # fmt: skip
@click.option("--limit", "limit_seconds", type=click.FloatRange(0, min_open=True), metavar="SECONDS",
              default=600, show_default=True,
              help="For one GPU; then it is stopped and shown as overdue.")  # fmt: skip
@FORMAT
@click.option("-o", "--output", type=_PATH, help="Also write the fleet document here.")
@click.option(
    "--profiles", type=_PATH, metavar="DIR", help="Keep every GPU's machine profile in this folder."
)
@PROBE_DIRECTORIES
@QUICK
@click.option("-v", "--verbose", is_flag=True, help="List every GPU of a large fleet too.")
@QUIET
def command(
    names: tuple[str, ...],
    scheduler: str | None,
    emulated: list[str],
    at_once: int | None,
    limit_seconds: float,
    form: str,
    output: Path | None,
    profiles: Path | None,
    directories: tuple[Path, ...],
    quick: bool,
    verbose: bool,
    quiet: bool,
) -> int:
    """Probe every GPU of a cluster and say which stand out from others of their model.

    Without PROBE all probes are run. Each GPU is probed by a process of its own; one that fails, hangs or is
    lost with its worker costs its row. Ends with 3 where a GPU could not be probed.
    """
    from gpuadvisor.cli.exit_codes import ExitCode
    from gpuadvisor.cli.fleet_output import show_fleet
    from gpuadvisor.cli.fleet_work import probe_fleet
    from gpuadvisor.fleet.running import Order

    if scheduler is not None and at_once is not None:
        raise click.UsageError("--at-once is for this host; a cluster's workers are started with --nthreads")
    order = Order(probes=names, directories=directories, quick=quick, limit_seconds=limit_seconds)
    report = probe_fleet(order, scheduler, emulated, at_once=at_once or 1, profiles=profiles, quiet=quiet)
    show_fleet(report, form=form, output=output, verbose=verbose, quiet=quiet)
    return ExitCode.INCONCLUSIVE if report.missing else ExitCode.OK
