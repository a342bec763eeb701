"""What `fleet` does between its options and its output."""

import re
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from gpuadvisor.cli.output import write_document
from gpuadvisor.cli.progress import progress_bar
from gpuadvisor.devices.catalog import entry
from gpuadvisor.fleet.cluster import connect
from gpuadvisor.fleet.running import Keep, Order, run_fleet
from gpuadvisor.fleet.summary import summarise
from gpuadvisor.model.documents import encode, write
from gpuadvisor.model.fleet import FleetReport, FleetRow
from gpuadvisor.probing.catalogue import load_probes
from gpuadvisor.reporting.terminal.fleet import render_fleet


def probe_fleet(
    order: Order,
    scheduler: str | None,
    emulated: Sequence[str],
    *,
    at_once: int,
    profiles: Path | None,
    quiet: bool,
) -> FleetReport:
    """Probe the GPUs under a progress bar; mistakes in the names of probes and devices are raised first."""
    load_probes(order.probes or None, order.directories)
    for spec in dict.fromkeys(emulated):
        entry(spec.partition(":")[2])
    keep = _keeping(profiles) if profiles is not None else None
    with (
        connect(scheduler, at_once) as client,
        progress_bar(Console(stderr=True, quiet=quiet)) as bar,
    ):
        task = bar.add_task("looking for GPUs", total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, description="GPUs", completed=done, total=total)

        return summarise(run_fleet(client, order, emulated, keep=keep, progress=show))


def show_fleet(
    report: FleetReport, *, form: str, output: Path | None, verbose: bool = False, quiet: bool = False
) -> None:
    """Write the document to `output` if given, and the report to standard output unless `quiet`."""
    if output is not None:
        write(output, encode(report))
    if quiet:
        return
    if form == "json":
        write_document(encode(report))
    else:
        render_fleet(report, Console(), verbose=verbose)


def _keeping(directory: Path) -> Keep:
    directory.mkdir(parents=True, exist_ok=True)

    def keep(row: FleetRow, profile: bytes) -> None:
        name = re.sub(r"[^A-Za-z0-9.-]+", "-", f"{row.host}-{row.uuid or row.device}")
        write(directory / f"{name}.json", profile)

    return keep
