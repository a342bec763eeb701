"""`gpuadvisor analyze`: kernels of the user's, run with their launches, and advice on them."""

from pathlib import Path
from typing import Any

import click

from gpuadvisor.cli.exit_codes import ExitCode
from gpuadvisor.cli.options import FORMAT, QUIET, RULE_PACKS, VERBOSE

_PATH = click.Path(path_type=Path)


@click.command(name="analyze")
@click.argument("paths", nargs=-1, required=True, type=_PATH, metavar="FILE[:KERNEL]|DIR...")
@click.option("--kernel", "kernels", multiple=True, metavar="NAME", help="Only this kernel; repeatable.")
@click.option("--launch", type=_PATH, metavar="FILE", help="The launch file  [default: beside FILE, .toml]")
@click.option("--grid", metavar="X,Y,Z", help="Blocks of the launch.")
@click.option("--block", metavar="X,Y,Z", help="Threads of each block.")
@click.option("--shared", type=click.IntRange(0), metavar="BYTES", help="Dynamic shared memory.")
@click.option("--arg", "arguments", multiple=True, metavar="NAME=...",
              help="An argument, in order: out=float32[64,64]:zeros, n=int32:2048, edge=out+11.")  # fmt: skip
@click.option("--device", default="emulated:h100", show_default=True, metavar="DEVICE",
              help="emulated:GPU models the time, cuda measures it.")  # fmt: skip
@click.option("--all-blocks", is_flag=True, help="Emulate every block instead of a sample.")
@click.option("--check", is_flag=True,
              help="Look for defects, and exit with 1 if there are any: accesses out of bounds or off "
              "alignment, reads of unwritten memory, races, broken barriers, misuse of malloc.")  # fmt: skip
@click.option("-I", "include", multiple=True, type=_PATH, metavar="DIR", help="Search here for headers.")
@click.option("-D", "defines", multiple=True, metavar="NAME[=VALUE]", help="Define a macro.")
@click.option("--std", metavar="STANDARD", help="The C++ standard, as c++17.")
@click.option("--max-registers", type=click.IntRange(16, 255), metavar="N", help="Cap registers per thread.")
@click.option(
    "--machine",
    type=_PATH,
    metavar="FILE",
    help="Judge by this machine profile  [default: the device's last]",
)
@RULE_PACKS
@FORMAT
@click.option("-o", "--output", type=_PATH, help="Also write the report document here.")
@QUIET
@VERBOSE
def command(**given: Any) -> int:  # noqa: ANN401 - options of many types, typed by AnalysisRequest
    """Count what kernels do, in an emulator that needs no GPU, and advise on them.

    FILE is a CUDA C++ source, PTX, a program or library that contains PTX, or a Python file with kernels of
    Numba, Triton or CuPy. Its launches (kernel, grid, block, arguments) stand in a TOML file of the same name
    beside it, or are given by --kernel, --grid, --block and --arg. DIR stands for the CUDA C++ sources in it
    that have a launch file.
    """
    from gpuadvisor.cli.answer import answer
    from gpuadvisor.cli.output import show

    output = {name: given.pop(name) for name in ("form", "output", "quiet", "verbose")}
    told = answer(given, quiet=output["quiet"])
    if not output["quiet"]:
        for remark in told.remarks:
            click.echo(remark, err=True)
    show(told.report, probes=False, **output)
    return ExitCode.GATE_FAILED if any(kernel.findings for kernel in told.report.kernels) else ExitCode.OK
