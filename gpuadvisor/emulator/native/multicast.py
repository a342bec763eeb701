"""Where copies in bulk go in native code: one place, or the same place in several blocks of the cluster."""

from collections.abc import Iterator
from contextlib import contextmanager

from llvmlite import ir

from gpuadvisor.emulator.native.abi import Word
from gpuadvisor.emulator.native.cluster_addresses import mapped
from gpuadvisor.emulator.native.lanes import Lanes
from gpuadvisor.emulator.native.mbarriers import MemoryBarrier
from gpuadvisor.emulator.native.state import word
from gpuadvisor.emulator.native.vectors import I16, I32, bits, constant, counted_loop, splat
from gpuadvisor.emulator.native.vectors import lanes as of_lanes
from gpuadvisor.emulator.program import Instruction

_NOBODY = ir.Constant(of_lanes(I16), None)


class Destinations:
    """The blocks that the lanes of an instruction copy to."""

    def __init__(self, lanes: Lanes, instruction: Instruction) -> None:
        self._lanes = lanes
        self._masks: ir.Value | None = None
        """With .multicast::cluster: a bit for each rank; their operand stands behind the barrier."""
        if "multicast::cluster" in instruction.modifiers:
            last = -2 if "L2::cache_hint" in instruction.modifiers else -1
            self._masks = lanes.read(instruction.operands[last], "u16")

    @contextmanager
    def places(self, goals: ir.Value, lane: ir.Value) -> Iterator[ir.Value]:
        """Build a loop over the addresses that a lane copies to, given where each lane would alone."""
        builder = self._lanes.builder
        if self._masks is None:
            yield builder.extract_element(goals, lane)
            return
        with self._ranks() as (rank, chosen):
            here = builder.and_(builder.lshr(bits(builder, chosen), lane), constant(1))
            with builder.if_then(builder.icmp_unsigned("!=", here, constant(0))):
                moved = mapped(self._lanes.warp, goals, splat(builder, rank))
                yield builder.extract_element(moved, lane)

    @contextmanager
    def barriers(self, barrier: MemoryBarrier) -> Iterator[MemoryBarrier]:
        """Build a loop over the mbarriers that hear of the bytes, given that of a lane's own block."""
        builder = self._lanes.builder
        if self._masks is None:
            yield barrier
            return
        with self._ranks() as (rank, chosen):
            part = builder.and_(bits(builder, chosen), self._lanes.on)
            with builder.if_then(builder.icmp_unsigned("!=", part, constant(0))):
                yield barrier.in_block(rank, part)

    @contextmanager
    def _ranks(self) -> Iterator[tuple[ir.Value, ir.Value]]:
        """Build a loop over the cluster's ranks; yields the rank, and which lanes choose it, <32 x i1>."""
        builder = self._lanes.builder
        blocks = word(builder, self._lanes.warp.context, Word.CLUSTER_BLOCKS)
        with counted_loop(builder, blocks) as rank:
            bit = builder.shl(constant(1, I16), builder.trunc(rank, I16))
            named = builder.and_(self._masks, splat(builder, bit))
            yield builder.trunc(rank, I32), builder.icmp_unsigned("!=", named, _NOBODY)
