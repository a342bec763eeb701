"""Floating point: single, double, half and bfloat16."""

from collections.abc import Callable

import numpy as np

from tests.emulator.families.case import Case, computed, in_groups
from tests.emulator.families.kinds import Array, from_bf16, rounded, values
from tests.emulator.families.tables import families
from tests.emulator.semantics.reference import Exact, square_root

_OPERATIONS: dict[str, Callable[..., Exact]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "fma": lambda a, b, c: a * b + c,
}


def _exact(family: str) -> Case:
    """Return a case of add, sub, mul, div, fma, rcp or sqrt, rounded once as the family says."""
    opcode, *modifiers, kind = family.split(".")
    rounding = modifiers[0] if modifiers else "rn"
    if opcode in ("rcp", "sqrt"):
        function: Callable[..., Exact] = square_root if opcode == "sqrt" else lambda a: 1 / a
        given = (np.abs(values(kind, family)),)
        return computed(family, lambda a: rounded(kind, rounding, function, a), given=given)
    if opcode == "fma":
        return computed(family, lambda a, b, c: rounded(kind, rounding, _OPERATIONS["fma"], a, b, c))
    return computed(family, lambda a, b: rounded(kind, rounding, _OPERATIONS[opcode], a, b))


def _halves(family: str) -> Case:
    """Return a case on halves or pairs of halves, in double precision and rounded once."""
    opcode, *_, kind = family.split(".")
    name = kind.removesuffix("x2")

    def read(array: Array) -> Array:
        return from_bf16(array) if name == "bf16" else array

    def expected(*sources: Array) -> Array:
        exact: Array = rounded(name, "rn", _exactly(opcode), *map(read, sources))
        return exact

    if opcode == "fma":
        return computed(family, lambda a, b, c: expected(a, b, c))
    return computed(family, lambda a, b: expected(a, b))


def _exactly(opcode: str) -> Callable[..., Exact]:
    extremes: dict[str, Callable[..., Exact]] = {"max": max, "min": min}
    return {**_OPERATIONS, **extremes}[opcode]


def _positive(kind: str, family: str) -> tuple[Array]:
    return (np.abs(values(kind, family)),)


# The bounds are those of PTX ISA 9.7.3; those given there as absolute errors are met over these values.
_APPROXIMATE = [
    computed("ex2.approx.ftz.f32", lambda a: np.exp2(a.astype(np.float64)), tolerance=2**-22),
    computed("ex2.approx.f32", lambda a: np.exp2(a.astype(np.float64)), tolerance=2**-22),
    computed(
        "lg2.approx.f32",
        lambda a: np.log2(a.astype(np.float64)),
        given=_positive("f32", "lg2"),
        tolerance=2**-19,
    ),
    computed("sin.approx.f32", lambda a: np.sin(a.astype(np.float64)), tolerance=2**-16),
    computed("cos.approx.f32", lambda a: np.cos(a.astype(np.float64)), tolerance=2**-16),
    *(
        computed(
            f"rsqrt.{how}.{kind}",
            lambda a: 1 / np.sqrt(a.astype(np.float64)),
            given=_positive(kind, how),
            tolerance=2**-20,
        )
        for how in ("approx", "approx.ftz")
        for kind in ("f32", "f64")
    ),
    *(computed(f"rcp.approx.ftz.{kind}", lambda a: 1 / a, tolerance=2**-20) for kind in ("f32", "f64")),
    *(computed(f"div.{how}.f32", lambda a, b: a / b, tolerance=2**-21) for how in ("approx", "approx.ftz")),
]


def _copysign(a: Array, b: Array) -> Array:
    """Return the magnitude of b with the sign of a (PTX ISA 9.7.3.2)."""
    return np.copysign(b, a)


_SIGNS: dict[str, Callable[..., Array]] = {
    "min": lambda a, b: np.minimum(a, b),
    "max": lambda a, b: np.maximum(a, b),
    "abs": lambda a: np.abs(a),
    "neg": lambda a: -a,
    "copysign": _copysign,
}
_NOT_HERE = {case.family for case in _APPROXIMATE}


def _case(family: str) -> Case:
    opcode, *_, kind = family.split(".")
    if opcode in _SIGNS and not (kind.startswith("f16") and opcode in ("min", "max")):
        return computed(family, _SIGNS[opcode])
    return _exact(family) if kind in ("f32", "f64") else _halves(family)


_ROUNDED = (*_OPERATIONS, *_SIGNS, "rcp", "sqrt")
_FLOATS = [row for row in families(*_ROUNDED) if "f" in row.rpartition(".")[2] and row not in _NOT_HERE]
CASES = [*map(_case, _FLOATS), *_APPROXIMATE]
GROUPS = in_groups(CASES)
