"""Which execution unit an instruction uses: fp32, fp64, fp16, int32, special, memory, control, matrix.

And which instructions of PTX are many of the machine.
"""

from gpuadvisor.emulator.program import Instruction

_MEMORY = frozenset(
    {"ld", "ldu", "st", "atom", "red", "cp", "ldmatrix", "stmatrix", "prefetch", "prefetchu", "mbarrier"}
    | {"tex", "tld4", "suld", "sust", "sured", "multimem", "applypriority", "discard"}
)
_CONTROL = frozenset(
    {"bra", "brx", "ret", "exit", "call", "bar", "barrier", "membar", "fence", "trap", "brkpt", "nanosleep"}
    | {"griddepcontrol", "pmevent", "setmaxnreg"}
)
_MATRIX = frozenset({"mma", "wmma", "wgmma", "tcgen05"})
_SPECIAL = frozenset({"ex2", "lg2", "sin", "cos", "tanh", "rsqrt", "rcp", "sqrt"})
_DIVISIONS = frozenset({"div", "rem", "sqrt", "rcp"})
_UNIT_OF_TYPE = {
    **dict.fromkeys(("f32", "f32x2"), "fp32"),
    "f64": "fp64",
    **dict.fromkeys(("f16", "f16x2", "bf16", "bf16x2"), "fp16"),
}
_TYPELESS = frozenset({"mov", "selp", "ld", "st", "shfl"})
"""Moving bits takes an integer pipe whatever they stand for."""


def execution_unit(instruction: Instruction) -> str:
    """Return the unit that executes the instruction, at PTX level."""
    opcode = instruction.opcode
    if opcode in _MATRIX:
        return "matrix"
    if opcode in _MEMORY:
        return "memory"
    if opcode in _CONTROL:
        return "control"
    unit = _arithmetic_unit(instruction)
    if unit == "fp64":
        return unit
    return "special" if opcode in _SPECIAL else unit


def is_division(instruction: Instruction) -> bool:
    """Whether the machine has no such instruction and runs a sequence of them.

    Those are divisions and remainders of integers, and quotients, roots and reciprocals that are rounded as
    IEEE 754 wants it: CUDA C++ Programming Guide, "Arithmetic Instructions". What is approximate is short.
    """
    approximate = {"approx", "full"}.intersection(instruction.modifiers)
    return instruction.opcode in _DIVISIONS and not approximate


def _arithmetic_unit(instruction: Instruction) -> str:
    if instruction.opcode in _TYPELESS:
        return "int32"
    units = [_UNIT_OF_TYPE.get(kind, "int32") for kind in instruction.types]
    return next((unit for unit in ("fp64", "fp32", "fp16") if unit in units), "int32")
