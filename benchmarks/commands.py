"""What a user waits for: whole commands, cold (nothing compiled yet) and warm."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 3
CHECKOUT = Path(__file__).parent.parent
COMMANDS = (
    ("analyze", "examples", "--quiet"),
    ("probe", "--quiet"),
    ("gate", "--config=benchmarks/gate.toml", "--quiet"),
)


def run() -> None:
    """Print the wall seconds of each command."""
    print("  command                                cold     warm")
    for command in COMMANDS:
        with tempfile.TemporaryDirectory() as directory:
            cold = _seconds(command, directory)
            warm = statistics.median(_seconds(command, directory) for _ in range(ROUNDS))
        print(f"  {' '.join(command[:2]):35} {cold:6.2f} s {warm:6.2f} s")


def _seconds(command: tuple[str, ...], directory: str) -> float:
    environment = {**os.environ, "GPUADVISOR_CACHE_DIR": directory, "GPUADVISOR_STATE_DIR": directory}
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "gpuadvisor", *command],
        cwd=CHECKOUT, env=environment, check=True, capture_output=True,
    )  # fmt: skip
    return time.perf_counter() - start
