"""The slow, always correct way: rational arithmetic for the few lanes that need it."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.semantics.rounding import Doubles


def rounded(value: Fraction, rounding: str) -> float:
    """Return a non-zero fraction rounded to double precision: rn, rz, rm or rp."""
    try:
        nearest = value.numerator / value.denominator
    except OverflowError:
        nearest = math.inf if value > 0 else -math.inf
    direction = {"rn": nearest, "rm": -math.inf, "rp": math.inf, "rz": 0.0}[rounding]
    beyond = math.isinf(nearest) or Fraction(nearest) != value
    if not beyond or rounding == "rn":
        return nearest
    too_large = (nearest > 0) if math.isinf(nearest) else Fraction(nearest) > value
    if rounding == "rz":
        return math.nextafter(nearest, 0.0) if too_large == (value > 0) else nearest
    wrong_side = too_large == (rounding == "rm")
    return math.nextafter(nearest, direction) if wrong_side else nearest


def repair(
    result: Doubles,
    hazardous: NDArray[np.bool_],
    operands: Sequence[Doubles],
    exact: Callable[..., Fraction],
    rounding: str,
) -> Doubles:
    """Return `result` with the `hazardous` lanes computed by `exact` from finite operands.

    A lane whose exact value is zero keeps its result, whose sign IEEE 754 decides.
    """
    if not hazardous.any():
        return result
    repaired = np.array(result)
    for place in zip(*np.nonzero(hazardous), strict=True):
        value = exact(*(Fraction(float(operand[place])) for operand in operands))
        if value:
            repaired[place] = rounded(value, rounding)
    return repaired
