"""The kernel profile: all that is known of one kernel launch."""

from typing import Literal

import msgspec

from gpuadvisor.model.counters import KernelCounters, LineCounts
from gpuadvisor.model.findings import Finding
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.traffic import Contention, Reuse

MemorySpace = Literal["global", "shared", "local", "const", "texture", "surface"]


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """The shape of a launch; `grid`, `block` and `cluster` are (x, y, z)."""

    grid: tuple[int, int, int]
    block: tuple[int, int, int]
    dynamic_shared_bytes: int = 0
    cluster: tuple[int, int, int] | None = None
    """Blocks of each cluster; None: what the kernel was compiled for, or no clusters."""

    @property
    def blocks(self) -> int:
        """Blocks in the grid."""
        return self.grid[0] * self.grid[1] * self.grid[2]

    @property
    def threads_per_block(self) -> int:
        """Threads in each block."""
        return self.block[0] * self.block[1] * self.block[2]

    @property
    def blocks_per_cluster(self) -> int:
        """Blocks in each cluster; without clusters every block is one of its own."""
        x, y, z = self.cluster or (1, 1, 1)
        return x * y * z


class Resources(msgspec.Struct, frozen=True, kw_only=True):
    """What the compiler gave one kernel; exact for the named compiler only."""

    provenance: Provenance = Provenance.COMPILED
    compiler: str
    """As `nvrtc 13.5`."""
    compute_capability: str
    """What was compiled for: an older card than the compiler knows gets its lowest target."""
    registers_per_thread: int
    static_shared_bytes: int
    local_bytes: int | None
    """Stack frame per thread."""
    constant_bytes: int = 0
    spill_store_bytes: int | None
    """None, as the other two, where only machine code is at hand."""
    spill_load_bytes: int | None
    barriers: int | None

    @property
    def spill_bytes(self) -> int | None:
        """Spill stores and loads together."""
        if self.spill_store_bytes is None or self.spill_load_bytes is None:
            return None
        return self.spill_store_bytes + self.spill_load_bytes


class BlockSizeOption(msgspec.Struct, frozen=True, kw_only=True):
    """What another block size would give the same kernel."""

    threads_per_block: int
    theoretical: float
    blocks_per_sm: int


class Occupancy(msgspec.Struct, frozen=True, kw_only=True):
    """How many blocks and warps of a launch reside on a multiprocessor."""

    provenance: Provenance = Provenance.COMPILED
    theoretical: float
    """Resident warps over the maximum, 0 to 1."""
    blocks_per_sm: int
    warps_per_sm: int
    limiters: list[str]
    """Every resource that attains the minimum: warps, blocks, registers, shared-memory, barriers."""
    achieved: float | None = None
    better_block_sizes: list[BlockSizeOption] = []
    """Block sizes with a higher theoretical occupancy at the same registers and shared memory."""
    registers_for_next_block: int | None = None
    """The most registers per thread at which one more block would fit; None if registers do not limit."""
    shared_bytes_for_next_block: int | None = None
    """The most static and dynamic shared memory at which one more block would fit; None as above."""


class Padding(msgspec.Struct, frozen=True, kw_only=True):
    """A change of row pitch that was tried on the recorded addresses of a shared array."""

    row_pitch_bytes: int
    pad_bytes: int
    wavefronts_per_request: float
    """What the padded array needs."""


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """One memory instruction of the program, over all its executions."""

    file: str
    line: int
    space: MemorySpace
    operation: Literal["load", "store", "atomic"]
    bytes_per_thread: int
    variable: str | None = None
    """The kernel argument or shared variable that the addresses lie in, if it is one."""
    requests: int
    sectors: int = 0
    ideal_sectors: int = 0
    wavefronts: int = 0
    ideal_wavefronts: int = 0
    active_threads: float
    """Mean per request."""
    lane_stride_bytes: int | None = None
    """The distance between neighbouring lanes, where one distance accounts for most pairs."""
    base_misalignment_bytes: int | None = None
    """The first lane's address modulo 32, where it is the same in most requests."""
    stride_varies: bool = False
    """Whether most requests have a distance of their own between lanes, but not the same."""
    thread_step_bytes: int | None = None
    """How far a thread moves from one execution to the next; None where it makes one, or it is not known."""
    stride_bytes_used: int | None = None
    """Bytes of the distance between lanes that a thread touches when each access of the kernel with that
    distance to the variable is executed once; global memory only."""
    distinct_bytes_per_request: float | None = None
    padding: Padding | None = None
    pattern: str = ""
    """In words: `lanes 24 bytes apart`."""
    reuse: Reuse | None = None
    """Global memory only; None where the access was not traced."""
    contention: Contention | None = None
    """Atomics only; None where the access was not traced."""


class BranchPath(msgspec.Struct, frozen=True, kw_only=True):
    """One way out of a conditional branch, up to where the two ways join again (PTX level)."""

    executions: int
    """Executions of the branch in which some thread goes this way."""
    divergent_threads: float | None = None
    """Threads that go this way when the warp splits, on average; None where it never does."""
    instructions: float | None = None
    """Warp instructions on this way before the ways can join, for each of the executions, loops and
    branches on it included, called functions not. None where this way leads round a loop."""
    warp_instructions: int | None = None
    """The same in all."""
    thread_instructions: int | None = None


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """One conditional branch of the program, over all its executions (PTX level)."""

    file: str
    line: int
    executions: int
    divergent: int
    active_threads: float
    """Mean per execution."""
    taken_share: float | None = None
    """Threads that jump, over all that reach the branch; None, as the next two, for a branch by index."""
    taken: BranchPath | None = None
    """The way of the threads that jump."""
    passed: BranchPath | None = None
    """The way of the others."""

    @property
    def rare_way(self) -> BranchPath | None:
        """The way that fewer threads go when the warp splits; None where it never does, or is not known."""
        ways = [way for way in (self.taken, self.passed) if way and way.divergent_threads is not None]
        return min(ways, key=lambda way: way.divergent_threads or 0.0, default=None)


class KernelTime(msgspec.Struct, frozen=True, kw_only=True):
    """How long the launch takes and what bounds it."""

    provenance: Provenance
    seconds: float
    bound_by: str | None = None
    next_bound_by: str | None = None
    components: dict[str, float] = {}
    """Seconds each resource would need alone: dram, l2, l1, shared, issue, fp32, ..., latency, launch."""


class Observation(msgspec.Struct, kw_only=True):
    """What the emulator saw in one launch."""

    counters: KernelCounters
    lines: list[LineCounts]
    accesses: list[Access]
    branches: list[Branch]
    notes: list[str] = []
    findings: list[Finding] | None = None
    """Defects; None where nobody looked for them."""


class KernelProfile(msgspec.Struct, kw_only=True):
    """One kernel launch: the parts that could not be had are None."""

    name: str
    source: str
    line: int | None = None
    device: str
    launch: Launch
    resources: Resources | None = None
    occupancy: Occupancy | None = None
    counters: KernelCounters | None = None
    lines: list[LineCounts] = []
    accesses: list[Access] = []
    branches: list[Branch] = []
    loads_in_flight: int | None = None
    """Independent global loads a thread issues before it needs the first; read from the PTX."""
    time: KernelTime | None = None
    notes: list[str] = []
    findings: list[Finding] | None = None
    """Defects that `--check` found; None where nobody looked for them."""
