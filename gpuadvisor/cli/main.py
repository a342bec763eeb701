"""The command line: `gpuadvisor COMMAND`. Imports click alone, so that help and completion are quick."""

import os
import sys
from io import TextIOWrapper
from typing import NoReturn

import click

from gpuadvisor import __version__
from gpuadvisor.cli.exit_codes import ExitCode
from gpuadvisor.cli.garbage import collect_rarely
from gpuadvisor.cli.lazy_group import LazyGroup
from gpuadvisor.model.errors import GpuAdvisorError

COMMANDS = {
    "doctor": ("gpuadvisor.cli.doctor", "Say what this machine can answer, and what would mend the rest."),
    "probe": ("gpuadvisor.cli.probe", "Measure the device and keep its machine profile."),
    "analyze": ("gpuadvisor.cli.analyze", "Run a kernel in the emulator and advise on it; needs no GPU."),
    "profile": ("gpuadvisor.cli.profile", "Run a Python program, record it and advise on it."),
    "batch-size": ("gpuadvisor.cli.batch_size", "Which batch a training step should have."),
    "report": ("gpuadvisor.cli.report", "Turn profiles into advice."),
    "gate": ("gpuadvisor.cli.gate", "Fail CI where kernels got worse; needs no GPU."),
    "history": ("gpuadvisor.cli.history", "How the gate's facts went from run to run."),
    "occupancy": ("gpuadvisor.cli.occupancy", "Residency and its limiters for given resources; what-ifs."),
    "rules": ("gpuadvisor.cli.rules", "List, show and check the rules."),
    "fleet": ("gpuadvisor.cli.fleet", "Probe every GPU of a cluster; which of them stand out."),
    "probes": ("gpuadvisor.cli.probes", "List and show the probes."),
}


@click.command(
    cls=LazyGroup, commands_by_name=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="gpuadvisor")
@click.option("--debug", is_flag=True, help="Show a traceback when something fails.")
def main(debug: bool) -> None:
    """Say why GPU code is slow, what to change, and how much the change will give."""


def run() -> None:
    """Run the command line and exit with an `ExitCode`."""
    debug = sys.argv[1:2] == ["--debug"]
    collect_rarely()
    _accept_any_encoding()
    try:
        result = main(standalone_mode=False)
    except click.Abort:
        _end("interrupted", ExitCode.INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(ExitCode.BAD_INPUT)
    except SystemExit:
        # So click and rich end where the reader of a pipe has gone; their exit code means "gate failed" here.
        sys.exit(ExitCode.OK)
    except Exception as error:
        if debug:
            raise
        _fail(error)
    sys.exit(result if isinstance(result, int) else ExitCode.OK)


def _accept_any_encoding() -> None:
    """Print question marks where an ASCII terminal lacks a character, rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _fail(error: Exception) -> NoReturn:
    match error:
        case GpuAdvisorError():
            _end(str(error), ExitCode.BAD_INPUT)
        case OSError():
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for Python's last flush
            _end(f"{error.filename or 'output'}: {error.strerror or error}", ExitCode.BAD_INPUT)
        case _:
            _end(
                f"gpuadvisor itself failed: {type(error).__name__}: {error}\n"
                "  run again with `gpuadvisor --debug ...` and report what it prints",
                ExitCode.TOOL_FAILED,
            )


def _end(message: str, code: ExitCode) -> NoReturn:
    click.echo(f"gpuadvisor: {message}", err=True)
    sys.exit(code)
