"""mma, mma.sp and wmma.mma in native code, bit for bit as in the interpreter (`instructions.matrix`).

A kernel has one function for each shape and combination of types that it multiplies; every use calls it.
"""

from collections.abc import Sequence

from llvmlite import ir

from gpuadvisor.emulator.instructions.fragments import Fragment, registers_of
from gpuadvisor.emulator.instructions.matrix import multiplication
from gpuadvisor.emulator.native.lanes import Lanes
from gpuadvisor.emulator.native.lowering.functions import call_shared
from gpuadvisor.emulator.native.lowering.vectors import integer_type
from gpuadvisor.emulator.native.matrix_code import multiplied
from gpuadvisor.emulator.native.matrix_form import Form
from gpuadvisor.emulator.native.vectors import mask_of
from gpuadvisor.emulator.program import Instruction, Operand
from gpuadvisor.emulator.registers import Unsupported


def emit_product(lanes: Lanes, instruction: Instruction) -> None:
    """Emit mma, mma.sp and wmma.mma."""
    form = _form(instruction)
    target, *operands = instruction.operands
    matrices, metadata = operands[:3], operands[3:4]
    if len(operands) != (3 if form.problem.sparsity is None else 5):
        raise Unsupported(f"{len(operands)} operands of a product")
    sources = [
        lanes.read(register, fragment.register_type)
        for fragment, operand in zip(form.sources, matrices, strict=True)
        for register in _needed(fragment, registers_of(operand))
    ]
    sources += [lanes.read(register, "b32") for register in metadata]
    fragment = form.target
    targets = registers_of(target)
    if len(targets) != fragment.registers:
        raise Unsupported(f"{len(targets)} registers for a fragment of {fragment.registers}")
    results = _call(lanes, form, sources)
    for position, register in enumerate(targets):
        lanes.write(register, fragment.register_type, lanes.builder.extract_value(results, position))


def _form(instruction: Instruction) -> Form:
    problem = multiplication(instruction)
    saturates, conjunction = ("satfinite" in instruction.modifiers, "and" in instruction.modifiers)
    form = Form(problem, saturates=saturates, conjunction=conjunction)
    if form.single_bits and (saturates or problem.types["b"] != "b1" or problem.types["c"] != "s32"):
        raise Unsupported("this form of a product of single bits")
    return form


def _needed(fragment: Fragment, given: Sequence[Operand]) -> Sequence[Operand]:
    """Return the registers that hold different elements; a wmma on f16 names them twice."""
    if len(given) < fragment.registers or len(given) % fragment.registers:
        raise Unsupported(f"{len(given)} registers for a fragment of {fragment.registers}")
    return given[: fragment.registers]


def _call(lanes: Lanes, form: Form, sources: Sequence[ir.Value]) -> ir.Value:
    """Call the kernel's function for the form; return the registers of D as a structure.

    The manual leaves open what is multiplied where lanes do not run; zeros are, so that results repeat.
    """
    register = integer_type(64 if form.target.register_type == "b64" else 32)
    result = ir.LiteralStructType([register] * form.target.registers)

    def body(inside: ir.IRBuilder, arguments: Sequence[ir.Value]) -> ir.Value:
        runs = mask_of(inside, arguments[0])
        given = [inside.select(runs, each, ir.Constant(each.type, None)) for each in arguments[1:]]
        packed: ir.Value = ir.Constant(result, ir.Undefined)
        for position, value in enumerate(multiplied(inside, form, given)):
            packed = inside.insert_value(packed, value, position)
        return packed

    return call_shared(lanes.builder, f"product.{form.name}", result, [lanes.on, *sources], body)
