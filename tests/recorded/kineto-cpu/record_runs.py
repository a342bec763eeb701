"""Record programs of examples/runs on a CPU: `python tests/recorded/kineto-cpu/record_runs.py PROGRAM...`.

Needs PyTorch. Writes `runs/PROGRAM-slow.json.gz` and `runs/PROGRAM-tuned.json.gz` beside this file, without
what names the machine.
"""

import gzip
import json
import runpy
import sys
import tempfile
from pathlib import Path

import torch
from torch.profiler import ProfilerActivity, profile

HERE = Path(__file__).parent
PROGRAMS = HERE.parents[2] / "examples" / "runs"
OF_THE_MACHINE = ("host_name", "trace_id", "traceName")


def record(program: str, *options: str) -> dict[str, object]:
    """Return the trace of a program as Kineto writes it."""
    sys.argv = [program, *options]
    with profile(activities=[ProfilerActivity.CPU], record_shapes=True, profile_memory=True) as recording:
        runpy.run_path(str(PROGRAMS / f"{program}.py"), run_name="__main__")
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "trace.json"
        recording.export_chrome_trace(str(path))
        trace: dict[str, object] = json.loads(path.read_text())
    recorded = {"recorded": f"PyTorch {torch.__version__} on a CPU"}
    return {key: value for key, value in trace.items() if key not in OF_THE_MACHINE} | recorded


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in sys.argv[1:]:
        for variant, options in (("slow", ()), ("tuned", ("--tuned",))):
            text = json.dumps(record(name, *options), separators=(",", ":")).encode()
            (HERE / "runs" / f"{name}-{variant}.json.gz").write_bytes(gzip.compress(text, mtime=0))
