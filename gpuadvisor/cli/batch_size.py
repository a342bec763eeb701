"""`gpuadvisor batch-size`: which batch a training step should have."""

from pathlib import Path

import click

from gpuadvisor.cli.options import FORMAT
from gpuadvisor.cli.sizes import SIZE


@click.command(name="batch-size")
@click.argument("source", metavar="FILE:FUNCTION")
@click.option(
    "--from",
    "first",
    type=click.IntRange(min=1),
    default=8,
    show_default=True,
    metavar="N",
    help="The first batch size.",
)
@click.option(
    "--to",
    "last",
    type=click.IntRange(min=1),
    metavar="N",
    help="The last one.  [default: the last that fits]",
)
@click.option(
    "--memory-limit",
    "memory_bytes",
    type=SIZE,
    metavar="SIZE",
    help="What a batch may take, as 8GiB.  [default: the GPU's; on a CPU four fifths of what is available]",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.0, min_open=True),
    default=1.0,
    show_default=True,
    metavar="S",
    help="Time each batch for so long, after its warm-up.",
)
@FORMAT
@click.option("-v", "--verbose", is_flag=True, help="Print why batches were not measured.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Also write the document here.")
def command(
    source: str,
    first: int,
    last: int | None,
    memory_bytes: int | None,
    seconds: float,
    form: str,
    verbose: bool,
    output: Path | None,
) -> int:
    """Sweep the batch size of a training step: throughput, memory, the largest that fits, the best to use.

    FUNCTION takes a batch size and returns a function without arguments that runs one training step. It runs
    in a child process, with PyTorch or TensorFlow, on the GPU or the CPU as it chooses. Ctrl-C keeps
    what there is.
    """
    from gpuadvisor.cli.batch_sizing import Request, sweep_and_show

    return sweep_and_show(
        Request(
            source=source,
            first=first,
            last=last,
            memory_bytes=memory_bytes,
            seconds=seconds,
            form=form,
            verbose=verbose,
            output=output,
        )
    )
