"""The names that expressions of a probe may use besides its own."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from gpuadvisor.compiler.limits import limits_of
from gpuadvisor.model.counters import Counts, LineCounts
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.kernel import Occupancy, Resources
from gpuadvisor.probing.declaration import WorkDeclaration
from gpuadvisor.probing.expressions import Expression, parse
from gpuadvisor.probing.probe import Probe

SIZES = {"uint32_bytes": 4, "uint64_bytes": 8, "float32_bytes": 4}
LANES = ("fp16_lanes", "fp32_lanes", "fp64_lanes", "int32_lanes", "special_function_lanes")
COUNTERS = tuple(field.name for field in msgspec.structs.fields(Counts))

DEVICE = {
    "multiprocessors": "streaming multiprocessors",
    "compute_capability": "ten times major plus minor: 75, 90, 120",
    "maximum_warps": "warp slots of a multiprocessor",
    "shared_bytes_per_sm": "shared memory of a multiprocessor",
    "shared_bytes_per_block": "most shared memory that a block can opt in to",
    "reserved_shared_bytes": "shared memory that the driver takes for each block",
    "l2_bytes": "size of the L2 cache",
    "memory_bytes": "size of device memory",
    "dram_bytes_per_second": "theoretical DRAM bandwidth",
    "sm_clock_hz": "highest sustained clock",
    "host_link_bytes_per_second": "theoretical rate of the link to the host, each way; absent if not known",
    "footprint_bytes": "a power of two that no cache can hold: at least four times the L2 cache and 256 MiB; "
    "64 MiB on an emulated device, whose cost model does not ask what a cache still holds",
    "emulated": "1 on an emulated device, else 0",
    **dict.fromkeys(SIZES, "size of an element"),
    **dict.fromkeys(LANES, "results of a multiprocessor per clock; absent if not known"),
}
COMPILED = {
    "blocks_per_sm": "blocks of this launch that can reside on a multiprocessor",
    "theoretical_warps": "warps of this launch that can reside on a multiprocessor",
    "registers_per_thread": "registers that the compiler gave a thread",
    "spill_bytes": "bytes of spilled registers that the machine code stores and loads, each instruction once",
}
LEAST_FOOTPRINT_BYTES = 256 * 2**20
EMULATED_FOOTPRINT_BYTES = 64 * 2**20


def device_values(facts: DeviceFacts) -> dict[str, int | float]:
    """Return the values of the names in DEVICE."""
    limits = limits_of(facts.compute_capability)
    link = facts.host_link_bytes_per_second
    return {
        "multiprocessors": facts.multiprocessors,
        "compute_capability": int(facts.compute_capability.replace(".", "")),
        "maximum_warps": limits.warps,
        "shared_bytes_per_sm": limits.shared_bytes,
        "shared_bytes_per_block": limits.opt_in_shared_bytes_per_block,
        "reserved_shared_bytes": limits.reserved_shared_bytes,
        "l2_bytes": facts.l2_bytes,
        "memory_bytes": facts.memory_bytes,
        "dram_bytes_per_second": facts.dram_bytes_per_second,
        "sm_clock_hz": facts.sm_clock_hz,
        **({} if link is None else {"host_link_bytes_per_second": link}),
        "footprint_bytes": _footprint_bytes(facts),
        "emulated": int(facts.kind == "emulated"),
        **SIZES,
        **{name: lanes for name in LANES if (lanes := getattr(facts, name)) is not None},
    }


def compiled_values(occupancy: Occupancy, resources: Resources) -> dict[str, int]:
    """Return the values of the names in COMPILED, without those that the compiler did not tell."""
    told = {
        "blocks_per_sm": occupancy.blocks_per_sm,
        "theoretical_warps": occupancy.warps_per_sm,
        "registers_per_thread": resources.registers_per_thread,
        "spill_bytes": resources.spill_bytes,
    }
    return {name: value for name, value in told.items() if value is not None}


def work_values(work: Sequence[WorkDeclaration]) -> dict[str, Expression]:
    """Return the definitions of `<name>_elements` and `<name>_bytes`."""
    elements = {f"{each.name}_elements": each.count for each in work}
    sizes = {f"{each.name}_bytes": parse(f"{each.name}_elements * {each.type}_bytes") for each in work}
    return {**elements, **sizes}


def observed_names(probe: Probe) -> set[str]:
    """Return the names known only after a launch: its time and the counters of the measured lines.

    `measured_seconds` is the time where a real clock took it: for what the cost model cannot tell.
    """
    groups = set(probe.measured_lines.values())
    return {
        "seconds",
        "measured_seconds",
        *(_counter_name(group, name) for group in groups for name in COUNTERS),
    }


def counted_values(lines: Sequence[LineCounts], probe: Probe) -> dict[str, int]:
    """Return the counters of the measured lines, added up by group: `sectors`, `GROUP_sectors`."""
    values = {_counter_name(group, name): 0 for group in probe.measured_lines.values() for name in COUNTERS}
    for line in lines:
        group = probe.measured_lines.get(line.line)
        if group is not None and Path(line.file).name == probe.kernel_file.name:
            for name in COUNTERS:
                values[_counter_name(group, name)] += getattr(line, name)
    return values


def _counter_name(group: str, name: str) -> str:
    return f"{group}_{name}" if group else name


def _footprint_bytes(facts: DeviceFacts) -> int:
    if facts.kind == "emulated":
        return EMULATED_FOOTPRINT_BYTES
    return int(max(LEAST_FOOTPRINT_BYTES, 1 << (4 * facts.l2_bytes - 1).bit_length()))
