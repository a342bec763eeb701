"""st and red in native code; with `.async` an mbarrier hears of their bytes (`instructions.asynchronous`)."""

from collections.abc import Callable

from msgspec.structs import replace

from gpuadvisor.emulator.native import atomics, transfers
from gpuadvisor.emulator.native.lanes import Lanes, width_of
from gpuadvisor.emulator.native.mbarriers import named_barrier
from gpuadvisor.emulator.native.requests import Requester
from gpuadvisor.emulator.native.transfers import elements
from gpuadvisor.emulator.native.vectors import I64, constant, splat_constant
from gpuadvisor.emulator.program import Instruction

_COMPLETES = "mbarrier::complete_tx::bytes"
_Emit = Callable[[Lanes, Requester, Instruction], None]


def emit_store(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    """Emit st and st.async."""
    _emit(lanes, requester, instruction, transfers.emit_store)


def emit_reduction(lanes: Lanes, requester: Requester, instruction: Instruction) -> None:
    """Emit red and red.async."""
    _emit(lanes, requester, instruction, atomics.emit_reduction)


def _emit(lanes: Lanes, requester: Requester, instruction: Instruction, emit: _Emit) -> None:
    if "async" not in instruction.modifiers:
        emit(lanes, requester, instruction)
        return
    modifiers = tuple(word for word in instruction.modifiers if word not in ("async", _COMPLETES))
    plain = replace(instruction, modifiers=modifiers)
    if _COMPLETES not in instruction.modifiers:
        emit(lanes, requester, plain)
        return
    *operands, named = instruction.operands
    emit(lanes, requester, replace(plain, operands=tuple(operands)))
    barrier = named_barrier(lanes, requester, plain, named)
    size_bytes = width_of(instruction.types[-1]) // 8 * len(elements(operands[1]))
    none = splat_constant(0, I64)
    with lanes.builder.if_then(lanes.builder.icmp_unsigned("!=", lanes.on, constant(0))):
        barrier.change(none, splat_constant(-size_bytes, I64), none)
