"""Peak memory of a large launch, beyond the buffers of its own, in a fresh process."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.throughput.emulated import compiled_kernel, upload
from benchmarks.throughput.problems import BENCHMARKS, saxpy
from gpuadvisor.devices.device import Buffer
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.model.kernel import Launch

BLOCKS, THREADS = 10_000, 1_024
GOAL_BYTES = 200 * 1000**2
_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


def run() -> None:
    """Print the peak of the launch, and of the process that ran it."""
    if not _CLEAR.exists():
        print("  needs /proc, as Linux has it")
        return
    command = [sys.executable, "-m", "benchmarks.memory"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    launch_bytes, process_bytes = json.loads(done.stdout)
    goal = f"goal < {GOAL_BYTES / 1e6:.0f} MB: {'met' if launch_bytes < GOAL_BYTES else 'not met'}"
    print(f"  saxpy, {BLOCKS:,} blocks of {THREADS:,} threads, beyond its buffers:")
    print(f"  the launch          {launch_bytes / 1e6:8.1f} MB    {goal}")
    print(f"  the whole process   {process_bytes / 1e6:8.1f} MB    with Python, NumPy, the translator")


def _measured() -> tuple[int, int]:
    """Return the growth of the peak by one launch, and the peak of the process, both without the buffers."""
    device = EmulatedDevice("h100", all_blocks=True)
    kernel = compiled_kernel(device, BENCHMARKS[0])
    problem = saxpy(BLOCKS * THREADS)
    arguments = upload(device, problem)
    buffers_bytes = sum(argument.size_bytes for argument in arguments if isinstance(argument, Buffer))
    del problem
    before = _resident_bytes("VmRSS")
    _CLEAR.write_text("5")
    device.launch(kernel, Launch(grid=(BLOCKS, 1, 1), block=(THREADS, 1, 1)), arguments)
    peak = _resident_bytes("VmHWM")
    return peak - before, peak - buffers_bytes


def _resident_bytes(field: str) -> int:
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    print(json.dumps(_measured()))
