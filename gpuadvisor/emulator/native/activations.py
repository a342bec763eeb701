"""What activations of functions that call themselves, or use alloca, keep: see `instructions.activation`.

Each thread has as many entries as the smallest frames fill its stack. An entry holds the stack pointer, the
registers and the parameters that the function had before it was entered.
"""

from dataclasses import dataclass

from llvmlite import ir

from gpuadvisor.emulator.layout import FRAME_BASE, Layout
from gpuadvisor.emulator.linker import SMALLEST_FRAME_BYTES, STACK, STACK_BYTES, STACK_POINTER
from gpuadvisor.emulator.native.abi import Status, Word
from gpuadvisor.emulator.native.blocks import Blocks
from gpuadvisor.emulator.native.callsites import DEPTH, frame_register
from gpuadvisor.emulator.native.flow import Flow
from gpuadvisor.emulator.native.lanes import Lanes, width_of
from gpuadvisor.emulator.native.lowering.vectors import LANES, call_intrinsic, integer_type
from gpuadvisor.emulator.native.state import pointer, warp_field, word, word_pointer
from gpuadvisor.emulator.native.vectors import (
    I1,
    I32,
    I64,
    POINTER,
    WORDS,
    bits,
    constant,
    field,
    intrinsic,
    mask_of,
    splat_constant,
)

_ENTRIES = STACK_BYTES // SMALLEST_FRAME_BYTES
_CELL_BYTES = 8


def copy_bytes(builder: ir.IRBuilder, target: ir.Value, source: ir.Value, size_bytes: int) -> None:
    """Emit a copy between places that do not overlap."""
    function = intrinsic(builder.module, "llvm.memcpy.p0.p0.i64", ir.VoidType(), [POINTER, POINTER, I64, I1])
    builder.call(function, [target, source, constant(size_bytes, I64), constant(0, I1)])


def take_stack(
    flow: Flow, lanes: Lanes, pc: int, mask: ir.Value, size_bytes: ir.Value, alignment_bytes: int
) -> ir.Value:
    """Emit the allocation of fresh bytes on the stack; return their local addresses, void in other lanes."""
    builder = lanes.builder
    used = builder.load(lanes.slot(STACK_POINTER), typ=integer_type(64), align=4)
    step = alignment_bytes - 1
    start = builder.and_(builder.add(used, splat_constant(step, I64)), splat_constant(~step, I64))
    end = builder.add(start, size_bytes)
    beyond = [builder.icmp_unsigned(">", place, splat_constant(STACK_BYTES, I64)) for place in (start, end)]
    over = bits(builder, builder.or_(*beyond))
    flow.refuse(lanes.warp, Status.STACK_OVERFLOW, pc, builder.and_(mask, over))
    lanes.put(STACK_POINTER, mask, end)
    base = splat_constant(lanes.address_of(STACK), I64)
    _raise_used(lanes, mask, builder.add(end, base))
    return builder.add(start, base)


def _raise_used(lanes: Lanes, mask: ir.Value, ends: ir.Value) -> None:
    """Note how far the local memory is used that a block leaves to the next."""
    builder = lanes.builder
    counted = builder.select(mask_of(builder, mask), ends, splat_constant(0, I64))
    largest = call_intrinsic(builder, f"llvm.vector.reduce.umax.v{LANES}i64", I64, [counted])
    place = word_pointer(builder, lanes.warp.context, Word.LOCAL_USED)
    more = builder.icmp_unsigned(">", largest, builder.load(place, typ=I64))
    with builder.if_then(more, likely=False):
        builder.store(largest, place)


def deepen(flow: Flow, lanes: Lanes, pc: int, mask: ir.Value) -> ir.Value:
    """Emit the start of another activation; return the number of its entry."""
    builder = lanes.builder
    depth = builder.load(lanes.slot(DEPTH), typ=WORDS, align=4)
    over = bits(builder, builder.icmp_unsigned(">=", depth, splat_constant(_ENTRIES)))
    flow.refuse(lanes.warp, Status.STACK_OVERFLOW, pc, builder.and_(mask, over))
    lanes.put(DEPTH, mask, builder.add(depth, splat_constant(1)))
    return depth


def surface(lanes: Lanes) -> ir.Value:
    """Emit the end of an activation of the lanes that are on; return the number of its entry."""
    builder = lanes.builder
    depth = builder.sub(builder.load(lanes.slot(DEPTH), typ=WORDS, align=4), splat_constant(1))
    lanes.put(DEPTH, lanes.on, depth)
    return depth


