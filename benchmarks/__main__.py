"""Run every benchmark, or those named: `python -m benchmarks startup`."""

import os
import sys
from importlib import import_module

BENCHMARKS = {
    "startup": "start-up: whole processes, medians",
    "commands": "commands: what a user waits for",
    "first_result": "first result: `gpuadvisor analyze` of each example, whole processes",
    "throughput": "throughput: kernels emulated, simulated, and as plain C",
    "memory": "memory: a large launch",
    "traces": "traces: a gigabyte of PyTorch's profiler",
    "fleet": "fleet: the results of ten thousand GPUs summed up",
}

if hasattr(os, "getloadavg"):
    print(f"{os.cpu_count()} processors; load before we start {os.getloadavg()[0]:.1f}")
for name in sys.argv[1:] or BENCHMARKS:
    print(f"{name}: {BENCHMARKS[name]}")
    import_module(f"benchmarks.{name}").run()
