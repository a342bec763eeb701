"""cp.reduce.async.bulk against NumPy, of every operation and type."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.emulator.harness import Array, execute, launch_of, ptx_kernel

BYTES = 256
SHARED = ".shared .align 16 .b8 data[512]; .shared .align 8 .b64 bar;"
FILL = """
    mov.u32 %r9, data; mad.lo.u32 %r5, %r0, 8, %r9;
    ld.global.u64 %rd4, [%rd1]; st.shared.u64 [%r5], %rd4;
    ld.global.u64 %rd4, [%rd1+256]; st.shared.u64 [%r5+256], %rd4;
    setp.eq.u32 %p1, %r0, 0; add.u64 %rd5, %rd0, 256;
    @%p1 mbarrier.init.shared::cta.b64 [bar], 1;
    bar.sync 0;
"""
TO_GLOBAL = "@%p1 cp.reduce.async.bulk.global.shared::cta.bulk_group.{} [%rd5], [%r9], 256;"
TO_SHARED = """
    @%p1 mbarrier.arrive.expect_tx.shared::cta.b64 _, [bar], 256;
    @%p1 cp.reduce.async.bulk.shared::cluster.shared::cta.mbarrier::complete_tx::bytes.{}
        [data+256], [data], 256, [bar];
wait:
    mbarrier.try_wait.parity.shared::cta.b64 %p2, [bar], 0;
    @!%p2 bra wait;
    ld.shared.u64 %rd4, [%r5+256]; st.global.u64 [%rd1+256], %rd4;
"""
OPERATIONS: dict[str, Callable[[Array, Array], Array]] = {
    "add": lambda there, given: there + given,
    "min": np.minimum,
    "max": np.maximum,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
    "inc": lambda there, limit: np.where(there >= limit, 0, there + 1),
    "dec": lambda there, limit: np.where((there == 0) | (there > limit), limit, there - 1),
}
DTYPES = {"f16": np.float16, "f32": np.float32, "f64": np.float64}
FLOATS = ["add.f32", "add.f64", "add.noftz.f16", "min.f16", "max.f16"]
INTEGERS = [
    *(f"{name}.{kind}" for name in ("add", "min", "max") for kind in ("u32", "s32", "u64")),
    *("min.s64", "max.s64", "inc.u32", "dec.u32"),
    *(f"{name}.{kind}" for name in ("and", "or", "xor") for kind in ("b32", "b64")),
]


def values(form: str) -> tuple[Array, Array]:
    """Return what is given and what is there: a few small numbers, and whole ones among floats."""
    kind = form.rpartition(".")[2]
    dtype = np.dtype(DTYPES.get(kind) or f"{'i' if kind[0] == 's' else 'u'}{int(kind[1:]) // 8}")
    random = np.random.default_rng(len(form))
    drawn = random.integers(0 if dtype.kind == "u" else -9, 9, (2, BYTES // dtype.itemsize)).astype(dtype)
    return drawn[0], drawn[1]


def check(body: str, form: str) -> None:
    given, there = values(form)
    program = ptx_kernel(FILL + body.format(form), before=SHARED)
    outcome = execute(program, "k", launch_of(1, 32), [np.stack([given, there])])
    combined = OPERATIONS[form.partition(".")[0]](there, given).astype(there.dtype)
    np.testing.assert_array_equal(outcome.arrays[0], np.stack([given, combined]))


@pytest.mark.parametrize("form", INTEGERS + FLOATS)
def test_into_global_memory(form: str) -> None:
    check(TO_GLOBAL, form)


@pytest.mark.parametrize("form", ["add.u32", "and.b32", "inc.u32", "min.s32", "add.u64"])
def test_into_shared_memory_with_a_barrier(form: str) -> None:
    check(TO_SHARED, form)
