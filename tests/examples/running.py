"""Run a kernel of examples/ on data of the test's own and bring its arrays back."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.compiler.lookup import find_kernel
from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.device import Buffer, Kernel
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.model.kernel import Launch

EXAMPLES = Path(__file__).parents[2] / "examples"
Value = NDArray[np.generic] | np.generic


def run_example(
    file: str, kernel: str, grid: tuple[int, ...], block: tuple[int, ...], arguments: list[Value]
) -> list[NDArray[np.generic]]:
    """Run all blocks; return the array arguments as they are afterwards."""
    device = EmulatedDevice("h100", all_blocks=True)
    path = EXAMPLES / file
    instances = (kernel,) if "<" in kernel else ()
    options = CompileOptions(compute_capability=device.facts.compute_capability, instantiate=instances)
    module = device.compile(path.read_text(), str(path), options)
    passed = [device.upload(each) if isinstance(each, np.ndarray) else each for each in arguments]
    (gx, gy, gz), (bx, by, bz) = ((*extents, 1, 1)[:3] for extents in (grid, block))
    launch = Launch(grid=(gx, gy, gz), block=(bx, by, bz))
    device.launch(Kernel(module=module, name=find_kernel(module, kernel)), launch, passed)
    pairs = zip(passed, arguments, strict=True)
    return [
        device.download(to, like)
        for to, like in pairs
        if isinstance(to, Buffer) and isinstance(like, np.ndarray)
    ]
