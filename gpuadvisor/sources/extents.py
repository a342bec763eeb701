"""Grid and block shapes as people write them: `64`, `64,64`, `[32, 8]`."""

import re
from math import prod

from gpuadvisor.model.errors import GpuAdvisorError

# CUDA C++ Programming Guide, section "Technical Specifications per Compute Capability".
_LIMITS = {
    "grid": (2**31 - 1, 65_535, 65_535),
    "block": (1024, 1024, 64),
    "cluster": (16, 16, 16),
}
_THREADS_PER_BLOCK = 1024


def extents(values: int | tuple[int, ...], what: str) -> tuple[int, int, int]:
    """Return (x, y, z) of a `grid`, `block` or `cluster`; raise ValueError where no GPU takes it."""
    given = (values,) if isinstance(values, int) else values
    if not 1 <= len(given) <= len(_LIMITS[what]):
        raise ValueError(f"{what} has one to three extents, not {len(given)}")
    x, y, z = (*given, 1, 1)[:3]
    if any(not 1 <= value <= limit for value, limit in zip((x, y, z), _LIMITS[what], strict=True)):
        raise ValueError(f"{what} {list(given)} is outside 1 to {list(_LIMITS[what])}")
    if what == "block" and prod(given) > _THREADS_PER_BLOCK:
        raise ValueError(f"block {list(given)} has {prod(given)} threads; {_THREADS_PER_BLOCK} is the most")
    return x, y, z


def parse_extents(text: str, what: str) -> tuple[int, int, int]:
    """Return (x, y, z) of `64`, `64,64` or `4,4,4`; raise GpuAdvisorError naming the option."""
    try:
        if not re.fullmatch(r"\s*\d+\s*(,\s*\d+\s*)*", text):
            raise ValueError("not a list of whole numbers")
        return extents(tuple(int(value) for value in text.split(",")), what)
    except ValueError as error:
        raise GpuAdvisorError(str(error), where=f"--{what} {text}", remedy="as in 64 or 64,64") from None
