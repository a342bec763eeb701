"""What Python and the machine code share: contexts, the state of warps, tallies of accesses.

All of it is memory that NumPy owns. A context is an array of 64-bit words, one context for each part of a
launch, so that parts never write to the same memory but for the kernel's own.
"""

from enum import IntEnum, auto

import numpy as np

WORD_BYTES = 8
PARKED = 0x7FFFFFFF
"""The place of a lane that does not wait to run: it runs, waits for others, or has ended."""
YIELD = 1 << 30
"""Added to the place of a lane that yields to all others of its warp (see `emulator.scheduler`)."""


EXPORTS = (
    "access_global",
    "access_shared",
    "access_local",
    "gather_lanes",
    "wait_for_block",
    "wait_for_warp",
    "lanes_ended",
    "reach_barrier",
    "release_barriers",
    "change_phase",
    "run_blocks",
)
"""The functions of the run-time part that kernels or Python call."""
RUN_CLUSTERS = "run_clusters"
"""The function that runs blocks which form clusters; a module of its own has it."""
IMAGE_EXPORTS = (
    "find_image",
    "note_refused",
    "fetch_texels",
    "place_on_surface",
    "store_texels",
    "count_texels",
)
"""Those that kernels with textures or surfaces call; a module of its own has them."""


class Word(IntEnum):
    """The words of a context."""

    ARENA = 0
    """Address of global memory's first byte."""
    PARAMETERS = auto()
    SHARED = auto()
    SHARED_BYTES = auto()
    SHARED_END = auto()
    """What addresses of shared memory lie below: in clusters the kernel itself checks that they are valid."""
    LOCAL = auto()
    LOCAL_BYTES = auto()
    LOCAL_STRIDE = auto()
    """Bytes from one thread's local memory to the next."""
    LOCAL_USED = auto()
    """How many of them to clear before a block starts; machine code raises it as the stack grows."""
    FRAMES = auto()
    FRAME_STRIDE = auto()
    """The parameters of device functions, and the bytes from one thread's to the next."""
    RUNTIME = auto()
    """Address of what calls the routines of the device runtime."""
    ACTIVATIONS = auto()
    ACTIVATION_STRIDE = auto()
    """What activations of functions save, and the bytes from one warp's to the next; 0: all use the same."""
    WARPS = auto()
    """Address of the state of the first warp."""
    REGISTER_BYTES = auto()
    """How much of the registers to clear before a warp starts."""
    WARP_STRIDE = auto()
    """Bytes from one warp's state to the next; 0: all warps use the same, one after another."""
    COUNTERS = auto()
    SITES = auto()
    LOADED = auto()
    STORED = auto()
    """Addresses of the flags, a byte for every sector of global memory."""
    BUFFER_STARTS = auto()
    BUFFER_ENDS = auto()
    BUFFERS = auto()
    """Addresses of the sorted starts and ends of the global buffers, and their number."""
    IMAGES = auto()
    IMAGE_COUNT = auto()
    """Address and number of the textures and surfaces (see `textures.abi`)."""
    IMAGE_SITES = auto()
    BUDGET = auto()
    THREADS = auto()
    """Per block."""
    WARPS_PER_BLOCK = auto()
    BLOCKS = auto()
    BLOCK_COUNT = auto()
    """Address and number of the linear numbers of the blocks to run."""
    THREAD_INDICES = auto()
    """Address of %tid.x of each lane of a block, then %tid.y, then %tid.z."""
    GRID_X = auto()
    GRID_Y = auto()
    GRID_Z = auto()
    BLOCK_X = auto()
    BLOCK_Y = auto()
    BLOCK_Z = auto()
    MULTIPROCESSORS = auto()
    RESIDENT_BLOCKS = auto()
    """On all multiprocessors together."""
    DYNAMIC_SHARED_BYTES = auto()
    WORKSPACE = auto()
    """Address of what blocks that wait for each other share."""
    COUNTS_ARRIVALS = auto()
    """Whether barriers are complete by arrivals (see `runtime.barriers`), not when all threads wait."""
    RESUMES = auto()
    """Whether the block has run before and goes on."""
    TRACE = auto()
    """Address of what is kept of the requests of the traced blocks (see `counting.trace`)."""
    TRACED_BLOCKS = auto()
    TRACED_COUNT = auto()
    """Address and number of the linear numbers of the traced blocks."""
    TRACE_BLOCK_BYTES = auto()
    TRACE_WARP_BYTES = auto()
    TRACE_REQUESTS = auto()
    """Requests kept of each warp at each site."""
    CLUSTER_X = auto()
    CLUSTER_Y = auto()
    CLUSTER_Z = auto()
    """The blocks of a cluster along each axis."""
    IS_CLUSTERED = auto()
    """Whether the launch names a cluster."""
    CLUSTER_BLOCKS = auto()
    CLUSTER_RANK = auto()
    """The blocks of a cluster, and which of them this is; each has a context, one behind the other."""
    CLUSTER_SHARED = auto()
    SHARED_STRIDE = auto()
    """Address of the shared memory of a cluster's first block, and the bytes from one to the next."""
    ARRIVALS = auto()
    """Where in the state of a warp it says how often its lanes have arrived at the cluster's barrier."""
    # What the machine code itself writes:
    TRACING = auto()
    """Where the trace of the block that runs begins; 0: the block is not traced."""
    BLOCK = auto()
    """The linear number of the block that runs."""
    INDEX_X = auto()
    INDEX_Y = auto()
    INDEX_Z = auto()
    WARP = auto()
    """The warp of the block that runs."""
    CHANGES = auto()
    """How often the block changed memory, as kernels that poll memory count it."""
    RUNNING = auto()
    """In the context of a cluster's first block: the rank of the block that runs."""
    FAULT_PLACE = auto()
    """Where a warp failed: the address of the site, or the program counter."""
    FAULT_MASK = auto()
    """The lanes that failed."""
    FAULT_LANE = auto()
    """The lane that copies in bulk."""
    FAULT_ADDRESSES = auto()
    """The first of 32 words."""


