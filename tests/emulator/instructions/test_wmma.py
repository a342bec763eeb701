"""nvcuda::wmma kernels against NumPy: every type, shape and layout of sm_80."""

import numpy as np
import pytest

from tests.emulator.harness import Array, compiled, execute, launch_of

SOURCE = r"""
#include <cuda_fp16.h>
#include <cuda_bf16.h>
#include <mma.h>
using namespace nvcuda;
typedef wmma::row_major row;
typedef wmma::col_major col;
template <int M, int N, int K, class T, class S, class R, class LA, class LB>
__device__ void multiply(R* d, const S* a, const S* b, const R* c, wmma::layout_t order, int lc) {
    wmma::fragment<wmma::matrix_a, M, N, K, T, LA> fa;
    wmma::fragment<wmma::matrix_b, M, N, K, T, LB> fb;
    wmma::fragment<wmma::accumulator, M, N, K, R> fc;
    wmma::load_matrix_sync(fa, a, LA_IS_ROW ? K : M);
    wmma::load_matrix_sync(fb, b, LB_IS_ROW ? N : K);
    wmma::load_matrix_sync(fc, c, lc, order);
    for (int i = 0; i < fc.num_elements; i++) fc.x[i] = fc.x[i] + fc.x[i];
    wmma::mma_sync(fc, fa, fb, fc);
    wmma::store_matrix_sync(d, fc, lc, order);
}
extern "C" __global__ void k(RESULT* d, const STORED* a, const STORED* b, const RESULT* c) {
#if IN_SHARED
    __shared__ __align__(32) STORED sa[SM * SK], sb[SK * SN];
    __shared__ __align__(32) RESULT sc[SM * SN];
    for (int i = threadIdx.x; i < SM * SK; i += 32) sa[i] = a[i];
    for (int i = threadIdx.x; i < SK * SN; i += 32) sb[i] = b[i];
    for (int i = threadIdx.x; i < SM * SN; i += 32) sc[i] = c[i];
    __syncthreads();
    a = sa, b = sb, c = sc;
#endif
    multiply<SM, SN, SK, TYPE, STORED, RESULT, LAYOUT_A, LAYOUT_B>(
        d, a, b, c, C_IS_ROW ? wmma::mem_row_major : wmma::mem_col_major, C_IS_ROW ? SN : SM);
}
"""

TYPES = {
    "f16": ("half", "half", "float"),
    "f16 in f16": ("half", "half", "half"),
    "bf16": ("__nv_bfloat16", "__nv_bfloat16", "float"),
    "tf32": ("wmma::precision::tf32", "float", "float"),
    "f64": ("double", "double", "double"),
    "s8": ("signed char", "signed char", "int"),
    "u8": ("unsigned char", "unsigned char", "int"),
}
STORED = {
    "half": np.dtype(np.float16),
    "float": np.dtype(np.float32),
    "double": np.dtype(np.float64),
    "signed char": np.dtype(np.int8),
    "unsigned char": np.dtype(np.uint8),
    "int": np.dtype(np.int32),
}
WIDE = [(16, 16, 16), (32, 8, 16), (8, 32, 16)]
SHAPES = dict.fromkeys(TYPES, WIDE) | {"tf32": [(16, 16, 8)], "f64": [(8, 8, 4)]}
CASES = [(kind, shape) for kind, shapes in SHAPES.items() for shape in shapes]


def defines(kind: str, shape: tuple[int, int, int], rows: str, *, shared: bool) -> str:
    """Return the macros of one variant; `rows` names the matrices stored row by row."""
    element, stored, result = TYPES[kind]
    values = {"TYPE": element, "STORED": stored, "RESULT": result, "IN_SHARED": int(shared)}
    values |= {"SM": shape[0], "SN": shape[1], "SK": shape[2], "C_IS_ROW": int("c" in rows)}
    values |= {"LAYOUT_A": "row" if "a" in rows else "col", "LAYOUT_B": "row" if "b" in rows else "col"}
    values |= {"LA_IS_ROW": int("a" in rows), "LB_IS_ROW": int("b" in rows)}
    return "".join(f"#define {name} {value}\n" for name, value in values.items())


def stored(matrix: Array, kind: str, *, by_row: bool) -> Array:
    ordered = np.ascontiguousarray(matrix if by_row else matrix.T)
    if kind == "__nv_bfloat16":
        return (ordered.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
    return ordered.astype(STORED[kind])


def run(kind: str, shape: tuple[int, int, int], rows: str, *, shared: bool = False) -> tuple[Array, Array]:
    """Return what the kernel computed and what NumPy does: A x B + 2 C."""
    m, n, k = shape
    random = np.random.default_rng(11)
    low = 0 if kind == "u8" else -5
    a, b, c = (random.integers(low, 6, size) for size in ((m, k), (k, n), (m, n)))
    _, element, result = TYPES[kind]
    given = [stored(a, element, by_row="a" in rows), stored(b, element, by_row="b" in rows)]
    given.append(stored(c, result, by_row="c" in rows))
    program = compiled(defines(kind, shape, rows, shared=shared) + SOURCE)
    outcome = execute(program, "k", launch_of(1, 32), [np.zeros_like(given[2]), *given])
    d = outcome.arrays[0]
    return (d if "c" in rows else d.T), a @ b + 2 * c


@pytest.mark.parametrize(("kind", "shape"), CASES)
def test_a_warp_multiplies_matrices_in_global_memory(kind: str, shape: tuple[int, int, int]) -> None:
    np.testing.assert_array_equal(*run(kind, shape, "ac"))


@pytest.mark.parametrize("rows", ["", "a", "b", "ab", "abc"])
@pytest.mark.parametrize("kind", ["f16", "f16 in f16", "tf32", "f64", "s8"])
def test_every_layout_in_shared_memory(kind: str, rows: str) -> None:
    np.testing.assert_array_equal(*run(kind, SHAPES[kind][0], rows, shared=True))


def test_requests_are_those_of_the_words_that_lanes_hold() -> None:
    """Rows of 16 halves, 32 bytes: each word of A is requested by eight rows of four lanes, a sector each."""
    program = compiled(defines("f16", (16, 16, 16), "ac", shared=False) + SOURCE)
    zeros = [np.zeros((16, 16), kind) for kind in (np.float32, np.float16, np.float16, np.float32)]
    counters = execute(program, "k", launch_of(1, 32), zeros).observation.counters
    assert counters.global_load_requests == 4 + 4 + 4
    assert counters.global_load_sectors == (4 + 4 + 4) * 8
    assert counters.global_store_requests == 4
