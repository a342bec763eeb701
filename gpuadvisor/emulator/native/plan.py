"""What must be known of a translated kernel to run it and to read what it counted."""

import msgspec


class Site(msgspec.Struct, frozen=True):
    """One memory instruction in one space."""

    pc: int
    space: str
    operation: str
    bytes_per_thread: int
    counted: bool
    first_bytes: int = 0
    """How many bytes of each lane must lie in a buffer; 0: all."""
    what: str = ""
    """What to call the access in messages, if it is not a load, a store or an atomic."""


class ImageSite(msgspec.Struct, frozen=True):
    """One instruction on textures or surfaces."""

    pc: int
    space: str
    operation: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A kernel's basic blocks, counters and sites."""

    starts: list[int]
    """The program counter that each basic block starts at, and behind them that of the kernel's end."""
    counters: list[tuple[str, int]]
    """What each counter of a context counts, and for which basic block or program counter."""
    sites: list[Site]
    """In the order in which contexts keep them."""
    register_bytes: int
    """Of a warp, for the registers that live from one basic block to another."""
    calls_runtime: bool = False
    """Whether it calls routines of the device runtime."""
    reads_images: bool = False
    """Whether it names textures or surfaces."""
    image_sites: list[ImageSite] = []
    """In the order in which contexts keep them."""
    activation_bytes: int = 0
    """Of a thread, for what activations of functions save."""
    arrivals_offset: int = 0
    """Where in the state of a warp it says how often its lanes have arrived at the cluster's barrier."""
    clears_registers: bool
    """Whether some register may be read before it is written."""
    waits: bool
    """Whether warps wait for each other."""
    counts_arrivals: bool
    """Whether barriers are complete by arrivals (see `runtime.barriers`)."""
    polls: str
    """Who changes the memory that loops poll: the threads of "block" or "grid"; empty: no loop does."""
    reads_clocks: bool
    ordered: bool
    """Whether blocks must run one behind the other, for results and counts to be the same every time."""
