"""Collectives: their kernels beside others on each device, and the sizes that `record_param_comms` tells.

Source of the names: PyTorch's `torch/csrc/distributed/c10d/ParamCommsUtils.cpp` and `profiler/util.cpp`.
"""

from collections import Counter
from collections.abc import Iterable

from gpuadvisor.model.workload import Collectives, Communication
from gpuadvisor.sources.traces.columns import Table
from gpuadvisor.sources.traces.intervals import Intervals, union
from gpuadvisor.sources.traces.kineto_events import Arguments
from gpuadvisor.sources.traces.kineto_head import whole
from gpuadvisor.sources.traces.text import visible

OPERATOR = "record_param_comms"
SMALL_BYTES = 2**20
MOST_ELEMENTS = 2**40
_BYTES = {
    "Double": 8, "Long": 8, "Float": 4, "Int": 4, "Half": 2, "BFloat16": 2, "Short": 2, "Byte": 1, "Char": 1,
    "Bool": 1, "Float8_e4m3fn": 1, "Float8_e5m2": 1,
}  # fmt: skip


class CollectiveCalls:
    """Calls counted by operation and size."""

    def __init__(self) -> None:
        self._calls: Counter[tuple[str, int]] = Counter()

    def add(self, args: Arguments) -> None:
        """Count a call of which the size is told."""
        elements, name = whole(args.message_elements), args.collective
        told = isinstance(name, str) and isinstance(args.dtype, str)
        if elements is not None and elements < MOST_ELEMENTS and told:
            size = elements * _BYTES.get(args.dtype, 4)
            if size:
                self._calls[name, size] += 1

    def collectives(self) -> list[Collectives]:
        """Return the calls by operation, those with the most bytes first."""
        counts: Counter[str] = Counter()
        total: Counter[str] = Counter()
        small: Counter[str] = Counter()
        for (name, size), count in self._calls.items():
            counts[name] += count
            total[name] += count * size
            small[name] += count * (size < SMALL_BYTES)
        return [
            Collectives(name=visible(name), count=counts[name], total_bytes=size, small_count=small[name])
            for name, size in total.most_common()
        ]


def overlap(first: Intervals, second: Intervals) -> float:
    """Return the length of what two unions have in common."""
    return float((second.covered_until(first.end) - second.covered_until(first.start)).sum())


def communication(
    kernels: Iterable[tuple[Table, Table]], second: float, calls: CollectiveCalls, backend: str | None
) -> Communication | None:
    """Return what the run communicated, None where nothing tells of any.

    `kernels` are those of collectives and the others of each device.
    """
    total = exposed = 0.0
    for of_collectives, others in kernels:
        busy = union(of_collectives.start, of_collectives.end)
        total += busy.length
        exposed += busy.length - overlap(busy, union(others.start, others.end))
    found = calls.collectives()
    if not total and not found and backend is None:
        return None
    return Communication(
        backend=backend, seconds=total / second, exposed_seconds=exposed / second, collectives=found
    )
