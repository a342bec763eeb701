"""Record PyTorch's own traces of the networks on this machine's CPU, for the tests to read.

python -m tests.networks.record DIRECTORY      with PyTorch, as in the environment of test-frameworks
"""

import gzip
import json
import sys
from pathlib import Path

from tests.networks.training import load

RECORDED = [(name, variant) for name in ("mlp", "cnn", "lstm", "gan") for variant in ("slow", "tuned")]
BATCH, SKIPPED, KEPT = 16, 4, 2
SEQUENCE = 8
"""Steps of a sequence, of which the slow variant records each operator: shorter than the network's own."""


def record(name: str, variant: str, directory: Path) -> Path:
    """Train for a few steps and keep the trace of the last ones; return its file."""
    import torch
    from torch.profiler import ProfilerActivity, profile, schedule

    watch, network = load("common_run").Stopwatch, load(f"{name}_torch")
    network.STEPS = SEQUENCE
    raw = directory / "raw.json"
    with profile(
        activities=[ProfilerActivity.CPU],
        schedule=schedule(wait=SKIPPED - 1, warmup=1, active=KEPT, repeat=1),
        on_trace_ready=lambda each: each.export_chrome_trace(str(raw)),
        record_shapes=True,
    ) as profiler:
        step = watch.step
        watch.step = lambda self: (step(self), profiler.step())
        try:
            network.main([f"--variant={variant}", f"--batch={BATCH}", "--steps=7", "--device=cpu"])
        finally:
            watch.step = step
    trace = json.loads(raw.read_text())
    raw.unlink()
    path = directory / f"torch-{torch.__version__.partition('+')[0]}-{name}-{variant}.json.gz"
    trace["traceName"] = path.name  # it named a folder of the machine
    trace.pop("host_name", None)
    path.write_bytes(gzip.compress(json.dumps(trace, separators=(",", ":")).encode(), mtime=0))
    return path


def main() -> None:
    """Record all."""
    directory = Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    for name, variant in RECORDED:
        path = record(name, variant, directory)
        sys.stderr.write(f"{path} {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
