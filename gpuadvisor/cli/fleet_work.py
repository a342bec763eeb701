"""What `fleet` does between its options and its output."""

import logging
import re
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from gpuadvisor.cli.progress import progress_bar
from gpuadvisor.devices.catalog import entry
from gpuadvisor.fleet.cluster import connect
from gpuadvisor.fleet.running import Keep, Order, run_fleet
from gpuadvisor.fleet.summary import summarise
from gpuadvisor.model.documents import write
from gpuadvisor.model.fleet import FleetReport, FleetRow
from gpuadvisor.probing.catalogue import load_probes


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
        _silence_dask()
        task = bar.add_task("looking for GPUs", total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, description="GPUs", completed=done, total=total)

        return summarise(run_fleet(client, order, emulated, keep=keep, progress=show))


def _silence_dask() -> None:
    """Keep Dask's log from the terminal: what it warns of is told in the rows. It must be imported by now."""
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _keeping(directory: Path) -> Keep:
    directory.mkdir(parents=True, exist_ok=True)

    def keep(row: FleetRow, profile: bytes) -> None:
        name = re.sub(r"[^A-Za-z0-9.-]+", "-", f"{row.host}-{row.uuid or row.device}")
        write(directory / f"{name}.json", profile)

    return keep
