"""What the correctness check has to say of one launch."""

from typing import Literal

import msgspec

from gpuadvisor.model.provenance import Provenance

FindingKind = Literal[
    "out-of-bounds",
    "misaligned",
    "uninitialised-read",
    "unfinished-copy",
    "shared-race",
    "global-race",
    "missing-syncwarp",
    "divergent-barrier",
    "divergent-warp",
    "use-after-free",
    "invalid-free",
    "memory-leak",
    "stopped",
]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One defect at one place of the source, over all its occurrences.

    Of a race, `line` is the access that came second in the emulator and `other_line` the first; threads
    without a barrier between them may as well come in the other order on a GPU.
    """

    provenance: Provenance = Provenance.COUNTED
    kind: FindingKind
    message: str
    """What happened the first time."""
    file: str
    line: int | None
    """None where the code has no line information."""
    other_file: str | None = None
    other_line: int | None = None
    variable: str | None = None
    """The buffer, array or module variable, where it is known."""
    count: int
    """How often: accesses of single threads; barriers of blocks; allocations. In the blocks that were run."""
    block: tuple[int, int, int]
    """The first block, and its thread, that did it."""
    thread: tuple[int, int, int]
