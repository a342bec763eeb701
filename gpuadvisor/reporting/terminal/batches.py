"""A sweep over batch sizes: what each gave, and which one to use."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gpuadvisor.model.batches import BatchPoint, BatchSweep, Interval
from gpuadvisor.reporting.numbers import byte_size, plain, seconds

_WORDS = {
    "out-of-memory": "does not fit",
    "failed": "failed",
    "crashed": "crashed",
    "not-finite": "loss not finite",
    "not-tried": "would not fit",
}


def render_batches(sweep: BatchSweep, console: Console, *, verbose: bool) -> None:
    """Print the sweep; `verbose` says of each batch why it was not measured."""
    console.print(
        Text.assemble(
            (sweep.function, "bold cyan"),
            f"  {sweep.place.framework} on {sweep.place.device}  ",
            (f"{sweep.provenance}", "dim"),
        )
    )
    console.print(_table(sweep))
    console.print()
    _render_choice(sweep, console)
    for point in sweep.points if verbose else []:
        if point.reason is not None:
            console.print(Text(f"  {point.batch}: {point.reason}"))
    for note in sweep.notes:
        console.print(Text(f"  note: {note}", style="dim"))


def _table(sweep: BatchSweep) -> Table:
    table = Table(box=None, padding=(0, 1), show_edge=False)
    for heading in ("batch", "samples/s", "95 %", "step", "memory"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("")
    for point in sweep.points:
        table.add_row(*_cells(point), _remark(point, sweep))
    return table


def _cells(point: BatchPoint) -> tuple[str, str, str, str, str]:
    rate, step, peak = point.samples_per_second, point.step_seconds, point.peak_memory_bytes
    return (
        f"{point.batch}",
        "" if rate is None else plain(_rounded(rate.median)),
        "" if rate is None else _range(rate),
        "" if step is None else seconds(step.median),
        "" if peak is None else byte_size(peak),
    )


def _remark(point: BatchPoint, sweep: BatchSweep) -> Text:
    if point.outcome != "measured":
        return Text(_WORDS[point.outcome], style="yellow")
    words = [
        word
        for word, batch in (("recommended", sweep.recommended), ("knee", sweep.knee), ("best", sweep.best))
        if batch == point.batch
    ]
    return Text(", ".join(words), style="bold green" if "recommended" in words else "")


def _render_choice(sweep: BatchSweep, console: Console) -> None:
    if sweep.recommended is None:
        console.print(Text(f"No recommendation: {sweep.reason}", style="bold yellow"))
    else:
        console.print(Text.assemble(("Use a batch of ", ""), (f"{sweep.recommended}", "bold green")))
        console.print(Text(f"  {sweep.reason}"))
    if sweep.largest is not None:
        above = (
            "nothing larger was refused"
            if sweep.smallest_unfit is None
            else f"{sweep.smallest_unfit} does not"
        )
        console.print(Text(f"  the largest that fits: {sweep.largest} ({above})"))


def _range(rate: Interval) -> str:
    return f"{plain(_rounded(rate.low))} to {plain(_rounded(rate.high))}"


def _rounded(value: float) -> float:
    """Return a throughput with three significant digits, whole from a hundred on."""
    return float(f"{value:.3g}") if value < 100 else float(round(value))
