"""mbarrier in native code (PTX ISA 9.7.13.15): see `emulator.instructions.mbarrier`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from llvmlite import ir

from gpuadvisor.emulator.instructions.phases import MAXIMUM_ARRIVALS
from gpuadvisor.emulator.layout import SHARED_WINDOW
from gpuadvisor.emulator.native.abi import Status
from gpuadvisor.emulator.native.cluster_addresses import mapped
from gpuadvisor.emulator.native.lanes import Lanes
from gpuadvisor.emulator.native.requests import Check, Requester, named_space
from gpuadvisor.emulator.native.runtime.phases import PARITY_BIT, PENDING_BIT, UNTRACKED_BIT, pending
from gpuadvisor.emulator.native.runtime.signatures import declared
from gpuadvisor.emulator.native.transfers import spilled, spilled_pointer
from gpuadvisor.emulator.native.vectors import (
    I32,
    I64,
    LONGS,
    POINTER,
    WORDS,
    bits,
    constant,
    each_lane,
    local,
    splat,
    splat_constant,
)
from gpuadvisor.emulator.program import Instruction, Operand

_BYTES = 8
_NONE, _ONE = splat_constant(0, I64), splat_constant(1, I64)
_COUNTS = splat_constant(MAXIMUM_ARRIVALS, I64)
_CHECK = Check(counted=False, what="mbarrier")


@dataclass(frozen=True, slots=True)
class MemoryBarrier:
    """The mbarrier that each lane of `on`, as bits, addresses; its methods want at least one such lane."""

    lanes: Lanes
    requester: Requester
    addresses: ir.Value
    on: ir.Value

    def in_block(self, rank: ir.Value, on: ir.Value) -> "MemoryBarrier":
        """Return the mbarrier at the same place in another block of the cluster, for some of the lanes."""
        moved = mapped(self.lanes.warp, self.addresses, splat(self.lanes.builder, rank))
        return replace(self, addresses=moved, on=on)

    def each(self, use: Callable[[ir.Value, ir.Value], None]) -> None:
        """Emit `use` for each lane and the address of its barrier's word in this process."""
        builder, on = self.lanes.builder, self.on
        request = self.requester.request("shared", "load", _BYTES, self.addresses, on, _CHECK)
        places = local(builder, LONGS)
        builder.store(request.places, places)
        with each_lane(builder, on) as lane:
            use(lane, builder.inttoptr(spilled(builder, places, lane, 64), POINTER))

    def write(self, values: ir.Value) -> None:
        """Set the words."""
        builder = self.lanes.builder
        kept = local(builder, LONGS)
        builder.store(values, kept)
        self.each(lambda lane, place: builder.store(spilled(builder, kept, lane, 64), place))

    def change(self, arrivals: ir.Value, transactions: ir.Value, dropped: ir.Value) -> ir.Value:
        """Apply changes, one lane after another; return the address of what each lane found."""
        builder = self.lanes.builder
        found = local(builder, LONGS)
        amounts = [local(builder, LONGS) for _ in range(3)]
        for amount, value in zip(amounts, (arrivals, transactions, dropped), strict=True):
            builder.store(value, amount)

        def use(lane: ir.Value, place: ir.Value) -> None:
            old = builder.load(place, typ=I64)
            change = [spilled(builder, amount, lane, 64) for amount in amounts]
            self._check_arrivals(lane, old, change[0])
            new = builder.call(declared(builder.module, "change_phase"), [old, *change])
            builder.store(new, place)
            builder.store(old, spilled_pointer(builder, found, lane, 64))

        self.each(use)
        return found

    def _check_arrivals(self, lane: ir.Value, old: ir.Value, arrivals: ir.Value) -> None:
        builder = self.lanes.builder
        missing = pending(builder, old, constant(MAXIMUM_ARRIVALS, I64), constant(PENDING_BIT, I64))
        too_many = builder.icmp_signed(">", arrivals, missing)
        wrong = builder.shl(builder.zext(too_many, I32), lane)
        values = builder.insert_element(_NONE, arrivals, constant(0))
        self.requester.refuse(
            Status.TOO_MANY_ARRIVALS, wrong, builder.insert_element(values, missing, constant(1))
        )

    def stop_tracking(self) -> None:
        """Let transactions no longer count, now or later."""
        builder = self.lanes.builder
        none = constant(0, I64)

        def use(_lane: ir.Value, place: ir.Value) -> None:
            loose = builder.or_(builder.load(place, typ=I64), constant(1 << UNTRACKED_BIT, I64))
            new = builder.call(declared(builder.module, "change_phase"), [loose, none, none, none])
            builder.store(new, place)

        self.each(use)


