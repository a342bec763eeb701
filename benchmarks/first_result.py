"""What a user waits for: the whole process of `gpuadvisor analyze FILE`, for every example.

Cold is a first run with nothing cached: the source is compiled, the kernels are translated and run. Rerun
is one where a launch has changed: what was compiled and translated is at hand, the kernels run. Warm is one
where nothing has changed: the report is remembered.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 5
COLD_GOAL_SECONDS = 1.5
WARM_GOAL_SECONDS = 0.3
CHECKOUT = Path(__file__).parents[1]


def run() -> None:
    """Print the wall seconds of each example, fastest of several runs."""
    print(f"  {'example':32} cold < {COLD_GOAL_SECONDS} s         rerun     warm < {WARM_GOAL_SECONDS} s")
    with tempfile.TemporaryDirectory() as directory:
        _seconds("examples/saxpy.cu", directory)  # so that Python's own byte code is there
    for example in sorted((CHECKOUT / "examples").glob("*.cu")):
        name = str(example.relative_to(CHECKOUT))
        cold, again, warm = _example(name)
        print(f"  {name:30} {_cell(cold, COLD_GOAL_SECONDS)} {again:6.2f} s {_cell(warm, WARM_GOAL_SECONDS)}")


def _example(name: str) -> tuple[float, float, float]:
    """Return the seconds of a cold run, of one with compiled kernels, and of one with nothing to do."""
    with tempfile.TemporaryDirectory() as directory:
        cold = min(_forgetting(name, directory, "") for _ in range(ROUNDS))
        again = min(_forgetting(name, directory, "reports") for _ in range(ROUNDS))
        warm = min(_seconds(name, directory) for _ in range(ROUNDS))
    return cold, again, warm


def _forgetting(name: str, directory: str, kind: str) -> float:
    """Return the seconds without what is cached of a kind, or of all kinds."""
    shutil.rmtree(Path(directory, kind), ignore_errors=True)
    return _seconds(name, directory)


def _cell(seconds: float, goal_seconds: float) -> str:
    return f"{seconds:6.2f} s {'met' if seconds < goal_seconds else 'not met':9}"


def _seconds(name: str, directory: str) -> float:
    environment = {**os.environ, "GPUADVISOR_CACHE_DIR": directory, "GPUADVISOR_STATE_DIR": directory}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its byte code
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "gpuadvisor", "analyze", name],
        cwd=CHECKOUT, env=environment, check=True, capture_output=True,
    )  # fmt: skip
    return time.perf_counter() - start
