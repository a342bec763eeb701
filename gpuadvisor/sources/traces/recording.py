"""What a reader collects from a file: numbers in columns, names once each.

A trace of a gigabyte holds millions of events. Of each activity of the GPU and each API call five numbers are
kept (40 bytes); operators are counted by name; of all other events the earliest and the latest time are kept.
"""

from math import inf

from gpuadvisor.sources.traces.allocator import AllocatorPeaks
from gpuadvisor.sources.traces.columns import Columns
from gpuadvisor.sources.traces.groups import CopyGroup, KernelGroup, Lane, Numbering
from gpuadvisor.sources.traces.host_work import HostWork

UNCORRELATED = -1
"""The correlation of an activity whose launch the file does not tell."""


class Recording:
    """The activities of one process; times are in ticks, of which a second has `ticks_per_second`.

    The number of a kernel and of the call that launched it is their correlation; that of a copy and of a
    memset is its size in bytes.
    """

    def __init__(self, ticks_per_second: float) -> None:
        self.ticks_per_second = ticks_per_second
        self.kernels, self.copies, self.memsets = Columns(), Columns(), Columns()
        self.calls, self.steps = Columns(), Columns()
        self.kernel_groups: Numbering[KernelGroup] = Numbering()
        self.copy_groups: Numbering[CopyGroup] = Numbering()
        self.call_names: Numbering[str] = Numbering()
        self.lanes: Numbering[Lane] = Numbering()
        self.host, self.allocator = HostWork(), AllocatorPeaks()
        self.earliest, self.latest = inf, -inf

    def cover(self, start: float, end: float) -> None:
        """Note that the recording covers an event of which nothing else matters."""
        if start < self.earliest:
            self.earliest = start
        if end > self.latest:
            self.latest = end
