"""Small kernels for the GPU tests, and how to compile one."""

from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.device import Device, Kernel

SAXPY = """
extern "C" __global__ void saxpy(float* y, const float* x, float a, unsigned n) {
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) y[i] = a * x[i] + y[i];
}
"""
WAIT = """
extern "C" __global__ void wait(unsigned long long nanoseconds) {
    unsigned long long start, now;
    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(start));
    do asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now)); while (now - start < nanoseconds);
}
"""
SUM = """
extern "C" __global__ void sum(unsigned* total, const uint4* words, unsigned n) {
    unsigned mine = 0;
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
        uint4 four = words[i];
        mine += four.x + four.y + four.z + four.w;
    }
    atomicAdd(total, mine);
}
"""
STRAY = """
extern "C" __global__ void stray(unsigned* words) { words[1ull << 40] = threadIdx.x; }
"""
HANG = """
extern "C" __global__ void hang(volatile unsigned* word) { while (*word == 0) { } }
"""
REVERSE = """
extern "C" __global__ void reverse(unsigned* words, unsigned n) {
    extern __shared__ unsigned tile[];
    for (unsigned i = threadIdx.x; i < n; i += blockDim.x) tile[i] = words[i];
    __syncthreads();
    for (unsigned i = threadIdx.x; i < n; i += blockDim.x) words[i] = tile[n - 1 - i];
}
"""
MIX = """
extern "C" __global__ void mix(unsigned* out, const float* in, unsigned n) {
    __shared__ unsigned tile[256];
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x % 32;
    unsigned hash = i < n ? __float_as_uint(in[i] * 3.0f + 1.0f) : 0;
    for (unsigned turn = 0; turn < 1 + lane % 5; ++turn) hash = hash * 2654435769u ^ hash >> 13;
    tile[threadIdx.x] = hash;
    __syncthreads();
    hash += tile[(threadIdx.x * 7 + 3) % blockDim.x] + __shfl_xor_sync(~0u, hash, 5);
    hash ^= __ballot_sync(~0u, hash & 1) + __popc(hash) - __clz(hash);
    if (i < n) out[i] = hash;
}
"""


def compiled(device: Device, source: str, name: str) -> Kernel:
    """Return the kernel `name` of the source, compiled for the device."""
    options = CompileOptions(compute_capability=device.facts.compute_capability)
    return Kernel(module=device.compile(source, f"{name}.cu", options), name=name)
