"""Programs of examples/runs, recorded on a CPU: `python -m tests.advising.runs.recording PROGRAM...`.

Needs PyTorch. Writes `PROGRAM-slow.json.gz` and `PROGRAM-tuned.json.gz` into tests/recorded/kineto-cpu/runs,
without what names the machine.
"""

import gzip
import json
import runpy
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.advising.runs.proof import PROGRAMS

RECORDINGS = Path(__file__).parents[2] / "recorded" / "kineto-cpu" / "runs"
STEPS = 2
OF_THE_MACHINE = ("host_name", "trace_id", "traceName")


def run(program: str, *options: str) -> None:
    """Run a program as `python PROGRAM OPTIONS` would, in this process and with one thread."""
    import torch

    given, threads = sys.argv, torch.get_num_threads()
    torch.set_num_threads(1)
    sys.argv = [program, *options]
    try:
        runpy.run_path(str(PROGRAMS / f"{program}.py"), run_name="__main__")
    finally:
        sys.argv = given
        torch.set_num_threads(threads)


def record(program: str, *options: str) -> dict[str, Any]:
    """Return the trace of a program's first steps; one ends with each step of its optimiser."""
    import torch
    from torch.optim.optimizer import register_optimizer_step_post_hook
    from torch.profiler import ProfilerActivity, profile, schedule

    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "trace.json"
        with profile(
            activities=[ProfilerActivity.CPU],
            schedule=schedule(wait=0, warmup=0, active=STEPS, repeat=1),
            on_trace_ready=lambda recorded: recorded.export_chrome_trace(str(path)),
            record_shapes=True,
            profile_memory=True,
        ) as recording:
            hook = register_optimizer_step_post_hook(lambda *_: recording.step())
            try:
                run(program, *options)
            finally:
                hook.remove()
        trace: dict[str, Any] = json.loads(path.read_text())
    recorded = {"recorded": f"PyTorch {torch.__version__} on a CPU"}
    return {key: value for key, value in trace.items() if key not in OF_THE_MACHINE} | recorded


if __name__ == "__main__":
    for name in sys.argv[1:]:
        for variant, options in (("slow", ()), ("tuned", ("--tuned",))):
            text = json.dumps(record(name, *options), separators=(",", ":")).encode()
            (RECORDINGS / f"{name}-{variant}.json.gz").write_bytes(gzip.compress(text, mtime=0))
