import numpy as np

from gpuadvisor.emulator.decoder import decode
from gpuadvisor.emulator.layout import lay_out
from gpuadvisor.emulator.linker import link
from gpuadvisor.emulator.memory import GlobalMemory
from tests.emulator.harness import HEADER, compiled, execute, launch_of


def test_variables_lie_one_behind_another_as_aligned() -> None:
    program = decode(
        HEADER + ".shared .align 1 .b8 a[3];\n.shared .align 8 .f64 b;\n.shared .b8 unused[100];\n"
        ".extern .shared .align 16 .b8 d[];\n"
        ".entry k(.param .u8 p, .param .u64 q) { .local .align 4 .b8 l[6]; .shared .align 4 .b8 c[4];\n"
        ".reg .b64 %r<5>; mov.u64 %r1, a; mov.u64 %r2, b; mov.u64 %r3, d; ret; }"
    )
    layout = lay_out(program, link(program, "k").function, 100, GlobalMemory())
    assert {name: place.address for name, place in layout.places.items()} == {
        "a": 0, "b": 8, "c": 16, "d": 32, "l": 0, "p": 0, "q": 8
    }  # fmt: skip
    assert (layout.static_shared_bytes, layout.shared_bytes, layout.local_bytes) == (20, 132, 6)
    assert layout.variable_at("shared", 11) == "b"
    assert layout.variable_at("shared", 5) is None


def test_accesses_name_buffers_and_shared_arrays() -> None:
    source = """extern "C" __global__ void k(float* out, const float* in) {
        __shared__ float tile[32]; tile[threadIdx.x] = in[threadIdx.x]; __syncthreads();
        out[threadIdx.x] = tile[31 - threadIdx.x]; }"""
    arrays = [np.zeros(32, np.float32), np.zeros(32, np.float32)]
    accesses = execute(compiled(source), "k", launch_of(1, 32), arrays).observation.accesses
    assert {(access.operation, access.variable) for access in accesses} == {
        ("load", "array1"), ("store", "_ZZ1kE4tile"), ("load", "_ZZ1kE4tile"), ("store", "array0")
    }  # fmt: skip
