"""Facts about a kernel's launch: its name, block and grid, and how the grid fills the machine."""

from math import ceil
from typing import NamedTuple

from gpuadvisor.advising.fact import FactGroup
from gpuadvisor.advising.scene import Scene
from gpuadvisor.model.kernel import KernelProfile, Launch, Occupancy
from gpuadvisor.model.provenance import Provenance

WARP_SIZE = 32


class Residency(NamedTuple):
    """A launch on the machine it runs on."""

    launch: Launch
    occupancy: Occupancy
    multiprocessors: int

    @property
    def waves(self) -> float | None:
        """Grid over the blocks that reside at once; None for a kernel that does not fit at all."""
        resident = self.occupancy.blocks_per_sm * self.multiprocessors
        return self.launch.blocks / resident if resident else None


def _launch_provenance(kernel: KernelProfile) -> Provenance:
    if kernel.counters is not None:
        return kernel.counters.provenance
    known = (part.provenance for part in (kernel.resources, kernel.time) if part is not None)
    return next((each for each in known if each.startswith("imported:")), Provenance.COUNTED)


def _residency(scene: Scene) -> Residency | None:
    if scene.machine is None or scene.kernel is None or scene.kernel.occupancy is None:
        return None
    return Residency(scene.kernel.launch, scene.kernel.occupancy, scene.machine.device.multiprocessors)


def _tail_fraction(residency: Residency) -> float | None:
    waves = residency.waves
    return None if waves is None else ceil(waves) - waves


def _warps(launch: Launch) -> int:
    return ceil(launch.threads_per_block / WARP_SIZE)


kernel = FactGroup[KernelProfile](
    subject="kernel", source="launch", part=lambda scene: scene.kernel, provenance=_launch_provenance
)
residency = FactGroup[Residency](
    subject="kernel",
    source="launch, occupancy and device",
    part=_residency,
    provenance=lambda part: part.occupancy.provenance,
)

FACTS = (
    kernel.fact("name", "str", "", "The kernel's name as people write it", lambda kernel: kernel.name),
    kernel.fact(
        "location",
        "str",
        "",
        "The source file, and the line of the kernel where it is known",
        lambda kernel: kernel.source if kernel.line is None else f"{kernel.source}:{kernel.line}",
    ),
    kernel.fact(
        "device", "str", "", "The device it ran on, as `emulated:h100`", lambda kernel: kernel.device
    ),
    kernel.fact(
        "threads_per_block",
        "int",
        "threads",
        "Threads in a block",
        lambda kernel: kernel.launch.threads_per_block,
    ),
    kernel.fact(
        "block_width", "int", "threads", "The block's extent in x", lambda kernel: kernel.launch.block[0]
    ),
    kernel.fact(
        "warps_per_block",
        "int",
        "warps",
        "Warps in a block, a partly filled one included",
        lambda kernel: _warps(kernel.launch),
    ),
    kernel.fact(
        "lanes_used",
        "float",
        "fraction",
        "Threads of a block over the lanes of its warps: below 1 where the block is no multiple of 32",
        lambda kernel: kernel.launch.threads_per_block / (WARP_SIZE * _warps(kernel.launch)),
    ),
    kernel.fact("blocks", "int", "blocks", "Blocks in the grid", lambda kernel: kernel.launch.blocks),
    kernel.fact(
        "threads",
        "int",
        "threads",
        "Threads in the grid",
        lambda kernel: kernel.launch.blocks * kernel.launch.threads_per_block,
    ),
    kernel.fact(
        "dynamic_shared_bytes",
        "int",
        "bytes",
        "Shared memory per block that the launch asks for",
        lambda kernel: kernel.launch.dynamic_shared_bytes,
    ),
    residency.fact(
        "waves",
        "float",
        "waves",
        "Blocks in the grid over the blocks that the whole device holds at once",
        lambda part: part.waves,
    ),
    residency.fact(
        "tail_fraction", "float", "fraction", "The share of the last wave that stays empty", _tail_fraction
    ),
    residency.fact(
        "multiprocessors_used",
        "float",
        "fraction",
        "The share of the multiprocessors that get any block at all",
        lambda part: min(1.0, part.launch.blocks / part.multiprocessors),
    ),
)
