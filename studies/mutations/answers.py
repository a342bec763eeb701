"""What a kernel leaves in its buffers when every block runs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.devices.device import Device
from gpuadvisor.sources.compile_settings import CompileSettings
from gpuadvisor.sources.images import Surface, Texture
from gpuadvisor.sources.launch_data import launch_data
from gpuadvisor.sources.launches import launch_file
from gpuadvisor.sources.opening import open_source
from gpuadvisor.sources.values import Value
from studies.mutations.mutation import Answer

Buffers = list[NDArray[np.generic]]


def answers(source: Path, kernel: str, device: Device) -> Buffers:
    """Return the buffers of all launches of a kernel afterwards, in the order of its arguments.

    `device` runs every block.
    """
    launches = launch_file(source, None)
    compilation = CompileSettings().options(launches, device.facts.compute_capability)
    requests = [request for request in launches.requests if request.kernel == kernel]
    opened = open_source(source, [kernel], device, compilation)
    found: Buffers = []
    for request in requests:
        data = replace(launch_data(request, {}), keep=True)
        opened.task(request, data).run(device, all_blocks=True)
        found += [array for value in data.arguments.values() if (array := _array(value)) is not None]
    return found


def agrees(before: Buffers, after: Buffers, answer: Answer) -> bool:
    """Whether a mutant's buffers hold what they are said to hold."""
    if answer == "rearranged":
        return True
    if len(before) != len(after):
        return False
    pairs = list(zip(before, after, strict=True))
    if answer == "same":
        return all(np.array_equal(old, new) for old, new in pairs)
    return all(np.allclose(old, new, rtol=1e-4, atol=1e-5) for old, new in pairs)


def _array(value: Value) -> NDArray[np.generic] | None:
    if isinstance(value, Texture | Surface):
        return value.array
    return value if isinstance(value, np.ndarray) else None
