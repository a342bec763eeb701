"""Figures of a machine in words."""

from gpuadvisor.model.comparison import Level
from gpuadvisor.model.device import DeviceFacts

_BINARY = ((2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB"))
_DECIMAL = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))

L1_MOST_BYTES = 256 * 1024
"""No multiprocessor has more of L1 and shared memory (CUDA Programming Guide, Compute Capabilities)."""
HALF_OF_L2 = (0.25, 0.75)
WHOLE_OF_L2 = (0.75, 2.0)


def figure(value: float, unit: str) -> str:
    """Return a value with its unit: `31 %`, `192 KiB`, `3.2 TB/s`, `281 cycles`."""
    if unit == "fraction":
        return f"{_short(100 * value)} %"
    if unit == "bytes" and value >= 1024:
        scale, name = next(each for each in _BINARY if value >= each[0])
        return f"{_short(value / scale)} {name}"
    if unit.endswith("/s"):
        symbol = unit.replace("bytes", "B")
        scale, prefix = next((each for each in _DECIMAL if value >= each[0]), (1.0, ""))
        return f"{_short(value / scale)} {prefix}{symbol}"
    return f"{_short(value)} {unit}"


def change(before: float, after: float, unit: str) -> str:
    """Return a change, with the unit once where it is the same: `from 32 to 281 cycles`."""
    (first, _, unit_before), (second, _, unit_after) = (
        figure(value, unit).partition(" ") for value in (before, after)
    )
    told = "" if unit_before == unit_after else f" {unit_before}"
    return f"from {first}{told} to {second} {unit_after}"


def level_at(size_bytes: float, device: DeviceFacts) -> Level | None:
    """Return which level of memory a curve leaves where it steps beyond a size; None if none fits."""
    share = size_bytes / device.l2_bytes
    if size_bytes <= L1_MOST_BYTES and share < HALF_OF_L2[0]:
        return "L1"
    if HALF_OF_L2[0] <= share < HALF_OF_L2[1]:
        return "near L2"
    if WHOLE_OF_L2[0] <= share < WHOLE_OF_L2[1]:
        return "L2"
    return "address translation" if share >= WHOLE_OF_L2[1] else None


def level_in_words(level: Level | None, device: DeviceFacts) -> str:
    """Return `(L1)`; of L2 with its size, and nothing where there is no level."""
    if level is None:
        return ""
    size = figure(device.l2_bytes, "bytes")
    return {"near L2": f"(near part of L2, {size})", "L2": f"(L2, {size})"}.get(level, f"({level})")


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
