"""`gpuadvisor profile`: a Python program run, recorded and advised on."""

from pathlib import Path

import click

from gpuadvisor.cli.options import QUIET, RULE_PACKS, VERBOSE


@click.command(name="profile", context_settings={"allow_interspersed_args": False})
@click.option("-m", "is_module", is_flag=True, help="PROGRAM is a module, as of `python -m PROGRAM`.")
@click.option(
    "--wait",
    type=click.IntRange(min=0),
    default=3,
    show_default=True,
    metavar="N",
    help="Leave out the first N steps, and what comes before them; 0 records from the beginning.",
)
@click.option(
    "--steps",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    metavar="N",
    help="Record N steps; the program goes on to its end.",
)
@click.option(
    "--shapes/--no-shapes",
    default=True,
    show_default=True,
    help="Record the shapes of operators' inputs, which some rules need and which costs about as much again.",
)
@click.option(
    "--through",
    "way",
    type=click.Choice(["torch", "cupti"]),
    help="What records: torch.profiler or NVIDIA's CUPTI.  [default: by what the program imports]",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Also write the timeline profile here.")
@click.option(
    "--trace",
    type=click.Path(path_type=Path),
    help="Also keep PyTorch's trace here: .json, or compressed .json.gz.",
)
@RULE_PACKS
@VERBOSE
@QUIET
@click.argument("program")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(
    is_module: bool,
    wait: int,
    steps: int,
    shapes: bool,
    way: str | None,
    output: Path | None,
    trace: Path | None,
    rule_packs: tuple[Path, ...],
    verbose: bool,
    quiet: bool,
    program: str,
    arguments: tuple[str, ...],
) -> int:
    """Run a Python program, record what it does on the GPU, and advise on it.

    Everything behind PROGRAM belongs to it. PyTorch programs are recorded by torch.profiler, without a GPU on
    the CPU; a step ends with an optimizer's step. Programs of CuPy, Numba, Triton, JAX and TensorFlow are
    recorded through NVIDIA's CUPTI (pip install 'gpuadvisor[cupti]'). Ctrl-C keeps what there is. The exit
    code is the program's.
    """
    from gpuadvisor.cli.profiling import Request, profile

    return profile(
        Request(
            program=program,
            arguments=arguments,
            is_module=is_module,
            wait=wait,
            steps=steps,
            shapes=shapes,
            way=way,
            output=output,
            trace=trace,
            rule_packs=rule_packs,
            verbose=verbose,
            quiet=quiet,
        )
    )
