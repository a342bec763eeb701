"""What a bounded trace of requests tells: how often memory is touched again, how atomics meet."""

import msgspec

SECTOR_BYTES = 32


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """Which requests were traced; what derives from them is never scaled to the grid."""

    blocks: int
    """Of those run the first two and the one in the middle, or fewer where there are not as many."""
    requests_per_warp: int
    """The first requests that each warp of these blocks makes with each instruction."""
    complete: bool
    """Whether these are all requests of these blocks."""
    requests: int


class Reuse(msgspec.Struct, frozen=True, kw_only=True):
    """How often 32-byte sectors of global memory are touched again; whatever cache or copy then serves them.

    Where the trace is not complete, the real figures of a block lie higher.
    """

    trace: Trace
    sectors: int
    """Touched, a sector once for each request that touches it."""
    ideal_sectors: int
    """The fewest sectors that could hold the bytes of each request, added up."""
    block_sectors: int
    """Different sectors that a block touches, added up over the blocks."""
    distinct_sectors: int
    """Different sectors that all traced blocks touch together."""

    @property
    def in_block(self) -> float:
        """How many requests of a block touch each of its sectors, on average."""
        return self.sectors / self.block_sectors

    @property
    def in_sample(self) -> float:
        """How many requests of all traced blocks touch each sector, on average."""
        return self.sectors / self.distinct_sectors

    @property
    def distinct_bytes_per_block(self) -> float:
        """The bytes of a block's different sectors, on average."""
        return SECTOR_BYTES * self.block_sectors / self.trace.blocks


class Contention(msgspec.Struct, frozen=True, kw_only=True):
    """How the updates of an atomic meet at addresses."""

    lanes_per_address: float
    """Active lanes of a request over its different addresses, over all requests."""
    trace: Trace
    """What the other figures were derived from."""
    worst_lanes: int
    """The most lanes of one request at one address."""
    mean_worst_lanes: float
    """The lanes at the most wanted address of a request, on average: the turns the request takes."""
    addresses: int
    """Different addresses; those of shared memory are offsets, the same in each block."""
    hottest_share: float
    """The share of all lanes' updates that go to the one address that gets most."""
