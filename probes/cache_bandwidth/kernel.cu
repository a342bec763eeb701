// Cache bandwidth: how fast L1 and L2 deliver, against the size of what is read.
//
// Mechanism. A multiprocessor's L1 delivers up to a line of 128 bytes per clock (64 on some chips), L2 a
// fixed number of sectors per clock to all multiprocessors together. Both kernels read the same set again
// and again, 16 bytes per thread:
//
//   l1  one full block per multiprocessor; every block reads the whole set through L1. Where the set
//       outgrows L1, the curve falls to what L2 gives
//   l2  full multiprocessors, and loads that pass L1 by (`ld.global.cg`); blocks start at different
//       places of the set. Where it outgrows L2, the curve falls to DRAM
//
// A round reads another piece of the set than the one before, so that no load can be moved out of the loop.
//
// What can fool it. The first round misses; there are so many that it does not matter. Too few bytes in
// flight: four independent loads per thread of a full multiprocessor. L2 is two halves on some chips: beyond
// half of it, lines lie in the far half or twice, and the curve steps down early. Published: L1 125 to 126 bytes
// per clock and multiprocessor on V100, A100 and H100, 64 on A40 and L40; L2 2.4 TB/s on A40, 5.4 on A100,
// 7 on H100 PCIe (RRZE-HPC/gpu-benches@1038c5d, gpu-cache and gpu-l2-cache). An emulated device has
// no caches in its cost model: it counts the sectors and says nothing of bandwidths.

__device__ uint4 through_l1(const uint4* address)
{
    uint4 value;
    asm volatile("ld.global.ca.v4.u32 {%0, %1, %2, %3}, [%4];"  // measured
                 : "=r"(value.x), "=r"(value.y), "=r"(value.z), "=r"(value.w)
                 : "l"(address));
    return value;
}

__device__ uint4 past_l1(const uint4* address)
{
    uint4 value;
    asm volatile("ld.global.cg.v4.u32 {%0, %1, %2, %3}, [%4];"  // measured
                 : "=r"(value.x), "=r"(value.y), "=r"(value.z), "=r"(value.w)
                 : "l"(address));
    return value;
}

__device__ unsigned words_of(uint4 element) { return element.x + element.y + element.z + element.w; }

// The set has `quads` pieces of four times blockDim.x elements. Reads one per round, `stride` apart.
template <uint4 (*load)(const uint4*)>
__device__ void read(const uint4* input, unsigned* result, unsigned* cycles, unsigned quad, unsigned quads,
                     unsigned stride, unsigned rounds)
{
    unsigned sum = 0;
    __syncthreads();
    long long start = clock64();
#pragma unroll 1
    for (unsigned round = 0; round < rounds; ++round) {
        const uint4* place = input + quad * 4 * blockDim.x + threadIdx.x;
        uint4 elements[4];
#pragma unroll
        for (unsigned next = 0; next < 4; ++next)
            elements[next] = load(place + next * blockDim.x);
#pragma unroll
        for (unsigned next = 0; next < 4; ++next)
            sum += words_of(elements[next]);
        quad += stride;
        if (quad >= quads)
            quad -= quads;
    }
    __syncthreads();
    long long end = clock64();
    result[blockIdx.x * blockDim.x + threadIdx.x] = sum;
    if (threadIdx.x == 0)
        cycles[blockIdx.x] = unsigned(end - start);
}

extern "C" __global__ void l1(const uint4* input, unsigned* result, unsigned* cycles, unsigned quads,
                              unsigned stride, unsigned rounds)
{
    read<through_l1>(input, result, cycles, 0, quads, stride, rounds);
}

extern "C" __global__ void l2(const uint4* input, unsigned* result, unsigned* cycles, unsigned quads,
                              unsigned stride, unsigned rounds)
{
    read<past_l1>(input, result, cycles, blockIdx.x % quads, quads, stride, rounds);
}
