import pytest

from gpuadvisor.emulator.decoder import decode
from gpuadvisor.emulator.loads_in_flight import loads_in_flight

KERNEL = """
.version 8.0
.target sm_90
.address_size 64
.visible .entry k(.param .u64 p)
{{
    .reg .pred %p<2>;
    .reg .f32 %f<9>;
    .reg .b64 %rd<9>;
    ld.param.u64 %rd1, [p];
{body}
    ret;
}}
"""
FOUR = """
    ld.global.f32 %f1, [%rd1];
    ld.global.nc.f32 %f2, [%rd1+4];
    ld.global.v2.f32 {%f3, %f4}, [%rd1+8];
    ld.global.f32 %f5, [%rd1+16];
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", 0),
        ("ld.shared.f32 %f1, [%rd1];", 0),
        (FOUR, 4),
        (FOUR + "add.f32 %f6, %f1, %f2;" + FOUR, 4),
        ("ld.global.f32 %f1, [%rd1]; st.global.f32 [%rd1], %f1;" * 4, 1),
        ("ld.global.f32 %f1, [%rd1]; st.global.f32 [%rd1], %f7; ld.global.f32 %f2, [%rd1];", 2),
        ("ld.global.u64 %rd2, [%rd1]; ld.global.u64 %rd3, [%rd2]; ld.global.f32 %f1, [%rd3];", 1),
        ("ld.global.f32 %f1, [%rd1]; $L1: ld.global.f32 %f2, [%rd1];", 1),
        ("ld.global.f32 %f1, [%rd1]; @%p1 bra $L1; ld.global.f32 %f2, [%rd1]; $L1:", 1),
        ("ld.global.v2.f32 {%f3, %f4}, [%rd1]; add.f32 %f6, %f4, %f4; ld.global.f32 %f1, [%rd1];", 1),
    ],
)
def test_loads_before_the_first_use(body: str, expected: int) -> None:
    program = decode(KERNEL.format(body=body))
    assert loads_in_flight(program.kernels["k"]) == expected