def named_barrier(
    lanes: Lanes, requester: Requester, instruction: Instruction, operand: Operand
) -> MemoryBarrier:
    """Return the mbarrier of an operand; its address is generic unless the instruction names a space."""
    addresses = lanes.address(operand)
    if named_space(instruction) is None:
        addresses = lanes.builder.sub(addresses, splat_constant(SHARED_WINDOW, I64))
    return MemoryBarrier(lanes, requester, addresses, lanes.on)


def emit_memory_barrier(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    """Emit every mbarrier instruction."""
    emitters = {
        "init": _emit_initialisation,
        "inval": _emit_invalidation,
        "arrive": _emit_arrival,
        "arrive_drop": _emit_arrival,
        "expect_tx": _emit_transactions,
        "complete_tx": _emit_transactions,
        "test_wait": _emit_test,
        "try_wait": _emit_test,
        "pending_count": _emit_pending_count,
    }
    emitters[instruction.modifiers[0]](lanes, requester, instruction)


def _amount(lanes: Lanes, operand: Operand) -> ir.Value:
    return lanes.builder.zext(lanes.read(operand, "u32"), LONGS)


def _emit_initialisation(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    builder = lanes.builder
    barrier = named_barrier(lanes, requester, instruction, instruction.operands[0])
    count = _amount(lanes, instruction.operands[1])
    wrong = bits(builder, builder.icmp_unsigned(">=", builder.sub(count, _ONE), _COUNTS))
    requester.refuse(Status.BAD_ARRIVALS, builder.and_(wrong, lanes.on), count)
    with _if_any(lanes):
        barrier.write(builder.or_(count, builder.shl(count, splat_constant(PENDING_BIT, I64))))


@contextmanager
def _if_any(lanes: Lanes) -> Iterator[None]:
    """Build a branch for where lanes are on."""
    with lanes.builder.if_then(lanes.builder.icmp_unsigned("!=", lanes.on, constant(0))):
        yield


def _emit_invalidation(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    barrier = named_barrier(lanes, requester, instruction, instruction.operands[0])
    with _if_any(lanes):
        barrier.write(_NONE)


def _emit_arrival(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    """Emit arrive: the state it returns is the barrier's word before."""
    state, address, *rest = instruction.operands
    barrier = named_barrier(lanes, requester, instruction, address)
    arrivals, transactions = _ONE, _NONE
    if "expect_tx" in instruction.modifiers:
        (expected,) = rest
        transactions = _amount(lanes, expected)
    elif rest:
        arrivals = _amount(lanes, rest[0])
    dropped = arrivals if instruction.modifiers[0] == "arrive_drop" else _NONE
    with _if_any(lanes):
        found = barrier.change(arrivals, transactions, dropped)
    lanes.write(state, "b64", lanes.builder.load(found, typ=LONGS))


def _emit_transactions(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    barrier = named_barrier(lanes, requester, instruction, instruction.operands[0])
    amount = _amount(lanes, instruction.operands[1])
    if instruction.modifiers[0] == "complete_tx":
        amount = lanes.builder.sub(_NONE, amount)
    with _if_any(lanes):
        barrier.change(_NONE, amount, _NONE)


def _emit_test(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    """Emit test_wait and try_wait: whether the phase of a state or of a parity is over."""
    builder = lanes.builder
    target, address, phase = instruction.operands[:3]
    barrier = named_barrier(lanes, requester, instruction, address)
    if "parity" in instruction.modifiers:
        awaited = builder.and_(_amount(lanes, phase), _ONE)
    else:
        awaited = builder.lshr(lanes.read(phase, "b64"), splat_constant(PARITY_BIT, I64))
    words = local(builder, LONGS)
    with _if_any(lanes):
        barrier.each(
            lambda lane, place: builder.store(
                builder.load(place, typ=I64), spilled_pointer(builder, words, lane, 64)
            )
        )
    parity = builder.lshr(builder.load(words, typ=LONGS), splat_constant(PARITY_BIT, I64))
    lanes.write(target, "pred", builder.icmp_unsigned("!=", parity, awaited))


def _emit_pending_count(lanes: Lanes, _requester: Requester, instruction: Instruction) -> None:
    state = lanes.read(instruction.operands[1], "b64")
    left = pending(lanes.builder, state, _COUNTS, splat_constant(PENDING_BIT, I64))
    lanes.write(instruction.operands[0], "u32", lanes.builder.trunc(left, WORDS))


def emit_copy_arrival(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    """Emit cp.async.mbarrier.arrive: copies are over when issued, so it arrives at once.

    Without .noinc the pending count is raised first, and the two cancel out.
    """
    if "noinc" not in instruction.modifiers:
        return
    barrier = named_barrier(lanes, requester, instruction, instruction.operands[0])
    with _if_any(lanes):
        barrier.change(_ONE, _NONE, _NONE)
