"""How fast others copy DRAM to DRAM: `python -m tools.recording.copies` prints what CuPy and PyTorch reach.

One JSON object, from what copies to bytes read and written per second; what cannot use the GPU is left out.
"""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from typing import Any

import msgspec

from gpuadvisor.devices.device import Timing
from gpuadvisor.devices.sampling import sample

COPY_BYTES = 1 << 30
TIMING = Timing(warmups=3, samples=10, most_samples=200)


def main() -> None:
    """Measure what there is and print it."""
    found = {name: measure() for name, measure in COPIES.items() if importlib.util.find_spec(name)}
    reached = {name: value for name, value in found.items() if value is not None}
    sys.stdout.buffer.write(msgspec.json.encode(reached))


def cupy_copy() -> float:
    """Return the bandwidth of `cupy.copyto` between arrays of 1 GiB."""
    import cupy

    source = cupy.ones(COPY_BYTES // 4, cupy.uint32)
    target = cupy.empty_like(source)

    def seconds() -> float:
        start, stop = cupy.cuda.Event(), cupy.cuda.Event()
        start.record()
        cupy.copyto(target, source)
        stop.record()
        stop.synchronize()
        return float(cupy.cuda.get_elapsed_time(start, stop)) * 1e-3

    return bandwidth(seconds)


def torch_copy() -> float | None:
    """Return the bandwidth of `Tensor.copy_` between tensors of 1 GiB; None for PyTorch without CUDA."""
    torch: Any = importlib.import_module("torch")
    cuda = torch.cuda
    if not cuda.is_available():
        return None
    source = torch.ones(COPY_BYTES // 4, dtype=torch.int32, device="cuda")
    target = torch.empty_like(source)

    def seconds() -> float:
        start, stop = cuda.Event(enable_timing=True), cuda.Event(enable_timing=True)
        start.record()
        target.copy_(source)
        stop.record()
        stop.synchronize()
        return float(start.elapsed_time(stop)) * 1e-3

    return bandwidth(seconds)


def bandwidth(seconds: Callable[[], float]) -> float:
    """Return the bytes read and written per second, of the median time of a copy."""
    for _ in range(TIMING.warmups):
        seconds()
    times = sorted(sample(seconds, lambda: None, TIMING).seconds)
    return 2 * COPY_BYTES / times[len(times) // 2]


COPIES: dict[str, Callable[[], float | None]] = {"cupy": cupy_copy, "torch": torch_copy}


if __name__ == "__main__":
    main()
