"""Video instructions (PTX ISA 9.7.18): scalar ones on 32 bits, SIMD ones on two halfwords or four bytes.

Selectors of parts of a register, masks of SIMD destinations (both follow a register's name, so the register
is refused) and vmad are not supported.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.operation import Builder, Operation
from gpuadvisor.emulator.widths import Lanes

Integers = NDArray[np.int64]
Compute = Callable[[Integers, Integers], NDArray[Any]]
_LOW = np.int64(0xFFFFFFFF)
_COMPARISONS: dict[str, Compute] = {
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
}
_SECOND: dict[str, Compute] = {"add": np.add, "min": np.minimum, "max": np.maximum}


def _average(a: Integers, b: Integers) -> Integers:
    """Return half the sum, rounded up where the sum is not negative."""
    total = a + b
    return np.asarray((total + (total >= 0)) >> 1)


_COMPUTE: dict[str, Compute] = {
    "vadd": np.add,
    "vsub": np.subtract,
    "vabsdiff": lambda a, b: np.abs(a - b),
    "vmin": np.minimum,
    "vmax": np.maximum,
    "vavrg": _average,
}


SCALES = {"shr7": 7, "shr15": 15}
"""How far the results of vmad are shifted."""
_INT32 = (np.int64(-(1 << 31)), np.int64((1 << 31) - 1))
_UINT32 = (np.uint64(0), np.uint64((1 << 32) - 1))


def _words(instruction: Instruction) -> tuple[str, ...]:
    """Return all suffixes: some stand behind the types."""
    return (*instruction.modifiers, *instruction.types)


def _kinds(instruction: Instruction) -> list[str]:
    """Return the types of d, a and b; vset names only those of a and b, its results being 0 and 1."""
    kinds = [word for word in _words(instruction) if word in ("u32", "s32")]
    return kinds if len(kinds) == 3 else ["u32", *kinds]


def _extend(bits: Lanes, width: int, *, signed: bool) -> Integers:
    """Return the low `width` bits as integers."""
    values = bits.astype(np.int64) & ((1 << width) - 1)
    sign = 1 << (width - 1)
    return np.asarray((values ^ sign) - sign) if signed else values


def _saturate(values: Integers, width: int, *, signed: bool) -> Integers:
    low, high = (-(1 << (width - 1)), (1 << (width - 1)) - 1) if signed else (0, (1 << width) - 1)
    return np.clip(values, low, high)


def _bits(values: Integers) -> Lanes:
    return (values & _LOW).astype(np.uint32)


def _compare(instruction: Instruction) -> Compute:
    name = next(word for word in _words(instruction) if word in _COMPARISONS)
    return lambda a, b: _COMPARISONS[name](a, b).astype(np.int64)


def _parallel(compute_of: Callable[[Instruction], Compute], parts: int) -> Builder:
    """Build an instruction on `parts` parts of a register; .add sums the results and c."""
    width = 32 // parts

    def build(instruction: Instruction) -> Operation:
        words, compute = _words(instruction), compute_of(instruction)
        signs = [kind == "s32" for kind in _kinds(instruction)]
        saturates, accumulates = "sat" in words, "add" in words

        def function(sources: Sequence[Lanes], _active: NDArray[np.bool_]) -> tuple[Lanes, ...]:
            total = sources[2].astype(np.int64) if accumulates else np.int64(0)
            for part in range(parts):
                a, b = (
                    _extend(source >> np.uint32(part * width), width, signed=signed)
                    for source, signed in zip(sources, signs[1:], strict=False)
                )
                result = compute(a, b)
                if saturates:
                    result = _saturate(result, width, signed=signs[0])
                total = total + (result if accumulates else (result & ((1 << width) - 1)) << (part * width))
            return (_bits(np.asarray(total)),)

        return Operation(("b32",) * (len(instruction.operands) - 1), ("b32",), function)

    return build


def _scalar(compute_of: Callable[[Instruction], Compute]) -> Builder:
    """Build an instruction on whole registers; a second operation combines the result with c."""

    def build(instruction: Instruction) -> Operation:
        words, compute = _words(instruction), compute_of(instruction)
        kinds = _kinds(instruction)
        signed = kinds[0] == "s32"
        second = next((_SECOND[word] for word in words if word in _SECOND), None)

        def function(sources: Sequence[Lanes], _active: NDArray[np.bool_]) -> tuple[Lanes, ...]:
            a, b = (
                _extend(source, 32, signed=kind == "s32")
                for source, kind in zip(sources, kinds[1:], strict=False)
            )
            result = compute(a, b)
            if "sat" in words:
                result = _saturate(result, 32, signed=signed)
            if second is not None:
                narrowed = _extend(_bits(result), 32, signed=signed)
                result = second(narrowed, _extend(sources[2], 32, signed=signed))
            return (_bits(result),)

        return Operation(("b32",) * (len(instruction.operands) - 1), ("b32",), function)

    return build


def _shift(*, left: bool) -> Callable[[Instruction], Compute]:
    def compute_of(instruction: Instruction) -> Compute:
        wraps = "wrap" in _words(instruction)

        def compute(a: Integers, b: Integers) -> Integers:
            count = b & 31 if wraps else np.minimum(b & _LOW, 32)
            return np.asarray(a << count if left else a >> count)

        return compute

    return compute_of


def _multiply_add(instruction: Instruction) -> Operation:
    """Build vmad: a * b + c, or one more with .po, scaled; signed if a or b is."""
    words, kinds = _words(instruction), _kinds(instruction)
    signed, one = "s32" in kinds[1:], np.int64("po" in words)
    shift = next((count for name, count in SCALES.items() if name in words), 0)

    def function(sources: Sequence[Lanes], _active: NDArray[np.bool_]) -> tuple[Lanes, ...]:
        extended = zip(sources, [kind == "s32" for kind in kinds[1:]] + [signed], strict=True)
        a, b, c = (_extend(source, 32, signed=is_signed) for source, is_signed in extended)
        total = a * b + c + one
        result = total >> shift if signed else total.view(np.uint64) >> np.uint64(shift)
        if "sat" in words:
            result = np.clip(result, *(_INT32 if signed else _UINT32))
        return ((result & result.dtype.type(_LOW)).astype(np.uint32),)

    return Operation(("b32",) * 3, ("b32",), function)


def _always(name: str) -> Callable[[Instruction], Compute]:
    return lambda _instruction: _COMPUTE[name]


BUILDERS: dict[str, Builder] = {
    **{name: _scalar(_always(name)) for name in _COMPUTE if name != "vavrg"},
    **{f"{name}{parts}": _parallel(_always(name), parts) for name in _COMPUTE for parts in (2, 4)},
    "vmad": _multiply_add,
    "vset": _scalar(_compare),
    **{f"vset{parts}": _parallel(_compare, parts) for parts in (2, 4)},
    "vshl": _scalar(_shift(left=True)),
    "vshr": _scalar(_shift(left=False)),
}