@dataclass(frozen=True, slots=True)
class Saved:
    """What each activation of function `name` saves."""

    name: str
    registers: tuple[str, ...]
    parameters: tuple[int, int]
    """From where to where in the bytes of a thread's parameters."""

    @property
    def size_bytes(self) -> int:
        """The bytes of an entry."""
        start, end = self.parameters
        cells = 1 + len(self.registers) + -(-(end - start) // _CELL_BYTES)
        return _CELL_BYTES * cells


def saved_by(name: str, blocks: Blocks, layout: Layout) -> Saved:
    """Return what activations of a function save."""
    prefix = f"{name}:"
    places = [
        place
        for symbol, place in layout.places.items()
        if symbol.startswith(prefix) and place.space == "param"
    ]
    start = min((place.address for place in places), default=FRAME_BASE) - FRAME_BASE
    end = max((place.address + place.size_bytes for place in places), default=FRAME_BASE) - FRAME_BASE
    return Saved(name, blocks.saved[name], (start, end))


def entry_bytes(blocks: Blocks, layout: Layout) -> int:
    """Return the bytes of the largest entry of a kernel; 0 where nothing has activations."""
    frames = blocks.linked.frames
    return max((saved_by(name, blocks, layout).size_bytes for name in frames), default=0)


def thread_bytes(blocks: Blocks, layout: Layout) -> int:
    """Return how many bytes the activations of one thread can save."""
    return _ENTRIES * entry_bytes(blocks, layout)


class Keeper:
    """Saves and brings back, lane by lane, what an activation of a function overwrites."""

    def __init__(self, lanes: Lanes, saved: Saved, largest_bytes: int) -> None:
        self._lanes = lanes
        self._saved = saved
        self._entry_bytes = largest_bytes
        builder, warp = lanes.builder, lanes.warp
        number = builder.zext(warp_field(builder, warp.state, "number", I32), I64)
        offset = builder.mul(number, word(builder, warp.context, Word.ACTIVATION_STRIDE))
        self._start = field(builder, pointer(builder, warp.context, Word.ACTIVATIONS), offset)

    def _entry(self, lane: ir.Value, number: ir.Value) -> ir.Value:
        """Return where an entry of a lane lies."""
        builder = self._lanes.builder
        row = builder.mul(lane, constant(_ENTRIES))
        place = builder.zext(builder.add(row, number), I64)
        return field(builder, self._start, builder.mul(place, constant(self._entry_bytes, I64)))

    def save(self, lane: ir.Value, number: ir.Value, used: ir.Value, row: ir.Value) -> None:
        """Save a lane's state; `used` is its stack pointer and `row` where its parameters lie."""
        builder = self._lanes.builder
        entry = self._entry(lane, number)
        builder.store(used, entry)
        for cell, name in enumerate(self._saved.registers, 1):
            builder.store(self._register(name, lane), field(builder, entry, _CELL_BYTES * cell))
        self._move_parameters(entry, row, saves=True)

    def restore(self, lane: ir.Value, number: ir.Value, row: ir.Value) -> None:
        """Bring a lane's state back."""
        builder = self._lanes.builder
        entry = self._entry(lane, number)
        self._set_register(STACK_POINTER, lane, builder.load(entry, typ=I64))
        for cell, name in enumerate(self._saved.registers, 1):
            place = field(builder, entry, _CELL_BYTES * cell)
            self._set_register(name, lane, builder.load(place, typ=I64))
        self._move_parameters(entry, row, saves=False)

    def set_frame(self, lane: ir.Value, frame: ir.Value) -> None:
        """Give a lane the frame of a new activation."""
        self._set_register(frame_register(self._saved.name), lane, frame)

    def _move_parameters(self, entry: ir.Value, row: ir.Value, *, saves: bool) -> None:
        builder = self._lanes.builder
        start, end = self._saved.parameters
        if start == end:
            return
        own = field(builder, row, start)
        kept = field(builder, entry, _CELL_BYTES * (1 + len(self._saved.registers)))
        target, source = (kept, own) if saves else (own, kept)
        copy_bytes(builder, target, source, end - start)

    def _cell(self, name: str, width: int, lane: ir.Value) -> ir.Value:
        builder = self._lanes.builder
        offset = builder.mul(builder.zext(lane, I64), constant(width // 8, I64))
        return field(builder, self._lanes.slot(name), offset)

    def _register(self, name: str, lane: ir.Value) -> ir.Value:
        """Return a lane's register, extended to 64 bits."""
        builder = self._lanes.builder
        width = width_of(self._lanes.registers.types[name])
        if width == 1:
            mask = builder.load(self._lanes.slot(name), typ=I32)
            return builder.zext(builder.and_(builder.lshr(mask, lane), constant(1)), I64)
        value = builder.load(self._cell(name, width, lane), typ=ir.IntType(width))
        return value if width == 64 else builder.zext(value, I64)

    def _set_register(self, name: str, lane: ir.Value, value: ir.Value) -> None:
        builder = self._lanes.builder
        width = width_of(self._lanes.registers.types[name])
        if width == 1:
            slot = self._lanes.slot(name)
            others = builder.and_(builder.load(slot, typ=I32), builder.not_(builder.shl(constant(1), lane)))
            own = builder.shl(builder.trunc(value, I32), lane)
            builder.store(builder.or_(others, own), slot)
            return
        narrow = value if width == 64 else builder.trunc(value, ir.IntType(width))
        builder.store(narrow, self._cell(name, width, lane))
