"""Seconds of the kernels in Numba's CUDA simulator, in a process of its own."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

Simulated = dict[str, tuple[float, bool]]
"""By kernel: its seconds, and whether its answer is right."""
_CHECKOUT = Path(__file__).parents[2]


def simulator_seconds() -> Simulated | None:
    """Run each kernel; None where Numba is absent."""
    if find_spec("numba") is None:
        return None
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.throughput.numba_kernels"],
        env={**os.environ, "NUMBA_ENABLE_CUDASIM": "1"},
        cwd=_CHECKOUT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return {kernel: (seconds, solved) for kernel, (seconds, solved) in json.loads(done.stdout).items()}
