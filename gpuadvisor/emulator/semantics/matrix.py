"""What matrix instructions compute: D = A x B + C on dense matrices, one per warp.

The manual leaves the order and the rounding of the floating-point sums open (PTX ISA 9.7.14.5.14). Here
products are exact, they are added to C in double precision in ascending order of k, and the sum is rounded
once, to nearest, to the type of D. Hardware truncates aligned products instead (Fasi et al., "Numerical
behavior of NVIDIA tensor cores", PeerJ Computer Science 7, 2021), so its last bits may differ. The f64
shapes are chains of fused multiply-adds, and integer shapes are exact.
"""

from collections.abc import Callable

import numpy as np

from gpuadvisor.emulator.semantics.elements import Numbers
from gpuadvisor.emulator.semantics.fused import fma64

Product = Callable[[Numbers, Numbers, Numbers], Numbers]
"""From A (warps, M, K), B (warps, K, N) and C (warps, M, N) to D, not yet rounded to its type."""


def exact_sum(a: Numbers, b: Numbers, c: Numbers) -> Numbers:
    """Return A x B + C; products of the narrow floating types are exact in double precision."""
    total = c
    for k in range(a.shape[2]):
        total = total + a[:, :, k, None] * b[:, k, None, :]
    return total


def fused_chain(a: Numbers, b: Numbers, c: Numbers) -> Numbers:
    """Return A x B + C in double precision, each step rounded once."""
    total = c
    for k in range(a.shape[2]):
        total = fma64(a[:, :, k, None], b[:, k, None, :], total)
    return total


def integer_sum(a: Numbers, b: Numbers, c: Numbers) -> Numbers:
    """Return A x B + C in 64 bits, which hold every sum exactly."""
    return np.asarray(np.matmul(a, b) + c)


def bit_sum(combine: Callable[[Numbers, Numbers], Numbers]) -> Product:
    """Return the product of single-bit matrices: how many pairs combine (and, xor) to one."""

    def product(a: Numbers, b: Numbers, c: Numbers) -> Numbers:
        total = c
        for k in range(a.shape[2]):
            total = total + combine(a[:, :, k, None], b[:, k, None, :])
        return total

    return product
