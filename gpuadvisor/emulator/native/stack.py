"""alloca, stacksave and stackrestore in native code (PTX ISA 9.7.17)."""

from collections.abc import Callable

from gpuadvisor.emulator.instructions.stack import LEAST_ALIGNMENT_BYTES
from gpuadvisor.emulator.linker import STACK, STACK_POINTER
from gpuadvisor.emulator.native.activations import take_stack
from gpuadvisor.emulator.native.flow import Flow
from gpuadvisor.emulator.native.lanes import Lanes
from gpuadvisor.emulator.native.lowering.vectors import call_intrinsic, integer_type
from gpuadvisor.emulator.native.vectors import I64, splat_constant
from gpuadvisor.emulator.program import Immediate, Instruction

_LARGEST_BYTES = 1 << 40
"""A size near 2**64 must not wrap around the end of the stack."""


def _allocate(flow: Flow, lanes: Lanes, instruction: Instruction) -> None:
    """Emit alloca: the address of fresh bytes, until the function returns."""
    kind = instruction.types[0]
    size = lanes.resize(lanes.read(instruction.operands[1], kind), "u64", 64)
    least = call_intrinsic(
        lanes.builder, "llvm.umin.v32i64", size.type, [size, splat_constant(_LARGEST_BYTES, I64)]
    )
    given = instruction.operands[2] if len(instruction.operands) > 2 else None
    alignment = max(LEAST_ALIGNMENT_BYTES, given.bits if isinstance(given, Immediate) else 1)
    address = take_stack(flow, lanes, instruction.index, lanes.on, least, alignment)
    lanes.write(instruction.operands[0], kind, address)


def _save(_flow: Flow, lanes: Lanes, instruction: Instruction) -> None:
    """Emit stacksave: the address of the stack's end."""
    used = lanes.builder.load(lanes.slot(STACK_POINTER), typ=integer_type(64), align=4)
    address = lanes.builder.add(used, splat_constant(lanes.address_of(STACK), I64))
    lanes.write(instruction.operands[0], "u64", address)


def _restore(_flow: Flow, lanes: Lanes, instruction: Instruction) -> None:
    """Emit stackrestore: what was allocated since the address was saved is gone."""
    address = lanes.read(instruction.operands[0], "u64")
    used = lanes.builder.sub(address, splat_constant(lanes.address_of(STACK), I64))
    lanes.put(STACK_POINTER, lanes.on, used)


EMITTERS: dict[str, Callable[[Flow, Lanes, Instruction], None]] = {
    "alloca": _allocate,
    "stacksave": _save,
    "stackrestore": _restore,
}
