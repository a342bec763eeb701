"""cp.async in native code (PTX ISA 9.7.9.25).

A counted global load and a counted shared store, which take place when the copy is issued.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from llvmlite import ir

from gpuadvisor.emulator.instructions.copies import ASYNCHRONOUS_COPY, WORD_BYTES
from gpuadvisor.emulator.native.abi import Kind
from gpuadvisor.emulator.native.lanes import Lanes
from gpuadvisor.emulator.native.requests import Check, Request, Requester
from gpuadvisor.emulator.native.transfers import spilled
from gpuadvisor.emulator.native.vectors import (
    I1,
    I32,
    I64,
    LANES,
    POINTER,
    bits,
    constant,
    each_lane,
    intrinsic,
    local,
    splat_constant,
)
from gpuadvisor.emulator.program import Immediate, Instruction, Operand, Register
from gpuadvisor.emulator.registers import Unsupported

_SIZES = (4, 8, 16)
_WAITS = frozenset({"commit_group", "wait_group", "wait_all"})


def emit_copy(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    """Emit cp.async and its group operations."""
    if not _WAITS.isdisjoint(instruction.modifiers):
        return
    size = instruction.operands[2] if len(instruction.operands) > 2 else None
    if "async" not in instruction.modifiers or not isinstance(size, Immediate) or size.bits not in _SIZES:
        raise Unsupported("this form of cp")
    builder = lanes.builder
    targets, sources = (lanes.address(operand) for operand in instruction.operands[:2])
    optional = instruction.operands[3 : -1 if "L2::cache_hint" in instruction.modifiers else None]
    valid = _valid_bytes(lanes, optional[0], size.bits) if optional else None
    copy = _Copy(lanes, requester, size.bits)
    with builder.if_then(builder.icmp_unsigned("!=", lanes.on, constant(0))):
        if valid is None:
            copy.emit_whole(sources, targets)
        else:
            copy.emit_partial(sources, targets, valid)


def _valid_bytes(lanes: Lanes, given: Operand, size: int) -> ir.Value:
    """Return how many bytes of each lane are read: a number, or none where a predicate says so."""
    builder = lanes.builder
    if isinstance(given, Register) and lanes.registers.types.get(given.name) == "pred":
        return builder.select(lanes.read(given, "pred"), splat_constant(0), splat_constant(size))
    asked = lanes.read(given, "u32")
    some = builder.icmp_unsigned("<", asked, splat_constant(size))
    return builder.select(some, asked, splat_constant(size))


class _Copy:
    """The copy of one instruction: `size` bytes of each lane that is on, of which there is at least one."""

    def __init__(self, lanes: Lanes, requester: Requester, size: int) -> None:
        self._lanes = lanes
        self._builder = lanes.builder
        self._requester = requester
        self._size = size

    def emit_whole(self, sources: ir.Value, targets: ir.Value) -> None:
        """Copy all bytes."""
        check = Check(what=ASYNCHRONOUS_COPY)
        source = self._requester.request("global", "load", self._size, sources, self._lanes.on, check)
        target = self._store(targets)
        builder = self._builder
        consecutive = constant(Kind.CONSECUTIVE)
        in_rows = builder.and_(
            builder.icmp_unsigned("==", source.kind, consecutive),
            builder.icmp_unsigned("==", target.kind, consecutive),
        )
        with builder.if_else(in_rows) as (together, apart):
            with together:
                row = ir.VectorType(I32, LANES * self._size // WORD_BYTES)
                content = builder.load(source.start, typ=row, align=WORD_BYTES)
                builder.store(content, target.start, align=WORD_BYTES)
            with apart, self._ends(source.places, target.places) as (start, goal, _lane):
                unit = ir.IntType(8 * self._size)
                builder.store(builder.load(start, typ=unit, align=WORD_BYTES), goal, align=WORD_BYTES)

    def emit_partial(self, sources: ir.Value, targets: ir.Value, valid: ir.Value) -> None:
        """Copy the valid bytes of each lane; the rest of its target becomes zero."""
        builder = self._builder
        for start in range(0, self._size, WORD_BYTES):
            self._check_word(sources, valid, start)
        _, places = self._requester.places("global", sources)
        target = self._store(targets)
        counts = local(builder, valid.type)
        builder.store(valid, counts)
        unit = ir.IntType(8 * self._size)
        move = intrinsic(builder.module, "llvm.memcpy.p0.p0.i64", ir.VoidType(), [POINTER, POINTER, I64, I1])
        with self._ends(places, target.places) as (start, goal, lane):
            builder.store(ir.Constant(unit, 0), goal, align=WORD_BYTES)
            count = builder.zext(spilled(builder, counts, lane, 32), I64)
            builder.call(move, [goal, start, count, constant(0, I1)])

    def _check_word(self, sources: ir.Value, valid: ir.Value, start: int) -> None:
        """Check the word `start` bytes behind each source that has bytes there; the first counts for all."""
        builder = self._builder
        has_bytes = bits(builder, builder.icmp_unsigned(">", valid, splat_constant(start)))
        mask = builder.and_(self._lanes.on, has_bytes)
        with builder.if_then(builder.icmp_unsigned("!=", mask, constant(0))):
            if start == 0:
                check = Check(first_bytes=WORD_BYTES, what=ASYNCHRONOUS_COPY)
                self._requester.request("global", "load", self._size, sources, mask, check)
            else:
                check = Check(counted=False, what=ASYNCHRONOUS_COPY)
                moved = builder.add(sources, splat_constant(start, I64))
                self._requester.request("global", "load", WORD_BYTES, moved, mask, check)

    def _store(self, targets: ir.Value) -> Request:
        check = Check(what=f"{ASYNCHRONOUS_COPY} of {self._size} bytes")
        return self._requester.request("shared", "store", self._size, targets, self._lanes.on, check)

    @contextmanager
    def _ends(self, sources: ir.Value, targets: ir.Value) -> Iterator[tuple[ir.Value, ir.Value, ir.Value]]:
        """Build a loop over the lanes; yields where a lane's bytes come from and go to, and the lane."""
        builder = self._builder
        starts, goals = local(builder, sources.type), local(builder, targets.type)
        builder.store(sources, starts)
        builder.store(targets, goals)
        with each_lane(builder, self._lanes.on) as lane:
            start, goal = (spilled(builder, places, lane, 64) for places in (starts, goals))
            yield builder.inttoptr(start, POINTER), builder.inttoptr(goal, POINTER), lane
