"""What matrix instructions compute: D = A x B + C on dense matrices, one per warp.

The manual leaves the order and the rounding of the floating-point sums open (PTX ISA 9.7.14.5.14). Here
products are exact, they are added to C in double precision in ascending order of k, and the sum is rounded
once, to nearest, to the type of D. Hardware truncates aligned products instead (Fasi et al., "Numerical
behavior of NVIDIA tensor cores", PeerJ Computer Science 7, 2021), so its last bits may differ. The f64
shapes are chains of fused multiply-adds, and integer shapes are exact.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from gpuadvisor.emulator.semantics.elements import Numbers
from gpuadvisor.emulator.semantics.fused import fma64

Terms = Iterable[tuple[Numbers, Numbers]]
"""The factors of each product that is added, in this order: they broadcast to (warps, M, N)."""

Sum = Callable[[Terms, Numbers], Numbers]
"""From the products and C, (warps, M, N), to D, not yet rounded to its type."""


def terms(a: Numbers, b: Numbers) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield the factors of A x B, A (warps, M, K) and B (warps, K, N), for ascending k."""
    for k in range(a.shape[2]):
        yield a[:, :, k, None], b[:, k, None, :]


def sparse_terms(a: Numbers, b: Numbers, columns: Numbers) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield the factors for an A that has only the elements at `columns`, like A (warps, M, K / 2).

    Their order is that in A. Other elements are no factors: where B is infinite they add nothing.
    """
    for k in range(a.shape[2]):
        yield a[:, :, k, None], np.take_along_axis(b, columns[:, :, k, None], axis=1)


def exact_sum(products: Terms, c: Numbers) -> Numbers:
    """Return A x B + C; products of the narrow types are exact in double precision or 64-bit integers."""
    total = c
    for a, b in products:
        total = total + a * b
    return total


def fused_chain(products: Terms, c: Numbers) -> Numbers:
    """Return A x B + C in double precision, each step rounded once."""
    total = c
    for a, b in products:
        total = fma64(a, b, total)
    return total


def bit_sum(combine: Callable[[Numbers, Numbers], Numbers]) -> Sum:
    """Return the product of single-bit matrices: how many pairs combine (and, xor) to one."""

    def product(pairs: Terms, c: Numbers) -> Numbers:
        total = c
        for a, b in pairs:
            total = total + combine(a, b)
        return total

    return product