EXPECTED_THREADS = Word.FAULT_ADDRESSES + 32
"""The first of 16 words: how many threads each barrier waits for; 0: all."""
CONTEXT_WORDS = EXPECTED_THREADS + 16


class Status(IntEnum):
    """How running a part of a launch ended."""

    DONE = 0
    BAD_ADDRESS = 1
    BUDGET = 2
    """The warp executed more instructions than it may."""
    STUCK = 3
    """No warp of the block can run, yet some have not ended."""
    STOPPED = 4
    """The kernel stopped itself."""
    STACK_OVERFLOW = 5
    NO_FUNCTION = 6
    """A call through a pointer to no function of its kind."""
    NO_TARGET = 7
    """An indexed branch beyond its list."""
    POLLING = 8
    """Threads poll memory and have no patience left; others must run before they do."""
    ENDLESS = 9
    """All threads that are left wait or poll memory that no thread changes."""
    RUNTIME_FAULT = 10
    """A routine of the device runtime failed."""
    NO_BARRIER = 11
    """A barrier's number is too large."""
    BAD_ARRIVALS = 12
    """An mbarrier for no arrivals, or too many."""
    TOO_MANY_ARRIVALS = 13
    """More arrivals than the phase of an mbarrier waits for."""
    BAD_SIZE = 14
    """A copy in bulk of a size that it cannot have."""
    NO_RANK = 15
    """An address in a block that the cluster does not have."""
    BAD_IMAGE = 16
    """A texture or surface that is none of that kind, or an access that a surface refuses."""


class Wait(IntEnum):
    """What a lane waits for; barrier b of the block is b."""

    LAST_BARRIER = 15
    WARP_BARRIER = 16
    COLLECTIVE = 17
    CLUSTER_BARRIER = 18
    NOTHING = 31


class Kind(IntEnum):
    """How the lanes of a request lie."""

    GENERAL = 0
    CONSECUTIVE = 1
    """All 32 lanes, one behind the other."""
    SAME = 2
    """All active lanes at one address."""


def _struct(*fields: tuple[str, str] | tuple[str, str, tuple[int, ...]]) -> np.dtype[np.void]:
    """Return a packed structure that starts and ends at a multiple of 64 bytes."""
    packed = np.dtype(list(fields))
    padding = -packed.itemsize % 64
    return np.dtype([*fields, ("padding", "u1", (padding,))]) if padding else packed


COUNTED = (
    "requests",
    "active_threads",
    "sectors",
    "ideal_sectors",
    "wavefronts",
    "ideal_wavefronts",
    "distinct_bytes",
)
"""What a site counts, in this order."""

SITE = _struct(
    ("offsets", "<u4", (32,)),
    ("total", "<i8", (len(COUNTED),)),
    ("each", "<i8", (len(COUNTED),)),
    ("repeats", "<i8"),
    ("until_sample", "<i8"),
    ("sample_gap", "<i8"),
    ("samples", "<i8"),
    ("low", "<u8"),
    ("span", "<u8"),
    ("mask", "<u4"),
    ("base", "<u4"),
    ("kind", "<u4"),
    ("first_sector", "<i4"),
    ("sector_count", "<i4"),
    ("size_shift", "<u4"),
    ("is_atomic", "<u4"),
    ("loaded", "<u4"),
    ("stored", "<u4"),
    ("trace_slot", "<u4"),
    ("first_bytes", "<i8"),
    ("sample_start", "<u8"),
    ("sample_rows", "<i8"),
)
"""One memory instruction in one space.

`each` is what one request counts that looks like the last one: `offsets` of its lanes from the first
active one, `mask`, and `base`, the position of that lane. `repeats` requests have looked so since `total`
was brought up to date. `low` and `span` bound the buffer that was last accessed: `span` addresses from low
on; none at first. Sectors that follow each other are `sector_count`, the first of them `first_sector`
sectors from that of the first active lane; `sector_count` 0 stands for scattered ones. `loaded` and `stored`
say which flags a global access sets. `trace_slot` numbers the sites that are traced, from 1.
The first `first_bytes` of each lane must lie in a buffer. `samples` requests are kept from the address
`sample_start` on, where `sample_rows` have room (see `runtime.samples`).
"""

SAMPLE = np.dtype([("addresses", "<u8", (32,)), ("mask", "<u8")])
"""A request that is kept."""

WARP = _struct(
    ("places", "<u4", (32,)),
    ("resume", "<u4", (32,)),
    ("waits", "<u4", (32,)),
    ("members", "<u4", (32,)),
    ("issued", "<i8"),
    ("alive", "<u4"),
    ("number", "<u4"),
    ("yielded", "<u4"),
    ("arrived", "<u4", (16,)),
    ("votes", "<u4"),
    ("reduces", "<u4"),
    ("yes", "<u4", (32,)),
    ("voters", "<u4", (32,)),
)
"""The state of a warp; its registers follow.

`places` are the basic blocks lanes wait to run; `yielded` says whether `YIELD` is added to some. `arrived`
are the lanes that have reached each barrier, `votes` what those of a reduction say. Lanes in `reduces` have
not yet got its result: of `voters`, `yes` said yes.
"""


def offset_of(struct: np.dtype[np.void], name: str) -> int:
    """Return where a field of a structure lies, in bytes."""
    fields = struct.fields
    assert fields is not None
    return int(fields[name][1])
