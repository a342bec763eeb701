"""Check what a kernel wrote; the time of a wrong answer is never believed."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.probing.declaration import CheckDeclaration
from gpuadvisor.probing.scope import Scope

Output = NDArray[np.generic]

UNWRITTEN_BYTE = 0xA5
LARGEST_SAMPLE = 1 << 16


def unwritten(count: int, dtype: np.dtype[np.generic]) -> Output:
    """Return an array of the bit pattern that stands for `the kernel wrote nothing here`."""
    return np.full(count * dtype.itemsize, UNWRITTEN_BYTE, np.uint8).view(dtype)


def wrong_answer(check: CheckDeclaration, output: Output, scope: Scope, share: float) -> str | None:
    """Return what is wrong with `output`, or None.

    `share` is the part of the blocks that ran, 1 on a GPU: that part of the elements must have been
    written. Of more than 65,536 written elements as many, evenly spread, are compared.
    """
    is_written = output.view(_bits(output)) != unwritten(1, output.dtype).view(_bits(output))
    number, due = int(np.count_nonzero(is_written)), round(output.size * share)
    if number < due:
        return f"wrong answer: {number} of {due} elements of {check.buffer!r} were written"
    written = _sample(number) if number == output.size else np.flatnonzero(is_written)[_sample(number)]
    expected = _expected(check, written.astype(np.uint64), scope).astype(output.dtype)
    wrong = np.flatnonzero(output[written] != expected)
    if wrong.size == 0:
        return None
    first = wrong[0]
    return (
        f"wrong answer: {check.buffer}[{written[first]}] is {output[written[first]]}, not {expected[first]} "
        f"({wrong.size} of {written.size} elements compared are wrong)"
    )


def _sample(number: int) -> NDArray[np.int64]:
    """Return the places below `number` that are compared: all, or as many as are allowed, evenly spread."""
    return np.linspace(0, number - 1, min(number, LARGEST_SAMPLE), dtype=np.int64)


def _expected(check: CheckDeclaration, indices: NDArray[np.uint64], scope: Scope) -> NDArray[np.uint64]:
    """Return what the elements at `indices` should be, modulo 2 to the 64th."""
    ranges = [range(scope.integer(name, count)) for name, count in check.summed_over.items()]
    elementwise = scope.wrapping({"i": indices}, check.define)
    total = np.zeros_like(indices)
    with np.errstate(over="ignore", divide="raise"):
        for values in product(*ranges):
            counted = dict(zip(check.summed_over, values, strict=True))
            total += _whole(elementwise.extended(counted).evaluate(check.equals), check, scope)
    return total


def _whole(value: object, check: CheckDeclaration, scope: Scope) -> NDArray[np.uint64]:
    array = np.asarray(value)
    if array.dtype != np.uint64:
        problem = "gives fractions; divide with //"
        raise GpuAdvisorError(f"check.equals = {check.equals.text!r} {problem}", where=scope.where)
    return array.astype(np.uint64, copy=False)


def _bits(output: Output) -> np.dtype[np.generic]:
    return np.dtype(f"u{output.dtype.itemsize}")
