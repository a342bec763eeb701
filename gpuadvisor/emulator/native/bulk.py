"""cp.async.bulk between global and shared memory in native code: see `emulator.instructions.bulk`."""

from llvmlite import ir

from gpuadvisor.emulator.instructions.bulk import BULK_COPY, WITHOUT_EFFECT
from gpuadvisor.emulator.native.abi import Status, Word
from gpuadvisor.emulator.native.copies import emit_copy
from gpuadvisor.emulator.native.lanes import Lanes
from gpuadvisor.emulator.native.mbarriers import MemoryBarrier, emit_copy_arrival, named_barrier
from gpuadvisor.emulator.native.multicast import Destinations
from gpuadvisor.emulator.native.requests import Check, Requester
from gpuadvisor.emulator.native.state import word, word_pointer
from gpuadvisor.emulator.native.vectors import (
    I1,
    I64,
    LANES,
    LONGS,
    POINTER,
    bits,
    constant,
    counted_loop,
    each_lane,
    intrinsic,
    splat,
    splat_constant,
)
from gpuadvisor.emulator.program import Address, Instruction
from gpuadvisor.emulator.registers import Unsupported

_UNIT_BYTES = 16
_REQUEST_BYTES = _UNIT_BYTES * LANES
_NONE = splat_constant(0, I64)
_OFFSETS = ir.Constant(LONGS, [constant(_UNIT_BYTES * lane, I64) for lane in range(LANES)])


def emit_any_copy(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    """Emit every cp: by thread, in bulk, by tensor map, and what waits for them."""
    modifiers = instruction.modifiers
    if "reduce" in modifiers or "cp_mask" in modifiers:
        raise Unsupported("reductions and masked copies")
    if "arrive" in modifiers:
        emit_copy_arrival(lanes, requester, instruction)
    elif "bulk" not in modifiers:
        emit_copy(lanes, requester, instruction)
    elif not WITHOUT_EFFECT.isdisjoint(modifiers):
        return
    elif "tensor" in modifiers:
        _emit_tensor_copy(lanes, requester, instruction)
    else:
        _emit_bulk_copy(lanes, requester, instruction)


def _barrier(lanes: Lanes, requester: Requester, instruction: Instruction) -> MemoryBarrier | None:
    """Return the mbarrier that the copy signals: the last address, if it names one."""
    if "mbarrier::complete_tx::bytes" not in instruction.modifiers:
        return None
    addresses = [operand for operand in instruction.operands if isinstance(operand, Address)]
    return named_barrier(lanes, requester, instruction, addresses[-1])


def _emit_tensor_copy(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    barrier = _barrier(lanes, requester, instruction)
    if barrier is None:
        return
    with (
        lanes.builder.if_then(lanes.builder.icmp_unsigned("!=", lanes.on, constant(0))),
        Destinations(lanes, instruction).barriers(barrier) as told,
    ):
        told.stop_tracking()


def _emit_bulk_copy(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    builder = lanes.builder
    named = (word.partition("::")[0] for word in instruction.modifiers)
    target_space, source_space = (name for name in named if name in ("global", "shared"))
    target, source = (lanes.address(operand) for operand in instruction.operands[:2])
    sizes = builder.zext(lanes.read(instruction.operands[2], "u32"), LONGS)
    barrier, destinations = _barrier(lanes, requester, instruction), Destinations(lanes, instruction)
    _check_sizes(lanes, requester, sizes)
    with builder.if_then(builder.icmp_unsigned("!=", lanes.on, constant(0))):
        begin = _End(lanes, requester, source_space, "load")
        end = _End(lanes, requester, target_space, "store")
        with each_lane(builder, lanes.on) as lane:
            builder.store(builder.zext(lane, I64), word_pointer(builder, lanes.warp.context, Word.FAULT_LANE))
            size = builder.extract_element(sizes, lane)
            content = begin.reach(builder.extract_element(source, lane), size)
            with destinations.places(target, lane) as goal:
                _move(builder, content, end.reach(goal, size), size)
        if barrier is not None:
            with destinations.barriers(barrier) as told:
                told.change(_NONE, builder.sub(_NONE, sizes), _NONE)


def _move(builder: ir.IRBuilder, source: ir.Value, target: ir.Value, size: ir.Value) -> None:
    arguments = [POINTER, POINTER, I64, I1]
    move = intrinsic(builder.module, "llvm.memmove.p0.p0.i64", ir.VoidType(), arguments)
    builder.call(move, [target, source, size, constant(0, I1)])


def _check_sizes(lanes: Lanes, requester: Requester, sizes: ir.Value) -> None:
    builder = lanes.builder
    available = splat(builder, word(builder, lanes.warp.context, Word.SHARED_BYTES))
    low_bits = builder.and_(sizes, splat_constant(_UNIT_BYTES - 1, I64))
    wrong = builder.or_(
        builder.icmp_unsigned(">", sizes, available),
        builder.or_(builder.icmp_unsigned("==", sizes, _NONE), builder.icmp_unsigned("!=", low_bits, _NONE)),
    )
    requester.refuse(Status.BAD_SIZE, builder.and_(bits(builder, wrong), lanes.on), sizes)


class _End:
    """Where copies come from or go to: counted as requests of 32 lanes and 16 bytes."""

    def __init__(self, lanes: Lanes, requester: Requester, space: str, operation: str) -> None:
        self._builder = lanes.builder
        self._context = lanes.warp.context
        self._requester = requester
        self._space = space
        check = Check(what=f"{BULK_COPY} ({operation})")
        self._site = requester.site(space, operation, _UNIT_BYTES, check)

    def reach(self, start: ir.Value, size: ir.Value) -> ir.Value:
        """Check and count a range; return where it begins in this process."""
        builder = self._builder
        whole = builder.add(size, constant(_REQUEST_BYTES - 1, I64))
        with counted_loop(builder, builder.udiv(whole, constant(_REQUEST_BYTES, I64))) as number:
            done = builder.mul(number, constant(_REQUEST_BYTES, I64))
            addresses = builder.add(splat(builder, builder.add(start, done)), _OFFSETS)
            left = splat(builder, builder.sub(size, done))
            mask = bits(builder, builder.icmp_unsigned("<", _OFFSETS, left))
            self._requester.check(self._requester.access(self._space, self._site, addresses, mask))
        _, places = self._requester.places(self._space, splat(builder, start))
        return builder.inttoptr(builder.extract_element(places, constant(0)), POINTER)
