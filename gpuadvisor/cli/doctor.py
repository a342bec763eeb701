"""`gpuadvisor doctor`: what this machine can answer and why not."""

import click

from gpuadvisor.cli.exit_codes import ExitCode
from gpuadvisor.cli.options import FORMAT
from gpuadvisor.model.doctor import LIMIT_SECONDS, PART_NAMES


@click.command(name="doctor")
@click.option(
    "--require",
    "required",
    type=click.Choice(PART_NAMES),
    multiple=True,
    metavar="NAME",
    help=f"Exit with {ExitCode.BAD_INPUT:d} where this is missing; may be given several times. "
    f"NAME is one of {', '.join(PART_NAMES)}.",
)
@click.option(
    "--limit",
    "limit_seconds",
    type=click.FloatRange(min=0.1),
    default=LIMIT_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="Time for drivers and frameworks to answer; all are asked at once.",
)
@FORMAT
def command(required: tuple[str, ...], limit_seconds: float, form: str) -> int:
    """Say what this machine has for GPU work, what of it works, and what would mend the rest.

    Looks at the driver, the GPUs, the frameworks, the profilers and gpuadvisor's own parts. Each is `ok`,
    `warning` (there, with a limitation) or `missing` (absent, or not usable as it is). The exit code is 0
    whatever is found, unless something that --require names is missing.
    """
    from gpuadvisor.examining.doctor import examine

    report = examine(limit_seconds)
    if form == "json":
        import msgspec

        from gpuadvisor.cli.output import write_document

        write_document(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")
    else:
        from rich.console import Console

        from gpuadvisor.reporting.terminal.doctor import render_doctor

        render_doctor(report, Console(highlight=False))
    lacking = [name for name in required if report.part(name).status == "missing"]
    if lacking:
        click.echo(f"gpuadvisor: missing: {', '.join(lacking)}", err=True)
    return ExitCode.BAD_INPUT if lacking else ExitCode.OK
