import numpy as np
import pytest

from tests.emulator.harness import compiled, execute, launch_of, ptx_kernel, run_ptx

STORE = "st.global.u64 [%rd1], %rd2;"


def test_packing_and_unpacking() -> None:
    body = f"""mov.u32 %r1, 0x11223344; mov.u32 %r2, 0xaabbccdd;
    mov.b64 %rd3, {{%r1, %r2}}; mov.b64 {{%r3, %r4}}, %rd3; mov.b64 {{_, %r5}}, %rd3;
    mov.b64 %rd2, {{%r4, %r5}}; {STORE}"""
    assert run_ptx(body).tolist() == [0xAABBCCDDAABBCCDD] * 32


@pytest.mark.parametrize(
    ("type_name", "expected"),
    [
        ("u8", 0xFE),
        ("s8", 2**64 - 2),
        ("u16", 0xFFFE),
        ("s16", 2**64 - 2),
        ("u32", 0xFFFFFFFE),
        ("s32", 2**64 - 2),
    ],
)
def test_loads_extend_as_their_type_says(type_name: str, expected: int) -> None:
    body = f"mov.u64 %rd3, -2; st.global.u64 [%rd1], %rd3; ld.global.{type_name} %rd2, [%rd1]; {STORE}"
    assert run_ptx(body).tolist() == [expected] * 32


def test_narrow_stores_leave_the_other_bytes() -> None:
    body = """mov.u64 %rd3, 0x1111111111111111; st.global.u64 [%rd1], %rd3; mov.u32 %r1, 0xabcd;
        st.global.u8 [%rd1+2], %r1;"""
    assert run_ptx(body).tolist() == [0x1111111111CD1111] * 32


def test_vectors() -> None:
    body = """shr.u32 %r1, %r0, 1; mad.wide.u32 %rd3, %r1, 16, %rd0;
    and.b32 %r2, %r0, 1; setp.eq.u32 %p1, %r2, 1;
    @%p1 st.global.v4.u32 [%rd3], {%r0, 7, %r1, -1};
    ld.global.v2.u64 {%rd4, %rd5}, [%rd3];
    @%p1 st.global.v2.u64 [%rd3], {%rd5, %rd4};"""
    result = run_ptx(body).reshape(16, 2)
    assert (result[:, 1] == (7 << 32) + np.arange(1, 32, 2)).all()
    assert (result[:, 0] == (0xFFFFFFFF << 32) + np.arange(16, dtype=np.uint64)).all()


def test_stores_of_one_warp_to_one_address_leave_one_of_the_values() -> None:
    assert run_ptx("cvt.u64.u32 %rd2, %r0; st.global.u64 [%rd0], %rd2;")[0] in range(32)


def test_absolute_and_negative_offsets() -> None:
    body = f"""mov.u32 %r1, s; st.shared.u32 [s+8], 5; add.u32 %r1, %r1, 12;
        ld.shared.u32 %r2, [%r1+-4]; cvt.u64.u32 %rd2, %r2; {STORE}"""
    assert run_ptx(body, before=".shared .align 8 .b8 s[64];").tolist() == [5] * 32


@pytest.mark.parametrize(
    ("space", "inside"), [("shared", [1, 0, 0]), ("local", [0, 1, 0]), ("global", [0, 0, 1])]
)
def test_isspacep(space: str, inside: list[int]) -> None:
    declarations = ".shared .align 8 .b8 s[64];"
    for number, pointer in enumerate(
        [
            "mov.u64 %rd4, s; cvta.shared.u64 %rd4, %rd4;",
            "mov.u64 %rd4, d; cvta.local.u64 %rd4, %rd4;",
            "mov.u64 %rd4, %rd1;",
        ]
    ):
        body = f""".local .align 8 .b8 d[16]; {pointer} isspacep.{space} %p1, %rd4;
            selp.u64 %rd2, 1, 0, %p1; {STORE}"""
        assert run_ptx(body, before=declarations).tolist() == [inside[number]] * 32


