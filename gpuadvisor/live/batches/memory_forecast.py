"""How much memory a larger batch would take: activations grow with the batch, the rest stays."""

from collections.abc import Sequence

from gpuadvisor.model.batches import BatchPoint


def forecast_bytes(points: Sequence[BatchPoint], batch: int) -> int | None:
    """Return the memory that a larger batch would take, on the line through the two largest measured.

    None where fewer are known. The line is never taken to fall: a peak that shrank was noise.
    """
    known = sorted(
        (point.batch, point.peak_memory_bytes) for point in points if point.peak_memory_bytes is not None
    )
    if len(known) < 2:
        return None
    (smaller, less), (larger, more) = known[-2:]
    slope = max(0.0, (more - less) / (larger - smaller))
    return int(more + slope * (batch - larger))
