"""How long `gpuadvisor --help` takes beside the import of click, which it cannot avoid."""

import statistics
import sys
from pathlib import Path

from benchmarks.processes import interleaved_seconds, median_ratio

ROUNDS = 21
BUDGET = 1.5
"""The most that `--help` may take, in imports of click."""


def run() -> None:
    """Print the two times and their ratio."""
    script = str(Path(sys.executable).with_name("gpuadvisor"))
    ours, click = interleaved_seconds([[script, "--help"], [sys.executable, "-c", "import click"]], ROUNDS)
    print(f"  gpuadvisor --help        {1e3 * statistics.median(ours):7.1f} ms")
    print(f"  python -c 'import click' {1e3 * statistics.median(click):7.1f} ms")
    print(f"  ratio                    {median_ratio(ours, click):7.2f}    (budget {BUDGET})")
