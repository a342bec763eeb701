"""`gpuadvisor probe`: measure a device and keep its machine profile."""

from pathlib import Path

import click

from gpuadvisor.cli.exit_codes import ExitCode
from gpuadvisor.cli.options import FORMAT, PROBE_DIRECTORIES, QUICK, QUIET


@click.command(name="probe")
@click.argument("names", nargs=-1, metavar="[PROBE]...")
@click.option(
    "--device",
    "spec",
    metavar="DEVICE",
    help="As cuda:0, emulated:a10, or all: every GPU here  [default: the GPU, else emulated:h100]",
)
@FORMAT
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Also write the machine profile here.")
@PROBE_DIRECTORIES
@QUICK
@QUIET
def command(
    names: tuple[str, ...],
    spec: str | None,
    form: str,
    output: Path | None,
    directories: tuple[Path, ...],
    quick: bool,
    quiet: bool,
) -> int:
    """Measure the device and keep its machine profile.

    Without PROBE all probes are run; `gpuadvisor probes list` names them. The profile is kept as the last
    one of its device, which `gpuadvisor report` and `gpuadvisor analyze` judge by. With `--device all` the
    GPUs are compared, as by `gpuadvisor fleet`, and that document is written.
    """
    if spec == "all":
        return _probe_all(names, directories, quick=quick, quiet=quiet, form=form, output=output)
    from gpuadvisor.cli.probing import probe_device, show_profile
    from gpuadvisor.model.documents import encode, write
    from gpuadvisor.probing.store import save_last

    profile = probe_device(spec, names, directories, quick=quick, quiet=quiet)
    if output is not None:
        write(output, encode(profile))
    if not quiet:
        show_profile(profile, form)
    save_last(profile)
    return ExitCode.OK


def _probe_all(
    names: tuple[str, ...],
    directories: tuple[Path, ...],
    *,
    quick: bool,
    quiet: bool,
    form: str,
    output: Path | None,
) -> int:
    from gpuadvisor.cli.fleet_output import show_fleet
    from gpuadvisor.cli.probe_all import probe_all

    report = probe_all(names, directories, quick=quick, quiet=quiet)
    show_fleet(report, form=form, output=output, quiet=quiet)
    return ExitCode.INCONCLUSIVE if report.missing else ExitCode.OK
