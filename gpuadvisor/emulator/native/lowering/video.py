"""Video instructions: scalar ones on 32 bits, SIMD ones on two halfwords or four bytes.

Operands are extended to integers that hold every result: 64 bits for scalars, 32 for parts.
"""

from collections.abc import Callable
from operator import add, sub

from gpuadvisor.emulator.native.lowering.operation import Emit, Lowering, lanewise
from gpuadvisor.emulator.native.lowering.vectors import Integers
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.video import SCALES

Compute = Callable[[Integers, Integers], Integers]
_COMPARISONS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


def _minimum(a: Integers, b: Integers) -> Integers:
    return a.minimum(b, signed=True)


def _maximum(a: Integers, b: Integers) -> Integers:
    return a.maximum(b, signed=True)


def _difference(a: Integers, b: Integers) -> Integers:
    return _maximum(a - b, b - a)


def _average(a: Integers, b: Integers) -> Integers:
    """Return half the sum, rounded up where the sum is not negative."""
    total = a + b
    return (total + total.compare(">=", 0, signed=True).resized(total.bits)).arithmetic_shift(1)


_SECOND: dict[str, Compute] = {"add": add, "min": _minimum, "max": _maximum}
_COMPUTE: dict[str, Compute] = {
    "vadd": add,
    "vsub": sub,
    "vabsdiff": _difference,
    "vmin": _minimum,
    "vmax": _maximum,
    "vavrg": _average,
}


def _words(instruction: Instruction) -> tuple[str, ...]:
    """Return all suffixes: some stand behind the types."""
    return (*instruction.modifiers, *instruction.types)


def _signs(instruction: Instruction) -> list[bool]:
    """Return whether d, a and b are signed; vset names only a and b, its results being 0 and 1."""
    signs = [word == "s32" for word in _words(instruction) if word in ("u32", "s32")]
    return signs if len(signs) == 3 else [False, *signs]


def _saturate(values: Integers, width: int, *, signed: bool) -> Integers:
    low, high = (-(1 << (width - 1)), (1 << (width - 1)) - 1) if signed else (0, (1 << width) - 1)
    return _minimum(_maximum(values, values.number(low)), values.number(high))


def _compare(instruction: Instruction) -> Compute:
    name = next(word for word in _words(instruction) if word in _COMPARISONS)
    return lambda a, b: a.compare(_COMPARISONS[name], b, signed=True).resized(a.bits)


def _part(register: Integers, place: int, width: int, *, signed: bool) -> Integers:
    aligned = register << (32 - (place + 1) * width)
    return aligned.arithmetic_shift(32 - width) if signed else aligned >> (32 - width)


def _parallel(compute_of: Callable[[Instruction], Compute], parts: int) -> Lowering:
    """Lower an instruction on `parts` parts of a register; .add sums the results and c."""
    width = 32 // parts

    def lower(instruction: Instruction) -> Emit:
        words, operation = _words(instruction), compute_of(instruction)
        signed, *source_signs = _signs(instruction)
        saturates, accumulates = "sat" in words, "add" in words

        def compute(*sources: Integers) -> Integers:
            total = sources[2] if accumulates else sources[0].number(0)
            for place in range(parts):
                a, b = (
                    _part(source, place, width, signed=sign)
                    for source, sign in zip(sources, source_signs, strict=False)
                )
                result = operation(a, b)
                if saturates:
                    result = _saturate(result, width, signed=signed)
                total = total + (result if accumulates else (result & ((1 << width) - 1)) << place * width)
            return total

        return lanewise(compute)

    return lower


def _scalar(compute_of: Callable[[Instruction], Compute]) -> Lowering:
    """Lower an instruction on whole registers; a second operation combines the result with c."""

    def lower(instruction: Instruction) -> Emit:
        words, operation = _words(instruction), compute_of(instruction)
        signed, *source_signs = _signs(instruction)
        second = next((_SECOND[word] for word in words if word in _SECOND), None)

        def compute(*sources: Integers) -> Integers:
            operands = zip(sources, source_signs, strict=False)
            result = operation(*(source.resized(64, signed=sign) for source, sign in operands))
            if "sat" in words:
                result = _saturate(result, 32, signed=signed)
            if second is not None:
                narrowed = result.resized(32).resized(64, signed=signed)
                result = second(narrowed, sources[2].resized(64, signed=signed))
            return result.resized(32)

        return lanewise(compute)

    return lower


def _shift(*, left: bool) -> Callable[[Instruction], Compute]:
    def compute_of(instruction: Instruction) -> Compute:
        wraps = "wrap" in _words(instruction)

        def compute(a: Integers, b: Integers) -> Integers:
            count = b & 31 if wraps else (b & 0xFFFFFFFF).minimum(32)
            return a << count if left else a.arithmetic_shift(count)

        return compute

    return compute_of


def _multiply_add(instruction: Instruction) -> Emit:
    """Lower vmad: a * b + c, or one more with .po, scaled; signed if a or b is."""
    words, source_signs = _words(instruction), _signs(instruction)[1:]
    signed = any(source_signs)
    shift = next((count for name, count in SCALES.items() if name in words), 0)

    def compute(*sources: Integers) -> Integers:
        operands = zip(sources, [*source_signs, signed], strict=True)
        a, b, c = (source.resized(64, signed=sign) for source, sign in operands)
        total = a * b + c + int("po" in words)
        result = total.arithmetic_shift(shift) if signed else total >> shift
        if "sat" in words:
            result = _saturate(result, 32, signed=True) if signed else result.minimum((1 << 32) - 1)
        return result.resized(32)

    return lanewise(compute)


def _always(name: str) -> Callable[[Instruction], Compute]:
    return lambda _instruction: _COMPUTE[name]


LOWERINGS: dict[str, Lowering] = {
    **{name: _scalar(_always(name)) for name in _COMPUTE if name != "vavrg"},
    **{f"{name}{parts}": _parallel(_always(name), parts) for name in _COMPUTE for parts in (2, 4)},
    "vmad": _multiply_add,
    "vset": _scalar(_compare),
    **{f"vset{parts}": _parallel(_compare, parts) for parts in (2, 4)},
    "vshl": _scalar(_shift(left=True)),
    "vshr": _scalar(_shift(left=False)),
}
