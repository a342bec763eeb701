"""What a user waits for: the whole process of `gpuadvisor analyze FILE`, for every example.

Cold is a first run with nothing cached: the source is compiled and translated. Warm is the same again.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 5
COLD_ROUNDS = 2
COLD_GOAL_SECONDS = 1.5
WARM_GOAL_SECONDS = 0.3
CHECKOUT = Path(__file__).parents[1]


def run() -> None:
    """Print the wall seconds of each example, fastest of several runs."""
    print(f"  {'example':30} cold < {COLD_GOAL_SECONDS} s          warm < {WARM_GOAL_SECONDS} s")
    _cold("examples/saxpy.cu")  # so that Python's own byte code is there
    for example in sorted((CHECKOUT / "examples").glob("*.cu")):
        name = str(example.relative_to(CHECKOUT))
        cold = min(_cold(name) for _ in range(COLD_ROUNDS))
        with tempfile.TemporaryDirectory() as directory:
            _seconds(name, directory)
            warm = min(_seconds(name, directory) for _ in range(ROUNDS))
        print(f"  {name:30} {_cell(cold, COLD_GOAL_SECONDS)}    {_cell(warm, WARM_GOAL_SECONDS)}")


def _cold(name: str) -> float:
    with tempfile.TemporaryDirectory() as directory:
        return _seconds(name, directory)


def _cell(seconds: float, goal_seconds: float) -> str:
    return f"{seconds:6.2f} s {'met' if seconds < goal_seconds else 'not met':9}"


def _seconds(name: str, directory: str) -> float:
    environment = {**os.environ, "GPUADVISOR_CACHE_DIR": directory, "GPUADVISOR_STATE_DIR": directory}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its byte code
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "gpuadvisor", "analyze", name, "--quiet"],
        cwd=CHECKOUT, env=environment, check=True, capture_output=True,
    )  # fmt: skip
    return time.perf_counter() - start
