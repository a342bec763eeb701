"""How fast the emulator executes, counters on: thread-instructions per second of single examples."""

import time
from pathlib import Path

from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.sources.analysis import analyze_source
from gpuadvisor.sources.launches import read_launch_file

EXAMPLES = Path(__file__).parent.parent / "examples"
KERNELS = (
    ("saxpy.cu", "saxpy"),
    ("transpose.cu", "transpose_padded"),
    ("matmul.cu", "matmul_tiled"),
    ("histogram.cu", "histogram_shared"),
    ("gather.cu", "gather"),
)


def run() -> None:
    """Print the rate of each kernel over a whole analysis of all blocks, compiled by an earlier run."""
    print("  kernel             blocks run   seconds   million thread-instructions per second")
    for file, kernel in KERNELS:
        _analyze(file, kernel)
        start = time.perf_counter()
        profile = _analyze(file, kernel)
        seconds = time.perf_counter() - start
        counters = profile.counters
        assert counters is not None
        executed = counters.thread_instructions * counters.blocks_run / counters.blocks_total
        print(f"  {kernel:18} {counters.blocks_run:10,} {seconds:9.2f} {executed / seconds / 1e6:10.1f}")


def _analyze(file: str, kernel: str) -> KernelProfile:
    path = EXAMPLES / file
    requests = read_launch_file(path.with_suffix(".toml")).requests
    chosen = next(request for request in requests if request.kernel == kernel)
    device = EmulatedDevice("h100", all_blocks=True)
    return analyze_source(path, [chosen], device, CompileOptions(compute_capability="9.0"))[0]
