// Barrier cost: what `__syncthreads()` takes, against the size of the block.
//
// Mechanism. A barrier lets nobody pass before the last warp of the block has come. Even when all come at
// once it costs the time to count the arrivals and to wake the warps, and that grows with their number.
// Every warp here does nothing but arrive.
//
// One block runs on each multiprocessor and times itself with the multiprocessor's cycle counter.
//
// What can fool it. Real code waits for its slowest warp besides, which is the larger cost and not measured
// here. Other blocks of the multiprocessor would hide the wait: there are none. The loop's own
// instructions are shared by eight barriers. An emulated device counts the barriers and has no cost for them.

extern "C" __global__ void barriers(unsigned* result, unsigned* cycles, unsigned rounds)
{
    unsigned value = threadIdx.x;
    __syncthreads();
    long long start = clock64();
#pragma unroll 1
    for (unsigned round = 0; round < rounds; ++round) {
#pragma unroll
        for (unsigned next = 0; next < 8; ++next)
            __syncthreads();  // measured
        ++value;
    }
    long long end = clock64();
    result[blockIdx.x * blockDim.x + threadIdx.x] = value;
    if (threadIdx.x == 0)
        cycles[blockIdx.x] = unsigned(end - start);
}
