"""`gpuadvisor probe`: measure a device and keep its machine profile."""

from pathlib import Path

import click

from gpuadvisor.cli.options import FORMAT, PROBE_DIRECTORIES, QUIET


@click.command(name="probe")
@click.argument("names", nargs=-1, metavar="[PROBE]...")
@click.option(
    "--device",
    "spec",
    metavar="DEVICE",
    help="As cuda:0 or emulated:a10  [default: the GPU, else emulated:h100]",
)
@FORMAT
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Also write the machine profile here.")
@PROBE_DIRECTORIES
@click.option("--quick", is_flag=True, help="Run only the curves that rules read.")
@QUIET
def command(
    names: tuple[str, ...],
    spec: str | None,
    form: str,
    output: Path | None,
    directories: tuple[Path, ...],
    quick: bool,
    quiet: bool,
) -> None:
    """Measure the device and keep its machine profile.

    Without PROBE all probes are run; `gpuadvisor probes list` names them. The profile is kept as the last
    one of its device, which `gpuadvisor report` and `gpuadvisor analyze` judge by.
    """
    from gpuadvisor.cli.probing import probe_device, show_profile
    from gpuadvisor.model.documents import encode, write
    from gpuadvisor.probing.store import save_last

    profile = probe_device(spec, names, directories, quick=quick, quiet=quiet)
    if output is not None:
        write(output, encode(profile))
    if not quiet:
        show_profile(profile, form)
    save_last(profile)
