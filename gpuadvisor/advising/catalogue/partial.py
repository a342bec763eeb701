"""Counters that another profiler wrote: some of them, as its user chose."""

from typing import Any, cast

from gpuadvisor.advising.fact import NotTold
from gpuadvisor.model.counters import Counts, KernelCounters

_COUNTS = {*Counts.__struct_fields__, "instruction_mix"}


class _Partial:
    """Counters of which only some can be read."""

    def __init__(self, counters: KernelCounters) -> None:
        self._counters = counters

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as the counters have it
        if name in _COUNTS and not self._counters.tells(name):
            raise NotTold(name)
        return getattr(self._counters, name)


def readable(counters: KernelCounters) -> KernelCounters:
    """Return the counters such that reading one that is not known raises NotTold."""
    return counters if counters.known is None else cast(KernelCounters, _Partial(counters))
