"""What a child process does for a fleet: probe one device, or name the GPUs there are."""

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from gpuadvisor.devices.device import Device
from gpuadvisor.devices.gpus import Gpu, cuda_gpus
from gpuadvisor.probing.run import run_probes

OpenDevice = Callable[[str], Device]


def probe(
    open_device: OpenDevice, spec: str, names: Sequence[str], directories: Sequence[Path], *, quick: bool
) -> bytes:
    """Return the machine profile of a device as JSON; without names, of all probes."""
    with closing(open_device(spec)) as device:
        return msgspec.json.encode(run_probes(device, names or None, directories, quick=quick))


def list_gpus() -> bytes:
    """Return the GPUs that CUDA shows this process, as JSON."""
    return msgspec.json.encode(cuda_gpus())


def read_gpus(content: bytes) -> list[Gpu]:
    """Return what `list_gpus` wrote."""
    return msgspec.json.decode(content, type=list[Gpu])
