"""Batches that were measured, for tests."""

from gpuadvisor.live.batches.child import Answer
from gpuadvisor.model.batches import BatchOutcome, BatchPlace, BatchPoint, Interval

MIB = 2**20
CPU = BatchPlace(framework="PyTorch 9.9", device="CPU", is_gpu=False)
GPU = BatchPlace(framework="PyTorch 9.9", device="NVIDIA H100", is_gpu=True, memory_bytes=80 * 1024 * MIB)


def measured(batch: int, rate: float, *, spread: float = 0.01, memory_bytes: int | None = None) -> BatchPoint:
    """Return a batch with a throughput and an interval of `spread` on both sides."""
    rates = Interval(low=rate * (1 - spread), median=rate, high=rate * (1 + spread))
    step = Interval(low=batch / rates.high, median=batch / rate, high=batch / rates.low)
    return BatchPoint(
        batch=batch, outcome="measured", samples_per_second=rates, step_seconds=step, timings=10, steps=10,
        peak_memory_bytes=memory_bytes, loss_was_finite=True,
    )  # fmt: skip


def answer(point: BatchPoint, place: BatchPlace = GPU) -> Answer:
    """Return what a child process says of a batch that ran."""
    return Answer(point=point, place=place)


def refused(batch: int, outcome: BatchOutcome = "out-of-memory", reason: str = "no memory") -> Answer:
    """Return what a child process says of a batch that did not run."""
    return Answer(point=BatchPoint(batch=batch, outcome=outcome, reason=reason))
