"""The metrics of Nsight Compute that are read: their names on the raw page and on the details page.

Names drift between versions and GPUs. Source: Nsight Compute, `Profiling Guide`, Metrics Reference, and the
section files `LaunchStats`, `Occupancy` and `SpeedOfLight`.
"""

from collections.abc import Mapping
from typing import NamedTuple

from gpuadvisor.sources.traces.ncu_counter_names import COUNTER_ALIASES

ALIASES: dict[str, tuple[str, ...]] = {
    "duration": ("gpu__time_duration.sum", "gpu__time_duration.avg", "gpu__time_duration_measured_user.sum",
                 "Duration"),
    "registers": ("launch__registers_per_thread", "Registers Per Thread"),
    "static_shared": ("launch__shared_mem_per_block_static", "Static Shared Memory Per Block"),
    "dynamic_shared": ("launch__shared_mem_per_block_dynamic", "Dynamic Shared Memory Per Block"),
    "grid_size": ("launch__grid_size", "Grid Size"),
    "block_size": ("launch__block_size", "Block Size"),
    "grid_x": ("launch__grid_dim_x",),
    "grid_y": ("launch__grid_dim_y",),
    "grid_z": ("launch__grid_dim_z",),
    "block_x": ("launch__block_dim_x",),
    "block_y": ("launch__block_dim_y",),
    "block_z": ("launch__block_dim_z",),
    "theoretical_occupancy": ("sm__maximum_warps_per_active_cycle_pct", "Theoretical Occupancy"),
    "theoretical_warps": ("sm__maximum_warps_avg_per_active_cycle", "Theoretical Active Warps per SM"),
    "achieved_occupancy": ("sm__warps_active.avg.pct_of_peak_sustained_active", "Achieved Occupancy"),
    "limit_blocks": ("launch__occupancy_limit_blocks", "Block Limit SM"),
    "limit_registers": ("launch__occupancy_limit_registers", "Block Limit Registers"),
    "limit_shared": ("launch__occupancy_limit_shared_mem", "Block Limit Shared Mem"),
    "limit_warps": ("launch__occupancy_limit_warps", "Block Limit Warps"),
    "limit_barriers": ("launch__occupancy_limit_barriers", "Block Limit Barriers"),
    "device_name": ("device__attribute_display_name",),
}  # fmt: skip
WANTED = {name: metric for metric, names in (ALIASES | COUNTER_ALIASES).items() for name in names}
LIMITERS = {
    "limit_warps": "warps",
    "limit_blocks": "blocks",
    "limit_registers": "registers",
    "limit_shared": "shared-memory",
    "limit_barriers": "barriers",
}
"""What the occupancy is limited by, as the occupancy calculator calls it."""
_SCALES = {
    "nsecond": 1e-9, "ns": 1e-9, "usecond": 1e-6, "us": 1e-6, "msecond": 1e-3, "ms": 1e-3,
    "second": 1.0, "s": 1.0, "byte": 1.0, "Kbyte": 1e3, "Mbyte": 1e6, "KiB": 1024.0, "Kibyte": 1024.0,
    "%": 0.01,
}  # fmt: skip
"""Of the units that Nsight Compute chooses by size; `byte/block` begins with one of them."""


class Reading(NamedTuple):
    """A metric's value as it is written, and its unit."""

    text: str
    unit: str


Readings = Mapping[str, Reading]
"""By our name of the metric."""


def scale(unit: str) -> float:
    """Return what a value in this unit is multiplied by for seconds, bytes, fractions or counts."""
    return _SCALES.get(unit.split("/")[0], 1.0)
