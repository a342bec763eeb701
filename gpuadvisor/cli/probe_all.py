"""What `probe --device all` does: every GPU of this host, one after the other."""

import socket
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from gpuadvisor.cli.probing import probe_device
from gpuadvisor.devices.gpus import Gpu, cuda_gpus
from gpuadvisor.fleet.evidence import evidence
from gpuadvisor.fleet.result import Result, result
from gpuadvisor.fleet.summary import summarise
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.fleet import FleetReport, FleetRow
from gpuadvisor.probing.catalogue import load_probes
from gpuadvisor.probing.store import save_last


def probe_all(names: Sequence[str], directories: Sequence[Path], *, quick: bool, quiet: bool) -> FleetReport:
    """Probe each GPU, keep its profile as the last one of its device, and say which stand out.

    One that cannot be probed costs its row. Raises GpuAdvisorError where there is none at all.
    """
    load_probes(names or None, directories)
    return summarise([_probe(gpu, names, directories, quick=quick, quiet=quiet) for gpu in cuda_gpus()])


def _probe(
    gpu: Gpu, names: Sequence[str], directories: Sequence[Path], *, quick: bool, quiet: bool
) -> Result:
    row = FleetRow(
        host=socket.gethostname(), device=gpu.device, state="probed", model=gpu.name, uuid=gpu.uuid
    )
    start = time.monotonic()
    try:
        profile = probe_device(row.device, names, directories, quick=quick, quiet=quiet)
    except GpuAdvisorError as error:
        return Result(msgspec.structs.replace(row, state="failed", reason=str(error)))
    save_last(profile)
    taken = msgspec.structs.replace(row, seconds=time.monotonic() - start)
    return result(taken, evidence(msgspec.json.encode(profile)))
