"""The answer of `gpuadvisor occupancy` for a terminal."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from gpuadvisor.compiler.limits import WARP_SIZE, limits_of
from gpuadvisor.compiler.occupancy_tables import Configuration, Row, Tables
from gpuadvisor.reporting.numbers import byte_size, percent

BAR_CELLS = 20


def show(found: Tables) -> None:
    """Print the configuration, the table over block sizes, then what fewer resources would give."""
    console = Console(highlight=False)
    console.print(f"[bold]{_title(found)}[/bold]")
    for line in _details(found):
        console.print(f"  {line}")
    console.print(_block_sizes(found))
    if found.registers_per_thread:
        console.print(_steps("Fewer registers per thread", "registers", found.registers_per_thread))
    if found.dynamic_shared_bytes:
        console.print(_steps("Less dynamic shared memory per block", "bytes", found.dynamic_shared_bytes))


def _title(found: Tables) -> str:
    occupancy = found.occupancy
    cc = found.configuration.compute_capability
    return f"Occupancy on compute capability {cc}: {percent(occupancy.theoretical)}"


def _details(found: Tables) -> Iterator[str]:
    asked, occupancy = found.configuration, found.occupancy
    warps = limits_of(asked.compute_capability).warps
    yield f"{asked.threads_per_block} threads per block, {asked.registers_per_thread} registers per thread"
    yield _shared_memory(asked)
    if asked.barriers:
        yield f"{asked.barriers} barriers per block"
    yield f"{occupancy.blocks_per_sm} blocks, {occupancy.warps_per_sm} of {warps} warps per multiprocessor"
    yield f"limited by {', '.join(occupancy.limiters)}"
    if occupancy.blocks_per_sm == 0:
        yield "[bold]this launch cannot run[/bold]"
    last_warp = asked.threads_per_block % WARP_SIZE
    if last_warp:
        yield f"the last warp of each block has {last_warp} of {WARP_SIZE} threads"


def _shared_memory(asked: Configuration) -> str:
    static, dynamic = byte_size(asked.static_shared_bytes), byte_size(asked.dynamic_shared_bytes)
    carveout = "" if asked.carveout is None else f", carve-out {asked.carveout} %"
    return f"{static} static and {dynamic} dynamic shared memory per block{carveout}"


def _block_sizes(found: Tables) -> Table:
    table = _table("Block sizes, all else unchanged", "threads")
    for row in found.threads_per_block:
        is_asked = row.value == found.configuration.threads_per_block
        table.add_row("▶" if is_asked else "", *_cells(row), style="bold" if is_asked else None)
    return table


def _steps(title: str, unit: str, rows: list[Row]) -> Table:
    table = _table(f"{title}, all else unchanged", f"{unit} at most")
    for row in rows:
        table.add_row("", *_cells(row))
    return table


def _table(title: str, value: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("")
    for name in (value, "occupancy"):
        table.add_column(name, justify="right")
    table.add_column("")
    for name in ("blocks", "warps"):
        table.add_column(name, justify="right")
    table.add_column("limited by")
    return table


def _cells(row: Row) -> tuple[str, ...]:
    bar = "█" * round(row.theoretical * BAR_CELLS)
    return (
        f"{row.value:,}",
        percent(row.theoretical),
        bar,
        str(row.blocks_per_sm),
        str(row.warps_per_sm),
        ", ".join(row.limiters),
    )
