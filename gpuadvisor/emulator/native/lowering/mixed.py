"""Mixed precision: add, sub and fma of f16 or bf16 with an f32 addend and result."""

from collections.abc import Sequence

from llvmlite import ir
from msgspec.structs import replace

from gpuadvisor.emulator.native.lowering import float32
from gpuadvisor.emulator.native.lowering.formats import values
from gpuadvisor.emulator.native.lowering.operation import Emit, Lowering
from gpuadvisor.emulator.native.lowering.vectors import Integers
from gpuadvisor.emulator.program import Instruction


def is_mixed(instruction: Instruction) -> bool:
    """Return whether the instruction works on f32 and a narrower type."""
    mixed = instruction.types in (("f32", "f16"), ("f32", "bf16"))
    return mixed and instruction.opcode in LOWERINGS


def _lower(instruction: Instruction) -> Emit | None:
    narrow = instruction.types[1]
    single = float32.LOWERINGS[instruction.opcode](replace(instruction, types=("f32",)))
    if single is None:
        return None

    def emit(builder: ir.IRBuilder, sources: Sequence[ir.Value], active: ir.Value) -> tuple[ir.Value, ...]:
        lanes = (Integers(builder, source) for source in sources[:-1])
        wide = [values(lane, narrow).as_integers().value for lane in lanes]
        return single(builder, [*wide, sources[-1]], active)

    return emit


LOWERINGS: dict[str, Lowering] = dict.fromkeys(("add", "sub", "fma"), _lower)
