"""Runs one kernel of a file of the corpus on an emulated device and hands back its arrays."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.compiler.module import CompiledModule, CompileOptions
from gpuadvisor.devices.device import Argument, Buffer, Kernel
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.model.kernel import Launch

KERNELS = Path(__file__).parent / "kernels"

Shape = int | tuple[int, ...]
Arrays = list[NDArray[Any]]

_modules: dict[tuple[str, str], CompiledModule] = {}


class Runner(Protocol):
    """What the `run` fixture is."""

    def __call__(
        self,
        file: str,
        kernel: str,
        grid: Shape,
        block: Shape,
        *arguments: NDArray[Any] | np.generic,
        shared_bytes: int = 0,
        symbols: Mapping[str, NDArray[Any]] = ...,
        device: str = "h100",
    ) -> Arrays: ...


def run_kernel(
    file: str,
    kernel: str,
    grid: Shape,
    block: Shape,
    *arguments: NDArray[Any] | np.generic,
    shared_bytes: int = 0,
    symbols: Mapping[str, NDArray[Any]] = {},
    device: str = "h100",
) -> Arrays:
    """Launch `kernel`, named as people write it; the arrays among the arguments come back as it left them."""
    opened = EmulatedDevice(device, all_blocks=True)
    module = _module(opened, file)
    for name, content in symbols.items():
        opened.set_variable(module, name, content)
    buffers = [opened.upload(value) if isinstance(value, np.ndarray) else None for value in arguments]
    passed = [_passed(value, buffer) for value, buffer in zip(arguments, buffers, strict=True)]
    shape = Launch(grid=_three(grid), block=_three(block), dynamic_shared_bytes=shared_bytes)
    opened.launch(Kernel(module=module, name=_mangled(module, kernel)), shape, passed)
    return [
        opened.download(buffer, value)
        for value, buffer in zip(arguments, buffers, strict=True)
        if buffer is not None and isinstance(value, np.ndarray)
    ]


def _passed(value: NDArray[Any] | np.generic, buffer: Buffer | None) -> Argument:
    return value if isinstance(value, np.generic) else cast("Buffer", buffer)


def _module(device: EmulatedDevice, file: str) -> CompiledModule:
    """Return the compiled file: one compilation for all its kernels."""
    key = (file, device.facts.compute_capability)
    if key not in _modules:
        path = KERNELS / file
        options = CompileOptions(compute_capability=device.facts.compute_capability, standard="c++17")
        _modules[key] = device.compile(path.read_text(), str(path), options)
    return _modules[key]


def _mangled(module: CompiledModule, kernel: str) -> str:
    return next((mangled for mangled, written in module.names.items() if written == kernel), kernel)


def _three(shape: Shape) -> tuple[int, int, int]:
    x, y, z = (*((shape,) if isinstance(shape, int) else shape), 1, 1)[:3]
    return x, y, z


def integers(seed: int, shape: Shape, low: int, high: int, dtype: Any = np.int32) -> NDArray[Any]:
    """Return repeatable integers from `low` to `high`, exclusive."""
    return np.random.default_rng(seed).integers(low, high, shape).astype(dtype)


def floats(seed: int, shape: Shape, dtype: Any = np.float32) -> NDArray[Any]:
    """Return repeatable numbers between -1 and 1."""
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(dtype)


def scalars(dtype: Any, *values: float) -> Sequence[Any]:
    """Return each value as a scalar of the type, as kernels take them."""
    return [np.dtype(dtype).type(value) for value in values]
