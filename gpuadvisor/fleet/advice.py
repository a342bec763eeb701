"""Which rule's page says what to do about a GPU that stands out."""

from gpuadvisor.advising.machine.held_down import HARDWARE, POWER, THERMAL
from gpuadvisor.model.fleet import OutlierKind

RULES: dict[tuple[OutlierKind, str], str] = {
    ("slow", "dram_bandwidth.bandwidth"): "machine/low-bandwidth",
    ("slow", "transfers.bandwidth"): "machine/slow-link",
    ("unreliable", "invalid"): "machine/suspect-values",
    ("narrow link", "pcie_lanes"): "machine/narrow-link",
    ("narrow link", "pcie_generation_maximum"): "machine/older-slot",
    ("stale driver", "driver_version"): "machine/old-driver",
}
HELD_DOWN = {
    **dict.fromkeys(THERMAL, "machine/hot"),
    **dict.fromkeys(POWER, "machine/power-capped"),
    **dict.fromkeys(HARDWARE, "machine/hardware-slowdown"),
}


def rule_about(kind: OutlierKind, figure: str, held_down_by: str | None) -> str | None:
    """Return the id of the rule; None where none is about it."""
    if kind == "throttled":
        return None if held_down_by is None else HELD_DOWN.get(held_down_by)
    return RULES.get((kind, figure))
