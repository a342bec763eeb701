"""What `batch-size` does between its options and its output."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from gpuadvisor.cli.exit_codes import ExitCode
from gpuadvisor.cli.output import write_document
from gpuadvisor.live.batches.contract import StepSource, parse_source
from gpuadvisor.live.batches.run import cpu_memory_bytes, sweep_batches
from gpuadvisor.live.batches.sweep import Bounds
from gpuadvisor.live.batches.workers import Workers
from gpuadvisor.model.batches import BatchSweep
from gpuadvisor.model.documents import encode, write
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.reporting.terminal.batches import render_batches


@dataclass(frozen=True, kw_only=True)
class Request:
    """The options of the command."""

    source: str
    first: int
    last: int | None
    memory_bytes: int | None
    seconds: float
    form: str
    verbose: bool
    output: Path | None


def sweep_and_show(request: Request) -> ExitCode:
    """Sweep, then write the document or the table; raise GpuAdvisorError for what the user can mend."""
    if request.last is not None and request.last < request.first:
        raise GpuAdvisorError(f"--to {request.last} is less than --from {request.first}")
    sweep = _sweep(parse_source(request.source), request)
    if request.output is not None:
        write(request.output, encode(sweep))
    if request.form == "json":
        write_document(encode(sweep))
    else:
        render_batches(sweep, Console(), verbose=request.verbose)
    return ExitCode.INTERRUPTED if sweep.interrupted else ExitCode.OK


def _sweep(source: StepSource, request: Request) -> BatchSweep:
    bounds = Bounds(
        first=request.first,
        last=request.last,
        seconds=request.seconds,
        memory_bytes=request.memory_bytes,
        cpu_memory_bytes=cpu_memory_bytes(),
    )
    errors = Console(stderr=True)
    with closing(Workers(source)) as workers, errors.status("loading") as status:

        def tell(batch: int) -> None:
            status.update(f"batch {batch}")

        return sweep_batches(source, bounds, lambda batch: workers.measure(batch, request.seconds), tell)
