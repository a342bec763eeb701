"""`gpuadvisor occupancy`: residency without a kernel."""

import click

from gpuadvisor.cli.options import FORMAT


@click.command(name="occupancy")
@click.option("--cc", required=True, metavar="X.Y", help="Compute capability, 7.0 to 12.1.")
@click.option(
    "--registers", required=True, type=int, metavar="N", help="Registers per thread, as ptxas reports them."
)
@click.option("--block", required=True, type=int, metavar="N", help="Threads per block.")
@click.option(
    "--shared", default=0, type=int, metavar="BYTES", help="Dynamic shared memory per block.  [default: 0]"
)
@click.option(
    "--static-shared",
    default=0,
    type=int,
    metavar="BYTES",
    help="Static shared memory per block.  [default: 0]",
)
@click.option(
    "--barriers", default=0, type=int, metavar="N", help="Named barriers per block, 0 to 16.  [default: 0]"
)
@click.option(
    "--carveout",
    type=int,
    metavar="PERCENT",
    help="Preferred share of the largest shared memory, 0 (all L1) to 100; without it the driver chooses.",
)
@click.option(
    "--no-opt-in", is_flag=True, help="The kernel has not opted in to more than 48 KiB of shared memory."
)
@FORMAT
def command(
    cc: str,
    registers: int,
    block: int,
    shared: int,
    static_shared: int,
    barriers: int,
    carveout: int | None,
    no_opt_in: bool,
    form: str,
) -> None:
    """Say how much of a launch resides on a multiprocessor, what limits it and what would change it.

    The figures of a kernel come from `ptxas -v` or from `gpuadvisor analyze`.
    """
    from gpuadvisor.compiler.occupancy_tables import Configuration, tables

    found = tables(
        Configuration(
            compute_capability=cc,
            registers_per_thread=registers,
            threads_per_block=block,
            static_shared_bytes=static_shared,
            dynamic_shared_bytes=shared,
            barriers=barriers,
            carveout=carveout,
            shared_opt_in=not no_opt_in,
        )
    )
    if form == "json":
        from gpuadvisor.cli.occupancy_json import encode

        click.echo(encode(found))
    else:
        from gpuadvisor.cli.occupancy_text import show

        show(found)
