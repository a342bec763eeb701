import struct

import pytest

from gpuadvisor.compiler.elf import section_sizes
from gpuadvisor.compiler.module import CompiledModule
from gpuadvisor.compiler.resources import parse_resources
from gpuadvisor.model.kernel import Resources
from tests.compiler.compiling import compiled

MANY_VALUES = """
__global__ void many_values(float* x) {
    float value[64];
    #pragma unroll
    for (int i = 0; i < 64; ++i) value[i] = x[i * 32 + threadIdx.x];
    for (int round = 0; round < 10; ++round) {
        #pragma unroll
        for (int i = 0; i < 64; ++i) value[i] = value[i] * value[(i + 7) % 64] + value[(i + 13) % 64];
    }
    #pragma unroll
    for (int i = 0; i < 64; ++i) x[i * 32 + threadIdx.x] = value[i];
}
"""

SHARED_AND_CONSTANT = """
__constant__ float table[16];
__global__ void tile(float* x, int n) {
    __shared__ float a[96];
    __shared__ double b[8];
    a[threadIdx.x] = x[threadIdx.x];
    b[threadIdx.x % 8] = table[threadIdx.x % 16];
    __syncthreads();
    x[threadIdx.x] = a[95 - threadIdx.x] + b[n];
}
"""

PTXAS_12_LOG = """ptxas info    : 0 bytes gmem, 64 bytes cmem[3]
ptxas info    : Compiling entry function '_Z4tilePfi' for 'sm_70'
ptxas info    : Function properties for _Z4tilePfi
    16 bytes stack frame, 8 bytes spill stores, 4 bytes spill loads
ptxas info    : Used 12 registers, 1 barriers, 448 bytes smem, 364 bytes cmem[0]
ptxas info    : Function properties for _Z6helperf
    640 bytes stack frame, 320 bytes spill stores, 160 bytes spill loads
"""


def only(module: CompiledModule) -> Resources:
    (resources,) = module.resources.values()
    return resources


def register_counts(cubin: bytes) -> set[int]:
    """Read EIATTR_REGCOUNT (0x2f, format 4: symbol index and count) out of the .nv.info section."""
    counts = set()
    at = cubin.find(b"\x04\x2f\x08\x00")
    while at >= 0:
        counts.add(struct.unpack_from("<I", cubin, at + 8)[0])
        at = cubin.find(b"\x04\x2f\x08\x00", at + 1)
    return counts


def test_static_shared_memory_and_barriers_follow_from_the_declarations() -> None:
    resources = only(compiled(SHARED_AND_CONSTANT))
    assert resources.static_shared_bytes == 96 * 4 + 8 * 8
    assert resources.barriers == 1
    assert resources.spill_store_bytes == resources.spill_load_bytes == resources.local_bytes == 0


@pytest.mark.parametrize(
    ("compute_capability", "parameters_at"), [("7.5", 0x160), ("9.0", 0x210), ("10.0", 0x380)]
)
def test_constant_memory_is_the_driver_area_and_the_parameters(
    compute_capability: str, parameters_at: int
) -> None:
    resources = only(compiled(SHARED_AND_CONSTANT, compute_capability=compute_capability))
    assert resources.constant_bytes == parameters_at + 8 + 4


def test_registers_agree_with_the_machine_code() -> None:
    module = compiled(MANY_VALUES)
    assert {only(module).registers_per_thread} == register_counts(module.cubin)
    assert only(module).registers_per_thread > 64


def test_fewer_registers_than_values_spill() -> None:
    assert only(compiled(MANY_VALUES)).spill_store_bytes == 0
    capped = only(compiled(MANY_VALUES, maximum_registers=32))
    assert capped.registers_per_thread == 32
    assert capped.spill_store_bytes >= (64 - 32) * 4
    assert capped.spill_load_bytes >= (64 - 32) * 4
    assert capped.local_bytes >= 64


def test_an_indexed_local_array_is_stack_but_no_spill() -> None:
    source = """
    __global__ void k(int* x) {
        int local[100];
        for (int i = 0; i < 100; ++i) local[i] = x[i];
        x[threadIdx.x] = local[x[threadIdx.x] % 100];
    }"""
    resources = only(compiled(source))
    assert resources.local_bytes >= 400
    assert resources.spill_store_bytes == 0


def test_the_log_of_older_ptxas_is_read_too() -> None:
    cubin = compiled(SHARED_AND_CONSTANT).cubin
    resources = parse_resources(PTXAS_12_LOG, cubin, "nvcc 12.9", "7.0")
    assert list(resources) == ["_Z4tilePfi"]
    found = resources["_Z4tilePfi"]
    assert (found.registers_per_thread, found.barriers, found.static_shared_bytes) == (12, 1, 448)
    assert (found.local_bytes, found.spill_store_bytes, found.spill_load_bytes) == (16, 8, 4)


def test_section_sizes_of_a_cubin_hold_the_shared_memory() -> None:
    sizes = section_sizes(compiled(SHARED_AND_CONSTANT).cubin)
    assert sizes[".nv.constant3"] == 16 * 4
    assert sizes[".nv.shared._Z4tilePfi"] >= 448