def test_cvta_is_reversible() -> None:
    body = f"""mov.u64 %rd4, s+8; cvta.shared.u64 %rd5, %rd4; st.u32 [%rd5], 9;
        cvta.to.shared.u64 %rd6, %rd5; ld.shared.u32 %r2, [%rd6]; cvt.u64.u32 %rd2, %r2;
        {STORE}"""
    assert run_ptx(body, before=".shared .align 8 .b8 s[64];").tolist() == [9] * 32


def test_static_and_dynamic_shared_memory_do_not_overlap() -> None:
    source = """extern "C" __global__ void k(int* out) {
        __shared__ int a[3]; extern __shared__ int b[]; __shared__ double c[2];
        for (int i = 0; i < 3; i++) a[i] = 1; for (int i = 0; i < 4; i++) b[i] = 2; c[0] = c[1] = 3;
        out[0] = a[0] + a[1] + a[2]; out[1] = b[0] + b[1] + b[2] + b[3]; out[2] = c[0] + c[1]; }"""
    outcome = execute(compiled(source), "k", launch_of(1, 1, shared=16), [np.zeros(3, np.int32)])
    assert outcome.arrays[0].tolist() == [3, 8, 6]


def test_blocks_have_their_own_shared_memory() -> None:
    source = """extern "C" __global__ void k(int* out) {
        __shared__ int s; if (threadIdx.x == 0) s = blockIdx.x; __syncthreads();
        out[blockIdx.x * blockDim.x + threadIdx.x] = s; }"""
    outcome = execute(compiled(source), "k", launch_of(5, 64), [np.zeros((5, 64), np.int32)])
    assert (outcome.arrays[0] == np.arange(5)[:, None]).all()


def test_asynchronous_copies_with_zero_fill() -> None:
    body = """mov.u32 %r1, s; mad.lo.u32 %r2, %r0, 16, %r1;
    ld.param.u64 %rd5, [p1]; cvta.to.global.u64 %rd5, %rd5;
    mul.lo.u32 %r5, %r0, 2; min.u32 %r5, %r5, 16;
    cp.async.ca.shared.global [%r2], [%rd5], 16, %r5; cp.async.commit_group; cp.async.wait_group 0;
    ld.shared.v2.u64 {%rd6, %rd7}, [%r2];
    mad.wide.u32 %rd8, %r0, 16, %rd0; st.global.v2.u64 [%rd8], {%rd6, %rd7};"""
    source = np.arange(1, 17, dtype=np.uint8)
    program = ptx_kernel(body, parameters=2, before=".shared .align 16 .b8 s[512];")
    outcome = execute(program, "k", launch_of(1, 32), [np.zeros((32, 16), np.uint8), source])
    for lane in range(32):
        valid = min(2 * lane, 16)
        assert outcome.arrays[0][lane].tolist() == [*range(1, valid + 1), *[0] * (16 - valid)]
    counters = outcome.observation.counters
    assert (counters.global_load_requests, counters.shared_store_requests) == (1, 1)


def test_carry_chains() -> None:
    body = f"""mov.u32 %r1, 0xffffffff; add.cc.u32 %r2, %r1, %r0; addc.u32 %r3, 0, 0;
        mov.b64 %rd2, {{%r2, %r3}}; {STORE}"""
    assert run_ptx(body).tolist() == [0xFFFFFFFF + lane for lane in range(32)]


def test_special_registers_and_immediates_as_operands() -> None:
    body = f"mad.lo.u32 %r1, %tid.x, %ntid.x, 0x10; cvt.u64.u32 %rd2, %r1; {STORE}"
    assert run_ptx(body).tolist() == [lane * 32 + 16 for lane in range(32)]


def test_negated_predicate_operand() -> None:
    body = f"setp.lt.u32 %p1, %r0, 5; setp.lt.and.u32 %p2, %r0, 10, !%p1; selp.u64 %rd2, 1, 0, %p2; {STORE}"
    assert run_ptx(body).tolist() == [0] * 5 + [1] * 5 + [0] * 22
