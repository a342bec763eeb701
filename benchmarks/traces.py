"""Reading a large trace of PyTorch's profiler, beside Holistic Trace Analysis on the same file.

The peer does nothing but load the trace; ours adds up all that rules ask for meanwhile. The whole processes
are measured, imports included, one at a time.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.sources.traces.kineto_traces import write_large

TRACE_BYTES = 1 << 30
GOAL_OF_TIME = 1 / 10
GOAL_OF_MEMORY = 1 / 3
REPORT_GOAL_SECONDS = 60.0
PEER_PYTHON = Path(__file__).parents[1] / ".venv-peers" / "bin" / "python"
_READ = """
import sys
from pathlib import Path
from gpuadvisor.sources.traces.opening import read_trace
read_trace(Path(sys.argv[1]))
"""
_PEER = """
import sys
from hta.trace_analysis import TraceAnalysis
TraceAnalysis(trace_files={0: sys.argv[1]})
"""


class Cost(NamedTuple):
    """What a process took."""

    seconds: float
    peak_bytes: int


def run() -> None:
    """Print what reading takes, for us and for the peer, and what a report takes."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
        trace = Path(directory, "trace.json")
        write_large(trace, TRACE_BYTES)
        print(f"  a trace of {trace.stat().st_size / 1e9:.2f} GB")
        ours = _told("gpuadvisor", [sys.executable, "-c", _READ, str(trace)])
        report = _told("gpuadvisor report", [sys.executable, "-m", "gpuadvisor", "report", str(trace)])
        print(f"    seconds, {_goal(report.seconds, REPORT_GOAL_SECONDS)}")
        if not PEER_PYTHON.exists():
            print("  Holistic Trace Analysis is not there: `make bench` installs it where it can")
            return
        peer = _told("Holistic Trace Analysis", [str(PEER_PYTHON), "-c", _PEER, str(trace)])
    time_ratio, memory_ratio = ours.seconds / peer.seconds, ours.peak_bytes / peer.peak_bytes
    print(f"  time   {time_ratio:.3f} of the peer's    {_goal(time_ratio, GOAL_OF_TIME)}")
    print(f"  memory {memory_ratio:.3f} of the peer's    {_goal(memory_ratio, GOAL_OF_MEMORY)}")


def _told(name: str, command: Sequence[str]) -> Cost:
    cost = _cost(command)
    print(f"  {name:24} {cost.seconds:7.1f} s {cost.peak_bytes / 1e6:8.0f} MB", flush=True)
    return cost


def _cost(command: Sequence[str]) -> Cost:
    """Return the wall seconds of a process, and its peak of resident memory."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"exit {process.returncode}: {' '.join(command[:2])} ... {command[-1]}")
    return Cost(seconds, used.ru_maxrss * (1 if sys.platform == "darwin" else 1024))


def _goal(value: float, most: float) -> str:
    return f"goal {most:.3g}: {'met' if value <= most else 'not met'}"
